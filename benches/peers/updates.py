"""v' = Xi^T softmax(beta Xi v), one row for each query, as every peer would have it written."""

import math

import numpy as np

from contest import Contestant, held, invited

# What pykeops is not asked to do, in operations: its CPU kernels are not vectorised.
PATIENCE = 5e8


def reference(xi, queries, beta, block=8192):
    """In f64, block by block with a running maximum."""
    queries = queries.astype(np.float64)
    top = np.full((len(queries), 1), -np.inf)
    total, field = np.zeros_like(top), np.zeros_like(queries)
    for start in range(0, len(xi), block):
        memories = xi[start : start + block].astype(np.float64)
        scores = beta * (queries @ memories.T)
        higher = np.maximum(top, scores.max(1, keepdims=True))
        weights, shrink = np.exp(scores - higher), np.exp(top - higher)
        total = total * shrink + weights.sum(1, keepdims=True)
        field = field * shrink + weights @ memories
        top = higher
    return field / total


def contestants(peers, xi, queries, beta):
    makers = {"numpy": of_numpy, "torch": of_torch, "jax": of_jax, "pykeops": of_keops}
    return invited(peers, makers, xi, queries, beta)


def of_numpy(_, xi, queries, beta):
    def update():
        weights = queries @ xi.T
        weights *= beta
        weights -= weights.max(1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(1, keepdims=True)
        return weights @ xi

    return [Contestant("numpy", update)]


def of_torch(torch, xi, queries, beta):
    memories, states = torch.from_numpy(xi), torch.from_numpy(queries)
    attention = torch.nn.functional.scaled_dot_product_attention
    keys, asked = memories[None, None], states[None, None]
    return [
        Contestant("torch_sdpa", lambda: attention(asked, keys, keys, scale=beta)[0, 0]),
        Contestant("torch_softmax", lambda: torch.softmax(beta * (states @ memories.T), -1) @ memories),
        Contestant("torch_hopfield", lambda: hopfield_layer(torch, states, memories, beta)),
    ]


def hopfield_layer(torch, states, memories, beta, steps=1, tolerance=1e-4):
    """The update of Ramsauer et al., arXiv 2008.02217, eq. 3, R <- softmax(beta R Y^T) Y with the state patterns R
    and the stored patterns Y in rows, as often as asked for or until no state moves by more than the tolerance."""
    for _ in range(steps):
        moved = torch.softmax(beta * torch.matmul(states, memories.transpose(0, 1)), dim=-1).matmul(memories)
        settled = torch.linalg.vector_norm(moved - states, dim=-1).max() <= tolerance
        states = moved
        if settled:
            break
    return states


def of_jax(jax, xi, queries, beta):
    memories, states = held(jax, xi, queries)

    @jax.jit
    def update(memories, states):
        return jax.nn.softmax(beta * (states @ memories.T), axis=-1) @ memories

    return [Contestant("jax", lambda: update(memories, states).block_until_ready())]


def of_keops(keops, xi, queries, beta):
    if 4 * math.prod(xi.shape) * len(queries) > PATIENCE:
        return []
    states, memories = keops.LazyTensor(queries[:, None, :]), keops.LazyTensor(xi[None, :, :])

    def update():
        scores = float(beta) * (states | memories)
        return scores.sumsoftmaxweight(memories, axis=1)

    return [Contestant("pykeops", update)]
