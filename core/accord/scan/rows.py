"""Rows of scores to ranks, compiled (R4): imported only when the work is worth a compiler."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.simd import fetch, lanes, score_at
from accord.scan.simd_flags import LEVEL, above, counted, level, ones

RUN = 256
"""How many scores are read between two looks at whether the row can be left."""

FAR = 2048
"""How many scores ahead are asked for, at most, where a row is not left at its first run."""

NEXT = 8
"""How many samples ahead the own score is asked for, which stands anywhere in its row."""

LEFT_OUT = np.iinfo(np.int32).max
"""The rank of a sample that does not count."""

_inlined = numba.njit(nogil=True, inline="always")
_called = numba.njit(nogil=True)


@_inlined
def _count(start: Any, at: int, end: int, size: int, own: Any, far: int) -> tuple[int, int]:
    """Count the scores from ``at`` to ``end`` not at most, and not below, the own score.

    So NaN is among both (R2). Nothing is read at ``size`` or beyond; the scores ``far`` ahead are
    asked for.
    """
    width = lanes(start)
    lines = (end - at) // width
    both = counted(start, at, lines, own, far) if lines else 0
    at += lines * width
    if at < end and at + width <= size:
        some = lowest(end - at)
        both += ones(above(start, at, own) & some)
        both += ones(level(start, at, own) & some) << LEVEL
        at = end
    while at < end:
        score = score_at(start, at)
        both += int(not (score <= own)) + (int(not (score < own)) << LEVEL)
        at += 1
    return both & lowest(LEVEL), both >> LEVEL


@_inlined
def lowest(bits: int) -> int:
    """Return an integer whose lowest bits, 1 to 64, are set."""
    return np.int64(np.uint64(0xFFFF_FFFF_FFFF_FFFF) >> np.uint64(64 - bits))  # type: ignore[return-value]  # numba's integers are NumPy's


@_inlined
def _stand(start: Any, at: int, classes: int, size: int, label: int, most: int) -> Any:
    """Return ahead, tied_before and tied_after in the row that begins at ``at``.

    The row is left once ``most`` are ahead: what is returned then is a miss at every k up to
    ``most``, whatever the tie rule. Where the own score is NaN all are ahead (R4).
    """
    own = score_at(start, at + label)
    if own != own:
        return classes, 0, 0
    end, before = at + classes, 0
    read = min(at + RUN, end)
    ahead, at_least = _count(start, at, read, size, own, classes)
    while read < end:  # for long rows alone: whether one is left can't be foreseen
        if ahead >= most:
            return ahead, 0, 0
        run = min(read + RUN, end)
        more, least = _count(start, read, run, size, own, min(classes, FAR))
        ahead, at_least, read = ahead + more, at_least + least, run
    tied, read = at_least - ahead - 1, at
    while tied > 0 and read < at + label:
        run = min(read + RUN, at + label)
        more, least = _count(start, read, run, size, own, 0)
        before, read = before + least - more, run
    return ahead, before, tied - before


@_called
def rank_lines(
    start: Any,
    size: int,
    at: int,
    classes: int,
    place: Array,
    lost: tuple[int, int],
    ranks: Array,
) -> int:
    """Rank the samples whose row is within a line, without branches; return how many were ranked.

    None where rows are longer; the last rows, whose lines would end outside the array, are left.
    """
    width = lanes(start)
    if classes > width or at + width > size:
        return 0
    count: int = min(place.size, (size - width - at) // classes + 1)
    every = lowest(classes)
    for row in range(count):
        label = place[row]
        if label < 0:
            leave_out(ranks, row)
        else:
            own = score_at(start, at + label)
            ahead = above(start, at, own) & every
            tied = level(start, at, own) & every & ~ahead & ~(1 << label)
            before = (1 << label) - 1
            against = (before & -lost[0]) | (~before & -lost[1])
            won = ones(ahead)
            ranks[0, row] = won + ones(tied & against)
            ranks[1, row] = won + ones(tied)
            ranks[2, row] = won
        at += classes
    return count


@_called
def rank_rows(
    start: Any,
    size: int,
    at: int,
    classes: int,
    place: Array,
    lost: tuple[int, int],
    most: int,
    ranked: int,
    ranks: Array,
) -> None:
    """Rank the samples after the first ``ranked``, whose rows may have any length."""
    for row in range(ranked, place.size):
        label = place[row]
        if label < 0:
            leave_out(ranks, row)
            continue
        later = min(row + NEXT, place.size - 1)
        fetch(start, at + later * classes + place[later])
        begin = at + row * classes
        ahead, before, after = _stand(start, begin, classes, size, label, most)
        ranks[0, row] = ahead + before * lost[0] + after * lost[1]
        ranks[1, row] = ahead + before + after
        ranks[2, row] = ahead


@_called
def rank_sides(
    start: Any, begin: int, place: Array, bound: float, at_is_above: bool, ranks: Array
) -> None:
    """Rank samples by the side of the bound that their score is on; one at it may win or lose."""
    for row in range(place.size):
        label, score = place[row], score_at(start, begin + row)
        above, at, below = score > bound, score == bound, score < bound
        sure = (above & (label == 1)) | (below & (label == 0))
        hit = sure | (at & ((label == 1) == at_is_above))
        miss = np.int32(2) - (above | at | below)  # all in numbers, for labels can't be foreseen
        left_out = LEFT_OUT * (label < 0)
        ranks[0, row] = miss * (not hit) | left_out
        ranks[1, row] = miss * (not sure) | left_out
        ranks[2, row] = miss * (not (sure | at)) | left_out


@_inlined
def leave_out(ranks: Array, row: int) -> None:
    """Give a sample no rank."""
    ranks[0, row] = ranks[1, row] = ranks[2, row] = LEFT_OUT
