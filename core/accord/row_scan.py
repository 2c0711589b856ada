"""What is compiled: a row of scores to its three counts, and rows to a tally (R4, R5, R7).

Imported by `accord.kernels` alone, and only when the work is worth a compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from accord.registry import Array

RUN = 2048
"""How many scores are read between two looks at whether the row can be left."""


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for each dtype it is called with, and keep that on disk where there is a place."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written to, as in some containers
        return numba.njit(nogil=True)(function)


@_compiled
def _count(row: Array, own: Any) -> tuple[Any, Any]:
    """Count the scores not at most, and not below, the own score; so NaN is among both (R2)."""
    above = level = np.int32(0)  # wider counters halve the speed
    for place in range(row.shape[0]):
        above = np.int32(above + np.int32(not (row[place] <= own)))
        level = np.int32(level + np.int32(not (row[place] < own)))
    return above, level


@numba.njit(nogil=True, inline="always")  # called, it would count references to each row
def _stand(row: Array, label: int, most: int) -> tuple[int, int, int]:
    """Return ahead, tied_before and tied_after; a row is left once ``most`` are ahead.

    What is returned then is a miss at every k up to ``most``, whatever the tie rule. Where the own
    score is NaN all are ahead, itself included (R4), as far as was read.
    """
    own = row[label]
    if row.shape[0] <= RUN:
        above, level = _count(row, own)
        ahead, at_least = np.int64(above), np.int64(level)
    else:
        ahead = at_least = np.int64(0)
        for start in range(0, row.shape[0], RUN):
            above, level = _count(row[start : start + RUN], own)
            ahead += above
            at_least += level
            if ahead >= most:
                break
    tied, before = at_least - ahead - 1, 0
    if tied > 0 and ahead < most:
        for place in range(label):
            before += row[place] == own
    return int(ahead), before, max(0, int(tied) - before)


@_compiled
def stand(flat: Array, classes: int, labels: Array, counts: Array) -> None:
    """Fill ``counts``, of shape (3, N), with the standings of N rows; bad labels rank last."""
    for sample in range(labels.shape[0]):
        label = labels[sample]
        ahead, before, after = classes, 0, 0
        if 0 <= label < classes:
            row = flat[sample * classes : (sample + 1) * classes]
            ahead, before, after = _stand(row, label, classes + 1)
        counts[0, sample], counts[1, sample], counts[2, sample] = ahead, before, after


@_compiled
def tally(  # noqa: PLR0917  # a call for each sample would cost more than it does
    flat: Array,
    classes: int,
    labels: Array,
    keep: Array,
    weight: Array,
    ignored: Array,
    k: Array,
    tied: Array,
    expected: bool,
    credit: Array,
    total: Array,
    undefined: Array,
) -> bool:
    """Add the credit of N rows to sums by k and class; False at the first bad label or weight.

    Sums are float64, exact for counts below 2**53. ``keep``, ``weight`` and ``ignored`` are empty
    where there are none; ``credit`` (3, K, G) and ``total`` (G) have a place for each class, or
    one for all. ``tied`` tells whether ties before and after the label count as ahead of it, and
    ``expected`` asks for the mean over all orders instead.
    """
    most, by_class = k.max(), total.shape[0] > 1
    for sample in range(labels.shape[0]):
        label, heavy = labels[sample], 1.0
        if keep.size and not keep[sample]:
            continue
        if ignored.size and label == ignored[0]:
            continue
        if weight.size:
            heavy = weight[sample]
            if not 0 <= heavy < np.inf:
                return False
            if heavy == 0:
                continue
        if label < 0 or label >= classes:
            return False
        row = flat[sample * classes : (sample + 1) * classes]
        ahead, before, after = _stand(row, label, most)
        group = label if by_class else 0
        total[group] += heavy
        undefined[0] += heavy * np.float64(row[label] != row[label])  # only NaN differs from itself
        tied_all = before + after
        rank = ahead + before * tied[0] + after * tied[1]
        for place in range(k.shape[0]):  # without a branch, for none could be foreseen
            share = np.float64(rank < k[place])
            if expected:
                share = min(max((k[place] - ahead) / (tied_all + 1), 0.0), 1.0)
            credit[0, place, group] += heavy * share
            credit[1, place, group] += heavy * np.float64(ahead + tied_all < k[place])
            credit[2, place, group] += heavy * np.float64(ahead < k[place])
    return True
