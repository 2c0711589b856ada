"""What is compiled: a row of scores to its three counts, and rows to a tally (R4, R5, R7).

Imported by `accord.kernels` alone, and only when the work is worth a compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from accord.registry import Array
from accord.vectors import LEVEL, compared, first, lanes, score_at

RUN = 256
"""How many scores are read between two looks at whether the row can be left."""

TILE = 512
"""How many samples are ranked before they are counted, so that each loop does one thing."""


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for each dtype it is called with, and keep that on disk where there is a place."""
    try:
        return numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written to, as in some containers
        return numba.njit(nogil=True)(function)


_inlined = numba.njit(nogil=True, inline="always")


@_inlined
def _count(start: Any, at: int, end: int, size: int, own: Any) -> tuple[int, int]:
    """Count the scores from ``at`` to ``end`` not at most, and not below, the own score.

    So NaN is among both (R2). Nothing is read at ``size`` or beyond.
    """
    width = lanes(start)
    both = 0
    while at + width <= end:
        both += compared(start, at, width, own)
        at += width
    if at < end and at + width <= size:
        both += compared(start, at, end - at, own)
        at = end
    while at < end:
        score = score_at(start, at)
        both += int(not (score <= own)) + (int(not (score < own)) << LEVEL)
        at += 1
    return both & ((1 << LEVEL) - 1), both >> LEVEL


@_inlined
def _stand(  # noqa: PLR0917  # numbers alone, for arrays would have their references counted
    start: Any, at: int, classes: int, size: int, label: int, most: int
) -> tuple[int, int, int]:
    """Return ahead, tied_before and tied_after in the row that begins at ``at``.

    The row is left once ``most`` are ahead: what is returned then is a miss at every k up to
    ``most``, whatever the tie rule. Where the own score is NaN all are ahead, itself included
    (R4), as far as was read.
    """
    own = score_at(start, at + label)
    end, before, left = at + classes, 0, False
    read = min(at + RUN, end)
    ahead, at_least = _count(start, at, read, size, own)
    while read < end:  # for long rows alone: whether one is left can't be foreseen
        if ahead >= most:
            left = True
            break
        run = min(read + RUN, end)
        above, level = _count(start, read, run, size, own)
        ahead, at_least, read = ahead + above, at_least + level, run
    tied = at_least - ahead - 1
    if tied > 0 and not left:
        above, level = _count(start, at, at + label, size, own)
        before = level - above
    return ahead, before, max(0, tied - before)


@_compiled
def stand(flat: Array, classes: int, labels: Array, counts: Array) -> None:
    """Fill ``counts``, of shape (3, N), with the standings of N rows; bad labels rank last."""
    start = first(flat)
    for sample in range(labels.shape[0]):
        label = labels[sample]
        ahead, before, after = classes, 0, 0
        if 0 <= label < classes:
            at = sample * classes
            ahead, before, after = _stand(start, at, classes, flat.size, label, classes + 1)
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
    start, size, most, by_class = first(flat), flat.size, k.max(), total.shape[0] > 1
    lost_before, lost_after = tied[0], tied[1]
    heavy, group = np.empty(TILE), np.empty(TILE, np.int64)
    ranks = np.empty((3, TILE), np.int32)  # under the rule, with all ties lost, with all won
    for begin in range(0, labels.shape[0], TILE):
        some = min(TILE, labels.shape[0] - begin)
        for row in range(some):
            sample = begin + row
            label = labels[sample]
            heavy[row] = 1.0
            group[row] = 0
            if (keep.size and not keep[sample]) or (ignored.size and label == ignored[0]):
                heavy[row] = 0.0
                continue
            if weight.size:
                heavy[row] = weight[sample]
                if not 0 <= weight[sample] < np.inf:
                    return False
                if weight[sample] == 0:
                    continue
            if label < 0 or label >= classes:
                return False
            at = sample * classes
            ahead, before, after = _stand(start, at, classes, size, label, most)
            ranks[0, row] = ahead + before * lost_before + after * lost_after
            ranks[1, row] = ahead + before + after
            ranks[2, row] = ahead
            if by_class:
                group[row] = label
            own = score_at(start, at + label)
            if own != own:  # noqa: PLR0124  # only NaN differs from itself
                undefined[0] += heavy[row]
        _add_credit(some, heavy, group, ranks, k, expected, credit, total)
    return True


_summing = numba.njit(nogil=True, fastmath={"reassoc"})  # in any order, so many at a time


@_summing
def _add_credit(  # noqa: PLR0917  # arrays of a tile, and the sums they go to
    some: int,
    heavy: Array,
    group: Array,
    ranks: Array,
    k: Array,
    expected: bool,
    credit: Array,
    total: Array,
) -> None:
    """Add what the samples of a tile are worth; what has no weight may have any rank."""
    _add_hits(some, heavy, group, ranks[2], np.iinfo(np.int64).max, total)
    for place in range(k.size):
        if expected:
            _add_shares(some, heavy, group, ranks, k[place], credit[0, place])
        else:
            _add_hits(some, heavy, group, ranks[0], k[place], credit[0, place])
        _add_hits(some, heavy, group, ranks[1], k[place], credit[1, place])
        _add_hits(some, heavy, group, ranks[2], k[place], credit[2, place])


@_summing
def _add_hits(some: int, heavy: Array, group: Array, rank: Array, k: int, sums: Array) -> None:  # noqa: PLR0917  # the same
    """Add the weight of ranks below k, to one sum or by class."""
    worth = 0.0
    if sums.size > 1:
        for row in range(some):
            sums[group[row]] += heavy[row] * (rank[row] < k)
    else:
        for row in range(some):
            worth += heavy[row] * (rank[row] < k)
        sums[0] += worth


@_summing
def _add_shares(some: int, heavy: Array, group: Array, ranks: Array, k: int, sums: Array) -> None:  # noqa: PLR0917  # the same
    """Add the mean credit at k over all orders of the tied (R5)."""
    for row in range(some):
        if heavy[row] > 0:
            ahead, tied = ranks[2, row], ranks[1, row] - ranks[2, row]
            sums[group[row]] += heavy[row] * min(max((k - ahead) / (tied + 1), 0.0), 1.0)
