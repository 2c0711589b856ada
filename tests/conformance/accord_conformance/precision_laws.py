"""Laws of precision, recall and F1: of sets of labels, and of the k best classes (R27)."""

from __future__ import annotations

from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

import accord
from accord.credit.thresholds import AtThreshold
from accord.measures.multilabel import Criteria
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

SHARES: tuple[Criteria, ...] = ("precision", "recall", "f1")
NEAR = 1e-6

Sets = list[set[int]]


def mean_of(sets: Sets, true: Sets, criteria: str) -> tuple[Fraction, int]:
    """Return the sum over the samples whose figure is not 0 / 0, and how many these are."""
    pairs = zip(sets, true, strict=True)
    found = [reference.share(one, names, criteria) for one, names in pairs]
    counted = [each for each in found if each is not None]
    return sum(counted, Fraction(0)), len(counted)


@law("R27", heavy=True)
def a_sample_whose_share_is_nothing_of_nothing_is_left_out_of_the_total(subject: Subject) -> None:
    sides: tuple[AtThreshold, ...] = ("negative", "positive")

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(criteria, at_threshold=side).tally(y_true, y_score)
            for criteria in SHARES
            for side in sides
        )

    @drawn.tried(drawn.rows((0, 0, 1)), drawn.rows((-1.0, 0.0, 0.5, 0.5, 1.0)), examples=25)
    def compare(truth: list[list[float]], table: list[list[float]]) -> None:
        found = iter(subject.run(tallies, subject.array(truth, "int32"), subject.array(table)))
        true = [{j for j, is_true in enumerate(names) if is_true} for names in truth]
        ways = [reference.threshold_sets(row, 0.5) for row in table]  # none at it first, all last
        draw = np.random.default_rng(27)
        others = [[each[draw.integers(len(each))] for each in ways] for _ in range(20)]
        for criteria in SHARES:
            for chosen in (0, -1):
                tally = next(found)
                credit, total = mean_of([each[chosen] for each in ways], true, criteria)
                np.testing.assert_allclose(tally.correct, float(credit), rtol=NEAR)
                assert tally.total == total
                for other in others:  # the bounds hold every way to break ties
                    part, whole = mean_of(other, true, criteria)
                    if whole and total:
                        low, high = tally.floor / total - NEAR, tally.ceiling / total + NEAR
                        assert low <= part / whole <= high, criteria


@law("R27", heavy=True)
def precision_and_recall_of_the_k_best_labels_are_means_over_samples(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(criteria, k=(2, 4), ties=ties).tally(y_true, y_score)
            for criteria in SHARES
            for ties in ("first", "last")
        )

    @drawn.tried(drawn.rows((0, 0, 1)), drawn.rows(drawn.NUMBERS), examples=15)
    def compare(truth: list[list[float]], table: list[list[float]]) -> None:
        found = iter(subject.run(tallies, subject.array(truth, "int32"), subject.array(table)))
        true = [{j for j, is_true in enumerate(names) if is_true} for names in truth]
        rows = drawn.rounded(table)
        for criteria in SHARES:
            for sign in (1, -1):
                tally = next(found)
                for place, k in enumerate((2, 4)):
                    best = [set(reference.order(row, lambda j: sign * j)[:k]) for row in rows]  # noqa: B023  # used at once
                    credit, total = mean_of(best, true, criteria)
                    np.testing.assert_allclose(tally.correct[place], float(credit), rtol=NEAR)
                    assert tally.total == total


@law("R27")
def an_undefined_sample_is_a_miss_of_every_share(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.Multilabel(criteria).tally(y_true, y_score) for criteria in SHARES)

    scores = subject.array([[nan, 0.1], [0.9, 0.8], [0.1, 0.2]])
    found = subject.run(tallies, subject.array([[0, 0], [1, 0], [0, 0]]), scores)
    assert [tally.undefined for tally in found] == [1, 1, 1]
    assert [tally.total for tally in found] == [2, 2, 2]
    np.testing.assert_allclose([tally.correct for tally in found], [0.5, 1, 2 / 3], rtol=NEAR)
