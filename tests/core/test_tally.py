"""Tallies: they add, and average (R15 to R18)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import accord

SCORES = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])


def test_r17_tallies_add_and_sum() -> None:
    parts = [accord.TopK((1, 2)).tally([0, 2, 1][i : i + 1], SCORES[i : i + 1]) for i in range(3)]
    # The first sample ties for the best place, the second has it, the third ties for the second.
    expected = [[2, 2], [1, 2], [2, 3], 3, 0, 0]
    for whole in (sum(parts), parts[2] + (parts[0] + parts[1])):
        assert isinstance(whole, accord.Tally)
        assert [field.tolist() for field in whole] == expected


def test_r17_a_tally_does_not_add_to_something_else() -> None:
    tally = accord.TopK(1).tally([0], SCORES[:1])
    with pytest.raises(TypeError):
        tally + (1, 2, 3, 4, 5, 6)  # noqa: RUF005  # the sum is what is refused
    with pytest.raises(TypeError):
        1 + tally


def test_r17_unweighted_counts_are_64_bit_integers() -> None:
    tally = accord.TopK(1).tally([0, 1, 2], SCORES)
    assert {field.dtype for field in tally} == {np.dtype(np.int64)}


def test_r7_bounds_are_the_accuracy_with_every_tie_lost_and_won() -> None:
    tally = accord.TopK(1).tally([0, 2, 2], SCORES)
    floor, ceiling = tally.bounds()
    assert (floor, tally.accuracy(), ceiling) == (2 / 3, 1.0, 1.0)


def test_r7_r15_bounds_average_as_the_accuracy_does() -> None:
    tally = accord.TopK(1).tally([0, 2, 2], SCORES, per_class=True)
    floor, ceiling = tally.bounds("macro")
    assert (floor, ceiling) == (0.5, 1.0)


def test_r15_an_average_over_classes_needs_a_tally_by_class() -> None:
    tally = accord.TopK(1).tally([0], SCORES[:1])
    with pytest.raises(ValueError, match=r"average='macro' needs counts by class.*per_class=True"):
        tally.accuracy("macro")
    with pytest.raises(ValueError, match=r"average='mean' is unknown; pass one of 'micro'"):
        tally.accuracy("mean")  # type: ignore[arg-type]  # the fault under test


def test_r18_counts_near_the_largest_stay_exact() -> None:
    most = np.int64(2**62 - 1)
    tally = accord.Tally(*(most,) * 4, np.int64(0), np.int64(0))
    one = accord.TopK(1).tally([0], SCORES[:1])
    assert int((tally + one).total) == 2**62
    assert (tally + one).accuracy() == 1.0


def test_r14_weights_of_zero_leave_nothing() -> None:
    tally = accord.TopK(1).tally([0, 1], SCORES[:2], sample_weight=[0, 0])
    assert [float(field) for field in tally] == [0] * 6
    assert np.isnan(tally.accuracy())


@pytest.mark.parametrize("k", [1, (1, 2)])
@pytest.mark.parametrize(
    ("average", "per_class"),
    [
        *(("micro", False), ("weighted", False)),
        *((average, True) for average in ("micro", "macro", "weighted", "none")),
    ],
)
def test_r17_stacked_tallies_have_the_figures_of_each(
    k: Any, average: Any, per_class: bool
) -> None:
    parts = [
        accord.TopK(k).tally(labels, SCORES, per_class=per_class)
        for labels in ([0, 1, 1], [0, 1, 2], [1, 1, 1], [2, 0, 2])
    ]
    counts = [part._replace(invalid=part.invalid + 1) for part in parts]  # R22
    expected = [each.accuracy(average) for each in counts]
    stacked = accord.Tally(*(np.stack(fields) for fields in zip(*counts, strict=True)))
    np.testing.assert_array_equal(stacked.accuracy(average), expected)
    np.testing.assert_array_equal(
        stacked.bounds(average)[1], [p.bounds(average)[1] for p in counts]
    )
    twice = accord.Tally(*(np.stack([field, field]) for field in stacked))
    np.testing.assert_array_equal(twice.accuracy(average), [expected, expected])
