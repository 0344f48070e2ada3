"""Contestants that take turns: each runs in every round, and the median over the rounds counts."""

import ctypes
import gc
import math
import statistics
import sys
import time

import numpy as np

# Each contestant is to be timed for this long, in seconds, and in no fewer rounds than LEAST.
ENOUGH, LEAST, MOST = 0.2, 5, 20
# A contest's rounds are not to take longer than this together, in seconds, if FEWEST rounds allow it.
LONG, FEWEST = 60.0, 3
# Threads that are woken may share a processor until the system notices: short runs are repeated for so many seconds
# before they are timed. Runs longer than LONG_RUN hardly notice.
AWAKE, LONG_RUN = 0.05, 0.1
# OpenBLAS's threads look for more work for a tenth of a second, at the cost of whoever comes next. They are taken to
# be asleep when of a GLANCE no more than this share was worked; nobody waits longer than PATIENCE. In seconds.
GLANCE, IDLE, PATIENCE = 0.01, 0.1, 0.5


class Pace:
    """How much time there is: a quick run takes less for each contest, and least of all once it is late."""

    long, late = LONG, math.inf

    @classmethod
    def quicken(cls, long, late):
        """Gives a contest `long` seconds, and after `late` seconds from now as few rounds as possible."""
        cls.long, cls.late = long, time.monotonic() + late

    @classmethod
    def seconds(cls):
        return 0.0 if time.monotonic() > cls.late else cls.long


# What a contestant is: ours may not fail, and limits of the machine have no result.
OURS, PEER, LIMIT = "ours", "peer", "limit"


class Contestant:
    """Work with a name. `run` returns its result, or `result` fetches it; `prepare` is not timed."""

    def __init__(self, name, run, prepare=None, result=None, kind=PEER):
        self.name, self.run, self._prepare, self._result, self.kind = name, run, prepare, result, kind
        self.found = None

    def once(self):
        """Seconds that one run takes."""
        self.found = None
        if self._prepare:
            self._prepare()
        begin = time.perf_counter()
        self.found = self.run()
        return time.perf_counter() - begin

    def wake(self):
        """Runs until its threads have found their processors."""
        begin = time.monotonic()
        while time.monotonic() - begin < AWAKE:
            self.once()

    def burst(self, runs, long):
        """Seconds of one run, as the mean of several. It begins when the threads of others have gone to sleep, and
        unless runs are long with some that wake its own."""
        settle()
        if not long:
            self.wake()
        taken = []
        while len(taken) < runs and sum(taken) < ENOUGH:
            taken.append(self.once())
        return statistics.fmean(taken)

    def result(self):
        """What the last run found, in f64."""
        found = self._result() if self._result else self.found
        return np.asarray(found, np.float64)


class Measured:
    """What a contestant showed: seconds, largest relative error, growth of memory in MB."""

    def __init__(self, kind, error=None, extra=None):
        self.kind, self.error, self.extra, self.seconds = kind, error, extra, None


def settle():
    """Waits until no thread of this process works."""
    begin, idle = time.monotonic(), False
    while not idle and time.monotonic() - begin < PATIENCE:
        before = time.process_time()
        time.sleep(GLANCE)
        idle = time.process_time() - before <= IDLE * GLANCE


def ours(name, contestant):
    return Contestant(name, contestant.run, contestant.prepare, contestant.result, OURS)


def invited(peers, makers, *setting):
    """What the makers make of each peer that is installed; one that cannot even be set up says why."""
    made = []
    for peer, make in makers.items():
        try:
            made += make(peers[peer], *setting) if peer in peers else []
        except Exception as failure:
            say(f"  {peer} takes no part: {brief(failure)}")
    return made


def held(jax, *arrays):
    """Arrays of jax's own, complete: it copies in the background, at the cost of whoever is measured meanwhile."""
    return jax.block_until_ready([jax.numpy.asarray(array) for array in arrays])


def compete(contestants, references):
    """Runs contestants against each other; `references` holds the f64 result by name, or one for all under "".

    A contestant that fails is left out with a line that says why, unless it is ours. Results are checked and
    memory is measured in runs of their own, before the rounds.
    """
    measured, racing = {}, []
    for one in contestants:
        try:
            one.once()  # the warm-up: compilations, threads, first touches
            shown = Measured(one.kind)
            if one.kind == LIMIT:
                seconds = one.once()
            else:
                seconds, shown.extra = least_growth(one.once)
                shown.error = deviation(one.result(), references.get(one.name, references.get("")))
            racing.append((one, seconds))
            measured[one.name] = shown
        except Exception as failure:  # whatever a peer throws: it is out, and the others go on
            if one.kind != PEER:
                raise
            say(f"  {one.name} takes no part: {brief(failure)}")
    for name, seconds in rounds(racing).items():
        measured[name].seconds = seconds
    return measured


def rounds(racing):
    """The median seconds of every contestant."""
    bursts = {one.name: (burst_of(seconds), seconds > LONG_RUN) for one, seconds in racing}
    lasting = [max(seconds, 1e-7) * burst_of(seconds) for _, seconds in racing]
    count = min(MOST, max(LEAST, math.ceil(ENOUGH / min(lasting))))
    samples = {one.name: [] for one, _ in racing}
    gc.collect()
    gc.disable()
    begin = time.monotonic()
    try:
        for done in range(count):
            if done >= FEWEST and time.monotonic() - begin > Pace.seconds():
                break  # slower than the first runs said
            for one, _ in racing:
                samples[one.name].append(one.burst(*bursts[one.name]))
    finally:
        gc.enable()
    return {name: statistics.median(taken) for name, taken in samples.items()}


def burst_of(seconds):
    """Short runs are timed several at a time, so that MOST rounds suffice."""
    return max(1, math.ceil(ENOUGH / MOST / max(seconds, 1e-7)))


def deviation(result, reference):
    """The largest deviation divided by the largest |entry| of the reference."""
    if result.shape != reference.shape:
        raise ValueError(f"a result of shape {result.shape}, not {reference.shape}")
    if not np.isfinite(result).all():
        raise ValueError("a result that is not finite")
    return float(np.max(np.abs(result - reference)) / np.max(np.abs(reference)))


def least_growth(work):
    """The seconds and the growth of memory that one run takes; the least growth of several, unless they are long,
    because what other threads and the kernel do meanwhile can only add to it."""
    seconds, extra = peak_growth(work)
    for _ in range(2):
        if extra is None or seconds > LONG_RUN * 10:
            break
        again, less = peak_growth(work)
        seconds, extra = min(seconds, again), min(extra, less)
    return seconds, extra


def peak_growth(work):
    """What `work` returns, and by how many MB the resident memory exceeds, at its peak meanwhile, what it was before.

    The kernel's high-water mark is set back first (5 into /proc/self/clear_refs), and what the allocator
    keeps for later is given back, so that it counts when it is used again. None where the kernel cannot tell.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as mark:
            mark.write("5")
        before = resident("VmRSS")
    except (OSError, AttributeError):
        return work(), None
    returned = work()
    return returned, max(0.0, (resident("VmHWM") - before) * 1024 / 1e6)


def resident(field):
    """A field of /proc/self/status, in units of 1024 bytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field))


def brief(failure):
    words = str(failure).strip().splitlines() or [""]
    return f"{type(failure).__name__}: {words[0][:200]}"


def say(words):
    print(words, file=sys.stderr, flush=True)
