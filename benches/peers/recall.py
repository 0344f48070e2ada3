"""Rows of one update of a batch of queries, with the visible and with the full proof."""

import math

import numpy as np

import updates
from contest import compete, ours
from limits import Peak, plain_read
from rows import row

# (scalar, N, d): the batches; those of a quick run are in QUICK.
SHAPES = {
    ("f32", 1_000_000, 64): [1],
    ("f32", 100_000, 64): [1, 4, 256],
    ("f32", 100_000, 384): [1, 4, 16, 64, 256],
    ("f32", 100_000, 768): [1, 16, 64, 256],
    ("f32", 1_000_000, 384): [256],
    ("f32", 10_000, 384): [4, 64],
    ("f32", 1_000, 384): [256],
    ("f32", 1_000, 768): [256],
    ("f64", 1_000_000, 64): [1],
    ("f64", 100_000, 384): [1, 256],
    ("f64", 10_000, 384): [4],
    ("f64", 1_000, 768): [256],
}
QUICK = {
    ("f32", 100_000, 64): [1, 4, 256],
    ("f32", 100_000, 384): [1, 4, 256],
    ("f32", 1_000, 384): [256],
    ("f32", 1_000, 768): [256],
}
KERNELS = ["recall-f32", "recall-f64"]


def measure(library, peers, quick, wanted):
    """Yields the rows."""
    for (scalar, n, d), batches in (QUICK if quick else SHAPES).items():
        if not wanted(f"recall-{scalar}"):
            continue
        rng = np.random.default_rng(1)
        memories = library.memories(normals(rng, scalar, n, d))
        for batch in batches:
            queries = normals(rng, scalar, batch, d)
            yield from contest(library, peers, memories, queries)


def normals(rng, scalar, rows, d):
    """Standard normal numbers over the root of d, so that lengths are about 1. With beta = sqrt(d) the scores then
    have a deviation of 1: many memories share the weight, which is the hard case for the digits of a sum."""
    numbers = rng.standard_normal((rows, d), np.float32 if scalar == "f32" else np.float64)
    numbers /= math.sqrt(d)
    return numbers


def contest(library, peers, memories, queries):
    """Both proofs run in one contest. The full one starts behind its first step, so it has a reference of its own;
    the peers' work is the same for either question."""
    xi = memories.array
    n, d = xi.shape
    batch, beta = len(queries), math.sqrt(d)
    flops, double = 4 * n * d * batch, xi.dtype == np.float64
    visible, full = (library.recall(memories, queries, beta, proof) for proof in (False, True))
    full.prepare()
    asked = np.concatenate([queries, full.result().astype(queries.dtype)])
    answers = updates.reference(xi, asked, beta)
    measured = compete(
        [
            plain_read(library, xi),
            Peak(library, flops, double),
            ours("ours", visible),
            ours("ours_full", full),
            *updates.contestants(peers, xi, queries, beta),
        ],
        {"": answers[:batch], "ours_full": answers[batch:]},
    )
    for proof, name in (("visible", "ours"), ("full", "ours_full")):
        kernel = "recall-f64" if double else "recall-f32"
        yield row(kernel, measured, name, proof=proof, features=d, memories=n, batch=batch)
