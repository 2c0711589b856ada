"""Reading labels, compiled: which class, or which side, each sample has (R3, R9, R10, R13)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.simd import first, lanes, score_at
from accord.scan.simd_flags import above, level, mark, ones
from accord.scan.simd_largest import largest

POSITIVE, LEFT_OUT = 1, 2
"""The marks of a label: 1, or one that does not count; label 0 has none."""

_inlined = numba.njit(nogil=True, inline="always")
_called = numba.njit(nogil=True)


@_called
def find_classes(
    labels: Array,
    keep: Array,
    weight: Array,
    ignoring: bool,
    ignored: int,
    classes: int,
    place: Array,
) -> bool:
    """Fill ``place`` with each sample's label, -1 if it is left out; False if one is bad."""
    bad = False
    if not (keep.size or weight.size or ignoring):
        for row in range(labels.size):
            label = labels[row]  # once, for what is checked is what is used
            place[row] = label
            bad |= (label < 0) | (label >= classes)
        return not bad
    for row in range(labels.size):
        label = labels[row]
        kept = not ((keep.size and not keep[row]) or (ignoring and label == ignored))
        if kept and weight.size:
            bad |= not 0 <= weight[row] < np.inf
            kept = weight[row] != 0
        bad |= kept and not 0 <= label < classes
        place[row] = label if kept else -1
    return not bad


@_called
def find_groups(groups: Array, place: Array, count: int, found: Array) -> bool:
    """Fill ``found`` with the group of each sample in ``place``; False if one is not among them."""
    bad = False
    for row in range(place.size):
        group = groups[row]  # once, for what is checked is what is used
        bad |= place[row] >= 0 and not 0 <= group < count
        found[row] = group
    return not bad


@_called
def mark_positives(
    start: Any, samples: int, entries: int, keep: Array, ignoring: bool, ignored: int, marks: Array
) -> bool:
    """Mark labels 0 and 1, ``entries`` a sample; return False if one that counts is neither."""
    if not (keep.size or ignoring):
        return _mark_all(start, samples * entries, marks)
    bad = False
    for row in range(samples):
        kept = not keep.size or keep[row]
        for at in range(row * entries, (row + 1) * entries):
            label = score_at(start, at)
            counts = kept and not (ignoring and label == ignored)
            bad |= counts and (label != 1) & (label != 0)
            marks[at] = (label == 1) if counts else LEFT_OUT
    return not bad


@_inlined
def _mark_all(start: Any, size: int, marks: Array) -> bool:
    width, bad, begin = lanes(start), 0, first(marks, None)
    lines = size // width
    for line in range(lines):
        bad |= mark(start, line * width, begin)
    for at in range(lines * width, size):
        label = score_at(start, at)
        bad |= int((label != 1) & (label != 0))
        marks[at] = label == 1
    return bad == 0


@_called
def find_peaks(start: Any, classes: int, one_hot: bool, labels: Array) -> None:
    """Fill ``labels`` with where the first largest entry of each row is (R9).

    It is -1 if an entry is NaN or none is above zero, and for ``one_hot`` if another than one entry
    is 1 or one is neither 0 nor 1.
    """
    for row in range(labels.size):
        at = row * classes
        label = _peak(start, at, at + classes)
        if one_hot and label >= 0:
            sole = (
                score_at(start, at + label) == 1 and _zeros(start, at, at + classes) == classes - 1
            )
            label = label if sole else -1
        labels[row] = label


@_inlined
def _peak(start: Any, at: int, end: int) -> int:
    width = lanes(start)
    if end - at < width:
        return _peak_of_few(start, at, end)
    own = largest(start, at, end)
    if not own > 0:
        return -1
    place, last = at, end - width  # the last line overlaps the one before it
    while True:
        bits = level(start, place, own)
        if bits or place == last:
            found: int = place - at + ones((bits & -bits) - 1)
            return found
        place = min(place + width, last)


@_inlined
def _peak_of_few(start: Any, at: int, end: int) -> int:
    own, label, known = score_at(start, at), 0, True
    for place in range(at, end):
        entry = score_at(start, place)
        known &= entry == entry
        if entry > own:
            own, label = entry, place - at
    return label if known and own > 0 else -1


@_inlined
def _zeros(start: Any, at: int, end: int) -> int:
    """Return how many integers are 0."""
    width, count = lanes(start), 0
    none = score_at(start, at) * 0
    for place in range(at, end - width + 1, width):
        count += ones(level(start, place, none) & ~above(start, place, none))
    for place in range(end - (end - at) % width, end):
        count += score_at(start, place) == 0
    return count
