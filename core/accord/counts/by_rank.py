"""Credit at many k from the distribution of ranks, in one pass and O(C) memory (R6, R17).

A sample has its credit at each k from its own rank on. So samples are counted by rank, and the
credit at k is the sum over the ranks up to k. In the mean over all orders of the tied, a sample has
a share of its weight at each of its ``tied + 1`` ranks. Such runs of equal shares are counted by
where they begin and where they end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, device_of
from accord.inputs.batch import Batch

Row = list[float] | npt.NDArray[Any]


class Curve(NamedTuple):
    """At which k credit is wanted, and what each rank is worth.

    Attributes
    ----------
    reach : int
        The largest k.
    cuts : tuple of int
        Every k; empty for all from 1 to ``reach``.
    worth : list or array of float, or None
        What each rank is worth, from the first on; None where that is 1.
    mean : bool
        Whether credit under the rule is the mean over all orders of the tied.
    """

    reach: int
    cuts: tuple[int, ...]
    worth: Row | None
    mean: bool


class Samples(NamedTuple):
    """Samples along one axis: what each adds, and the class or group of each, of ``places``."""

    amount: Array
    ids: Array | None
    places: int | None


def add_up(
    block: Batch, curve: Curve, ahead: Sequence[Array], samples: Samples
) -> tuple[Array, Array, Array]:
    """Return the credit at each k under the rule, with all ties lost, with all won.

    ``ahead`` has how many classes are ahead of each sample, under each of the three. Where the rule
    is the mean over all orders, the first of them is not used.
    """
    ns, dtypes = block.ns, block.numbers
    by_rule, lost, won = (ns.reshape(ns.astype(each, dtypes.count), (-1,)) for each in ahead)
    worst, best = (
        _at_each_k(block, curve, _by_rank(block, curve, each, samples)) for each in (lost, won)
    )
    if not curve.mean:
        return _at_each_k(block, curve, _by_rank(block, curve, by_rule, samples)), worst, best
    share = ns.astype(samples.amount, dtypes.sum) / ns.astype(lost - won + 1, dtypes.sum)
    shared = samples._replace(amount=share)
    begun, ended = (_by_rank(block, curve, each, shared) for each in (won, lost + 1))
    mean = _at_each_k(block, curve, ns.cumulative_sum(begun - ended, axis=0))
    # Exact where ties decide nothing, whatever was rounded on the way.
    low, high = (ns.astype(each, mean.dtype, copy=False) for each in (worst, best))
    return ns.minimum(ns.maximum(mean, low), high), worst, best


def _by_rank(block: Batch, curve: Curve, ahead: Array, samples: Samples) -> Array:
    """Sum what samples add by rank, up to the largest k; places are along a last axis."""
    ns, (amount, ids, places), bins = block.ns, samples, curve.reach + 1
    last = ns.zeros_like(ahead) + curve.reach  # of those that are misses at every k
    bin_ = ns.where(ahead < curve.reach, ahead, last)
    if ids is None or places is None:
        return block.backend.segment_sum(amount, bin_, bins)[: curve.reach]
    sums = block.backend.segment_sum(amount, ids * bins + bin_, places * bins)
    return ns.permute_dims(ns.reshape(sums, (places, bins)), (1, 0))[: curve.reach, ...]


def _at_each_k(block: Batch, curve: Curve, by_rank: Array) -> Array:
    """Return the credit of all ranks up to each k."""
    ns = block.ns
    if curve.worth is not None:
        worth = constant(block, curve.worth, block.numbers.sum)
        worth = ns.reshape(worth, (-1,) + (1,) * (by_rank.ndim - 1))
        by_rank = ns.astype(by_rank, block.numbers.sum) * worth
    credit = ns.cumulative_sum(by_rank, axis=0)
    if len(curve.cuts) == 0:
        return credit
    places = [cut - 1 for cut in curve.cuts]
    return ns.take(credit, constant(block, places, block.numbers.count), axis=0)


def constant(block: Batch, row: Row | list[int], dtype: Any) -> Array:
    """Return a row as an array of the framework: a list under a trace, which may trace NumPy too."""
    if isinstance(row, np.ndarray):
        if row.dtype == np.float64 and dtype != block.ns.float64:
            row = row.astype(np.float32)  # a device may have no float64
        return block.ns.astype(block.backend.from_host(row, like=block.scores), dtype)
    if block.backend.residence(block.scores) != "traced":
        return constant(block, np.asarray(row), dtype)
    return block.ns.asarray(row, dtype=dtype, device=device_of(block.scores))
