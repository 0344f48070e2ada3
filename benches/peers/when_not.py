"""The numbers of docs/when-not.md: where an index or a plain product is the better choice, and what a memory adds.

    pip install numpy usearch
    cargo build --release -p benches --lib && cargo build --release -p attractor-cli
    python benches/peers/when_not.py target/release/libbenches.so target/release/attractor IMAGES.idx3-ubyte
"""

import math
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ours import Library
from usearch.index import Index

WIDTH, NEAR = 128, 0.8


def unit(x):
    return (x / np.linalg.norm(x, axis=-1, keepdims=True)).astype(np.float32)


def seconds(work, least=0.5):
    """Of one run, the best of as many as fit."""
    work()
    taken = []
    while sum(taken) < least or len(taken) < 3:
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)


def indices(library):
    """One step of retrieval against a product and a graph: milliseconds for a batch, and how often it is the nearest."""
    rng = np.random.default_rng(7)
    print("| N | B | one certified step, ms | product and argmax, ms | HNSW, ms | HNSW finds | HNSW built in, s |")
    print("|---|---|---|---|---|---|---|")
    for n in (1_000, 10_000, 100_000):
        xi = unit(rng.standard_normal((n, WIDTH)))
        index = Index(ndim=WIDTH, metric="ip", dtype="f32")
        begin = time.perf_counter()
        index.add(np.arange(n), xi)
        built = time.perf_counter() - begin
        memories = library.memories(xi)
        for batch in (1, 256):
            own = rng.integers(0, n, batch)
            cues = NEAR * xi[own] + math.sqrt(1 - NEAR**2) * unit(rng.standard_normal((batch, WIDTH)))
            cues = cues.astype(np.float32)
            truth = (cues @ xi.T).argmax(1)
            ours = library.recall(memories, cues, 16.0, False)
            step = seconds(lambda: (ours.prepare(), ours.run()))
            plain = seconds(lambda: (cues @ xi.T).argmax(1))
            graph = seconds(lambda: index.search(cues, 1))
            found = np.mean(np.asarray(index.search(cues, 1).keys).reshape(-1) == truth)
            print(f"| {n:.0e} | {batch} | {1e3 * step:.3g} | {1e3 * plain:.3g} | {1e3 * graph:.3g} | {found:.3f} | {built:.3g} |")


def images(path, count):
    with open(path, "rb") as file:
        _, _, height, width = struct.unpack(">4i", file.read(16))
        pixels = np.frombuffer(file.read(count * height * width), np.uint8)
    return pixels.reshape(count, height * width).astype(np.float32) / 255.0


DAMAGES = {
    "lower half erased": lambda x, rng: np.where(np.arange(784) < 392, x, 0),
    "lower half replaced by another digit's": lambda x, rng: np.where(np.arange(784) < 392, x, np.roll(x, 1, 0)),
    "9 of 10 pixels erased": lambda x, rng: np.where(rng.random(x.shape) < 0.1, x, 0),
    "noise of deviation 1": lambda x, rng: x + rng.standard_normal(x.shape),
}
KNOWN = {
    "lower half erased": lambda x, rng: np.broadcast_to(np.arange(784) < 392, x.shape),
    "lower half replaced by another digit's": lambda x, rng: np.broadcast_to(np.arange(784) < 392, x.shape),
    "9 of 10 pixels erased": lambda x, rng: rng.random(x.shape) < 0.1,
}
WAYS = {
    "one step, β = 1000": ["--beta", "1000", "--steps", "1"],
    "settled, β = 100": ["--beta", "100"],
    "clamped, β = 100": ["--beta", "100", "--mask"],
    "clamped, β = 20": ["--beta", "20", "--mask"],
}
SEPARATIONS = {
    "n = 2": ["--model", "hopfield", "--rule", "cyclic"],
    "n = 3": ["--model", "dense", "--power", "3", "--rule", "cyclic"],
    "n = 10": ["--model", "dense", "--power", "10", "--rule", "cyclic"],
    "n = 30": ["--model", "dense", "--power", "30", "--rule", "cyclic"],
}


class Digits:
    """Stored digits, and the share of damaged ones that are nearest to their own after a recall."""

    def __init__(self, program, folder, stored, normalize):
        self.program, self.folder, self.truth = program, Path(folder), stored
        np.save(self.folder / "stored.npy", stored)
        run(program, "store", self.folder / "stored.npy", "--normalize", normalize, "-o", self.memory, "--force")

    @property
    def memory(self):
        return self.folder / "digits.mem"

    def recalled(self, cues, words, known=None):
        cue, states = self.folder / "cues.npy", self.folder / "states.npy"
        np.save(cue, cues.astype(np.float32))
        if "--mask" in words:
            np.save(self.folder / "known.npy", known.astype(np.float32))
            words = [*words, self.folder / "known.npy"]
        run(self.program, "recall", self.memory, "--cue", cue, *words, "-o", states, "--force")
        return self.nearest(np.load(states))

    def nearest(self, states):
        return np.mean((states @ unit(self.truth).T).argmax(1) == np.arange(len(states)))

    def nearest_where_known(self, cues, known):
        squares = (known * cues**2).sum(1)[:, None] + known @ (self.truth**2).T - 2 * (known * cues) @ self.truth.T
        return np.mean(squares.argmin(1) == np.arange(len(cues)))


def repaired(program, stored, cues):
    print("\n| damage | nearest by cosine | nearest where known |", " | ".join(WAYS), "|")
    print("|---|---|---|" + "---|" * len(WAYS))
    with tempfile.TemporaryDirectory() as folder:
        digits = Digits(program, folder, stored, "unit")
        for damage, spoil in DAMAGES.items():
            spoilt = spoil(stored[:cues], np.random.default_rng(3)).astype(np.float32)
            known = KNOWN[damage](spoilt, np.random.default_rng(3)).astype(np.float32) if damage in KNOWN else None
            shares = [digits.nearest(spoilt), None if known is None else digits.nearest_where_known(spoilt, known)]
            for words in WAYS.values():
                skip = known is None and "--mask" in words
                shares.append(None if skip else digits.recalled(spoilt, words, known))
            print(f"| {damage} | " + " | ".join("–" if x is None else f"{x:.2f}" for x in shares) + " |")


def separated(program, stored, cues):
    print("\n| signs flipped | stored | nearest by overlap |", " | ".join(SEPARATIONS), "|")
    print("|---|---|---|" + "---|" * len(SEPARATIONS))
    signs = np.where(stored > 0.5, 1, -1).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        for count in (20, 500, 5000):
            digits = Digits(program, folder, signs[:count], "none")
            some = min(cues, count)
            flips = np.random.default_rng(5).random((some, signs.shape[1])) < 0.3
            spoilt = np.where(flips, -signs[:some], signs[:some])
            shares = [digits.recalled(spoilt, words) for words in SEPARATIONS.values()]
            print(f"| 0.3 | {count} | {digits.nearest(spoilt):.2f} | " + " | ".join(f"{x:.2f}" for x in shares) + " |")


def run(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    if done.returncode not in (0, 4):
        sys.exit(f"{program} {words[0]} ended with {done.returncode}: {done.stderr}")


if __name__ == "__main__":
    indices(Library(sys.argv[1]))
    repaired(sys.argv[2], images(sys.argv[3], 5000), 500)
    separated(sys.argv[2], images(sys.argv[3], 5000), 200)
