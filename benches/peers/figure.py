"""The figure: for every row how long the others take, in units of our time, on a logarithmic axis."""

import math
from html import escape

LABELS, PLOT, ROW, TOP, RIGHT, BOTTOM = 330, 560, 20, 80, 24, 44
TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
# Colours that can be told apart by everyone (Okabe & Ito), with a shape for each as well.
LOOKS = {
    "torch_sdpa": ("#d55e00", "circle"),
    "torch_softmax": ("#e69f00", "square"),
    "torch_hopfield": ("#cc79a7", "diamond"),
    "torch": ("#d55e00", "triangle"),
    "numpy": ("#0072b2", "square"),
    "jax": ("#009e73", "triangle"),
    "pykeops": ("#56b4e9", "diamond"),
    "entmax": ("#cc79a7", "triangle"),
    "scipy_rk45": ("#0072b2", "diamond"),
    "scipy_bdf": ("#0072b2", "circle"),
    "diffrax_tsit5": ("#009e73", "diamond"),
}
OTHER = ("#555555", "circle")


def draw(rows, names, label):
    """SVG of the rows that have peers; the full proof has its own rows in the table only."""
    rows = [row for row in rows if row["proof"] != "full" and ratios(row)]
    if not rows:
        return frame(120, [text(LABELS, 40, "no peer took part", 13)])
    every = [ratio for row in rows for ratio in ratios(row).values()]
    low = max(tick for tick in TICKS if tick <= max(TICKS[0], min(0.8, *every)))
    high = min((tick for tick in TICKS if tick >= max(2, *every)), default=TICKS[-1])

    def place(ratio):
        share = math.log(ratio / low) / math.log(high / low)
        return LABELS + PLOT * min(1.0, max(0.0, share))

    bottom = TOP + ROW * len(rows)
    parts = axis([tick for tick in TICKS if low <= tick <= high], place, bottom)
    for i, row in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        parts.append(text(LABELS - 12, y + 4, label(row), 11, "end"))
        parts += [mark(peer, place(ratio), y) for peer, ratio in ratios(row).items()]
    parts += legend(rows, names, bottom)
    return frame(bottom + BOTTOM + 20 * math.ceil(len(seen(rows)) / 6), parts)


def ratios(row):
    """Their time over ours by peer."""
    return {peer: it["ms"] / row["ms"] for peer, it in row["peers"].items() if it["ms"]}


def seen(rows):
    """Every peer of some row, in the order of LOOKS."""
    there = {peer for row in rows for peer in ratios(row)}
    return [peer for peer in LOOKS if peer in there] + sorted(there - LOOKS.keys())


def axis(ticks, place, bottom):
    parts = [
        text(LABELS, 24, "Their time over ours (visible proof)", 15, weight="bold"),
        text(LABELS, 44, "right of 1: ours is faster; one alternated run, two threads for everyone", 11),
    ]
    for tick in ticks:
        ours = tick == 1
        look = 'stroke="#222" stroke-width="1.5"' if ours else 'stroke="#ddd"'
        x = place(tick)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{bottom}" {look}/>')
        parts.append(text(x, TOP - 8, "ours" if ours else f"{tick:g}×", 10, "middle"))
    return parts


def legend(rows, names, bottom):
    parts = []
    for i, peer in enumerate(seen(rows)):
        x, y = LABELS - 60 + 105 * (i % 6), bottom + 24 + 20 * (i // 6)
        parts += [mark(peer, x, y), text(x + 10, y + 4, names.get(peer, peer), 11)]
    return parts


def mark(peer, x, y):
    colour, form = LOOKS.get(peer, OTHER)
    look = f'fill="{colour}" fill-opacity="0.85" stroke="#fff" stroke-width="0.7"'
    if form == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {look}/>'
    corners = {
        "square": [(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)],
        "diamond": [(0, -6), (6, 0), (0, 6), (-6, 0)],
        "triangle": [(0, -6), (5.5, 4.5), (-5.5, 4.5)],
    }[form]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {look}/>'


def text(x, y, words, size, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )


def frame(height, parts):
    width = LABELS + PLOT + RIGHT
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif" fill="#222">'
    )
    return "\n".join([opening, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>", ""])
