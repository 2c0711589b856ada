"""Labels that are bad, left out, or can't be read (R3, R13, R22)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import accord
from accord import scan
from accord.backends import registry
from accord.backends.base import Residence
from accord.measures.multilabel import Criteria
from accord_numpy import NumpyAdapter, NumpyBackend

ROWS = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])


class Unreadable(NumpyBackend):
    """NumPy as if on an accelerator: values can't be read."""

    def residence(self, array: object) -> Residence:
        return "device"


@pytest.fixture
def unreadable() -> Iterator[None]:
    right = registry.load("numpy")
    registry.register(NumpyAdapter(Unreadable("numpy")))
    with scan.using(False):
        yield
    registry.register(right)


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("left_out", [0.5, np.nan, 9.0, -1.0])
def test_r13_a_masked_label_may_be_anything(left_out: float, on: bool) -> None:
    labels, mask = np.array([0.0, left_out, 1.0]), np.array([True, False, True])
    with scan.using(on):
        tally = accord.TopK(1).tally(labels, ROWS, mask=mask)
    assert [int(tally.correct), int(tally.total)] == [1, 2]


@pytest.mark.usefixtures("unreadable")
@pytest.mark.parametrize("bad", [0.5, np.nan, 2.0, -1.0])
def test_r3_r22_a_bad_float_that_can_not_be_read_is_a_miss_and_invalid(bad: float) -> None:
    tally = accord.TopK(2).tally(np.array([0.0, bad, 1.0]), ROWS)
    assert [int(tally.correct), int(tally.total), int(tally.invalid)] == [2, 3, 1]


@pytest.mark.usefixtures("unreadable")
def test_r4_r22_a_bad_label_has_no_own_score_that_could_be_nan() -> None:
    tally = accord.TopK(1).tally(np.array([-1, 0]), np.array([[np.nan, 0.1], [np.nan, 0.1]]))
    assert [int(tally.invalid), int(tally.undefined)] == [1, 1]


@pytest.mark.usefixtures("unreadable")
@pytest.mark.parametrize(("criteria", "invalid"), [("exact_match", 1), ("hamming", 2)])
def test_r11_r22_bad_labels_of_sets_are_counted_in_the_unit_of_the_total(
    criteria: Criteria, invalid: int
) -> None:
    tally = accord.Multilabel(criteria).tally(np.array([[2, 3], [0, 1], [1, 0]]), ROWS)
    assert int(tally.invalid) == invalid


@pytest.mark.parametrize(("criteria", "undefined"), [("exact_match", 1), ("hamming", 2)])
def test_r11_scores_that_are_nan_are_counted_in_the_unit_of_the_total(
    criteria: Criteria, undefined: int
) -> None:
    scores = np.array([[np.nan, np.nan], [0.2, 0.8], [0.7, 0.3]])
    tally = accord.Multilabel(criteria).tally(np.array([[1, 0], [0, 1], [1, 0]]), scores)
    assert int(tally.undefined) == undefined


def test_r11_a_nan_among_the_k_best_misses_every_label_of_its_sample() -> None:
    scores = np.array([[np.nan, 0.5], [0.2, 0.8], [0.7, 0.3]])
    tally = accord.Multilabel("hamming", k=1).tally(np.array([[1, 1], [0, 1], [1, 0]]), scores)
    assert [int(each) for each in tally[:4]] == [4, 4, 4, 6]


@pytest.mark.parametrize("criteria", ["hamming", "overlap"])
def test_r11_a_label_whose_score_is_nan_is_missed_though_it_is_true(
    criteria: Criteria,
) -> None:
    scores = np.array([[np.nan, 0.2, 0.9]])
    tally = accord.Multilabel(criteria).tally(np.array([[1, 0, 1]]), scores)
    assert int(tally.correct) == (2 if criteria == "hamming" else 0)


@pytest.mark.parametrize("on", [False, True])
def test_r3_a_label_that_is_no_whole_number_is_a_type_error(on: bool) -> None:
    with scan.using(on), pytest.raises(TypeError, match=r"y_true\[1\] is 0\.5"):
        accord.TopK(1).tally(np.array([0.0, 0.5, 1.0]), ROWS)
