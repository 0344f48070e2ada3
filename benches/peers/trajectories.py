"""Rows of the two-layer network: its right-hand side, and its way through time at equal error.

Errors are equal in this sense: everybody tries tolerances or steps from loose to tight, and races with the first
whose final state is within the target of a reference that is far more precise.
"""

import math

import numpy as np

from contest import OURS, Contestant, brief, compete, deviation, ours, say
from limits import plain_read
from rows import row

EXPLICIT = ["dormand_prince", "rk4", "adaptive", "scipy_rk45", "diffrax_tsit5"]
# kernel: N, d, beta, tau_h, time, target, who takes part. tau_f = 1.
SETTINGS = {
    "trajectory-f64": (1_000, 100, 8.0, 0.5, 3.0, 1e-6, EXPLICIT),
    "trajectory-large-f64": (10_000, 384, 8.0, 0.5, 3.0, 1e-6, EXPLICIT),
    "trajectory-stiff-f64": (1_000, 100, 8.0, 1e-3, 3.0, 1e-4, ["adaptive", "strang", "rk4", "scipy_bdf"]),
}
OURS_ARE = ["dormand_prince", "rk4", "adaptive", "strang"]
QUICK = ["trajectory-f64"]
# The right-hand side: scalar, N, d.
VELOCITIES = [("f32", 100_000, 384), ("f64", 100_000, 384), ("f64", 1_000, 100)]
KERNELS = [*SETTINGS, "two-layer-f32", "two-layer-f64"]

STEPS = [2.0 ** (-k / 2) for k in range(2, 28)]
TOLERANCES = [10.0 ** (-k / 2) for k in range(4, 25)]
# A method that needs longer than this for one run, in seconds, is not asked for more.
PATIENCE = 8


def measure(library, peers, quick, wanted):
    """Yields the rows."""
    for scalar, n, d in VELOCITIES[:1] if quick else VELOCITIES:
        if wanted(f"two-layer-{scalar}"):
            yield velocity(library, peers, scalar, n, d)
    for kernel in QUICK if quick else SETTINGS:
        if wanted(kernel):
            yield trajectory(library, peers, kernel, *SETTINGS[kernel])


def setting(scalar, n, d):
    rng = np.random.default_rng(5)
    numbers = rng.standard_normal((n + 1, d)) / math.sqrt(d)
    numbers = numbers.astype(np.float32 if scalar == "f32" else np.float64)
    return numbers[1:].copy(), numbers[1] + numbers[0] / 2  # a memory, disturbed


def softmax(h, beta):
    weights = np.exp(beta * (h - h.max()))
    return weights / weights.sum()


def field(xi, beta, tau_h):
    """The right-hand side of v and h, one after the other."""
    d = xi.shape[1]

    def rates(_, y):
        v, h = y[:d], y[d:]
        out = np.empty_like(y)
        np.subtract(softmax(h, beta) @ xi, v, out=out[:d])
        np.subtract(xi @ v, h, out=out[d:])
        out[d:] /= tau_h
        return out

    return rates


def jacobian(xi, beta, tau_h):
    """Its derivative, so that implicit peers need not guess it by differences."""
    n, d = xi.shape
    matrix = np.zeros((d + n, d + n))
    matrix[:d, :d] = -np.eye(d)
    matrix[d:, :d] = xi / tau_h
    matrix[d:, d:] = -np.eye(n) / tau_h

    def at(_, y):
        f = softmax(y[d:], beta)
        matrix[:d, d:] = beta * (xi.T * f - np.outer(f @ xi, f))
        return matrix

    return at


def start_of(xi, cue):
    return np.concatenate([cue, np.zeros(len(xi), cue.dtype)])


def velocity(library, peers, scalar, n, d):
    xi, cue = setting(scalar, n, d)
    beta, tau_h, start = 8.0, 0.5, start_of(xi, cue)
    rates = field(xi, beta, tau_h)
    contestants = [
        plain_read(library, xi),
        ours("ours", library.velocity(xi, cue, beta, tau_h)),
        Contestant("numpy", lambda: rates(0.0, start)),
    ]
    if "jax" in peers:
        jax = peers["jax"]
        compiled = jax.jit(jax_field(jax, xi, beta, tau_h))
        y = jax.numpy.asarray(start)
        contestants.append(Contestant("jax", lambda: compiled(0.0, y, None).block_until_ready()))
    exact = field(xi.astype(np.float64), beta, tau_h)(0.0, start.astype(np.float64))
    measured = compete(contestants, {"": exact})
    return row(f"two-layer-{scalar}", measured, features=d, memories=n, batch=1)


def jax_field(jax, xi, beta, tau_h):
    d, memories = xi.shape[1], jax.numpy.asarray(xi)

    def rates(_, y, __):
        v, h = y[:d], y[d:]
        to_v = jax.nn.softmax(beta * h) @ memories - v
        return jax.numpy.concatenate([to_v, (memories @ v - h) / tau_h])

    return rates


def trajectory(library, peers, kernel, n, d, beta, tau_h, time, target, who):
    xi, cue = setting("f64", n, d)
    problem = (xi, cue, beta, tau_h, time)
    if "scipy" not in peers:
        say(f"  {kernel} is left out: its reference needs scipy")
        return None
    exact = reference(peers["scipy"], problem)
    racing, chosen = [], {}
    for name in who:
        try:
            contestant, accuracy = loosest(maker(name, library, peers, problem), exact, target)
        except Exception as failure:
            say(f"  {name} takes no part: {brief(failure)}")
            continue
        contestant.name = f"ours_{name}" if name in OURS_ARE else name
        racing.append(contestant)
        chosen[contestant.name] = accuracy
    measured = compete(racing, {"": exact})
    own = min((name for name, it in measured.items() if it.kind == OURS), key=lambda name: measured[name].seconds)
    more = {"method": own.removeprefix("ours_"), "error_target": target, "accuracies": chosen}
    return row(kernel, measured, own, features=d, memories=n, batch=1, **more)


def reference(scipy, problem):
    xi, cue, beta, tau_h, time = problem
    found = scipy.integrate.solve_ivp(
        field(xi, beta, tau_h), (0, time), start_of(xi, cue), "LSODA", [time], rtol=1e-12, atol=1e-14,
        jac=jacobian(xi, beta, tau_h),
    )  # fmt: skip
    return found.y[:, -1]


def loosest(make, exact, target):
    """The first contestant, from loose to tight, that meets the target, and its accuracy."""
    accuracies, build = make
    for accuracy in accuracies:
        contestant = build(accuracy)
        seconds = contestant.once()
        if deviation(contestant.result(), exact) <= target:
            return contestant, accuracy
        if seconds > PATIENCE:
            raise ValueError(f"at accuracy {accuracy:g} a run takes {seconds:.0f} s and is not within {target:g}")
    raise ValueError(f"no accuracy reaches an error of {target:g}")


def maker(name, library, peers, problem):
    """What a method can be asked for, and the contestant for one of it."""
    if name in OURS_ARE:
        xi, cue, beta, tau_h, time = problem
        # an explicit method needs steps of the fast layer's size
        longest = {"rk4": min(1.0, 2 * tau_h), "strang": 1.0}
        accuracies = [longest[name] * step for step in STEPS] if name in longest else TOLERANCES
        return accuracies, lambda accuracy: ours(
            name, library.trajectory(xi, cue, beta, tau_h, name, accuracy, time)
        )
    if name == "diffrax_tsit5":
        return TOLERANCES, of_diffrax(peers, problem)
    return TOLERANCES, lambda accuracy: of_scipy(peers["scipy"], name, problem, accuracy)


def of_scipy(scipy, name, problem, accuracy):
    xi, cue, beta, tau_h, time = problem
    rates, start = field(xi, beta, tau_h), start_of(xi, cue)
    how = {"method": "RK45"} if name == "scipy_rk45" else {"method": "BDF", "jac": jacobian(xi, beta, tau_h)}

    def run():
        found = scipy.integrate.solve_ivp(
            rates, (0, time), start, t_eval=[time], rtol=accuracy, atol=1e-3 * accuracy, **how
        )
        return found.y[:, -1]

    return Contestant(name, run)


def of_diffrax(peers, problem):
    """A maker, because its solver is compiled once for all tolerances."""
    jax, diffrax = peers["jax"], peers["diffrax"]
    xi, cue, beta, tau_h, time = problem
    term = diffrax.ODETerm(jax_field(jax, xi, beta, tau_h))

    @jax.jit
    def solve(start, accuracy):
        steps = diffrax.PIDController(rtol=accuracy, atol=1e-3 * accuracy)
        found = diffrax.diffeqsolve(
            term, diffrax.Tsit5(), 0.0, time, None, start, stepsize_controller=steps, max_steps=100_000
        )
        return found.ys[-1]

    start = jax.numpy.asarray(start_of(xi, cue))
    return lambda accuracy: Contestant("diffrax_tsit5", lambda: solve(start, accuracy).block_until_ready())
