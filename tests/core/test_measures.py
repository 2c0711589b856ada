"""Measures as values: frozen, hashable, checked when made."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pytest

import accord
from accord import scan

MEASURES = [
    accord.TopK((1, 5), ties="last"),
    accord.SparseCategorical(axis=1, ignore_index=-100),
    accord.TopKCategorical(3),
    accord.Categorical(ties="expected"),
    accord.ReciprocalRank(ties="expected"),
    accord.NDCG((1, 10), ignore_index=-1),
    accord.Binary(0.25, at_threshold="positive"),
    accord.Multilabel("jaccard", k=2),
]


@pytest.mark.parametrize("measure", MEASURES, ids=repr)
def test_a_measure_is_a_value(measure: Any) -> None:
    twin = pickle.loads(pickle.dumps(measure))  # noqa: S301  # made one line above
    assert twin == measure
    assert hash(twin) == hash(measure)
    assert eval(repr(measure), vars(accord)) == measure  # noqa: S307  # the repr is code, by design
    with pytest.raises(dataclasses.FrozenInstanceError):
        measure.axis = 0


def test_r8_the_sparse_measure_is_no_other_measure_but_ranks_at_one() -> None:
    assert accord.SparseCategorical().k == 1
    assert accord.SparseCategorical() != accord.TopK(1)


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (accord.TopK, {"k": 0}, r"k=0 is not a number of classes"),
    (accord.TopK, {"k": True}, r"k=True is not a number of classes"),
    (accord.ReciprocalRank, {"k": 0}, r"k=0 is not a number of classes"),
    (accord.NDCG, {"ties": "best"}, r"ties='best' is unknown"),
    (accord.TopK, {"ties": "best"}, r"ties='best' is unknown; pass one of 'first'"),
    (accord.Binary, {"threshold": float("inf")}, r"threshold=inf is not a finite number"),
    (accord.Binary, {"threshold": "0.5"}, r"threshold='0\.5' is not a finite number"),
    (
        accord.Binary,
        {"threshold": 0.0, "from_logits": True},
        r"threshold=0\.0 is not a probability",
    ),
    (accord.Binary, {"at_threshold": "up"}, r"at_threshold='up' is unknown"),
    (accord.Multilabel, {"criteria": "equal"}, r"criteria='equal' is unknown"),
    (accord.Multilabel, {"ties": "expected"}, r"ties='expected' is unknown"),
    (accord.Multilabel, {"k": 0}, r"k=0 is not a number of classes"),
    (accord.Multilabel, {"k": 2, "threshold": 0.3}, r"k=2 predicts .* without threshold"),
    (accord.Multilabel, {"k": 2, "from_logits": True}, r"k=2 predicts .* or leave it out"),
]


@pytest.mark.parametrize(("measure", "options", "message"), WRONG)
def test_r21_a_wrong_option_is_refused_when_the_measure_is_made(
    measure: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        measure(**options)


def test_r21_options_of_the_wrong_type_are_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"axis=1\.0 is a float; pass an int"):
        accord.TopK(1, axis=1.0)  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(TypeError, match=r"ignore_index='x' is a str; pass an int"):
        accord.TopK(1, ignore_index="x")  # type: ignore[arg-type]  # the fault under test


def test_r15_a_multilabel_sample_has_no_class_to_average_over() -> None:
    with pytest.raises(ValueError, match="no single class to count by"):
        accord.Multilabel().tally([[1, 0]], np.zeros((1, 2)), per_class=True)


@dataclasses.dataclass(frozen=True)
class Rising(accord.RankMeasure):
    def credit_at(self, rank: int) -> float:
        return float(rank)


def test_r7_a_rank_measure_whose_credit_rises_is_refused() -> None:
    with pytest.raises(ValueError, match=r"credit_at\(1\) is 1.0 and credit_at\(2\) is 2.0"):
        Rising().accuracy([0], np.array([[0.4, 0.6]]))


@dataclasses.dataclass(frozen=True)
class ReciprocalRank(accord.RankMeasure):
    def credit_at(self, rank: int) -> float:
        assert self.k is None or isinstance(self.k, int)  # one k at a time
        return 1 / rank if self.k is None or rank <= self.k else 0.0


@pytest.mark.parametrize("on", [False, True])
def test_a_measure_of_your_own_is_reported_and_verified_as_far_as_its_kind_goes(on: bool) -> None:
    labels, scores = (
        np.array([0, 2, 1]),
        np.array([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.5, 0.5, 0]]),
    )
    with scan.using(on):
        report = accord.evaluate(labels, scores, measure=ReciprocalRank())
        assert report.ties == "first"
        assert "threshold" not in str(report)
    assert report.accuracy == {1: pytest.approx((0.5 + 1 + 0.5) / 3)}
    assert (report.interval, report.chance) == (None, None)  # credit in fractions
    assert "Reciprocal rank" in str(report)
    for tool in (accord.explain, accord.verify):
        with pytest.raises(TypeError, match="pass one of accord's"):
            tool(labels, scores, measure=ReciprocalRank())
