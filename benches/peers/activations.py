"""Rows of the outputs of layers of neurons, g = dL/dx."""

import numpy as np

from contest import Contestant, compete, held, invited, ours
from rows import row

SCALARS = {"f32": np.float32, "f64": np.float64}
# A Lagrangian: (scalar, rows, width). `quick` takes the first of each.
SHAPES = {
    "log-sum-exp": [("f32", 1, 10_000), ("f32", 1, 1_000_000), ("f64", 1, 10_000)],
    "log-cosh": [("f32", 1, 10_000), ("f32", 1, 1_000_000), ("f64", 1, 10_000)],
    "rectified-power": [("f32", 1, 10_000), ("f32", 1, 1_000_000), ("f64", 1, 10_000)],
    "sparsemax": [("f32", 1, 10_000), ("f32", 256, 1_000)],
    "entmax": [("f32", 1, 10_000), ("f32", 256, 1_000)],
}
KERNELS = [f"{name}-{scalar}" for name in SHAPES for scalar in SCALARS]
BETA = {"log-sum-exp": 2.0, "log-cosh": 2.0}


def measure(library, peers, quick, wanted):
    """Yields the rows."""
    for name, shapes in SHAPES.items():
        for scalar, rows, width in shapes[:1] if quick else shapes:
            if wanted(f"{name}-{scalar}"):
                yield contest(library, peers, name, scalar, rows, width)


def contest(library, peers, name, scalar, rows, width):
    x = np.random.default_rng(4).standard_normal((rows, width), SCALARS[scalar])
    beta = BETA.get(name, 1.0)
    measured = compete(
        [ours("ours", library.activation(name, beta, x)), *contestants(peers, name, beta, x)],
        {"": reference(name, beta, x.astype(np.float64))},
    )
    return row(f"{name}-{scalar}", measured, features=width, batch=rows)


def reference(name, beta, x):
    """In f64."""
    if name == "sparsemax":
        return on_simplex(x, 2.0)
    if name == "entmax":
        return on_simplex(x, 1.5)
    return of_numpy(name, beta, x)()


def on_simplex(x, alpha):
    """[(alpha - 1) x - tau]_+ to the power 1/(alpha - 1), with tau by bisection."""
    x, power = (alpha - 1) * x, 1 / (alpha - 1)
    high = x.max(1, keepdims=True)
    low = high - 1
    for _ in range(60):
        middle = (low + high) / 2
        heavy = (np.maximum(x - middle, 0) ** power).sum(1, keepdims=True) >= 1
        low, high = np.where(heavy, middle, low), np.where(heavy, high, middle)
    return np.maximum(x - (low + high) / 2, 0) ** power


def contestants(peers, name, beta, x):
    def made_by(peer, make):
        # what a peer does not have it takes no part in, without a word
        return lambda module: [Contestant(peer, work) for work in [make(name, beta, x, module)] if work]

    makers = {"numpy": of_numpy, "torch": of_torch, "jax": of_jax, "entmax": of_entmax}
    return invited(peers, {peer: made_by(peer, make) for peer, make in makers.items()})


def of_numpy(name, beta, x, _=None):
    def softmax():
        g = x * beta
        g -= g.max(1, keepdims=True)
        np.exp(g, out=g)
        g /= g.sum(1, keepdims=True)
        return g

    def tanh():
        g = x * beta
        return np.tanh(g, out=g)

    def square():
        g = np.maximum(x, 0)
        return np.multiply(g, g, out=g)

    return {"log-sum-exp": softmax, "log-cosh": tanh, "rectified-power": square}.get(name)


def of_torch(name, beta, x, torch):
    x = torch.from_numpy(x)
    return {
        "log-sum-exp": lambda: torch.softmax(beta * x, -1),
        "log-cosh": lambda: torch.tanh(beta * x),
        "rectified-power": lambda: torch.relu(x).square_(),
    }.get(name)


def of_jax(name, beta, x, jax):
    (x,) = held(jax, x)
    functions = {
        "log-sum-exp": lambda x: jax.nn.softmax(beta * x, axis=-1),
        "log-cosh": lambda x: jax.numpy.tanh(beta * x),
        "rectified-power": lambda x: jax.numpy.square(jax.nn.relu(x)),
    }
    if name not in functions:
        return None
    function = jax.jit(functions[name])
    return lambda: function(x).block_until_ready()


def of_entmax(name, _, x, entmax):
    import torch

    x = torch.from_numpy(x)
    functions = {"sparsemax": entmax.sparsemax, "entmax": entmax.entmax15}
    function = functions.get(name)
    return (lambda: function(x, dim=-1)) if function else None
