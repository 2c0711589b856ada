"""Rank measures as tables: from rank counts to the credit a sample gets (R5, R7).

The credit of a sample is a function ``f`` of the rank of its true class, which never rises. One
mechanism serves every such measure, tie rules and bounds included, on both engines::

    credit   = f(1 + ahead + ties that the rule counts)
    floor    = f(1 + ahead + tied)
    ceiling  = f(1 + ahead)
    expected = (F(ahead + tied + 1) - F(ahead)) / (tied + 1)     F: the running sum of f
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from accord.backends.base import Array, indices
from accord.counts.by_rank import Curve, Row, constant
from accord.credit.rank_counts import Standing
from accord.credit.ties import AHEAD, Ties
from accord.inputs.batch import Batch

MANY = 8
"""From how many k on samples are counted by rank, and not at each k."""

_SPARSE = 16  # times as many ranks as k are too many to count by

_SPLIT = 2.0**29 + 1  # Veltkamp's: leaves the 24 highest of the 53 bits of a float64


@dataclass(frozen=True)
class RankTables:
    """What each rank is worth, at each k.

    Attributes
    ----------
    cuts : tuple of int
        By k, the last rank that has credit; empty where there is a figure at every rank.
    credit : tuple of tuple of float, or None
        By k, the credit at ranks 1 to C; None where it is 1 up to each cut, as for top-k.
    ties : str
        The tie rule.
    stacked : bool
        Whether figures have a leading axis for k.
    reach : int
        The last rank that has credit at any k: a sample behind as many is a miss.
    by_rank : bool
        Whether samples are counted by rank, for many k at once. ``credit`` then has one row, that
        of the largest k.
    lists : list of list of float
        By k the credit by the number of classes ahead, then by k its running sums.
    arrays : array of float64, or None
        The same for host memory.
    """

    cuts: tuple[int, ...]
    credit: tuple[tuple[float, ...], ...] | None
    ties: Ties
    stacked: bool
    reach: int
    by_rank: bool = False
    lists: Sequence[list[float]] = field(default=(), compare=False)
    arrays: npt.NDArray[np.float64] | None = field(default=None, compare=False)

    @property
    def several(self) -> int:
        """How many k there are."""
        return len(self.cuts) or self.reach


def count_by_rank(cuts: tuple[int, ...]) -> bool:
    """Tell whether samples are counted by rank for such k, of which none stands for every k."""
    # By length: Dynamo traces no `not` of a tuple.
    return len(cuts) == 0 or (len(cuts) >= MANY and max(cuts) <= _SPARSE * len(cuts))


def top_tables(cuts: tuple[int, ...], ties: Ties, classes: int, *, stacked: bool) -> RankTables:
    """Return the tables of a measure whose credit is 1 up to each cut, or to each of all ranks."""
    reach = max(cuts) if len(cuts) else classes
    return RankTables(cuts, None, ties, stacked, reach, count_by_rank(cuts))


def tables_of(
    credit: tuple[tuple[float, ...], ...],
    ties: Ties,
    *,
    stacked: bool,
    cuts: tuple[int, ...] | None = None,
) -> RankTables:
    """Return the tables of a measure from its credit at ranks 1 to C, one row for each k.

    With ``cuts``, there is one row, which ends at each of them.

    Raises
    ------
    ValueError
        If the credit rises with the rank: bounds and early misses rely on that it does not.
    """
    for row in credit:
        for rank, (worth, later) in enumerate(pairwise(row), 1):
            if later > worth:
                raise ValueError(
                    f"credit_at({rank}) is {worth} and credit_at({rank + 1}) is {later}; a rank"
                    " measure must not give a later rank more credit"
                )
    lists = [[*row, 0.0] for row in credit] + [[0.0, *accumulate(row)] for row in credit]
    if cuts is not None:
        reach = max(cuts) if len(cuts) else len(credit[0])
        return RankTables(cuts, credit, ties, stacked, reach, by_rank=True, lists=lists)
    last = [max([0, *(rank for rank, worth in enumerate(row, 1) if worth)]) for row in credit]
    return RankTables(tuple(last), credit, ties, stacked, max(last), lists=lists)


def curve_of(how: RankTables) -> Curve:
    """Return at which k credit is counted by rank, and what each rank is worth."""
    worth = None if how.credit is None else _row(how, 0)[: how.reach]
    return Curve(how.reach, how.cuts, worth, how.ties == "expected")


def credit(block: Batch, standing: Standing, how: RankTables, ties: Ties) -> Array:
    """Return each sample's credit under a tie rule: bool, or floats where it has fractions."""
    if how.by_rank:
        return _at_every_k(block, standing, how, ties)
    if how.credit is None and ties != "expected":
        ahead = rank_ahead(standing, ties)
        if not how.stacked:
            return ahead < how.cuts[0]
        return block.ns.stack([ahead < cut for cut in how.cuts])
    of_each = _shares if how.credit is None else _by_tables
    each = [of_each(block, standing, how, place, ties) for place in range(len(how.cuts))]
    return block.ns.stack(each) if how.stacked else each[0]


def _at_every_k(block: Batch, standing: Standing, how: RankTables, ties: Ties) -> Array:
    """Return credit along a first axis for many k, by operations on all of them at once."""
    ns, dtype = block.ns, block.numbers.sum
    ks = _column(block, standing.ahead, how)
    if ties != "expected":
        ahead = rank_ahead(standing, ties)
        if how.credit is None:
            return ahead < ks
        worth = _look_up(block, _row(how, 0), ns.clip(ahead, 0, how.reach))
        return ns.where(ahead < ks, worth, ns.zeros_like(worth))
    tied = standing.tied_before + standing.tied_after + 1
    if how.credit is None:
        return ns.clip(ns.astype(ks - standing.ahead, dtype) / ns.astype(tied, dtype), 0, 1)
    first, last = (ns.minimum(rank, ks) for rank in (standing.ahead, standing.ahead + tied))
    return _gained(block, _row(how, 1), first, last) / ns.astype(tied, dtype)


def _column(block: Batch, ahead: Array, how: RankTables) -> Array:
    """Return every k along a first axis, before those of the samples."""
    ns = block.ns
    if len(how.cuts):
        ks = constant(block, list(how.cuts), ahead.dtype)
    else:
        ks = indices(ns, ahead, how.reach) + 1
    return ns.reshape(ks, (-1,) + (1,) * ahead.ndim)


def rank_ahead(standing: Standing, ties: Ties) -> Array:
    """Return how many classes are ahead of the true one under a rule other than "expected"."""
    before, after = AHEAD[ties]
    rank = standing.ahead
    rank = rank + standing.tied_before if before else rank
    return rank + standing.tied_after if after else rank


def _shares(block: Batch, standing: Standing, how: RankTables, place: int, _: Ties) -> Array:
    """Return the chance to be among the best in a random order of the tied."""
    ns, dtype = block.ns, block.numbers.sum
    places = ns.astype(how.cuts[place] - standing.ahead, dtype)
    rivals = ns.astype(standing.tied_before + standing.tied_after + 1, dtype)
    return ns.clip(places / rivals, 0, 1)


def _by_tables(block: Batch, standing: Standing, how: RankTables, place: int, ties: Ties) -> Array:
    if ties != "expected":
        return _look_up(block, _row(how, place), rank_ahead(standing, ties))
    running = _row(how, len(how.cuts) + place)
    tied = standing.tied_before + standing.tied_after + 1
    # An undefined sample has all classes ahead, so no rank: nothing is gained past the last.
    last = block.ns.clip(standing.ahead + tied, 0, len(running) - 1)
    gained = _gained(block, running, standing.ahead, last)
    return gained / block.ns.astype(tied, gained.dtype)


def _gained(block: Batch, running: Row, first: Array, last: Array) -> Array:
    """Return the difference of two running sums."""
    narrow = block.numbers.sum != block.ns.float64
    each = [
        _look_up(block, part, last) - _look_up(block, part, first)
        for part in (_in_two(running) if narrow else (running,))
    ]
    return each[0] + each[1] if narrow else each[0]


def _row(how: RankTables, row: int) -> Row:
    """Return a row as an array, or as a list under a trace, which may trace NumPy too."""
    return how.lists[row] if how.arrays is None else how.arrays[row]


def _in_two(row: Row) -> tuple[Row, Row]:
    """Split numbers into what float32 holds, and the rest: the difference of two is small (R20)."""
    if isinstance(row, list):
        first = [(value * _SPLIT) - (value * _SPLIT - value) for value in row]
        return first, [value - high for value, high in zip(row, first, strict=True)]
    high = row.astype(np.float32)
    return high, row - high


def _look_up(block: Batch, row: Row, rank: Array) -> Array:
    ns, numbers = block.ns, block.numbers
    table, place = constant(block, row, numbers.sum), ns.astype(rank, numbers.count)
    if rank.ndim == 1 or None in tuple(rank.shape):  # lengths a graph does not know
        return ns.take(table, place, axis=0)
    return ns.reshape(ns.take(table, ns.reshape(place, (-1,)), axis=0), rank.shape)
