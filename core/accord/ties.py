"""Tie rules: from a standing and k to the credit a sample gets (R5, R7)."""

from __future__ import annotations

from typing import Literal, get_args

from accord.arrays import Inputs
from accord.ranking import Standing
from accord.registry import Array

Ties = Literal["first", "last", "optimistic", "pessimistic", "expected"]
RULES: tuple[Ties, ...] = get_args(Ties)

# Whether ties before, and ties after, the label count as ahead of it. A sample is a hit at k when
# fewer than k are ahead. "expected" is the mean over all orders instead.
AHEAD: dict[str, tuple[int, int]] = {
    "first": (1, 0),
    "last": (0, 1),
    "optimistic": (0, 0),
    "pessimistic": (1, 1),
}


def highest(k: int | tuple[int, ...]) -> int:
    """Return the largest k that is asked for: a sample behind as many is a miss."""
    return max(k) if isinstance(k, tuple) else k


def credit(block: Inputs, standing: Standing, k: int | tuple[int, ...], ties: Ties) -> Array:
    """Return each sample's credit: bool, or a fraction under ``"expected"``.

    A tuple of k adds a leading axis, in the order given (R6).
    """
    if isinstance(k, tuple):
        return block.ns.stack([credit(block, standing, each, ties) for each in k])
    if ties == "expected":
        return _share(block, standing, k)
    before, after = AHEAD[ties]
    rank = standing.ahead
    rank = rank + standing.tied_before if before else rank
    rank = rank + standing.tied_after if after else rank
    return rank < k


def _share(block: Inputs, standing: Standing, k: int) -> Array:
    """Return the chance to be among the k best when ties are broken at random."""
    ns = block.ns
    dtype = block.adapter.numbers(block.scores).sum
    places = ns.astype(k - standing.ahead, dtype)
    rivals = ns.astype(standing.tied_before + standing.tied_after + 1, dtype)
    return ns.clip(places / rivals, 0, 1)
