"""Scores whose samples are next to each other, a plane a class, to ranks, compiled (R4, R12)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.rows import LEFT_OUT
from accord.scan.simd import first, lanes, score_at
from accord.scan.simd_planes import add_equals, add_rivals, pick_own

GROUP = 4
"""How many classes are compared together, with counts in registers; each is a stream of its own."""

FEW = 64
"""Up to how many classes the own scores are found by reading all in order, not by a look at each.

The scores are then still in the cache when they are compared.
"""

_called = numba.njit(nogil=True)


@_called
def rank_planes(
    start: Any,
    at: int,
    apart: int,
    classes: int,
    place: Array,
    lost: tuple[int, int],
    own: Array,
    room: Array,
    ranks: Array,
) -> None:
    """Rank samples that are next to each other; the scores of a class are ``apart`` from the next.

    ``own`` has room for the own score of each sample, ``room`` for two counts.
    """
    samples = place.size
    level, ahead, before, label = ranks[1], ranks[2], room[0], room[1]
    for row in range(samples):
        label[row] = place[row]
    ahead[:samples], level[:samples], before[:samples] = 0, 0, 0
    _read_own(start, at, apart, classes, label, own, samples)
    _count_rivals(start, at, apart, classes, own, ahead, level, samples)
    tied = False
    for row in range(samples):
        tied |= level[row] - ahead[row] > 1
    if tied:
        _count_tied_before(start, at, apart, classes, own, room, samples)
    lost_before, lost_after, none = np.int32(lost[0]), np.int32(lost[1]), np.int32(0)
    for row in range(samples):  # all scores are ahead of NaN, so that none is tied with it
        ties = max(np.int32(level[row] - ahead[row] - 1), none)
        after = max(np.int32(ties - before[row]), none)
        left_out = np.int32(LEFT_OUT) if label[row] < 0 else none
        won = ahead[row]
        ranks[0, row] = (won + before[row] * lost_before + after * lost_after) | left_out
        ranks[1, row] = (won + ties) | left_out
        ranks[2, row] = won | left_out


@_called
def _read_own(
    start: Any, at: int, apart: int, classes: int, label: Array, own: Array, samples: int
) -> None:
    """Fill ``own`` with the score of each label; what it is without a label has no meaning."""
    width, lines = lanes(start), 0
    if classes <= FEW:
        own[:samples] = 0
        lines = samples // width * width
        labels, mine = first(label, None), first(own, None)
        for each in range(0, classes, GROUP):
            some = min(GROUP, classes - each)
            for row in range(0, lines, width):
                pick_own(start, at + each * apart + row, apart, some, each, labels, mine, row)
    for row in range(lines, samples):
        own[row] = score_at(start, at + max(label[row], 0) * apart + row)


@_called
def _count_rivals(
    start: Any,
    at: int,
    apart: int,
    classes: int,
    own: Array,
    ahead: Array,
    level: Array,
    samples: int,
) -> None:
    """Count the scores of each sample above its own, and those not below it."""
    width = lanes(start)
    lines = samples // width * width
    mine, more, least = first(own, None), first(ahead, None), first(level, None)
    for each in range(0, classes, GROUP):
        some = min(GROUP, classes - each)
        for row in range(0, lines, width):
            place = at + each * apart + row
            add_rivals(start, place, apart, some, mine, row, more, least)
    for row in range(lines, samples):
        for each in range(classes):
            score = score_at(start, at + each * apart + row)
            ahead[row] += np.int32(not (score <= own[row]))
            level[row] += np.int32(not (score < own[row]))


@_called
def _count_tied_before(
    start: Any, at: int, apart: int, classes: int, own: Array, room: Array, samples: int
) -> None:
    """Count the ties before each label; ``room`` holds the counts and the labels."""
    before, label, width = room[0], room[1], lanes(start)
    lines = samples // width * width
    for each in range(classes):
        begin = at + each * apart
        for row in range(0, lines, width):
            places = first(label, None), first(before, None)
            add_equals(start, begin + row, first(own, None), row, each, *places)
        for row in range(lines, samples):
            equal = (score_at(start, begin + row) == own[row]) & (each < label[row])
            before[row] += np.int32(equal)
