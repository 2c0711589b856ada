"""Ranks to sums of credit, compiled (R5, R7): a tile of samples at a time."""

from __future__ import annotations

import numba
import numpy as np

from accord.backends.base import Array
from accord.scan.rows import LEFT_OUT

_summing = numba.njit(nogil=True, fastmath={"reassoc"})  # in any order, so many at a time


@_summing
def add_credit(
    ranks: Array,
    places: Array,
    weight: Array,
    classes: int,
    k: Array,
    tables: Array,
    expected: bool,
    sums: Array,
) -> None:
    """Add what the samples of a tile are worth, each in its place among the sums if there are more.

    All classes are ahead of an undefined sample.

    Where there are no tables, a sample is worth 1 up to each k. Else the first ``k.size`` rows of
    ``tables`` hold the credit at each rank from 0, and the other rows its running sums. Without any
    k, samples are counted by rank, as many ranks as there are sums for: see `_add_by_rank`.
    """
    some = places.size
    rule, lost, won = ranks[0, :some], ranks[1, :some], ranks[2, :some]
    _add_below(LEFT_OUT, won, places, weight, sums[0])
    sums[1, 0] += _worth(LEFT_OUT, won, weight) - _worth(classes, won, weight)
    if not k.size:
        _add_by_rank(rule, lost, won, places, weight, expected, sums)
        return
    by_rule, if_lost, if_won = 2, 2 + k.size, 2 + 2 * k.size
    for each in range(k.size):
        if tables.size:
            table, running = tables[each], tables[k.size + each]
            if expected:
                _add_means(running, lost, won, places, weight, sums[by_rule + each])
            else:
                _add_looked_up(table, rule, places, weight, sums[by_rule + each])
            _add_looked_up(table, lost, places, weight, sums[if_lost + each])
            _add_looked_up(table, won, places, weight, sums[if_won + each])
            continue
        if expected:
            _add_shares(k[each], lost, won, places, weight, sums[by_rule + each])
        else:
            _add_below(k[each], rule, places, weight, sums[by_rule + each])
        _add_below(k[each], lost, places, weight, sums[if_lost + each])
        _add_below(k[each], won, places, weight, sums[if_won + each])


@_summing
def _add_by_rank(
    rule: Array,
    lost: Array,
    won: Array,
    places: Array,
    weight: Array,
    expected: bool,
    sums: Array,
) -> None:
    """Add samples to the sum of their rank: under the rule, with all ties lost, with all won.

    In the mean over all orders, a sample has an equal share at each of its ranks. The sums under
    the rule are then of the changes from one rank to the next.
    """
    most, by_place = (sums.shape[0] - 2) // 3, sums.shape[1] > 1
    for row in range(won.size):
        worst, best, place = lost[row], won[row], places[row] if by_place else 0
        if best >= most:
            continue
        amount = weight[row] if weight.size else 1.0
        sums[2 + 2 * most + best, place] += amount
        if worst < most:
            sums[2 + most + worst, place] += amount
        if expected:
            share = amount / (worst - best + 1)
            sums[2 + best, place] += share
            if worst + 1 < most:
                sums[3 + worst, place] -= share
        elif rule[row] < most:
            sums[2 + rule[row], place] += amount


@_summing
def _add_below(bound: int, rank: Array, places: Array, weight: Array, sums: Array) -> None:
    """Add the weight of the samples that rank below a bound, to one sum or by place."""
    if sums.size == 1:
        sums[0] += _worth(bound, rank, weight)
        return
    for row in range(rank.size):
        if rank[row] < bound:
            sums[places[row]] += weight[row] if weight.size else 1.0


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
def _add_shares(k: int, lost: Array, won: Array, places: Array, weight: Array, sums: Array) -> None:
    """Add the mean credit at k over all orders of the tied (R5)."""
    for row in range(won.size):
        if won[row] < k:
            share = min((k - won[row]) / (lost[row] - won[row] + 1), 1.0)
            sums[places[row] if sums.size > 1 else 0] += share * (
                weight[row] if weight.size else 1.0
            )


@_summing
def _add_looked_up(table: Array, rank: Array, places: Array, weight: Array, sums: Array) -> None:
    """Add the credit that a table gives to each rank, to one sum or by place."""
    classes, by_place, worth = table.size - 1, sums.size > 1, 0.0
    for row in range(rank.size):
        if rank[row] < classes:
            credit = table[rank[row]] * (weight[row] if weight.size else 1.0)
            if by_place:
                sums[places[row]] += credit
            else:
                worth += credit
    if not by_place:
        sums[0] += worth


@_summing
def _add_means(
    running: Array, lost: Array, won: Array, places: Array, weight: Array, sums: Array
) -> None:
    """Add the mean credit over all orders of the tied, from the running sums of a table (R5)."""
    classes = running.size - 1
    for row in range(won.size):
        if won[row] < classes:
            tied = lost[row] - won[row] + 1
            credit = (running[lost[row] + 1] - running[won[row]]) / tied
            sums[places[row] if sums.size > 1 else 0] += credit * (
                weight[row] if weight.size else 1.0
            )
