"""The compiled scan on NumPy arrays: what `accord.credit` and `accord.counts` count, in one read.

Arrays must not be written to by another thread while they are read: the counts would mix both
states.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.scan.arrays import Rows, flat, integers
from accord.scan.by_rank import credit_at_each_k
from accord.scan.count_sets import SIDES, Bound, all_found, marks_of
from accord.scan.dispatch import compiled
from accord.scan.threads import shared

NO_TABLES = np.empty((0, 0))
_BY_RANK = np.empty(0, np.int64)  # no k: samples are counted by rank


class Credit(NamedTuple):
    """How ranks become credit.

    Attributes
    ----------
    cuts : array of int64
        By k, the last rank that has credit; empty where there is a figure at every rank.
    tables : array of float64, shape (2K, C + 1), or empty
        The credit at each rank from 0, and its running sums; empty where it is 1 up to each cut.
    lost : tuple of int, or None
        Whether ties before, and after, the label count as ahead of it. None: the mean over all
        orders.
    reach : int or None
        The largest of many k, where samples are counted by rank; None where they are counted at
        each k.
    worth : array of float64, or None
        The credit at each rank from 1, of samples that are counted by rank; None where it is 1.
    """

    cuts: npt.NDArray[np.int64]
    tables: npt.NDArray[np.float64] = NO_TABLES
    lost: tuple[int, int] | None = (1, 0)
    reach: int | None = None
    worth: npt.NDArray[np.float64] | None = None


Sums = tuple[Any, Any, Any, Any, Any, Any]
"""The six fields of a tally, in its order; those of ranks have a leading axis for K."""


def rank_counts(
    scores: npt.NDArray[Any],
    labels: npt.NDArray[np.int64],
    most: int,
    candidates: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.int32] | None:
    """Return ahead, tied_before and tied_after of each sample along a first axis.

    Labels are classes, or negative to rank last; None if one is not among its candidates. An
    undefined sample has as many ahead as there are classes. A row may be left once ``most`` are
    ahead: the counts are then of a miss at every k up to that.
    """
    counts, scan = np.empty((3, labels.size), np.int32), compiled().stand

    def work(job: tuple[int, Rows]) -> bool:
        begin, part = job
        for piece in part.pieces():
            some = np.ascontiguousarray(piece.labels).reshape(-1)
            given = some, piece.flags(), most, counts, begin
            if not scan(*piece.flat(), piece.entries, *given):
                return False
            begin += some.size
        return True

    parts = Rows(scores, labels, labels.ndim, candidates=candidates).parts()
    sizes = (part.samples for part in parts)
    jobs = list(zip(accumulate(sizes, initial=0), parts, strict=False))  # one sum more
    return counts.reshape(3, *labels.shape) if all(shared(work, jobs)) else None


def tally_ranks(rows: Rows, credit: Credit, groups: int | None) -> Sums | None:
    """Return the tally of integer or dense labels, or None if a label or weight is to be refused."""
    scan, expected = compiled().tally, credit.lost is None
    cuts = credit.cuts if credit.reach is None else _BY_RANK
    how = cuts, credit.tables, *(credit.lost or (0, 0)), expected

    def count(piece: Rows, *arrays: Any) -> bool:
        *samples, ignoring, ignored, sums = arrays
        given = (*samples, piece.flags(), ignoring, ignored)
        return bool(scan(*piece.flat(), piece.entries, *given, *how, sums))

    sums = _sums(rows, count, credit.reach or cuts.size, groups)
    tables, weighed = credit.tables.size > 0 or credit.worth is not None, rows.weight is not None
    if sums is None:
        return None
    if credit.reach is not None:
        sums = np.concatenate(
            [sums[:2], credit_at_each_k(sums[2:], credit.cuts, credit.worth, mean=expected)]
        )
    return _fields(sums, weighed or tables or expected, weighed or tables, weighed, groups)


def tally_sides(rows: Rows, bound: Bound, groups: int | None, *, at_is_above: bool) -> Sums | None:
    """Return the tally of labels 0 and 1 by the side of a bound that scores are on, or None.

    None as in `tally_ranks`.
    """
    if rows.weight is None and rows.groups is None:
        return _tally_unweighted_sides(rows, bound, groups, at_is_above=at_is_above)
    scan, border = compiled().tally_sides, bound.in_float64

    def count(piece: Rows, *arrays: Any) -> bool:
        return bool(scan(*flat(piece.scores), *arrays[:-1], border, at_is_above, arrays[-1]))

    sums = None if border is None else _sums(rows, count, 1, groups)
    if sums is None:
        return None
    weighed = rows.weight is not None
    correct, floor, ceiling, *rest = _fields(sums, weighed, weighed, weighed, groups)
    return correct[0], floor[0], ceiling[0], *rest


def _tally_unweighted_sides(
    rows: Rows, bound: Bound, groups: int | None, *, at_is_above: bool
) -> Sums | None:
    """Count the samples of a part as if they were the labels of one sample."""

    def work(part: Rows) -> npt.NDArray[np.int64] | None:
        sums = np.zeros(SIDES, np.int64)
        for piece in part.pieces():
            counts = np.zeros((SIDES, 1), np.int32)
            marks = marks_of(piece, 1)
            if marks is None:
                return None
            compiled().sides(*flat(piece.scores), piece.samples, marks, *bound, counts)
            sums += counts[:, 0]
        return sums

    found = all_found(shared(work, rows.parts()))
    if found is None:
        return None
    known, true, up, up_true, at, at_true, nan, nan_true = np.add.reduce(found)
    floor = np.stack([known - true - (up - up_true) - (at - at_true), up_true])
    at_by_label = np.stack([at - at_true, at_true])
    ceiling = floor + at_by_label
    correct = floor + at_by_label * np.asarray([not at_is_above, at_is_above])
    total = np.stack([known - true + nan - nan_true, true + nan_true])
    fields = correct, floor, ceiling, total
    if groups is None:
        fields = tuple(np.add.reduce(each) for each in fields)
    return *fields, nan * 0, nan


def peaks(scores: npt.NDArray[Any], labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return the class of each row of dense labels, -1 where it has none (R9)."""

    def work(part: Rows) -> npt.NDArray[np.int64]:
        found = [_peaks(piece) for piece in part.pieces()]
        return np.concatenate(found) if len(found) != 1 else found[0]

    rows = Rows(scores, labels, labels.ndim - 1)
    return np.concatenate(shared(work, rows.parts())).reshape(rows.shape)


def _peaks(piece: Rows) -> npt.NDArray[np.int64]:
    labels = np.empty(piece.samples, np.int64)
    one_hot = piece.scores.dtype.kind in "biu" and piece.labels.dtype.kind in "biu"
    compiled().peaks(*flat(piece.labels), piece.entries, one_hot, labels)
    return labels


def _classes(piece: Rows) -> npt.NDArray[np.signedinteger[Any]] | None:
    """Return one integer a sample: its label, or where its dense label has its largest entry."""
    return integers(piece.labels) if piece.labels.ndim == piece.axes else _peaks(piece)


def _sums(
    rows: Rows, count: Callable[..., bool], several: int, groups: int | None
) -> npt.NDArray[np.float64] | None:
    """Add up what a scan counts, piece by piece on all threads; None once it finds a fault."""
    ignoring, ignored = rows.ignored is not None, -1 if rows.ignored is None else rows.ignored

    def work(part: Rows) -> npt.NDArray[np.float64] | None:
        sums = np.zeros((2 + 3 * several, groups or 1))
        for piece in part.pieces():
            labels = _classes(piece)
            arrays = labels, piece.kept(), piece.weights(), piece.group_ids()
            if labels is None or not count(piece, *arrays, ignoring, ignored, sums):
                return None
        return sums

    found = all_found(shared(work, rows.parts()))
    if found is None:
        return None
    whole: npt.NDArray[np.float64] = found[0] if len(found) == 1 else np.add.reduce(found)
    return whole


def _fields(
    sums: npt.NDArray[np.float64],
    floating: bool,
    bounds_floating: bool,
    weighed: bool,
    groups: int | None,
) -> Sums:
    """Give the sums of the scan the shapes and dtypes that `accord.counts.tally` gives."""
    several = (len(sums) - 2) // 3
    sums = sums if groups else sums[:, 0]
    counted = sums[:2] if weighed else sums[:2].astype(np.int64)
    bounds = sums[2:] if bounds_floating else sums[2:].astype(np.int64)
    correct = (sums[2:] if floating else bounds)[:several]
    floor, ceiling = bounds[several : 2 * several], bounds[2 * several :]
    undefined = counted[1, 0] if groups else counted[1]
    return correct, floor, ceiling, counted[0], undefined * 0, undefined
