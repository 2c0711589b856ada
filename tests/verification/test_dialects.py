"""Dialects beside the libraries they describe, on data full of ties, NaN and odd dtypes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import accord
from accord import scan
from accord.verification.dialects.rows import DialectError

Cases = dict[str, list[Any]]
Asked = Callable[[str, str], list[Any]]

PEERS = [name for name in accord.dialects if name != "accord"]
WITH_AVERAGES = [name for name in PEERS if len(accord.dialects[name].averages) > 1]


def allowed(name: str, case: Any) -> tuple[float, float] | None:
    """Return the least and the most that a dialect allows; None for a refusal."""
    try:
        return accord.dialects[name].bounds(
            case.truth, case.scores, int(case.how), average=case.average
        )
    except DialectError:
        return None


def agrees(answer: float | None, bounds: tuple[float, float] | None) -> bool:
    """Tell whether what a peer answered is what its dialect allows; peers round to float32."""
    if answer is None or bounds is None:
        return answer is None and bounds is None
    if np.isnan(answer) or np.isnan(bounds[0]):
        return bool(np.isnan(answer) and np.isnan(bounds[0]))
    return bounds[0] - 1e-5 <= answer <= bounds[1] + 1e-5


def disagreements(name: str, answers: list[Any]) -> list[Any]:
    return [
        (case, answer, bounds)
        for case, answer in answers
        if not agrees(answer, bounds := allowed(name, case))
    ]


@pytest.mark.parametrize("name", PEERS)
def test_the_peer_does_as_its_dialect_says(name: str, asked: Asked) -> None:
    wrong = disagreements(name, asked(name, "ranked"))
    assert not wrong, (len(wrong), wrong[:5])


@pytest.mark.parametrize("name", WITH_AVERAGES)
def test_averages_are_over_the_classes_that_the_peer_counts(name: str, asked: Asked) -> None:
    wrong = disagreements(name, asked(name, "averaged"))
    assert not wrong, (len(wrong), wrong[:5])


@pytest.mark.parametrize(
    ("name", "scores", "expected"),
    [
        ("keras-numpy", np.array([[1.0, 1 + 1e-12, 0, 0]]), 1),
        ("keras-numpy-accuracy", np.array([[1.0, 1 + 1e-12, 0, 0]]), 1),
        ("accord", np.array([[1.0, 1 + 1e-12, 0, 0]]), 0),
        ("accord", np.array([[2**53, 2**53 + 1]]), 0),
        ("numpy-argsort", np.array([[0, 255, 1]], np.uint8), 1),
        ("jax.lax.top_k", np.array([[1.0, 1 + 1e-12]]), 1),
        ("jax.lax.top_k", np.array([[1, 2**31]]), 1),
    ],
)
def test_scores_are_compared_in_the_dtype_that_the_library_compares_them_in(
    name: str, scores: Any, expected: int
) -> None:
    assert accord.dialects[name].accuracy([0], scores, k=1) == expected


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("torchmetrics", "int32"),
        ("torch.topk", "bool"),
        ("keras-torch", "bool"),
        ("numpy-argsort", "bool"),
        ("tensorflow", "float64"),
        ("keras-tensorflow", "float64"),
    ],
)
def test_dtypes_that_a_library_refuses_are_refused(name: str, dtype: str) -> None:
    with pytest.raises(ValueError, match=f"refuses {dtype} scores; pass float32"):
        accord.dialects[name].accuracy([0], np.eye(3, dtype=dtype)[:1], k=1)


def test_a_function_without_k_says_so() -> None:
    with pytest.raises(ValueError, match="SparseCategoricalAccuracy on JAX has no k=5"):
        accord.dialects["keras-jax-accuracy"].accuracy([0], np.zeros((1, 6)))


def test_an_average_that_a_library_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"tf\.math\.in_top_k has no macro average"):
        accord.dialects["tensorflow"].accuracy(
            [0], np.zeros((1, 3), np.float32), k=1, average="macro"
        )


def test_a_figure_that_is_not_promised_is_refused_with_its_bounds() -> None:
    with pytest.raises(ValueError, match=r"a figure from 0 to 100; use bounds\(\)"):
        accord.dialects["timm"].accuracy([0], np.zeros((1, 3)), k=1)


def test_a_peer_that_reports_percent_does_so_as_a_dialect() -> None:
    assert accord.dialects["timm"].accuracy([0, 1], np.eye(3)[:2], k=2) == 100


@pytest.mark.parametrize("ties", ["first", "last", "optimistic", "pessimistic"])
def test_accord_is_one_more_dialect(ties: Any, cases: Cases) -> None:
    own = replace(accord.dialects["accord"], ties=ties)
    for truth, scores, how, _ in cases["ranked"]:
        k = int(how)
        good = np.all((truth >= 0) & (truth < scores.shape[1])) and k <= scores.shape[1]
        if not good or scores.dtype.name == "bfloat16":
            continue
        least, most = own.hits(truth, scores, k)
        with scan.using(False):
            found = accord.in_top_k(truth, scores, k, ties=ties)
        assert np.array_equal(least, found), (scores, k)
        assert np.array_equal(least, most)


@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_accord_averages_as_its_dialect(average: Any, cases: Cases) -> None:  # R15
    for truth, scores, how, _ in cases["averaged"]:
        if truth.min() >= 0 and truth.max() < scores.shape[1]:
            with scan.using(False):
                expected = accord.top_k_accuracy(truth, scores, int(how), average=average)
            found = accord.dialects["accord"].accuracy(truth, scores, int(how), average=average)
            assert found == pytest.approx(float(expected), rel=1e-12)


def test_an_unknown_dialect_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(LookupError, match=r"no dialect is named 'skleran'; there are .*sklearn"):
        accord.dialects["skleran"]
