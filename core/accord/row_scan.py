"""What is compiled: a row of scores to its three counts, and rows to a tally (R4, R5, R7).

Imported by `accord.kernels` alone, and only when the work is worth a compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from accord.code_cache import CodeCache
from accord.registry import Array
from accord.vectors import (
    BFLOAT16,
    FLOAT16,
    LEVEL,
    above,
    counted,
    fetch,
    first,
    lanes,
    level,
    ones,
    score_at,
)

__all__ = ["BFLOAT16", "FLOAT16", "stand", "tally", "tally_sides"]  # what `accord.kernels` uses

RUN = 256
"""How many scores are read between two looks at whether the row can be left."""

TILE = 1024
"""How many samples are ranked before they are counted, so that each loop does one thing."""

FAR = 2048
"""How many scores ahead are asked for, at most, where a row is not left at its first run."""

NEXT = 8
"""How many samples ahead the own score is asked for, which stands anywhere in its row."""

_LEFT_OUT = np.iinfo(np.int32).max  # the rank of a sample that does not count


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for each dtype it is called with, and keep that on disk where there is a place."""
    dispatcher: Callable[..., Any] = numba.njit(nogil=True)(function)
    dispatcher._cache = CodeCache(function)  # type: ignore[attr-defined]  # noqa: SLF001  # as cache=True sets numba's own
    return dispatcher


_inlined = numba.njit(nogil=True, inline="always")


@_inlined
def _count(start: Any, at: int, end: int, size: int, own: Any, far: int) -> tuple[int, int]:  # noqa: PLR0917  # numbers alone, for arrays would have their references counted
    """Count the scores from ``at`` to ``end`` not at most, and not below, the own score.

    So NaN is among both (R2). Nothing is read at ``size`` or beyond; the scores ``far`` ahead are
    asked for.
    """
    width = lanes(start)
    lines = (end - at) // width
    both = counted(start, at, lines, own, far) if lines else 0
    at += lines * width
    if at < end and at + width <= size:
        some = _lowest(end - at)
        both += ones(above(start, at, own) & some)
        both += ones(level(start, at, own) & some) << LEVEL
        at = end
    while at < end:
        score = score_at(start, at)
        both += int(not (score <= own)) + (int(not (score < own)) << LEVEL)
        at += 1
    return both & _lowest(LEVEL), both >> LEVEL


@_inlined
def _lowest(bits: int) -> int:
    """Return an integer whose lowest bits, 1 to 64, are set."""
    return np.int64(np.uint64(0xFFFF_FFFF_FFFF_FFFF) >> np.uint64(64 - bits))  # type: ignore[return-value]  # numba's integers are NumPy's


@_inlined
def _stand(start: Any, at: int, classes: int, size: int, label: int, most: int) -> Any:  # noqa: PLR0917  # the same
    """Return ahead, tied_before and tied_after in the row that begins at ``at``.

    The row is left once ``most`` are ahead: what is returned then is a miss at every k up to
    ``most``, whatever the tie rule. Where the own score is NaN all are ahead (R4).
    """
    own = score_at(start, at + label)
    if own != own:  # noqa: PLR0124  # only NaN differs from itself
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


@_compiled
def stand(  # noqa: PLR0917  # a call for each sample would cost more than it does
    flat: Array, half: Any, classes: int, labels: Array, most: int, counts: Array, begin: int
) -> None:
    """Fill ``counts``, of shape (3, N), from ``begin`` on with the standings of some rows.

    Bad labels rank behind every class. A row may be left once ``most`` are ahead. Where ``half``
    is `FLOAT16` or `BFLOAT16`, the scores are the bits of those; else it is None.
    """
    scores, size = first(flat, half), flat.size
    place = np.empty(TILE, np.int64)
    ranks = np.empty((3, TILE), np.int32)
    for start in range(0, labels.size, TILE):
        some = min(TILE, labels.size - start)
        for row in range(some):
            label = labels[start + row]
            place[row] = label if 0 <= label < classes else -1
        mine, at = place[:some], start * classes
        ranked = _rank_lines(scores, size, at, classes, mine, (1, 0), ranks)
        _rank_rows(scores, size, at, classes, mine, (1, 0), most, ranked, ranks)
        for row in range(some):
            nowhere = place[row] < 0
            counts[0, begin + start + row] = classes if nowhere else ranks[2, row]
            counts[1, begin + start + row] = ranks[0, row] - ranks[2, row]
            counts[2, begin + start + row] = ranks[1, row] - ranks[0, row]


@_compiled
def tally(  # noqa: PLR0917  # a call for each sample would cost more than it does
    flat: Array,
    half: Any,
    classes: int,
    labels: Array,
    keep: Array,
    weight: Array,
    ignoring: bool,
    ignored: int,
    k: Array,
    lost_before: int,
    lost_after: int,
    expected: bool,
    sums: Array,
) -> bool:
    """Add the credit of N rows to sums by class; False at the first bad label or weight.

    Sums are float64, exact for counts below 2**53, and of shape (2 + 3K, G), with a place for each
    class or one for all: the total; the undefined, in the first place; then by k the credit under
    the rule, with all ties lost, with all won. ``keep`` and ``weight`` are empty where there are
    none. The ties before and after a label that are lost count as ahead of it; ``expected`` asks
    for the mean over all orders instead. ``half`` is as in `stand`.
    """
    scores, size = first(flat, half), flat.size
    lost, most, samples = (lost_before, lost_after), k.max(), labels.size
    place = np.empty(TILE, np.int64)
    ranks = np.empty((3, TILE), np.int32)  # under the rule, with all ties lost, with all won
    for begin in range(0, samples, TILE):
        end = min(begin + TILE, samples)
        some, worth, mine = labels[begin:end], weight[begin:end], place[: end - begin]
        if not _find(some, keep[begin:end], worth, ignoring, ignored, classes, mine):
            return False
        ranked = _rank_lines(scores, size, begin * classes, classes, mine, lost, ranks)
        _rank_rows(scores, size, begin * classes, classes, mine, lost, most, ranked, ranks)
        _add_credit(ranks, mine, worth, classes, k, expected, sums)
    return True


@_compiled
def tally_sides(  # noqa: PLR0917  # the same
    flat: Array,
    half: Any,
    labels: Array,
    keep: Array,
    weight: Array,
    ignoring: bool,
    ignored: int,
    bound: float,
    at_is_above: bool,
    sums: Array,
) -> bool:
    """Add the credit of N scores to sums as `tally` does: for being on their label's side.

    ``sums`` has one place for k; labels are 0 and 1, and ``at_is_above`` tells the side of a score
    that equals the bound.
    """
    scores = first(flat, half)
    k, samples = np.ones(1, np.int64), labels.size
    place = np.empty(TILE, np.int64)
    ranks = np.empty((3, TILE), np.int32)  # 0 for a hit, else 1, or 2 if undefined
    for begin in range(0, samples, TILE):
        end = min(begin + TILE, samples)
        some, worth, mine = labels[begin:end], weight[begin:end], place[: end - begin]
        if not _find(some, keep[begin:end], worth, ignoring, ignored, 2, mine):
            return False
        _rank_sides(scores, begin, mine, bound, at_is_above, ranks)
        _add_credit(ranks, mine, worth, 2, k, False, sums)
    return True


_called = numba.njit(nogil=True)


@_called
def _find(  # noqa: PLR0917  # arrays of a tile
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
def _rank_lines(  # noqa: PLR0917  # the same
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
    every = _lowest(classes)
    for row in range(count):
        label = place[row]
        if label < 0:
            _leave_out(ranks, row)
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
def _rank_rows(  # noqa: PLR0917  # the same
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
            _leave_out(ranks, row)
            continue
        later = min(row + NEXT, place.size - 1)
        fetch(start, at + later * classes + place[later])
        begin = at + row * classes
        ahead, before, after = _stand(start, begin, classes, size, label, most)
        ranks[0, row] = ahead + before * lost[0] + after * lost[1]
        ranks[1, row] = ahead + before + after
        ranks[2, row] = ahead


@_called
def _rank_sides(  # noqa: PLR0917  # the same
    start: Any, begin: int, place: Array, bound: float, at_is_above: bool, ranks: Array
) -> None:
    """Rank samples by the side of the bound that their score is on; one at it may win or lose."""
    for row in range(place.size):
        label, score = place[row], score_at(start, begin + row)
        above, at, below = score > bound, score == bound, score < bound
        sure = (above & (label == 1)) | (below & (label == 0))
        hit = sure | (at & ((label == 1) == at_is_above))
        miss = np.int32(2) - (above | at | below)  # all in numbers, for labels can't be foreseen
        left_out = _LEFT_OUT * (label < 0)
        ranks[0, row] = miss * (not hit) | left_out
        ranks[1, row] = miss * (not sure) | left_out
        ranks[2, row] = miss * (not (sure | at)) | left_out


@_inlined
def _leave_out(ranks: Array, row: int) -> None:
    ranks[0, row] = ranks[1, row] = ranks[2, row] = _LEFT_OUT


_summing = numba.njit(nogil=True, fastmath={"reassoc"})  # in any order, so many at a time


@_summing
def _add_credit(  # noqa: PLR0917  # arrays of a tile, and the sums they go to
    ranks: Array,
    labels: Array,
    weight: Array,
    classes: int,
    k: Array,
    expected: bool,
    sums: Array,
) -> None:
    """Add what the samples of a tile are worth; all classes are ahead of an undefined one."""
    some = labels.size
    rule, lost, won = ranks[0, :some], ranks[1, :some], ranks[2, :some]
    _add_below(_LEFT_OUT, won, labels, weight, sums[0])
    sums[1, 0] += _worth(_LEFT_OUT, won, weight) - _worth(classes, won, weight)
    by_rule, if_lost, if_won = 2, 2 + k.size, 2 + 2 * k.size
    for each in range(k.size):
        if expected:
            _add_shares(k[each], lost, won, labels, weight, sums[by_rule + each])
        else:
            _add_below(k[each], rule, labels, weight, sums[by_rule + each])
        _add_below(k[each], lost, labels, weight, sums[if_lost + each])
        _add_below(k[each], won, labels, weight, sums[if_won + each])


@_summing
def _add_below(bound: int, rank: Array, labels: Array, weight: Array, sums: Array) -> None:
    """Add the weight of the samples that rank below a bound, to one sum or by class."""
    if sums.size == 1:
        sums[0] += _worth(bound, rank, weight)
        return
    for row in range(rank.size):
        if rank[row] < bound:
            sums[labels[row]] += weight[row] if weight.size else 1.0


@_summing
def _worth(bound: int, rank: Array, weight: Array) -> float:
    """Return the weight of the samples that rank below a bound."""
    count, worth, most = 0, 0.0, np.int32(bound)
    if not weight.size:
        for row in range(rank.size):
            count += rank[row] < most
        return float(count)
    for row in range(rank.size):
        worth += weight[row] if rank[row] < most else 0.0
    return worth


@_summing
def _add_shares(k: int, lost: Array, won: Array, labels: Array, weight: Array, sums: Array) -> None:  # noqa: PLR0917  # the same
    """Add the mean credit at k over all orders of the tied (R5)."""
    for row in range(won.size):
        if won[row] < k:
            share = min((k - won[row]) / (lost[row] - won[row] + 1), 1.0)
            sums[labels[row] if sums.size > 1 else 0] += share * (
                weight[row] if weight.size else 1.0
            )
