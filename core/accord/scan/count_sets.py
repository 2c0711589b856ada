"""The compiled scan of sets of labels, and of the best classes: what it counts for each sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.scan.arrays import Rows, flat, integers
from accord.scan.dispatch import compiled
from accord.scan.threads import shared

_MARKS = 1 << 18  # labels of sets that are marked at a time, a byte each, to fit a core's cache
_LINE = 64  # bytes; marks are read a line at a time
MOST = 32  # the largest k whose best labels are looked for one after the other
SIDES = 8  # counts of labels by the side that their score is on


class Bound(NamedTuple):
    """A threshold as scores are compared with it.

    ``value`` is of the dtype that the scan compares in, and ``exact`` tells whether a score of that
    value is at the threshold; else it is below.
    """

    value: Any
    exact: bool

    @property
    def in_float64(self) -> float | None:
        """What float64 compares with scores as well; None for integers that it does not hold."""
        if self.exact and not isinstance(self.value, np.integer):
            return float(self.value)
        narrow = self.value.dtype.itemsize < np.dtype(np.float64).itemsize
        return self.value + (0.0 if self.exact else 0.5) if narrow else None


def side_counts(rows: Rows, bound: Bound) -> npt.NDArray[np.int32] | None:
    """Return what `accord.scan.sets.count_sides` counts, with the shape of the samples.

    None if a label that counts is neither 0 nor 1.
    """
    scan = compiled().sides
    return _of_sets(rows, SIDES, lambda *arrays: scan(*arrays[:-1], *bound, arrays[-1]))


def label_counts(rows: Rows, bound: Bound) -> npt.NDArray[np.int64] | None:
    """Return the sums of `side_counts` over all samples, of shape (8, L); None as there."""

    def work(part: Rows) -> npt.NDArray[np.int64] | None:
        counts = np.zeros((part.entries, SIDES), np.int64)
        for piece in part.pieces(_MARKS):
            marks = marks_of(piece, piece.entries)
            if marks is None:
                return None
            compiled().labels(*flat(piece.scores), piece.entries, marks, *bound, counts)
        return counts

    found = all_found(shared(work, rows.parts()))
    return None if found is None else np.add.reduce(found).T


def best_counts(
    rows: Rows, ks: npt.NDArray[np.int64], *, last: bool
) -> npt.NDArray[np.int32] | None:
    """Return what `accord.scan.sets.choose_best` counts; None as in `side_counts`."""
    scan = compiled().best
    size = 2 + 3 * ks.size
    return _of_sets(rows, size, lambda *arrays: scan(*arrays[:-1], ks, last, arrays[-1]))


def _of_sets(rows: Rows, size: int, scan: Callable[..., None]) -> npt.NDArray[np.int32] | None:
    counts, begin = np.empty((size, rows.samples), np.int32), 0
    for piece in rows.pieces(_MARKS):
        marks = marks_of(piece, piece.entries)
        if marks is None:
            return None
        end = begin + piece.samples
        scan(*flat(piece.scores), piece.entries, marks, counts[:, begin:end])
        begin = end
    return counts.reshape(size, *rows.shape)


def marks_of(piece: Rows, entries: int) -> npt.NDArray[np.uint8] | None:
    """Return a byte for each label, as `accord.scan.labels` marks them; None if one is bad."""
    if piece.keep is not None and piece.keep.ndim == piece.labels.ndim:
        entries = 1  # a mask of each label
    ignoring = piece.ignored is not None
    labels = integers(piece.labels) if ignoring else piece.labels
    if labels is None:
        return None
    marks = np.empty(labels.size + _LINE, np.uint8)
    ignored = piece.ignored if ignoring else 0
    good = compiled().mark(*flat(labels), entries, piece.kept(), ignoring, ignored, marks)
    return marks if good else None


def best_classes(rows: Rows, most: int, *, last: bool) -> npt.NDArray[np.int32]:
    """Return the classes of each sample from the best to the last of so many, (N, most)."""
    best, begin, scan = np.empty((rows.samples, most), np.int32), 0, compiled().best_classes
    for piece in rows.pieces(_MARKS):
        end = begin + piece.samples
        scan(*flat(piece.scores), piece.entries, last, best[begin:end])
        begin = end
    return best


def all_found(found: list[npt.NDArray[Any] | None]) -> list[npt.NDArray[Any]] | None:
    """Return the counts of all parts; None if one of them found a fault."""
    good = [each for each in found if each is not None]
    return good if len(good) == len(found) else None
