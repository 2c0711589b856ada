"""Laws of measures that a third party writes: they count as accord's own on every framework."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, nan
from typing import Any

import accord
from accord.backends.base import Array
from accord.credit.label_sets import SetCounts
from accord.credit.ties import RULES
from accord_conformance import reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

SCORES = [
    *([0.5, 0.5, 0.2, 0.1], [0.5, 0.5, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25], [nan, 0.5, 0.5, -inf]),
    *([0.1, nan, 0.3, 0.3], [-0.0, 0.0, 1.0, inf], [0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1]),
]
LABELS = [0, 1, 2, 2, 1, 0, 3, 2]
NEAR = 1e-6  # 32-bit sums of thirds


@dataclass(frozen=True)
class ReciprocalRank(accord.RankMeasure):
    """1 / rank of the true class, 0 after rank k."""

    def credit_at(self, rank: int) -> float:
        """Return what a rank is worth."""
        assert self.k is None or isinstance(self.k, int)
        return 1 / rank if self.k is None or rank <= self.k else 0.0


@dataclass(frozen=True)
class Recall(accord.SetMeasure):
    """The share of the true labels that are predicted; 1 where there are none."""

    def credit_of(self, counts: SetCounts) -> Array:
        """Return what each sample is worth."""
        return counts.share(counts.right, counts.right + counts.missed, 1.0)


def reciprocal(row: list[float], label: int, k: int | None, ties: str) -> Fraction:
    """Return the credit of a sample by the rules, in fractions (R4, R5)."""
    ahead, before, after = reference.standing(row, label)
    ranks = {
        "first": [1 + ahead + before],
        "last": [1 + ahead + after],
        "optimistic": [1 + ahead],
        "pessimistic": [1 + ahead + before + after],
        "expected": [1 + ahead + tied for tied in range(before + after + 1)],
    }[ties]
    last = len(row) if k is None else k
    worth = [Fraction(1, rank) if rank <= last else Fraction(0) for rank in ranks]
    return sum(worth, Fraction(0)) / len(worth)


def expected_of(k: int | None, ties: str, label: int | None = None) -> float:
    """Return the credit of all samples, or of those of one class."""
    pairs = zip(SCORES, LABELS, strict=True)
    kept = [(row, y) for row, y in pairs if label in (None, y)]
    return float(sum(reciprocal(row, y, k, ties) for row, y in kept))


@law("R5 R7", heavy=True)
def a_rank_measure_of_your_own_follows_every_tie_rule(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(ReciprocalRank((1, 3), ties=rule).tally(y_true, y_score) for rule in RULES)

    found = subject.run(tallies, subject.array(LABELS), subject.array(SCORES))
    for ties, tally in zip(RULES, found, strict=True):
        for place, k in enumerate((1, 3)):
            assert abs(tally.correct[place] - expected_of(k, ties)) < NEAR, (ties, k)
            assert abs(tally.floor[place] - expected_of(k, "pessimistic")) < NEAR
            assert abs(tally.ceiling[place] - expected_of(k, "optimistic")) < NEAR
        assert (tally.total, tally.undefined) == (len(LABELS), 1)


@law("R15", heavy=True)
def a_rank_measure_of_your_own_is_counted_by_class(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return ReciprocalRank().tally(y_true, y_score, per_class=True)

    found = subject.run(tally, subject.array(LABELS), subject.array(SCORES))
    for label in range(4):
        assert abs(found.correct[label] - expected_of(None, "first", label)) < NEAR
        assert found.total[label] == LABELS.count(label)


@law("R17", modes=("eager",))
def a_rank_measure_of_your_own_is_counted_by_the_metric_of_the_framework(subject: Subject) -> None:
    batches = [
        (subject.array(LABELS[start:stop]), subject.array(SCORES[start:stop]))
        for start, stop in ((0, 3), (3, 8))
    ]
    for ties in ("first", "expected"):
        measure = replace(ReciprocalRank(k=3), ties=ties)
        tally = subject.adapter.streamed(measure, batches)
        assert abs(tally.correct - expected_of(3, ties)) < NEAR
        assert int(tally.total) == len(LABELS)


@law("R11", heavy=True)
def a_set_measure_of_your_own_is_counted(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return Recall().tally(y_true, y_score), Recall(k=1).tally(y_true, y_score)

    labels = [[1, 1, 0], [0, 0, 0], [0, 1, 1]]
    scores = [[0.9, 0.2, 0.7], [0.1, 0.8, 0.6], [0.5, 0.9, 0.6]]
    past, best = subject.run(tallies, subject.array(labels), subject.array(scores))
    assert (past.correct, past.floor, past.ceiling, past.total) == (2.5, 2.5, 2.5, 3)
    assert (best.correct, best.total) == (0.5 + 1 + 0.5, 3)
