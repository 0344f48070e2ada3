"""peers.json, peers.md and peers.svg."""

import json
import math

import figure

NAMES = {
    "torch_sdpa": "torch SDPA",
    "torch_softmax": "torch softmax",
    "torch_hopfield": "Hopfield layer",
    "scipy_rk45": "scipy RK45",
    "scipy_bdf": "scipy BDF",
    "diffrax_tsit5": "diffrax Tsit5",
}
HEADS = [
    "kernel", "proof", "d", "N", "B", "ours, ms", "of plain read", "of FMA peak",
    "vs torch SDPA", "vs numpy", "vs jax", "vs best peer", "vs others", "largest error", "extra MB",
]  # fmt: skip


def write(results, folder):
    """All three files, each whole: a reader never finds half of one."""
    replace(folder / "peers.json", json.dumps(finite(results), indent=1, allow_nan=False) + "\n")
    replace(folder / "peers.md", table(results))
    replace(folder / "peers.svg", figure.draw(results["rows"], NAMES, shape))


def replace(path, text):
    new = path.with_suffix(path.suffix + ".tmp")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def finite(value):
    """What JSON can say: a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {key: finite(it) for key, it in value.items()}
    if isinstance(value, list):
        return [finite(it) for it in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def table(results):
    """Markdown, with the command and the machine above it."""
    lines = [f"`{results['command']}`", ""] if results["command"] else []
    lines += [told(results["machine"]), "", cells(HEADS), cells(["---"] * 3 + ["---:"] * (len(HEADS) - 3))]
    lines += [cells(columns(row)) for row in results["rows"]]
    return "\n".join([*lines, "", LEGEND, ""])


LEGEND = (
    "vs: their time over ours, medians of one alternated run. Of plain read, of FMA peak: the time of one plain read "
    "of the same arrays, and of the same operations as fused multiply-adds only, over ours. Largest error: deviation "
    "from f64 over the largest entry. Extra MB: growth of the resident memory at its peak during the call."
)


def told(machine):
    versions = machine["versions"]
    libraries = ", ".join(f"{name} {versions[name]}" for name in versions)
    return (
        f"{machine['processor']}, {machine['threads']} threads for everyone, {machine['memory_gb']:g} GB; reads "
        f"{machine['read_gb_per_s']:g} GB/s, peak {machine['peak_gflops_f32']:g} GFLOP/s in f32 and "
        f"{machine['peak_gflops_f64']:g} in f64; {libraries}."
    )


def cells(words):
    return "| " + " | ".join(words) + " |"


def columns(row):
    best = row["best_peer"]
    name = f" ({NAMES.get(best, best)})" if best else ""
    heads = f", {row['heads']} heads" if "heads" in row else ""
    return [
        titled(row) + heads,
        row["proof"] or "–",
        *(count(row[size]) for size in ("features", "memories", "batch")),
        number(row["ms"]),
        *(number(row[it]) for it in ("stream_fraction", "peak_fraction")),
        *(times(row[it]) for it in ("vs_torch_sdpa", "vs_numpy", "vs_jax")),
        times(row["vs_best_peer"]) + name,
        others(row),
        tiny(row["max_error"]),
        "–" if row["extra_mb"] is None else f"{row['extra_mb']:.1f}",
    ]


def titled(row):
    """The kernel, and how ours did it where there are several ways."""
    return row["kernel"] + (f", {row['method']}" if "method" in row else "")


def others(row):
    """The peers that have no column of their own and are not the best."""
    own = {"torch_sdpa", "numpy", "jax", row["best_peer"]}
    rest = [peer for peer in row["peers"] if peer not in own]
    return ", ".join(f"{NAMES.get(peer, peer)} {times(row[f'vs_{peer}'])}" for peer in rest) or "–"


def count(size):
    """100000 as 1e5."""
    if size is None:
        return "–"
    digits = len(str(size)) - 1
    return f"1e{digits}" if digits >= 3 and size == 10**digits else str(size)


def number(value):
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1 else f"{value:.2g}"


def tiny(value):
    return "–" if value is None else "0" if value == 0 else f"{value:.0e}"


def times(value):
    return "–" if value is None else f"{number(value)}×"


def shape(row):
    """A row's name in the figure."""
    sizes = {"heads": row.get("heads"), "N": row["memories"], "d": row["features"], "B": row["batch"]}
    told = " ".join(f"{name}={count(size)}" for name, size in sizes.items() if size is not None)
    return f"{titled(row)} {told}"


def line(row):
    """A row on the terminal."""
    proof = f" {row['proof']}" if row["proof"] else ""
    best = f", best peer {NAMES.get(row['best_peer'], row['best_peer'])} {times(row['vs_best_peer'])}"
    return f"{shape(row)}{proof}: {number(row['ms'])} ms{best if row['best_peer'] else ''}, error {tiny(row['max_error'])}"
