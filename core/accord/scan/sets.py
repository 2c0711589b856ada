"""Sets of labels, compiled: what of each sample's predicted set is true (R10, R11)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.labels import LEFT_OUT, POSITIVE
from accord.scan.rows import lowest
from accord.scan.simd import lanes, score_at, scores_like
from accord.scan.simd_flags import above, level, marked, nans, ones
from accord.scan.simd_largest import largest, largest_below
from accord.scan.simd_sides import FIELD, MOST_LINES, plain_sides

_inlined = numba.njit(nogil=True, inline="always")
_called = numba.njit(nogil=True)


@_inlined
def _flags(start: Any, at: int, count: int, size: int, own: Any) -> tuple[int, int, int]:
    """Return which of the next scores are above, at least at, and no number, a bit each."""
    width = lanes(start)
    if at + width <= size:
        if count == width:
            return above(start, at, own), level(start, at, own), nans(start, at)
        some = lowest(count)
        return above(start, at, own) & some, level(start, at, own) & some, nans(start, at) & some
    up, least, nan = 0, 0, 0
    for place in range(count):
        score = score_at(start, at + place)
        up |= int(not (score <= own)) << place
        least |= int(not (score < own)) << place
        nan |= int(score != score) << place
    return up, least, nan


@_inlined
def _sides(
    start: Any, begin: int, end: int, size: int, marks: Any, own: Any
) -> tuple[int, int, int, int, int, int, int, int]:
    """Count the labels of a sample by the side of a score that their own is on.

    These are, of those whose score is a number: all, the true ones, those above, the true ones
    above, those at, the true ones at; then, of those whose score is NaN, all and the true ones.
    """
    width = lanes(start)
    true, up, up_true, least, least_true, nan, nan_true, out = 0, 0, 0, 0, 0, 0, 0, 0
    for place in range(begin, end, width):
        count = min(width, end - place)
        is_up, is_least, is_nan = _flags(start, place, count, size, own)
        is_true, is_out = (
            marked(start, marks, place, POSITIVE),
            marked(start, marks, place, LEFT_OUT),
        )
        if count < width:
            is_true, is_out = is_true & lowest(count), is_out & lowest(count)
        if is_nan | is_out:  # as good as never
            is_nan &= ~is_out
            counted = ~is_nan & ~is_out
            nan += ones(is_nan)
            nan_true += ones(is_nan & is_true)
            out += ones(is_out)
            is_up, is_least, is_true = is_up & counted, is_least & counted, is_true & counted
        true += ones(is_true)
        up += ones(is_up)
        up_true += ones(is_up & is_true)
        least += ones(is_least)
        least_true += ones(is_least & is_true)
    known = end - begin - out - nan
    return known, true, up, up_true, least - up, least_true - up_true, nan, nan_true


@_called
def count_sides(
    start: Any,
    entries: int,
    size: int,
    marks: Any,
    own: Any,
    exact: bool,
    counts: Array,
) -> None:
    """Fill counts, of shape (8, N), of the labels of each sample by the side of a threshold.

    A score that equals ``own`` is at the threshold if ``exact``, else below it.
    """
    width = lanes(start)
    for row in range(counts.shape[1]):
        place, end = row * entries, (row + 1) * entries
        known, true, up, up_true, at, at_true, nan, nan_true = 0, 0, 0, 0, 0, 0, 0, 0
        while place < end:
            lines = min((end - place) // width, MOST_LINES)
            upto = min(place + max(lines, 1) * width, end)
            plain = plain_sides(start, marks, place, lines, own) if lines else -1
            if plain >= 0:
                known += upto - place
                true += plain & lowest(FIELD)
                up += plain >> FIELD & lowest(FIELD)
                up_true += plain >> 2 * FIELD
            else:
                more = _sides(start, place, upto, size, marks, own)
                known, true, up = known + more[0], true + more[1], up + more[2]
                up_true, at, at_true = up_true + more[3], at + more[4], at_true + more[5]
                nan, nan_true = nan + more[6], nan_true + more[7]
            place = upto
        counts[0, row], counts[1, row], counts[2, row], counts[3, row] = known, true, up, up_true
        counts[4, row], counts[5, row] = (at, at_true) if exact else (0, 0)
        counts[6, row], counts[7, row] = nan, nan_true


@_called
def count_labels(
    start: Any, samples: int, entries: int, marks: Any, own: Any, exact: bool, counts: Array
) -> None:
    """Add to counts, of shape (L, 8), what `count_sides` counts, of all samples by label."""
    for row in range(samples):
        for label in range(entries):
            at = row * entries + label
            mark = score_at(marks, at)
            if mark & LEFT_OUT:
                continue
            score, true = score_at(start, at), int(mark & POSITIVE)
            if score != score:
                counts[label, 6] += 1
                counts[label, 7] += true
                continue
            up = int(score > own)
            level_with = int(exact and score == own)
            counts[label, 0] += 1
            counts[label, 1] += true
            counts[label, 2] += up
            counts[label, 3] += up & true
            counts[label, 4] += level_with
            counts[label, 5] += level_with & true


@_called
def choose_best(
    start: Any,
    entries: int,
    size: int,
    marks: Any,
    ks: Array,
    last: bool,
    counts: Array,
) -> None:
    """Fill counts, of shape (2 + 3K, N), of the true labels among the k best of each sample.

    These are: all true ones, the NaN scores; then by k the true ones in the set that the tie rule
    takes, in the worst set and in the best one.
    """
    most = ks.max()
    levels, so_far = scores_like(start, most), np.empty(most, np.int64)
    for row in range(counts.shape[1]):
        begin = row * entries
        end = begin + entries
        own = _largest(start, begin, end, 0, levels)
        if own != own:
            sides = _sides(start, begin, end, size, marks, own)
            counts[:, row] = 0
            counts[0, row], counts[1, row] = sides[1] + sides[7], sides[6]
            continue
        levels[0], so_far[0], tied_yet = own, 1, entries == most  # too few scores for all levels
        for found in range(1, most):
            own = _largest(start, begin, end, found, levels)
            tied_yet |= not own < levels[found - 1]
            levels[found], so_far[found] = own, found + 1
        if tied_yet or _count_from(start, begin, end, size, own) != most:
            for each in range(most):
                so_far[each] = _count_from(start, begin, end, size, levels[each])
        counts[1, row] = 0
        for each in range(ks.size):
            k, least = ks[each], 0
            while so_far[least] < k and least < most - 1:
                least += 1
            own = levels[least]
            _, true, up, up_true, tied, tied_true, _, _ = _sides(
                start, begin, end, size, marks, own
            )
            room = taken = k - up
            if room < tied:
                taken = _true_at(start, begin, end, marks, own, room, last)
            else:
                taken = tied_true
            counts[0, row] = true
            counts[2 + each, row] = up_true + taken
            counts[2 + ks.size + each, row] = up_true + max(room - (tied - tied_true), 0)
            counts[2 + 2 * ks.size + each, row] = up_true + min(room, tied_true)


@_inlined
def _largest(start: Any, begin: int, end: int, found: int, levels: Array) -> Any:
    """Return the largest score, or the largest below the last of those found."""
    if end - begin >= lanes(start):
        if not found:
            return largest(start, begin, end)
        return largest_below(start, begin, end, levels[found - 1])
    own, any_yet = score_at(start, begin), False
    for place in range(begin, end):
        score = score_at(start, place)
        if score != score:
            return score
        if (not found or score < levels[found - 1]) and (not any_yet or score > own):
            own, any_yet = score, True
    return own


@_inlined
def _count_from(start: Any, begin: int, end: int, size: int, own: Any) -> int:
    """Return how many scores are not below one."""
    width, count = lanes(start), 0
    for place in range(begin, end, width):
        _, is_least, _ = _flags(start, place, min(width, end - place), size, own)
        count += ones(is_least)
    return count


@_inlined
def _true_at(start: Any, begin: int, end: int, marks: Any, own: Any, room: int, last: bool) -> int:
    """Return how many of the first, or last, scores equal to one have a true label."""
    true = 0
    for step in range(end - begin):
        place = end - 1 - step if last else begin + step
        if room and score_at(start, place) == own:
            room -= 1
            true += score_at(marks, place) & POSITIVE
    return true
