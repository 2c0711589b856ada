"""The compiled functions: rows to rank counts, and rows to a tally (R4, R5, R7).

`accord.scan.count` imports this, and with it numba, only when the work is worth a compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan import dispatch
from accord.scan.best_classes import find_best
from accord.scan.candidates import rank_candidates
from accord.scan.code_cache import CodeCache
from accord.scan.labels import find_classes, find_groups, find_peaks, mark_positives
from accord.scan.planes import rank_planes
from accord.scan.rows import rank_lines, rank_rows, rank_sides
from accord.scan.sets import choose_best, count_labels, count_sides
from accord.scan.simd import BFLOAT16, FLOAT16, first, scores_like
from accord.scan.sums import add_credit

__all__ = [
    "BFLOAT16",
    "FLOAT16",
    "best",
    "best_classes",
    "labels",
    "mark",
    "peaks",
    "sides",
    "stand",
    "tally",
    "tally_sides",
]

TILE, BLOCK = 256, 4096
"""How many samples are ranked before they are counted, so that each loop does one thing.

Few of rows, so that ranks stay in the nearest cache, and more of planes, to read longer runs.
"""


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile for each dtype it is called with, and keep that on disk where there is a place."""
    dispatcher: Callable[..., Any] = numba.njit(nogil=True)(function)
    dispatcher._cache = CodeCache(function)  # type: ignore[attr-defined]  # noqa: SLF001  # as cache=True sets numba's own
    dispatcher._compile_for_args = partial(_load, dispatcher)  # type: ignore[attr-defined]  # noqa: SLF001  # it has no hook
    return dispatcher


def _load(dispatcher: Any, *given: Any) -> Any:
    """Compile for what is given and run that, or raise while it is compiled in the background.

    numba calls this with what it has no code for.
    """

    def job() -> Callable[[], object]:  # which does not hold the arrays
        return partial(dispatcher.compile, tuple(map(dispatcher.typeof_pyval, given)))

    dispatch.load((dispatcher, *map(_kind, given)), job)
    return type(dispatcher)._compile_for_args(dispatcher, *given)  # noqa: SLF001  # numba's own


def _kind(given: Any) -> object:
    return (given.dtype, given.flags.num) if isinstance(given, np.ndarray) else type(given)


@numba.njit(nogil=True)
def _rank(
    scores: Any,
    size: int,
    apart: int,
    classes: int,
    begin: int,
    place: Array,
    lost: tuple[int, int],
    most: int,
    room: tuple[Array, Array],
    ranks: Array,
) -> None:
    """Fill ``ranks`` of a tile: under the rule, with all ties lost, with all won."""
    if apart > 1:
        rank_planes(scores, begin, apart, classes, place, lost, room[0], room[1], ranks)
        return
    ranked = rank_lines(scores, size, begin * classes, classes, place, lost, ranks)
    rank_rows(scores, size, begin * classes, classes, place, lost, most, ranked, ranks)


@numba.njit(nogil=True)
def _columns(groups: Array, place: Array, count: int, room: Array) -> tuple[bool, Array]:
    """Return whether all groups are known, and which sum each sample is added to if there are more.

    That is the sum of its group, of which there are ``count``, or of its class without groups.
    """
    if not groups.size:
        return True, place
    column = room[: place.size]
    return find_groups(groups, place, count, column), column


@_compiled
def stand(
    flat: Array,
    half: Any,
    apart: int,
    classes: int,
    labels: Array,
    candidates: Array,
    most: int,
    counts: Array,
    begin: int,
) -> bool:
    """Fill ``counts``, of shape (3, N), from ``begin`` on with the standings of some rows.

    Bad labels rank behind every class; False where one is not among its candidates, which are as
    in `tally`. A row may be left once ``most`` are ahead. Where ``half`` is `FLOAT16` or `BFLOAT16`, the scores are the bits of those; else it is None. The scores of a
    sample are ``apart`` from each other; if not 1, samples are next to each other.
    """
    scores, size, there = first(flat, half), flat.size, first(candidates, None)
    tile = BLOCK if apart > 1 else TILE
    place, ranks = np.empty(tile, np.int64), np.empty((3, tile), np.int32)
    room = scores_like(scores, tile), np.empty((2, tile), np.int32)
    for start in range(0, labels.size, tile):
        some = min(tile, labels.size - start)
        for row in range(some):
            label = labels[start + row]
            place[row] = label if 0 <= label < classes else -1
        mine = place[:some]
        if not candidates.size:
            _rank(scores, size, apart, classes, start, mine, (1, 0), most, room, ranks)
        elif not rank_candidates(scores, start, classes, mine, there, (1, 0), ranks):
            return False
        for row in range(some):
            nowhere = place[row] < 0
            counts[0, begin + start + row] = classes if nowhere else ranks[2, row]
            counts[1, begin + start + row] = ranks[0, row] - ranks[2, row]
            counts[2, begin + start + row] = ranks[1, row] - ranks[0, row]
    return True


@_compiled
def tally(
    flat: Array,
    half: Any,
    apart: int,
    classes: int,
    labels: Array,
    keep: Array,
    weight: Array,
    groups: Array,
    candidates: Array,
    ignoring: bool,
    ignored: int,
    k: Array,
    tables: Array,
    lost_before: int,
    lost_after: int,
    expected: bool,
    sums: Array,
) -> bool:
    """Add the credit of N rows to sums by class or group; False at a bad label, weight or group.

    Sums are float64, exact for counts below 2**53, and of shape (2 + 3K, G), with a place for each
    class or group or one for all: the total; the undefined, in the first place; then by k the
    credit under the rule, with all ties lost, with all won. ``keep``, ``weight``, ``groups`` and
    ``candidates`` are empty where there are none. The ties before and after a label that are lost count as ahead of it; ``expected`` asks
    for the mean over all orders instead. ``k`` and ``tables`` are as `add_credit` takes them:
    without any k there are sums for K ranks. ``half`` and ``apart`` are as in `stand`.
    """
    scores, size = first(flat, half), flat.size
    most = k.max() if k.size else (sums.shape[0] - 2) // 3
    lost, samples = (lost_before, lost_after), labels.size
    there = first(candidates, None)
    tile = BLOCK if apart > 1 else TILE
    place, group, ranks = (
        np.empty(tile, np.int64),
        np.empty(tile, np.int64),
        np.empty((3, tile), np.int32),
    )
    room = scores_like(scores, tile), np.empty((2, tile), np.int32)
    for begin in range(0, samples, tile):
        end = min(begin + tile, samples)
        some, worth, mine = labels[begin:end], weight[begin:end], place[: end - begin]
        if not find_classes(some, keep[begin:end], worth, ignoring, ignored, classes, mine):
            return False
        good, column = _columns(groups[begin:end], mine, sums.shape[1], group)
        if not good:
            return False
        if not candidates.size:
            _rank(scores, size, apart, classes, begin, mine, lost, most, room, ranks)
        elif not rank_candidates(scores, begin, classes, mine, there, lost, ranks):
            return False
        add_credit(ranks, column, worth, classes, k, tables, expected, sums)
    return True


@_compiled
def tally_sides(
    flat: Array,
    half: Any,
    labels: Array,
    keep: Array,
    weight: Array,
    groups: Array,
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
    k, tables, samples = np.ones(1, np.int64), np.empty((0, 0)), labels.size
    place, group = np.empty(TILE, np.int64), np.empty(TILE, np.int64)
    ranks = np.empty((3, TILE), np.int32)  # 0 for a hit, else 1, or 2 if undefined
    for begin in range(0, samples, TILE):
        end = min(begin + TILE, samples)
        some, worth, mine = labels[begin:end], weight[begin:end], place[: end - begin]
        if not find_classes(some, keep[begin:end], worth, ignoring, ignored, 2, mine):
            return False
        good, column = _columns(groups[begin:end], mine, sums.shape[1], group)
        if not good:
            return False
        rank_sides(scores, begin, mine, bound, at_is_above, ranks)
        add_credit(ranks, column, worth, 2, k, tables, False, sums)
    return True


@_compiled
def peaks(flat: Array, half: Any, classes: int, one_hot: bool, labels: Array) -> None:
    """Fill ``labels`` with the class of each row of dense labels, as `find_peaks` does."""
    find_peaks(first(flat, half), classes, one_hot, labels)


@_compiled
def mark(
    flat: Array, half: Any, entries: int, keep: Array, ignoring: bool, ignored: int, marks: Array
) -> bool:
    """Fill ``marks`` for labels 0 and 1, as `mark_positives` does."""
    samples = flat.size // entries
    return mark_positives(first(flat, half), samples, entries, keep, ignoring, ignored, marks)


@_compiled
def sides(
    flat: Array, half: Any, entries: int, marks: Array, own: Any, exact: bool, counts: Array
) -> None:
    """Fill ``counts``, of shape (8, N), as `count_sides` does.

    ``marks`` has a line more than there are labels.
    """
    marked = first(marks, None)
    count_sides(first(flat, half), entries, flat.size, marked, own, exact, counts)


@_compiled
def labels(
    flat: Array, half: Any, entries: int, marks: Array, own: Any, exact: bool, counts: Array
) -> None:
    """Add to ``counts``, of shape (L, 8), as `count_labels` does."""
    samples, marked = flat.size // entries, first(marks, None)
    count_labels(first(flat, half), samples, entries, marked, own, exact, counts)


@_compiled
def best(
    flat: Array, half: Any, entries: int, marks: Array, ks: Array, last: bool, counts: Array
) -> None:
    """Fill ``counts``, of shape (2 + 3K, N), as `choose_best` does."""
    marked = first(marks, None)
    choose_best(first(flat, half), entries, flat.size, marked, ks, last, counts)


@_compiled
def best_classes(flat: Array, half: Any, classes: int, last: bool, best: Array) -> None:
    """Fill ``best``, of shape (N, K), as `find_best` does."""
    scores = first(flat, half)
    find_best(scores, classes, last, scores_like(scores, best.shape[1]), best)
