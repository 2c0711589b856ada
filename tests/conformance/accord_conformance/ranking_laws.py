"""Laws of scores, their order, labels, rank counts, ties and k (R1 to R8)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import accord
from accord.credit.ties import RULES
from accord_conformance import drawn, reference
from accord_conformance.cases import CASES, Case
from accord_conformance.law import REGISTERED, Law, law
from accord_conformance.subject import Subject

STEP = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
TINY = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 2.0**-1074}

# For floats of 8 bits or less: the step after 1, the least positive number, and what is missing.
FEW_BITS = {
    "float8_e3m4": (2.0**-4, 2.0**-6, ""),
    "float8_e4m3": (2.0**-3, 2.0**-9, ""),
    "float8_e5m2": (2.0**-2, 2.0**-16, ""),
    "float8_e4m3fn": (2.0**-3, 2.0**-9, "inf"),
    "float8_e4m3fnuz": (2.0**-3, 2.0**-10, "inf"),
    "float8_e4m3b11fnuz": (2.0**-3, 2.0**-13, "inf"),
    "float8_e5m2fnuz": (2.0**-2, 2.0**-17, "inf"),
    "float8_e8m0fnu": (1.0, 2.0**-127, "inf zero"),
    "float6_e2m3fn": (2.0**-3, 2.0**-3, "inf nan"),
    "float6_e3m2fn": (2.0**-2, 2.0**-4, "inf nan"),
    "float4_e2m1fn": (2.0**-1, 2.0**-1, "inf nan"),
}


@functools.cache
def in_top_k(k: int) -> Callable[..., Any]:
    """Return a function of labels and scores that returns the credit under every tie rule."""

    def every_rule(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.in_top_k(y_true, y_score, k, ties=ties) for ties in RULES)

    return every_rule


def _try_case(case: Case, subject: Subject) -> None:
    if case.dtype is not None and case.dtype not in subject.adapter.dtypes:
        return
    scores = subject.array([case.scores] * 6, case.dtype)
    *hits, expected = subject.run(in_top_k(case.k), subject.array(range(6)), scores)
    for ties, found in zip(RULES, hits, strict=False):
        assert "".join("01"[int(hit)] for hit in found) == case.hits[ties], ties
        assert found.dtype == np.bool_
    np.testing.assert_allclose(expected, [float(share) for share in case.expected], rtol=1e-6)


REGISTERED.extend(Law(case.name, case.rule, functools.partial(_try_case, case)) for case in CASES)


def _standing(y_true: Any, y_score: Any) -> Any:
    return accord.standing(y_true, y_score)


def _ahead(subject: Subject, scores: list[Any], dtype: str) -> list[int]:
    """Return how many classes are ahead of each class of one row."""
    table = subject.array(np.asarray([scores] * len(scores)), dtype)
    found: list[int] = subject.run(
        _standing, subject.array(range(len(scores))), table
    ).ahead.tolist()
    return found


@law("R1", modes=("eager", "compiled"), heavy=True)
def every_float_is_compared_in_its_own_precision(subject: Subject) -> None:
    for dtype in sorted(STEP.keys() & set(subject.float_dtypes)):
        assert _ahead(subject, [1, 1 + STEP[dtype], 1 - STEP[dtype]], dtype) == [1, 0, 2], dtype


@law("R1", modes=("eager", "compiled"), heavy=True)
def every_integer_is_compared_in_its_own_precision(subject: Subject) -> None:
    for dtype in set(subject.adapter.dtypes) - set(subject.float_dtypes) - {"bool"}:
        most = int(np.iinfo(dtype).max)
        least = int(np.iinfo(dtype).min)
        row = np.asarray([most - 1, most, least + 1, least], dtype)
        assert _ahead(subject, list(row), dtype) == [1, 0, 2, 3], dtype


@law("R2", modes=("eager", "compiled"))
def subnormals_of_every_float_are_distinct_values(subject: Subject) -> None:
    for dtype in sorted(TINY.keys() & set(subject.float_dtypes)):
        tiny = TINY[dtype]
        row = [0.0, tiny, 2 * tiny, -tiny, -0.0, -2 * tiny]
        assert _ahead(subject, row, dtype) == [2, 1, 0, 4, 2, 5], dtype


@law("R2", modes=("eager", "compiled"))
def a_nan_of_either_sign_outranks_every_number(subject: Subject) -> None:
    for dtype in sorted(STEP.keys() & set(subject.float_dtypes)):
        row = [np.inf, np.nan, 1.0, -np.nan, np.copysign(np.nan, -1), -np.inf]
        assert _ahead(subject, row, dtype) == [3, 6, 4, 6, 6, 5], dtype


@law("R1 R2", modes=("eager", "compiled"), heavy=True)
def floats_of_few_bits_are_compared_by_value(subject: Subject) -> None:
    for dtype in sorted(FEW_BITS.keys() & set(subject.float_dtypes)):
        step, tiny, lacks = FEW_BITS[dtype]
        row = [1.0, 1 + step, 1 + 2 * step, 2 * tiny, tiny, 1.0]
        if "zero" not in lacks:  # nor a sign
            row += [-each for each in row] + [0.0, -0.0]
        row += [] if "inf" in lacks else [np.inf, -np.inf]
        row += [] if "nan" in lacks else [np.nan]
        found = subject.run(
            _standing, subject.array(range(len(row))), subject.array([row] * len(row), dtype)
        )
        expected = [reference.standing(row, label) for label in range(len(row))]
        assert list(zip(*(field.tolist() for field in found), strict=True)) == expected, dtype


@law("R3", modes=("eager", "compiled"), heavy=True)
def labels_of_every_integer_dtype_mean_the_same(subject: Subject) -> None:
    scores = subject.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    for dtype in set(subject.adapter.dtypes) - set(subject.float_dtypes) - {"bool"}:
        found = subject.run(_standing, subject.array([1, 2], dtype), scores)
        assert found.ahead.tolist() == [1, 2], dtype


@law("R3", modes=("eager", "compiled"), heavy=True)
def labels_are_never_cast_to_the_dtype_of_the_scores(subject: Subject) -> None:
    for dtype in subject.float_dtypes:
        scores = np.full((3, 258), 0.5, np.float32)
        scores[:, 256] = 1  # bfloat16 can't tell 257 from 256, and int8 wraps both
        found = subject.run(_standing, subject.array([255, 256, 257]), subject.array(scores, dtype))
        assert found.ahead.tolist() == [1, 0, 1], dtype
        assert found.tied_before.tolist() == [255, 0, 256], dtype


@law("R3")
def labels_that_are_whole_floats_are_labels(subject: Subject) -> None:
    scores = subject.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]])
    found = subject.run(_standing, subject.array([1.0, 2.0]), scores)
    assert found.ahead.tolist() == [1, 2]


@law("R4")
def standings_equal_those_found_by_sorting(subject: Subject) -> None:
    @drawn.tried(drawn.rows(), drawn.labels(), examples=60)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        found = subject.run(_standing, subject.array(labels), subject.array(table))
        expected = [
            reference.standing(row, label)
            for row, label in zip(drawn.rounded(table), labels, strict=True)
        ]
        assert list(zip(*(field.tolist() for field in found), strict=True)) == expected


@law("R4 R5")
def a_row_decided_by_its_first_scores_is_counted_as_a_whole(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.TopK((1, 3), ties=ties).tally(y_true, y_score) for ties in RULES)

    scores = np.zeros((4, 5000), np.float32)
    scores[0, 4999] = np.nan  # undefined, although no number is ahead of it
    scores[1, 1:] = 1  # thousands ahead of the label
    scores[2, 4998:] = 1  # two ahead, found in the last scores only
    scores[3, 4990:] = -1  # thousands tied, all after the label
    found = subject.run(tallies, subject.array([4999, 0, 0, 0]), subject.array(scores))
    for ties, tally in zip(RULES, found, strict=True):
        hits: dict[str, list[float]] = {
            "first": [1, 2],  # the last sample; at k = 3 also the third
            "last": [0, 0],
            "optimistic": [1, 2],
            "pessimistic": [0, 0],
            "expected": [1 / 4990, 3 / 4990 + 1 / 4998],
        }
        np.testing.assert_allclose(tally.correct, hits[ties], rtol=1e-6, err_msg=ties)
        assert (tally.total, tally.undefined, tally.invalid) == (4, 1, 0)


@law("R5 R7", heavy=True)
def every_tie_rule_gives_the_credit_found_by_sorting(subject: Subject) -> None:
    @drawn.tried(drawn.rows(), drawn.labels(), examples=40)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        for k in (1, 3):
            found = subject.run(in_top_k(k), subject.array(labels), subject.array(table))
            for ties, credits_ in zip(RULES, found, strict=True):
                expected = [
                    float(reference.credit(row, label, k, ties))
                    for row, label in zip(drawn.rounded(table), labels, strict=True)
                ]
                np.testing.assert_allclose(credits_, expected, rtol=1e-6, err_msg=ties)


@law("R6")
def a_tuple_of_k_adds_a_leading_axis_in_the_order_given(subject: Subject) -> None:
    def credits_and_share(y_true: Any, y_score: Any) -> Any:
        return (
            accord.in_top_k(y_true, y_score, (3, 1, 2)),
            accord.top_k_accuracy(y_true, y_score, (3, 1, 2)),
        )

    labels, scores = subject.array([0, 1]), subject.array([[0.5, 0.3, 0.2], [0.5, 0.2, 0.3]])
    found, share = subject.run(credits_and_share, labels, scores)
    assert found.tolist() == [[True, True], [True, False], [True, False]]
    assert share.tolist() == [1.0, 0.5, 0.5]


@law("R7")
def floor_and_ceiling_bound_the_credit_of_every_rule(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.TopK((1, 2), ties=ties).tally(y_true, y_score) for ties in RULES)

    @drawn.tried(drawn.rows(), drawn.labels(), examples=20)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        pairs = list(zip(drawn.rounded(table), labels, strict=True))
        for tally in subject.run(tallies, subject.array(labels), subject.array(table)):
            for place, k in enumerate((1, 2)):
                floor = sum(reference.credit(row, y, k, "pessimistic") for row, y in pairs)
                ceiling = sum(reference.credit(row, y, k, "optimistic") for row, y in pairs)
                assert tally.floor[place] == floor
                assert tally.ceiling[place] == ceiling
                assert floor <= tally.correct[place] + 1e-6
                assert tally.correct[place] <= ceiling + 1e-6


@law("R8")
def sparse_accuracy_is_top_k_at_one(subject: Subject) -> None:
    def both(y_true: Any, y_score: Any) -> Any:
        return (
            accord.sparse_categorical_accuracy(y_true, y_score, ties="last"),
            accord.top_k_accuracy(y_true, y_score, 1, ties="last"),
        )

    labels, scores = subject.array([0, 1, 0]), subject.array([[0.5, 0.5], [0.5, 0.5], [0.9, 0.1]])
    sparse, top = subject.run(both, labels, scores)
    assert sparse == top
    np.testing.assert_allclose(top, 2 / 3, rtol=1e-6)


def _from_features(y_true: Any, features: Any, weights: Any, there: Any) -> Any:
    return tuple(
        accord.top_k_from_features(y_true, features, weights, k=3, block=3, candidates=candidates)
        for candidates in (None, there)
    )


@law("R4 R20 R25", heavy=True)
def scores_made_block_by_block_are_ranked_as_a_whole(subject: Subject) -> None:
    rng = np.random.default_rng(9)  # whole numbers: their products are exact and often tie
    features, weights = rng.integers(-2, 3, (16, 3)), rng.integers(-2, 3, (8, 3))
    labels, there = rng.integers(0, 8, 16), rng.random((16, 8)) < 0.7
    there[np.arange(16), labels] = True
    rows = (features @ weights.T).tolist()
    whole = [reference.credit(row, int(y), 3, "first") for row, y in zip(rows, labels, strict=True)]
    among = [
        reference.credit([row[c] for c in np.flatnonzero(marks)], int(marks[:y].sum()), 3, "first")
        for row, y, marks in zip(rows, labels, there, strict=True)
    ]
    assert whole != among
    arrays = (subject.array(features, "float32"), subject.array(weights, "float32"))
    found = subject.run(_from_features, subject.array(labels), *arrays, subject.array(there))
    for figure, hits in zip(found, (whole, among), strict=True):
        np.testing.assert_allclose(figure, float(sum(hits)) / 16, rtol=1e-6)
