"""Ours and theirs, one after the other in every round, in one process on the same arrays.

Called by `cargo xtask bench --peers`, which makes the environment and the library.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

THREADS = 2
# A quick run is to end within 5 minutes: seconds for each contest, and from when on it is late.
QUICK = (8.0, 120.0)
# Everything that a peer is imported as: name here, module.
PEERS = {
    "numpy": "numpy",
    "torch": "torch",
    "jax": "jax",
    "scipy": "scipy.integrate",
    "diffrax": "diffrax",
    "pykeops": "pykeops.numpy",
    "entmax": "entmax",
}


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True, help="our shared library")
    parser.add_argument("--out", required=True, type=Path, help="the folder for peers.json, peers.md and peers.svg")
    parser.add_argument("--command", default="", help="what to print as the command that made the table")
    parser.add_argument("--quick", action="store_true", help="some of the rows")
    parser.add_argument("--only", default="", metavar="WORD", help="only kernels whose name contains WORD")
    return parser.parse_args()


def distinct_cores(count):
    """As many processors as asked for, each on a core of its own as long as there are any."""
    allowed = sorted(os.sched_getaffinity(0))
    cores, rest = {}, []
    for cpu in allowed:
        siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        core = siblings.read_text().strip() if siblings.exists() else cpu
        if core in cores:
            rest.append(cpu)
        else:
            cores[core] = cpu
    return set((list(cores.values()) + rest)[:count])


def settle_threads():
    """Two threads for everyone, each on a core of its own; before anything that counts processors is imported."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, distinct_cores(THREADS))
    pools = ["RAYON", "OMP", "OPENBLAS", "MKL"]
    os.environ.update({f"{pool}_NUM_THREADS": str(THREADS) for pool in pools})
    os.environ["JAX_PLATFORMS"] = "cpu"


def imported(out):
    """The peers that are there, by name, and their versions; who is missing says why."""
    from importlib.metadata import version

    from contest import brief, say

    os.environ.setdefault("KEOPS_CACHE_FOLDER", str(out / "keops"))
    peers, versions = {}, {}
    for name, module in PEERS.items():
        try:
            peers[name] = importlib.import_module(module)
            versions[name] = version(name)
        except Exception as failure:
            say(f"{name} takes no part: {brief(failure)}")
    if "torch" in peers:
        peers["torch"].set_num_threads(THREADS)
        peers["torch"].set_grad_enabled(False)
    if "jax" in peers:
        peers["jax"].config.update("jax_enable_x64", True)
    if "pykeops" in peers:
        importlib.import_module("pykeops").set_verbose(False)
    if "scipy" in peers:
        peers["scipy"] = importlib.import_module("scipy")
    return peers, versions


def main():
    chosen = options()
    chosen.out.mkdir(parents=True, exist_ok=True)
    settle_threads()
    import activations
    import attention
    import limits
    import recall
    import report
    import spins
    import trajectories
    from contest import Pace, say
    from ours import Library

    kinds = [recall, attention, spins, activations, trajectories]
    names = [name for kind in kinds for name in kind.KERNELS]
    if not any(chosen.only in name for name in names):
        sys.exit(f"no kernel is called like {chosen.only!r}: there are {', '.join(names)}")
    peers, versions = imported(chosen.out.resolve())
    library = Library(chosen.library)
    if chosen.quick:
        Pace.quicken(*QUICK)
    results = {"machine": limits.machine(library, THREADS, versions), "command": chosen.command, "rows": []}
    for kind in kinds:
        for row in kind.measure(library, peers, chosen.quick, lambda name: chosen.only in name):
            if row is not None:
                results["rows"].append(row)
                say(report.line(row))
                report.write(results, chosen.out)  # after every row, so that a run that is ended leaves something
    print(report.table(results))


if __name__ == "__main__":
    main()
