"""What the machine can do, measured in the same rounds as the contestants.

numpy reaches neither limit, so both are functions of our library: plain loops, without any of our kernels.
"""

import os
import platform
import time
from pathlib import Path

import numpy as np

from contest import LIMIT, Contestant, settle

# A sample of the peak lasts about this long, in seconds.
SAMPLE = 0.01


def plain_read(library, *arrays):
    """Reading arrays once with all threads."""
    words = [array.reshape(-1).view(np.uint32) for array in arrays]

    def run():
        for array in words:
            library.read(array)

    return Contestant("read", run, kind=LIMIT)


class Peak(Contestant):
    """How long `flops` would take if every one were part of a fused multiply-add that never waits."""

    def __init__(self, library, flops, double):
        super().__init__("peak", None, kind=LIMIT)
        self._library, self._flops, self._double = library, flops, double
        trial = 10_000
        each = self._operations(trial) / trial
        self._rounds = max(trial, int(SAMPLE / each))

    def _operations(self, rounds):
        """Seconds for so many rounds."""
        begin = time.perf_counter()
        self._library.peak(rounds, self._double)
        return time.perf_counter() - begin

    def once(self):
        return self._flops / (self._library.peak(self._rounds, self._double) * 1e9)

    def burst(self, *_):
        settle()
        self.wake()
        return self.once()


def machine(library, threads, versions):
    """What the figures were measured on."""
    # 256 MB, beyond most caches, and written: untouched pages of zeros are all the same one
    array = np.ones(1 << 26, np.uint32)
    library.read(array)
    reads = [plain_read(library, array).once() for _ in range(5)]
    peaks = {name: max(library.peak(1_000_000, name == "f64") for _ in range(5)) for name in ("f32", "f64")}
    return {
        "processor": processor(),
        "threads": threads,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "read_gb_per_s": round(array.nbytes / 1e9 / float(np.median(reads)), 1),
        "peak_gflops_f32": round(peaks["f32"], 1),
        "peak_gflops_f64": round(peaks["f64"], 1),
        "versions": {"python": platform.python_version(), **versions},
    }


def processor():
    """The processor's name, with the widest vectors that it has, which names of rented ones hide."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    name, flags = fields.get("model name", platform.machine()), fields.get("flags", "").split()
    widest = next((word for word in ("avx512f", "avx2") if word in flags), None)
    return f"{name} ({widest})" if widest else name
