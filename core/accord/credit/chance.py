"""What guessing among the candidates of each sample gives (R25)."""

from __future__ import annotations

from collections.abc import Callable

from accord.backends.base import Array
from accord.counts.by_rank import constant
from accord.counts.tally import summed
from accord.inputs.batch import Batch
from accord.inputs.labels import Labels


def among_candidates(
    batch: Batch, labels_of: Callable[[Batch], Labels], ks: tuple[int, ...]
) -> Array:
    """Return the sum over samples of ``min(k, c) / c`` at each k, with ``c`` candidates a sample."""
    found = [_guessed(block, labels_of(block), ks) for block in batch.blocks()]
    return sum(found[1:], found[0])


def _guessed(block: Batch, labels: Labels, ks: tuple[int, ...]) -> Array:
    ns = block.ns
    count = ns.astype(block.backend.count_true(block.candidates)[0], block.numbers.sum)
    some = ns.where(count > 0, count, ns.ones_like(count))
    each = ns.reshape(constant(block, list(ks), count.dtype), (-1,) + (1,) * count.ndim)
    shares = ns.minimum(count, each) / some
    if labels.valid is not None:
        shares = ns.where(labels.valid, shares, ns.zeros_like(shares))
    return summed(block, labels.kept, shares)
