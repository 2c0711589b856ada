"""Rows of which some classes take no part to ranks, compiled (R25)."""

from __future__ import annotations

from typing import Any

import numba

from accord.backends.base import Array
from accord.scan.rows import leave_out
from accord.scan.simd import lanes, score_at
from accord.scan.simd_flags import above, level, marked, ones

_called = numba.njit(nogil=True)


@_called
def rank_candidates(
    start: Any,
    begin: int,
    classes: int,
    place: Array,
    there: Any,
    lost: tuple[int, int],
    ranks: Array,
) -> bool:
    """Fill ``ranks`` of the samples from ``begin`` on; False if a class in ``place`` takes no part.

    ``there`` points to a byte for each score, 0 where its class takes no part: it is neither ahead
    nor tied, whatever its score. Where the own score is NaN, all classes are ahead (R4).
    """
    for row in range(place.size):
        label, at = place[row], (begin + row) * classes
        if label < 0:
            leave_out(ranks, row)
            continue
        if not score_at(there, at + label):
            return False
        own = score_at(start, at + label)
        ahead, at_least = _count(start, at, at + classes, own, there)
        tied, before = max(at_least - ahead, 1) - 1, 0
        if tied:
            more, least = _count(start, at, at + label, own, there)
            before = min(max(least - more, 0), tied)  # another thread may write meanwhile
        if own != own:
            ahead, tied, before = classes, 0, 0
        ranks[0, row] = ahead + before * lost[0] + (tied - before) * lost[1]
        ranks[1, row] = ahead + tied
        ranks[2, row] = ahead
    return True


@numba.njit(nogil=True, inline="always")
def _count(start: Any, at: int, end: int, own: Any, there: Any) -> Any:
    """Count the scores that take part and are not at most, and not below, the own score (R2)."""
    ahead, at_least, width = 0, 0, lanes(start)
    while at + width <= end:
        part = marked(start, there, at, 1)
        ahead += ones(above(start, at, own) & part)
        at_least += ones(level(start, at, own) & part)
        at += width
    while at < end:
        score, part = score_at(start, at), score_at(there, at) != 0
        ahead += int(part and not (score <= own))
        at_least += int(part and not (score < own))
        at += 1
    return ahead, at_least
