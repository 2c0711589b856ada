"""Samples with NaN or -inf among their scores: how many there are, and what the NaN cost them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from accord.arrays import Inputs
from accord.labels import Labels, isnan
from accord.ranking import Standing, rank
from accord.registry import Array
from accord.tally import summed
from accord.ties import Ties, credit


class NonFinite(NamedTuple):
    """Counts beside a tally, in its unit; those of parts add up to that of the whole.

    Attributes
    ----------
    nan : array, 0-d
        Samples with a NaN among their scores, that of their own class included.
    lost : array, 0-d, with a leading axis for a tuple of k
        Credit that the tie rule would give them if no NaN of a rival were ahead (R2).
    minus_inf : array, 0-d
        Samples with a -inf among their scores.
    """

    nan: Array
    lost: Array
    minus_inf: Array

    def __add__(self, other: object) -> NonFinite:  # counts add, tuples concatenate
        """Return the counts of both parts together."""
        if not isinstance(other, NonFinite):
            return NotImplemented
        return NonFinite(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __radd__(self, other: object) -> NonFinite:
        """Let ``sum`` start from 0."""
        return self if other == 0 else NotImplemented


def over_blocks(
    inputs: Inputs, labels_of: Callable[[Inputs], Labels], k: int | tuple[int, ...], ties: Ties
) -> NonFinite:
    """Count such samples under a k and a tie rule.

    A block is read once to see whether there are any, and counted only where there are.
    """
    counted = inputs.adapter.compiled(_counted)
    found = [
        NonFinite(*counted((k, ties), block, labels_of(block)))
        for block in inputs.blocks()
        if _possible(block)
    ]
    if found:
        return sum(found[1:], found[0])
    unit = np.int64 if inputs.weight is None else np.float64  # that of a tally (R17)
    credits_ = np.float64 if ties == "expected" else unit
    lost = np.zeros((len(k),) if isinstance(k, tuple) else (), credits_)
    return NonFinite(unit(0), lost, unit(0))


def _possible(block: Inputs) -> bool:
    """Tell whether a block may hold a NaN or a -inf, in one read of its scores at most."""
    scores, ns, adapter = block.scores, block.ns, block.adapter
    if not ns.isdtype(scores.dtype, "real floating") or 0 in scores.shape:
        return False
    if isinstance(scores, np.ndarray):
        return _possible_in_numpy(scores)
    if adapter.is_traced(scores):
        return True
    return bool(adapter.to_host(adapter.compiled(_any)(None, block)))


def _possible_in_numpy(scores: np.ndarray[Any, Any]) -> bool:
    """Look at the least score, which needs no temporary and is NaN if one is there."""
    if scores.dtype == np.float16 and scores.dtype.isnative:  # NumPy compares its bits 20x faster
        negative = scores.view(np.uint16).max() >= 0xFC00  # noqa: PLR2004  # -inf, then NaN
        return bool(negative or scores.view(np.int16).max() > 0x7C00)  # noqa: PLR2004  # +inf
    with np.errstate(invalid="ignore"):
        return not scores.min() > -np.inf


def _counted(
    how: tuple[int | tuple[int, ...], Ties], block: Inputs, labels: Labels
) -> tuple[Array, Array, Array]:
    k, ties = how
    nan, minus_inf = _flags(block)
    rivals = block.adapter.count(nan)
    standing, undefined = rank(block, labels)
    if labels.valid is not None:
        undefined = undefined | ~labels.valid  # no NaN made these misses
    ahead = block.ns.where(undefined, standing.ahead, standing.ahead - rivals)
    before = credit(block, Standing(ahead, *standing[1:]), k, ties)
    after = credit(block, standing, k, ties)
    whole = block.ns.isdtype(after.dtype, "bool")
    return (
        summed(block, labels.kept, rivals > 0),
        summed(block, labels.kept, before & ~after if whole else before - after),
        summed(block, labels.kept, block.adapter.count(minus_inf) > 0),
    )


def _any(_: None, block: Inputs) -> Array:
    nan, minus_inf = _flags(block)
    return block.ns.any(nan | minus_inf)


def _flags(block: Inputs) -> tuple[Array, Array]:
    return isnan(block, block.scores), block.scores == -float("inf")
