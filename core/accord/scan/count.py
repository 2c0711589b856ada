"""The compiled scan on NumPy arrays: what `accord.credit` and `accord.counts` count, in one read.

Arrays must not be written to by another thread while they are read: the counts would mix both
states.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.backends.small_floats import BFLOAT16
from accord.scan.dispatch import compiled
from accord.scan.pieces import Index, split
from accord.scan.threads import shared, threads

_SHARED = 1 << 20  # fewer scores are read before another thread has woken up
_COPIED = 1 << 18  # scores copied at a time, to fit a core's cache
_LABELS = 1 << 18  # samples whose labels are cast at a time

_IN_ONE_PIECE = 0x0001 | 0x0100  # NumPy's flags C_CONTIGUOUS and ALIGNED

_INT32 = 4  # bytes; labels as wide or wider are read as they are
_NO_WEIGHT = np.empty(0)
_NO_FLAG = np.empty(0, np.bool_)
NO_TABLES = np.empty((0, 0))


class Rows(NamedTuple):
    """What is scanned: scores with the class axis last, if any, and what belongs to each sample.

    ``ignored`` is the label that leaves its sample out, or None.
    """

    scores: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    keep: npt.NDArray[np.bool_] | None = None
    weight: npt.NDArray[Any] | None = None
    ignored: int | None = None

    def at(self, index: Index) -> Rows:
        """Return some of the samples."""
        keep, weight = self.keep, self.weight
        return Rows(
            self.scores[(*index, ...)],
            self.labels[(*index, ...)],
            None if keep is None else keep[(*index, ...)],
            None if weight is None else weight[(*index, ...)],
            self.ignored,
        )

    @property
    def entries(self) -> int:
        """How many scores a sample has."""
        return math.prod(self.scores.shape[self.labels.ndim :])


class Credit(NamedTuple):
    """How ranks become credit.

    Attributes
    ----------
    cuts : array of int64
        By k, the last rank that has credit.
    tables : array of float64, shape (2K, C + 1), or empty
        The credit at each rank from 0, and its running sums; empty where it is 1 up to each cut.
    lost : tuple of int, or None
        Whether ties before, and after, the label count as ahead of it. None: the mean over all
        orders.
    """

    cuts: npt.NDArray[np.int64]
    tables: npt.NDArray[np.float64] = NO_TABLES
    lost: tuple[int, int] | None = (1, 0)


Sums = tuple[Any, Any, Any, Any, Any, Any]
"""The six fields of a tally, in its order; those of ranks have a leading axis for K."""


def rank_counts(
    scores: npt.NDArray[Any], labels: npt.NDArray[np.int64], most: int
) -> npt.NDArray[np.int32]:
    """Return ahead, tied_before and tied_after of each sample along a first axis.

    Labels are classes. An undefined sample has as many ahead as there are classes. A row may be
    left once ``most`` are ahead: the counts are then of a miss at every k up to that.
    """
    counts, scan = np.empty((3, labels.size), np.int32), compiled().stand

    def work(job: tuple[int, Rows]) -> None:
        begin, part = job
        for piece in _pieces(part):
            some = np.ascontiguousarray(piece.labels).reshape(-1)
            scan(*_flat(piece.scores), piece.entries, some, most, counts, begin)
            begin += some.size

    parts = _parts(Rows(scores, labels))
    sizes = (part.labels.size for part in parts)
    shared(work, list(zip(accumulate(sizes, initial=0), parts, strict=False)))  # one sum more
    return counts.reshape(3, *labels.shape)


def tally_ranks(rows: Rows, credit: Credit, groups: int | None) -> Sums | None:
    """Return the tally of integer labels, or None if a label or a weight is to be refused."""
    scan, expected = compiled().tally, credit.lost is None
    how = credit.cuts, credit.tables, *(credit.lost or (0, 0)), expected

    def count(piece: Rows, *arrays: Any) -> bool:
        return bool(scan(*_flat(piece.scores), piece.entries, *arrays[:-1], *how, arrays[-1]))

    sums = _sums(rows, count, credit.cuts.size, groups)
    tables, weighed = credit.tables.size > 0, rows.weight is not None
    if sums is None:
        return None
    return _fields(sums, weighed or tables or expected, weighed or tables, weighed, groups)


def tally_sides(rows: Rows, bound: float, groups: int | None, *, at_is_above: bool) -> Sums | None:
    """Return the tally of labels 0 and 1 by the side of a bound that scores are on, or None.

    None as in `tally_ranks`. The bound is one that float64 compares with scores as their own dtype
    does.
    """
    scan = compiled().tally_sides

    def count(piece: Rows, *arrays: Any) -> bool:
        return bool(scan(*_flat(piece.scores), *arrays[:-1], bound, at_is_above, arrays[-1]))

    sums = _sums(rows, count, 1, groups)
    weighed = rows.weight is not None
    if sums is None:
        return None
    correct, floor, ceiling, *rest = _fields(sums, weighed, weighed, weighed, groups)
    return correct[0], floor[0], ceiling[0], *rest


def _sums(
    rows: Rows, count: Callable[..., bool], several: int, groups: int | None
) -> npt.NDArray[np.float64] | None:
    """Add up what a scan counts, piece by piece on all threads; None once it finds a fault."""
    ignoring, ignored = rows.ignored is not None, -1 if rows.ignored is None else rows.ignored

    def work(part: Rows) -> npt.NDArray[np.float64] | None:
        sums = np.zeros((2 + 3 * several, groups or 1))
        for piece in _pieces(part):
            labels = _integers(piece.labels)
            keep = _NO_FLAG if piece.keep is None else np.ascontiguousarray(piece.keep).reshape(-1)
            weight = _NO_WEIGHT if piece.weight is None else _floats(piece.weight)
            if labels is None or not count(piece, labels, keep, weight, ignoring, ignored, sums):
                return None
        return sums

    found = shared(work, _parts(rows))
    parts = [each for each in found if each is not None]
    if len(parts) < len(found):
        return None
    whole: npt.NDArray[np.float64] = parts[0] if len(parts) == 1 else np.add.reduce(parts)
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
    correct, floor, ceiling = (sums[2 + several * part :][:several] for part in range(3))
    total, undefined = sums[0], sums[1, 0] if groups else sums[1]
    if not floating:
        correct = correct.astype(np.int64)
    if not bounds_floating:
        floor, ceiling = floor.astype(np.int64), ceiling.astype(np.int64)
    if not weighed:
        total, undefined = total.astype(np.int64), undefined.astype(np.int64)
    return correct, floor, ceiling, total, undefined * 0, undefined


def _flat(scores: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Any]:
    """Return scores in one piece, a copy only where they are not, and of which half type they are.

    Floats of 16 bits are given as their bits, with the type next to them; for others that is None.
    """
    dtype, half = scores.dtype, None
    if not _as_they_are(scores):
        dtype = dtype.newbyteorder("=")
        scores = np.require(scores, dtype, ["C", "A"])
    if dtype.kind == "b":
        scores = scores.view(np.uint8)
    elif dtype == np.float16:
        scores, half = scores.view(np.uint16), compiled().FLOAT16
    elif dtype == BFLOAT16:
        scores, half = scores.view(np.uint16), compiled().BFLOAT16
    return scores.reshape(-1), half


def _integers(labels: npt.NDArray[Any]) -> npt.NDArray[np.signedinteger[Any]] | None:
    """Return labels in one piece as integers, or None if one is a fraction."""
    if labels.dtype.kind == "i" and labels.dtype.itemsize >= _INT32 and _as_they_are(labels):
        return labels.reshape(-1)
    with np.errstate(invalid="ignore"):
        whole = np.require(labels, np.int64, ["C", "A"])
    if labels.dtype.kind == "f" and not np.array_equal(whole, labels):
        return None
    return whole.reshape(-1)


def _floats(weight: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.require(weight, np.float64, ["C", "A"]).reshape(-1)


def _parts(rows: Rows) -> list[Rows]:
    """Split into two parts for each thread, so that one that is late leaves little to wait for."""
    if rows.scores.size <= _SHARED or (count := threads()) == 1:
        return [rows]
    step = -(-rows.labels.size // (2 * count))
    return [rows.at(index) for index in split(rows.labels.shape, step)]


def _pieces(part: Rows) -> Iterator[Rows]:
    """Split further, so that no copy of labels, or of scores, grows with the samples."""
    copied = not _as_they_are(part.scores)
    most = max(1, _COPIED // max(1, part.entries)) if copied else _LABELS
    if part.labels.size <= most:
        yield part
        return
    for index in split(part.labels.shape, most):
        yield part.at(index)


def _as_they_are(array: npt.NDArray[Any]) -> bool:
    return array.flags.num & _IN_ONE_PIECE == _IN_ONE_PIECE and array.dtype.isnative
