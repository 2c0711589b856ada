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


def predicted(row: list[float], k: int, ties: str) -> list[int]:
    """Return the k best classes of a row, found by sorting (R27)."""
    return reference.order(row, lambda j: -j if ties == "last" else j)[:k]


def counts_of(
    table: list[list[float]], labels: list[int], k: int, ties: str, weights: list[float]
) -> list[list[float]]:
    """Return what each class has: true positives, predicted and actual."""
    counts = [[0.0] * len(table[0]) for _ in range(3)]
    for row, label, weight in zip(table, labels, weights, strict=True):
        counts[2][label] += weight
        if row[label] != row[label]:
            continue  # an undefined sample has an empty predicted set
        for c in predicted(row, k, ties):
            counts[1][c] += weight
            counts[0][c] += weight * (c == label)
    return counts


def figures_of(counts: list[list[float]], average: str | None) -> list[Any]:
    """Return precision, recall and F1 from counts by class; NaN for 0 / 0."""
    right, guessed, actual = map(np.asarray, counts)
    if average == "micro":
        right, guessed, actual = right.sum(), guessed.sum(), actual.sum()
    pairs = [(right, guessed), (right, actual), (2 * right, guessed + actual)]
    with np.errstate(invalid="ignore"):
        shares = [np.asarray(part) / np.asarray(whole) for part, whole in pairs]
    if average in ("micro", None):
        return shares
    found = []
    for share, (_, whole) in zip(shares, pairs, strict=True):
        some = whole > 0
        weight = actual[some] if average == "weighted" else np.ones(some.sum())
        found.append(np.average(share[some], weights=weight) if weight.sum() else nan)
    return found


@law("R27", heavy=True)
def classes_predict_what_sorting_finds_under_both_tie_rules(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.PrecisionRecall((1, 3, 5), ties=ties).tally(y_true, y_score)
            for ties in ("first", "last")
        )

    @drawn.tried(drawn.rows(), drawn.labels(), examples=25)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        rows = drawn.rounded(table)
        found = subject.run(tallies, subject.array(labels), subject.array(table))
        for ties, tally in zip(("first", "last"), found, strict=True):
            for place, k in enumerate((1, 3, 5)):
                expected = counts_of(rows, labels, k, ties, [1.0] * len(labels))
                assert tally.correct[place].tolist() == expected[0], (ties, k)
                assert tally.predicted[place].tolist() == expected[1], (ties, k)
            assert tally.total.tolist() == expected[2]
            assert tally.undefined == sum(
                row[label] != row[label] for row, label in zip(rows, labels, strict=True)
            )


@law("R27 R15", heavy=True)
def precision_recall_and_f1_are_averaged_over_classes_with_weights_and_a_mask(
    subject: Subject,
) -> None:
    averages: tuple[Any, ...] = ("micro", "macro", "weighted", None)

    def figures(y_true: Any, moved: Any, weight: Any, mask: Any) -> Any:
        extra = {"sample_weight": weight, "mask": mask, "axis": 1, "ignore_index": 9}
        return tuple(
            accord.precision_recall(y_true, moved, 2, average=average, **extra)
            for average in averages
        )

    rng = np.random.default_rng(27)
    scores = rng.integers(0, 4, (3, 8, 6)).astype(np.float32)
    scores[..., 4] = -1  # is never predicted
    labels = rng.choice([0, 1, 2, 3, 4, 9], (3, 8))  # and 5 never true
    mask, weight = rng.random((3, 8)) < 0.8, rng.integers(0, 4, (3, 8)).astype(np.float32)
    arrays = labels, np.moveaxis(scores, -1, 1), weight, mask
    found = subject.run(figures, *map(subject.array, arrays))
    kept = mask & (labels != 9)
    counts = counts_of(
        scores[kept].tolist(), labels[kept].tolist(), 2, "first", weight[kept].tolist()
    )
    for average, each in zip(averages, found, strict=True):
        for share, expected in zip(each, figures_of(counts, average), strict=False):
            np.testing.assert_allclose(share, expected, rtol=1e-5, err_msg=str(average))
        support = counts[2] if average is None else sum(counts[2])
        np.testing.assert_allclose(each.support, support, rtol=NEAR)


@law("R27 R22", modes=("compiled",), heavy=True)
def a_sample_whose_label_is_no_class_still_predicts(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.PrecisionRecall().tally(y_true, y_score)

    scores = [[0.1, 0.9, 0.5], [0.1, 0.9, 0.5], [nan, 0.9, 0.5]]
    found = subject.run(tally, subject.array([1, 7, 0]), subject.array(scores))
    assert found.correct.tolist() == [0, 1, 0]
    assert found.predicted.tolist() == [0, 2, 0]
    assert found.total.tolist() == [1, 1, 0]
    assert (found.invalid, found.undefined) == (1, 1)


@law("R27 R17", modes=("eager",))
def the_metric_of_the_framework_counts_what_batches_predict(subject: Subject) -> None:
    rng = np.random.default_rng(17)
    scores, labels = rng.integers(0, 4, (9, 5)).astype(np.float32), rng.integers(0, 5, 9)
    batches = [
        (subject.array(labels[part]), subject.array(scores[part]))
        for part in (slice(0, 2), slice(2, 9))
    ]
    tally: Any = subject.adapter.streamed(accord.PrecisionRecall((1, 2)), batches)
    for place, k in enumerate((1, 2)):
        expected = counts_of(scores.tolist(), labels.tolist(), k, "first", [1.0] * 9)
        found = [
            np.asarray(each).tolist() for each in (tally.correct[place], tally.predicted[place])
        ]
        assert [*found, np.asarray(tally.total).tolist()] == expected


@law("R27 R21")
def a_tie_rule_that_defines_no_set_is_refused(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any) -> Any:
        ties: Any = "expected"
        return accord.precision_recall(y_true, y_score, ties=ties)

    with subject.refused(ValueError, "ties='expected' defines no set .* pass ties='first'"):
        subject.run(figures, subject.array([0]), subject.array([[0.1, 0.9]]))
