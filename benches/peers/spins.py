"""Rows of one step of model A, sigma <- sign(Xi^T F'(Xi sigma)): ours on packed bits, theirs on the same signs in f32."""

import numpy as np

from contest import Contestant, compete, held, invited, ours
from limits import plain_read
from rows import row

# (N, d): small ones, and those of images; `quick` takes the first and the last.
SHAPES = [(100_000, 64), (10_000, 64), (100_000, 100), (10_000, 1000), (50_000, 784), (50_000, 1024)]
# A kernel's F, by its name with us, and its n or beta.
ENERGIES = {
    "signs-power-2": ("rectified-power", 2),
    "signs-power-3": ("rectified-power", 3),
    "signs-power-10": ("rectified-power", 10),
    "signs-exp": ("exponential", 1.0),
}
KERNELS = list(ENERGIES)
QUICK = ["signs-power-3", "signs-exp"]
# Ours, by name: what it is called in the row, and whether it stops early.
WAYS = {"ours": ("early stop", True), "ours_all": ("all memories", False)}


def measure(library, peers, quick, wanted):
    """Yields the rows."""
    for n, d in [SHAPES[0], SHAPES[-1]] if quick else SHAPES:
        kernels = [kernel for kernel in (QUICK if quick else KERNELS) if wanted(kernel)]
        if not kernels:
            continue
        xi = np.random.default_rng(6).choice(np.array([-1, 1], np.float32), (n, d))
        cue = xi[n // 2].copy()
        cue[::10] *= -1
        for kernel in kernels:
            yield from contest(library, peers, kernel, xi, cue)


def contest(library, peers, kernel, xi, cue):
    """The certified early stop and the step that takes every memory run in one contest."""
    n, d = xi.shape
    name, parameter = ENERGIES[kernel]
    slope = slope_of(name, parameter, d)
    measured = compete(
        [
            plain_read(library, np.packbits(xi > 0).view(np.uint32)),
            *(ours(key, library.spins(name, parameter, xi, cue, early)) for key, (_, early) in WAYS.items()),
            *invited(peers, {"numpy": of_numpy, "torch": of_torch, "jax": of_jax}, slope, xi, cue),
        ],
        {"": reference(slope, xi, cue)},
    )
    for key, (method, _) in WAYS.items():
        yield row(kernel, measured, key, features=d, memories=n, batch=1, method=method)


def slope_of(name, parameter, d):
    """F' in units that no number leaves, for the array module at hand."""
    if name == "exponential":
        return lambda np, h: np.exp(parameter * (h - h.max()))
    return lambda np, h: np.maximum(h / d, 0) ** (parameter - 1)


def reference(slope, xi, cue, block=8192):
    """In f64, block by block: whole overlaps, then all signs from sums in f64."""
    blocks = [slice(at, at + block) for at in range(0, len(xi), block)]
    weights = slope(np, np.concatenate([xi[at].astype(np.float64) @ cue for at in blocks]))
    return turned(np, cue, sum(weights[at] @ xi[at].astype(np.float64) for at in blocks))


def turned(np, cue, field):
    """The sign of the field; a tie keeps the spin."""
    return np.where(field == 0, cue, np.sign(field))


def of_numpy(_, slope, xi, cue):
    return [Contestant("numpy", lambda: turned(np, cue, slope(np, xi @ cue) @ xi))]


def of_torch(torch, slope, xi, cue):
    xi, cue = torch.from_numpy(xi), torch.from_numpy(cue)

    class Names:
        """What numpy calls otherwise."""

        exp, where, sign = torch.exp, torch.where, torch.sign
        maximum = staticmethod(lambda x, low: x.clamp(min=low))

    return [Contestant("torch", lambda: turned(Names, cue, slope(Names, xi @ cue) @ xi))]


def of_jax(jax, slope, xi, cue):
    names = jax.numpy
    xi, cue = held(jax, xi, cue)
    step = jax.jit(lambda xi, cue: turned(names, cue, slope(names, xi @ cue) @ xi))
    return [Contestant("jax", lambda: step(xi, cue).block_until_ready())]
