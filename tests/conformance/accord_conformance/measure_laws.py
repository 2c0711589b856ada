"""Laws of the measures: dense labels, thresholds, sets of labels (R9 to R11)."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np

import accord
from accord.credit.ties import Ties
from accord.measures.multilabel import Criteria
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

ENDS: tuple[Ties, ...] = ("first", "last")
CRITERIA: tuple[Criteria, ...] = (
    "exact_match",
    "hamming",
    "overlap",
    "contain",
    "belong",
    "jaccard",
)  # under which every sample counts


@law("R9")
def the_true_class_of_a_dense_row_is_its_lowest_largest(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.TopKCategorical((1, 2)).tally(y_true, y_score)

    values = (0.0, 0.5, 1.0, 1e-45, inf)

    @drawn.tried(drawn.rows(values), drawn.rows(), examples=30)
    def compare(dense: list[list[float]], table: list[list[float]]) -> None:
        for row in dense:
            row[-1] = max(*row, 1e-45)  # so that every row names a class
        found = subject.run(tally, subject.array(dense), subject.array(table))
        pairs = list(zip(drawn.rounded(table), drawn.rounded(dense), strict=True))
        for place, k in enumerate((1, 2)):
            expected = sum(
                reference.credit(row, reference.dense_label(names), k, "first")
                for row, names in pairs
            )
            assert found.correct[place] == expected
        assert found.total == drawn.SAMPLES


@law("R9 R22")
def a_dense_row_with_a_nan_or_nothing_above_zero_is_invalid(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Categorical().tally(y_true, y_score)

    for bad in ([nan, 1.0], [1.0, nan], [0.0, 0.0], [-1.0, -0.0]):
        dense, scores = subject.array([[0.0, 1.0], bad]), subject.array([[0.2, 0.8], [0.2, 0.8]])
        if subject.reads_values:
            with subject.refused(ValueError, r"y_true\[1\]"):
                subject.run(tally, dense, scores)
        else:
            found = subject.run(tally, dense, scores)
            assert (found.correct, found.total, found.invalid) == (1, 2, 1)


@law("R10")
def a_score_at_the_threshold_follows_the_option_and_bounds_tell(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Binary(0.25, at_threshold=at).tally(y_true, y_score)
            for at in ("negative", "positive")
        )

    @drawn.tried(drawn.each_sample(drawn.SCORES), drawn.each_sample((0, 1)), examples=40)
    def compare(scores: list[float], labels: list[int]) -> None:
        found = subject.run(tallies, subject.array(labels), subject.array(scores))
        for at, tally in zip(("negative", "positive"), found, strict=True):
            each = [
                reference.binary_credits(score, label, 0.25, at)
                for score, label in zip(scores, labels, strict=True)
            ]
            assert tally[:3] == tuple(sum(part) for part in zip(*each, strict=True))
            assert tally.total == drawn.SAMPLES
            assert tally.undefined == sum(score != score for score in scores)


@law("R10", modes=("eager", "compiled"), heavy=True)
def the_threshold_is_rounded_to_the_dtype_of_the_scores(subject: Subject) -> None:
    nearest = {
        "float16": 0.0999755859375,
        "bfloat16": 0.10009765625,
        "float32": 0.10000000149011612,
    }

    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Binary(0.1).tally(y_true, y_score)

    for dtype in subject.float_dtypes:
        scores = subject.array([nearest.get(dtype, 0.1)], dtype)
        found = subject.run(tally, subject.array([1]), scores)
        assert (found.correct, found.floor, found.ceiling) == (0, 0, 1), dtype


@law("R10", modes=("eager", "compiled"), heavy=True)
def integer_scores_meet_the_threshold_as_it_is(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Binary(threshold, at_threshold="positive").tally(y_true, y_score)
            for threshold in (0.5, 1.0, -0.5, 1e300)
        )

    for dtype in ("int8", "uint8", "int32", "bool"):
        if dtype in subject.adapter.dtypes:
            found = subject.run(tallies, subject.array([0, 1]), subject.array([0, 1], dtype))
            assert [tally.correct for tally in found] == [2, 2, 1, 1], dtype
            assert [tally.floor for tally in found] == [2, 1, 1, 1], dtype


@law("R10")
def logits_are_compared_with_the_logit_of_the_threshold(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Binary(0.75, from_logits=True).tally(y_true, y_score)

    scores = subject.array([1.0, 1.2, -30.0, inf, nan])  # logit of 0.75 is log 3 = 1.0986
    found = subject.run(tally, subject.array([1, 1, 0, 1, 0]), scores)
    assert (found.correct, found.total, found.undefined) == (3, 5, 1)


@law("R10")
def scores_are_never_normalised(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Binary().tally(y_true, y_score)

    labels, scores = subject.array([True, False, True]), subject.array([3.0, -2.0, 0.4])
    assert subject.run(tally, labels, scores).correct == 2


@law("R11", heavy=True)
def every_criterion_judges_the_sets_past_the_threshold(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.Multilabel(c).tally(y_true, y_score) for c in CRITERIA)

    @drawn.tried(drawn.rows((0, 1)), drawn.rows(drawn.NUMBERS), examples=25)
    def compare(truth: list[list[float]], table: list[list[float]]) -> None:
        found = subject.run(tallies, subject.array(truth, "int32"), subject.array(table))
        for criteria, tally in zip(CRITERIA, found, strict=True):
            chosen = floor = ceiling = Fraction(0)
            for row, names in zip(table, truth, strict=True):
                true = {j for j, is_true in enumerate(names) if is_true}
                sets = reference.threshold_sets(row, 0.5)
                each = [reference.set_credit(s, true, len(row), criteria) for s in sets]
                chosen, floor, ceiling = chosen + each[0], floor + min(each), ceiling + max(each)
            expected = [float(chosen), float(floor), float(ceiling)]
            np.testing.assert_allclose(tally[:3], expected, rtol=1e-6, err_msg=criteria)


@law("R11", heavy=True)
def every_criterion_judges_the_k_best_labels(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(c, k=(2, 4), ties=ties).tally(y_true, y_score)
            for c in CRITERIA
            for ties in ENDS
        )

    @drawn.tried(drawn.rows((0, 1)), drawn.rows(drawn.NUMBERS), examples=15)
    def compare(truth: list[list[float]], table: list[list[float]]) -> None:
        found = iter(subject.run(tallies, subject.array(truth, "int32"), subject.array(table)))
        true = [{j for j, is_true in enumerate(names) if is_true} for names in truth]
        for criteria in CRITERIA:
            for sign in (1, -1):
                tally = next(found)
                for place, k in enumerate((2, 4)):
                    sums = [Fraction(0)] * 3
                    for row, names in zip(drawn.rounded(table), true, strict=True):
                        chosen = set(reference.order(row, lambda j: sign * j)[:k])  # noqa: B023  # used at once
                        each = [
                            reference.set_credit(one, names, len(row), criteria)
                            for one in (chosen, *reference.k_best_sets(row, k))
                        ]
                        sums = [sums[0] + each[0], sums[1] + min(each), sums[2] + max(each)]
                    got = [tally.correct[place], tally.floor[place], tally.ceiling[place]]
                    np.testing.assert_allclose(
                        got, [float(s) for s in sums], rtol=1e-6, err_msg=criteria
                    )


@law("R11")
def a_nan_spoils_its_label_under_hamming_and_else_its_sample(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.Multilabel(c).tally(y_true, y_score) for c in ("hamming", "contain"))

    scores = subject.array([[nan, 0.9, 0.1], [0.9, 0.9, 0.1]])
    hamming, contain = subject.run(tallies, subject.array([[0, 1, 0], [1, 1, 0]]), scores)
    assert (hamming.correct, hamming.total, hamming.undefined) == (5, 6, 1)
    assert (contain.correct, contain.total, contain.undefined) == (1, 2, 1)
