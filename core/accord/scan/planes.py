"""Scores whose samples are next to each other, a plane a class, to ranks, compiled (R4, R12)."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.rows import leave_out
from accord.scan.simd import first, lanes, score_at
from accord.scan.simd_planes import add_equals, add_rivals

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
    samples, width = place.size, lanes(start)
    level, ahead, before, label = ranks[1], ranks[2], room[0], room[1]
    for row in range(samples):
        label[row] = place[row]
        own[row] = score_at(start, at + max(place[row], 0) * apart + row)
    ahead[:samples], level[:samples], before[:samples] = 0, 0, 0
    lines = samples // width * width
    mine, more, least = first(own, None), first(ahead, None), first(level, None)
    for each in range(classes):
        begin = at + each * apart
        for row in range(0, lines, width):
            add_rivals(start, begin + row, mine, row, more, least)
        for row in range(lines, samples):
            score = score_at(start, begin + row)
            ahead[row] += np.int32(not (score <= own[row]))
            level[row] += np.int32(not (score < own[row]))
    tied = False
    for row in range(samples):
        tied |= level[row] - ahead[row] > 1
    if tied:
        _count_tied_before(start, at, apart, classes, own, room, samples)
    for row in range(samples):
        if place[row] < 0:
            leave_out(ranks, row)
            continue
        after = level[row] - ahead[row] - 1 - before[row]
        undefined = own[row] != own[row]
        won = classes if undefined else ahead[row]
        ranks[0, row] = won if undefined else won + before[row] * lost[0] + after * lost[1]
        ranks[1, row] = won if undefined else level[row] - 1
        ranks[2, row] = won


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
