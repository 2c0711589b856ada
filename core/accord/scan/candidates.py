"""Rows of which some classes take no part to ranks, compiled (R25)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.rows import leave_out
from accord.scan.simd import score_at

_called = numba.njit(nogil=True)


@_called
def rank_candidates(
    start: Any,
    begin: int,
    classes: int,
    place: Array,
    there: Array,
    lost: tuple[int, int],
    ranks: Array,
) -> bool:
    """Fill ``ranks`` of the samples from ``begin`` on; False if a class in ``place`` takes no part.

    ``there`` has an entry for each score, 0 where its class takes no part: it is neither ahead nor
    tied, whatever its score. Where the own score is NaN, all classes are ahead (R4).
    """
    for row in range(place.size):
        label, at = place[row], (begin + row) * classes
        if label < 0:
            leave_out(ranks, row)
            continue
        if not there[at + label]:
            return False
        own = score_at(start, at + label)
        ahead, alike = _compare(start, at, classes, own, there)
        tied, before = max(alike, 1) - 1, 0
        if tied:
            before = _compare(start, at, label, own, there)[1]
        if own != own:
            ahead = classes
        ranks[0, row] = ahead + before * lost[0] + (tied - before) * lost[1]
        ranks[1, row] = ahead + tied
        ranks[2, row] = ahead
    return True


@numba.njit(nogil=True, inline="always")
def _compare(start: Any, at: int, classes: int, own: Any, there: Array) -> Any:
    """Count the classes that take part and are not at most, and are equal to, the own score."""
    ahead, alike = np.int32(0), np.int32(0)
    for place in range(at, at + classes):
        score, part = score_at(start, place), there[place] != 0
        ahead += np.int32(part & (not (score <= own)))
        alike += np.int32(part & (score == own))
    return ahead, alike
