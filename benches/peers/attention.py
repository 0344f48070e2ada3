"""Rows of softmax(Q K^T / sqrt(d)) V of several heads."""

import math

import numpy as np

from contest import Contestant, compete, held, invited, ours
from limits import Peak, plain_read
from rows import row

# heads, queries, keys, width of a head
SHAPES = [(12, 128, 128, 64), (12, 1024, 1024, 64), (8, 1, 100_000, 128), (16, 4096, 4096, 64)]
QUICK = SHAPES[:1]
KERNELS = ["attention-f32"]


def measure(library, peers, quick, wanted):
    """Yields the rows."""
    for shape in QUICK if quick else SHAPES:
        if wanted("attention-f32"):
            yield contest(library, peers, shape)


def contest(library, peers, shape):
    heads, queries, keys, width = shape
    rng = np.random.default_rng(3)
    q, k, v = (rng.standard_normal((heads, rows, width), np.float32) for rows in (queries, keys, keys))
    measured = compete(
        [
            plain_read(library, k, v),
            Peak(library, 4 * heads * queries * keys * width, double=False),
            ours("ours", library.attention(q, k, v)),
            *invited(peers, {"numpy": of_numpy, "torch": of_torch, "jax": of_jax}, q, k, v),
        ],
        {"": reference(q, k, v)},
    )
    return row("attention-f32", measured, features=width, memories=keys, batch=queries, heads=heads)


def reference(q, k, v, block=1024):
    """In f64, some queries of a head at a time."""
    answers = np.empty(q.shape)
    for head in range(len(q)):
        keys, values = k[head].astype(np.float64), v[head].astype(np.float64)
        for start in range(0, q.shape[1], block):
            asked = q[head, start : start + block].astype(np.float64)
            answers[head, start : start + block] = softmax(asked @ keys.T / math.sqrt(q.shape[2])) @ values
    return answers


def softmax(scores):
    scores -= scores.max(-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(-1, keepdims=True)
    return scores


def of_numpy(_, q, k, v):
    scale = np.float32(1 / math.sqrt(q.shape[2]))

    def attend():
        answers = np.empty_like(q)
        for head in range(len(q)):
            scores = q[head] @ k[head].T
            scores *= scale
            np.matmul(softmax(scores), v[head], out=answers[head])
        return answers

    return [Contestant("numpy", attend)]


def of_torch(torch, q, k, v):
    q, k, v = (torch.from_numpy(x)[None] for x in (q, k, v))
    attention = torch.nn.functional.scaled_dot_product_attention
    return [Contestant("torch_sdpa", lambda: attention(q, k, v)[0])]


def of_jax(jax, q, k, v):
    # jax wants the heads behind the positions
    q, k, v = held(jax, *(x.swapaxes(0, 1)[None] for x in (q, k, v)))
    attend = jax.jit(jax.nn.dot_product_attention)
    run = lambda: attend(q, k, v).block_until_ready()  # noqa: E731
    fetch = lambda: np.asarray(attend(q, k, v)[0]).swapaxes(0, 1)  # noqa: E731
    return [Contestant("jax", run, result=fetch)]
