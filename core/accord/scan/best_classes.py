"""The k best classes of each sample, compiled (R2, R5, R27)."""

from __future__ import annotations

from typing import Any

import numba

from accord.backends.base import Array
from accord.scan.simd import score_at

_inlined = numba.njit(nogil=True, inline="always")
_called = numba.njit(nogil=True)


@_inlined
def _before(score: Any, other: Any, last: bool) -> bool:
    """Tell whether a score of a later class comes before another; a NaN does before numbers."""
    if score > other or (score != score and other == other):
        return True
    return last and (score == other or (score != score and other != other))


@_called
def find_best(start: Any, classes: int, last: bool, levels: Array, best: Array) -> None:
    """Fill ``best``, of shape (N, K), with the classes of each row from the best to the K-th.

    ``levels`` has room for K scores. Of equal scores, the lower class comes first, or the higher
    one if ``last``.
    """
    samples, most = best.shape
    for row in range(samples):
        found, begin = 0, row * classes
        for label in range(classes):
            score = score_at(start, begin + label)
            if found == most and not _before(score, levels[most - 1], last):
                continue
            place = min(found, most - 1)
            while place and _before(score, levels[place - 1], last):
                levels[place], best[row, place] = levels[place - 1], best[row, place - 1]
                place -= 1
            levels[place], best[row, place] = score, label
            found = min(found + 1, most)
