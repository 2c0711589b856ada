"""States: tallies as trees of 32-bit arrays, exact all the same (R17, R18)."""

from __future__ import annotations

from typing import Any

import array_api_compat.numpy as xp
import numpy as np
import pytest

import accord
from accord.counts.accumulator import Accumulator
from accord.counts.averages import Average
from accord.counts.state import State

SCORES = np.asarray([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]])
NARROW = np.float32
MICRO = Accumulator(accord.TopK((1, 2)), "micro")
BY_CLASS = Accumulator(accord.TopK((1, 2)), "none")


def fresh(classes: int | None = None) -> State:
    return (BY_CLASS if classes else MICRO).empty(classes, xp, NARROW)


def test_r17_a_state_after_two_batches_holds_the_tally_of_both() -> None:
    tally = accord.TopK((1, 2)).tally([0, 1, 1], SCORES)
    state = MICRO.after(MICRO.after(fresh(), tally), tally)
    assert [field.tolist() for field in MICRO.tally_of(state)] == [[4, 6], [4, 6], [4, 6], 6, 0, 0]
    assert all(field.dtype == np.int64 for field in MICRO.tally_of(state))


def test_r18_weights_and_counts_do_not_round_each_other() -> None:
    weighted = accord.TopK((1, 2)).tally([0, 1, 1], SCORES, sample_weight=[2.0**24, 0.25, 0.5])
    counted = accord.TopK((1, 2)).tally([0, 1, 1], SCORES)
    state = MICRO.after(fresh(), weighted)
    for _ in range(100):
        state = MICRO.after(state, counted)
    assert float(MICRO.tally_of(state).total) == 2**24 + 0.75 + 300


def test_r15_an_average_by_class_needs_their_number() -> None:
    with pytest.raises(ValueError, match="pass how many there are, classes=C"):
        Accumulator(accord.TopK(1), "macro").empty(None, xp, NARROW)
    tally = accord.TopK((1, 2)).tally([0, 1, 1], SCORES, per_class=True)
    assert BY_CLASS.tally_of(BY_CLASS.after(fresh(2), tally)).total.tolist() == [1, 2]
    with pytest.raises(ValueError, match="y_score has 2 classes but the batches before had 3"):
        BY_CLASS.after(fresh(3), tally)


def test_only_states_are_added_to_states() -> None:
    with pytest.raises(TypeError):
        fresh() + (1, 2)  # noqa: RUF005  # the sum is what is refused


def test_r18_the_rounded_tally_is_the_tally_in_floats() -> None:
    tally = accord.TopK((1, 2)).tally([0, 1, 1], SCORES, sample_weight=[1.5, 1, 1])
    rounded = MICRO.unpack(MICRO.after(fresh(), tally).rounded())
    assert [field.tolist() for field in rounded] == [field.tolist() for field in tally]


def test_r18_the_rounded_tally_rounds_once() -> None:
    one = accord.TopK((1, 2)).tally([0], SCORES[:1])
    state = MICRO.after(fresh(), one)
    for weight in (2.0**24, 1.0):  # whose sum float32 does not hold, but that of all three
        tally = accord.TopK((1, 2)).tally([0], SCORES[:1], sample_weight=[weight])
        state = MICRO.after(state, accord.Tally(*(np.asarray(each, NARROW) for each in tally)))
    assert state.sums.dtype == NARROW
    assert float(MICRO.unpack(state.rounded()).total) == 2**24 + 2


@pytest.mark.parametrize("framework", ["numpy", "array_api_strict"])
@pytest.mark.parametrize("average", ["micro", "macro"])
@pytest.mark.parametrize("measure", [accord.TopK(1), accord.TopK((1, 2), ties="expected")])
@pytest.mark.parametrize("weight", [None, [0.5, 2.0, 1.0]])
def test_r17_a_packed_tally_is_unpacked_as_it_was(
    framework: str, average: Average, measure: accord.TopK, weight: Any
) -> None:
    ns = xp if framework == "numpy" else pytest.importorskip(framework)
    kept = Accumulator(measure, average)
    scores = ns.asarray([[0.5, 0.5, 0.0], [0.9, 0.1, 0.0], [0.2, 0.7, 0.1]])
    tally = measure.tally(
        ns.asarray([1, 1, 1]),
        scores,
        per_class=kept.by_class,
        sample_weight=None if weight is None else ns.asarray(weight),
    )
    counts, sums = kept.pack(tally)
    shapes = {tuple(each.shape) for each in (counts, sums) if each is not None}
    assert shapes == {kept.shape(3 if kept.by_class else None)}
    in_numpy = kept.pack(accord.Tally(*(np.asarray(field)[()] for field in tally)))
    for mine, theirs in zip((counts, sums), in_numpy, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    whole = [None if each is None else np.asarray(each) for each in (counts, sums)]
    found = [field.tolist() for field in kept.tally(*whole)]
    assert found == [np.asarray(field).tolist() for field in tally]
