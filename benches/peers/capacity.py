"""A sweep of model A's capacity: the program against numpy scripts that do the same work, in turns.

    python benches/peers/capacity.py target/release/attractor

Every load of every size: networks of random memories, cues with a tenth of their signs flipped, spins looked at one
after the other by the energy difference of Krotov & Hopfield (2016, eq. 4) with F = x^3 for x > 0 until none flips,
and the share of the cues that end at their memory. Both draw their own networks; the shares agree within their errors.
The program is timed with all that it does: starting, theory, intervals, output.

Two scripts: `formula` is the equation as it is printed, for all cues and memories of a network at once; `products`
is the best that we could think of: differences from tables, kept between flips, so that a look at a spin is one product
of a matrix and a vector, and cues that are at rest are no longer looked at (in both).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

THREADS = "2"
for pool in ("RAYON", "OMP", "OPENBLAS"):
    os.environ[f"{pool}_NUM_THREADS"] = THREADS

import numpy as np  # noqa: E402  (after the number of threads)

NETWORKS, CUES, NOISE = 10, 50, 0.1
# Up to where half of the cues without noise are recalled.
LOADS = {32: [60, 90, 120, 150], 64: [120, 240, 360, 480], 128: [400, 800, 1200, 1600]}


def draw(rng, d, n):
    """Memories n x d, cues and the memories that they are made of, as float32."""
    memories = rng.integers(0, 2, (n, d), dtype=np.int8).astype(np.float32) * 2 - 1
    own = rng.choice(n, CUES, replace=False)
    cues = memories[own].copy()
    flipped = rng.permuted(np.tile(np.arange(d), (CUES, 1)), axis=1)[:, : round(NOISE * d)]
    np.put_along_axis(cues, flipped, -np.take_along_axis(cues, flipped, 1), 1)
    return memories, cues, memories[own]


def cube(x):
    y = np.maximum(x, 0)
    return y * y * y


def formula(memories, spins):
    """sigma_i <- sign sum [F(xi_i + s_i) - F(-xi_i + s_i)], s_i the overlap with the other spins."""
    columns = np.ascontiguousarray(memories.T)
    overlaps = spins @ columns
    restless = np.arange(len(spins))
    while len(restless):
        moving, h = spins[restless], overlaps[restless]
        flips = np.zeros(len(restless), bool)
        for i, column in enumerate(columns):
            s = h - moving[:, i, None] * column
            field = (cube(s + column) - cube(s - column)).sum(1, dtype=np.float64)
            turn = field * moving[:, i] < 0
            if turn.any():
                moving[turn, i] *= -1
                h[turn] += 2 * moving[turn, i, None] * column
                flips |= turn
        spins[restless], overlaps[restless] = moving, h
        restless = restless[flips]
    return spins


def products(memories, spins):
    """The same: sigma_i A_i = sum a(h) + sigma_i sum b(h) xi_i, with a and b from tables and kept until a flip."""
    n, d = memories.shape
    h = np.arange(-d, d + 1, dtype=np.float64)
    agree, other = cube(h) - cube(h - 2), cube(h + 2) - cube(h)
    a, b = (agree - other) / 2, (agree + other) / 2
    columns = np.ascontiguousarray(memories.T.astype(np.float64))
    index = np.rint(spins @ memories.T).astype(np.intp) + d
    restless = np.arange(len(spins))
    while len(restless):
        moving, at = spins[restless], index[restless]
        weight, total = b[at], a[at].sum(1)
        flips = np.zeros(len(restless), bool)
        for i, column in enumerate(columns):
            turn = total + moving[:, i] * (weight @ column) < 0
            if turn.any():
                moving[turn, i] *= -1
                at[turn] += (2 * moving[turn, i, None] * column).astype(np.intp)
                weight[turn], total[turn] = b[at[turn]], a[at[turn]].sum(1)
                flips |= turn
        spins[restless], index[restless] = moving, at
        restless = restless[flips]
    return spins


def scripted(recall, seed):
    """Seconds, and the shares recalled."""
    rng = np.random.default_rng(seed)
    begin, shares = time.perf_counter(), []
    for d, loads in LOADS.items():
        for n in loads:
            hits = 0
            for _ in range(NETWORKS):
                memories, cues, own = draw(rng, d, n)
                hits += int(((recall(memories, cues) * own).sum(1) >= 0.99 * d).sum())
            shares.append(hits / NETWORKS / CUES)
    return time.perf_counter() - begin, np.array(shares)


def program(path, seed):
    """The same of the program, all runs of it together."""
    begin, shares = time.perf_counter(), []
    for d, loads in LOADS.items():
        options = f"--features {d} --memories {','.join(map(str, loads))} --noise {NOISE} --networks {NETWORKS}"
        command = f"{path} capacity {options} --cues {CUES} --seed {seed} --threads {THREADS} --json"
        found = json.loads(subprocess.run(command.split(), check=True, capture_output=True).stdout)
        shares += [point["recall"]["measured"] for point in found["points"]]
    return time.perf_counter() - begin, np.array(shares)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the program attractor, built with --release")
    parser.add_argument("--rounds", type=int, default=3, help="turns that everybody takes")
    options = parser.parse_args()
    contestants = {
        "attractor capacity": lambda seed: program(options.program, seed),
        "numpy, formula": lambda seed: scripted(formula, seed),
        "numpy, products": lambda seed: scripted(products, seed),
    }
    seconds, shares = {name: [] for name in contestants}, {name: [] for name in contestants}
    for seed in range(options.rounds):
        for name, run in contestants.items():
            taken, found = run(seed)
            seconds[name].append(taken)
            shares[name].append(found)
    ours = statistics.median(seconds["attractor capacity"])
    means = {name: np.mean(found, 0) for name, found in shares.items()}
    for name, taken in seconds.items():
        median = statistics.median(taken)
        off = np.max(np.abs(means[name] - means["attractor capacity"]))
        print(f"{name:20} {median:8.3f} s, ratio {median / ours:6.1f}, largest difference of a share {off:.3f}")
    same = all(np.max(np.abs(found - means["attractor capacity"])) < 0.12 for found in means.values())
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
