"""One line of the results."""

from contest import PEER

# The peers that every row speaks of; others are told of where they took part.
ALWAYS = ["torch_sdpa", "numpy", "jax"]


def row(kernel, measured, name="ours", proof=None, features=None, memories=None, batch=None, **more):
    """A row of ours, called `name` among what was measured, beside all that is not ours. `vs_` is their time over
    ours, `stream_fraction` and `peak_fraction` are the limits' times over ours."""
    own = measured[name]
    peers = {key: it for key, it in measured.items() if it.kind == PEER}
    best = min(peers, key=lambda peer: peers[peer].seconds, default=None)
    read, peak = (measured[limit].seconds if limit in measured else None for limit in ("read", "peak"))

    def over(seconds):
        return None if seconds is None else seconds / own.seconds

    def times(peer):
        return over(peers[peer].seconds) if peer in peers else None

    return {
        "kernel": kernel,
        "proof": proof,
        "features": features,
        "memories": memories,
        "batch": batch,
        **more,
        "ms": milli(own.seconds),
        "read_ms": milli(read),
        "stream_fraction": over(read),
        "peak_fraction": over(peak),
        **{f"vs_{peer}": times(peer) for peer in [*ALWAYS, *(peer for peer in peers if peer not in ALWAYS)]},
        "vs_best_peer": times(best),
        "best_peer": best,
        "max_error": own.error,
        "extra_mb": own.extra,
        "peers": {
            peer: {"ms": milli(it.seconds), "max_error": it.error, "extra_mb": it.extra} for peer, it in peers.items()
        },
    }


def milli(seconds):
    return None if seconds is None else 1e3 * seconds
