"""Standings among blocks of classes (R4), and tallies made of them (R17)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import accord

RNG = np.random.default_rng(11)
SCORES = RNG.integers(0, 4, (40, 9)) / 2
SCORES[::6, 4], SCORES[::7, 2], SCORES[::5, 8] = np.nan, np.inf, -np.inf
LABELS = RNG.integers(0, 9, 40)
OWN = SCORES[np.arange(40), LABELS]


def in_blocks(*cuts: int) -> accord.Standing:
    edges = [0, *cuts, 9]
    return sum(
        (
            accord.standing_in_block(LABELS, SCORES[:, first:end], OWN, offset=first)
            for first, end in itertools.pairwise(edges)
        ),
        start=accord.Standing(0, 0, 0),
    )


@pytest.mark.parametrize("cuts", [(), (1,), (4,), (3, 4, 8), tuple(range(1, 9))])
def test_standings_of_blocks_add_up_to_that_of_the_whole(cuts: tuple[int, ...]) -> None:
    for mine, theirs in zip(in_blocks(*cuts), accord.standing(LABELS, SCORES), strict=True):
        assert mine.tolist() == theirs.tolist()


def test_a_block_may_have_its_classes_on_any_axis() -> None:
    found = accord.standing_in_block(LABELS, SCORES.T, OWN, offset=0, axis=0)
    assert found.ahead.tolist() == accord.standing(LABELS, SCORES).ahead.tolist()


def test_a_negative_label_stands_behind_every_class() -> None:
    found = accord.standing_in_block([-1], np.array([[1.0, 0.0]]), np.array([9.0]), offset=4)
    assert [counts.tolist() for counts in found] == [[2], [0], [0]]


def test_r1_scores_may_be_bools_in_a_strict_array_api_too() -> None:
    strict = pytest.importorskip("array_api_strict")
    scores, labels = strict.asarray([[True, False, True]] * 2), strict.asarray([2, 1])
    own = strict.asarray([True, False])
    found = accord.standing_in_block(labels, scores, own, offset=0)
    assert [[int(each) for each in field] for field in found] == [[0, 2], [1, 0], [0, 0]]


def test_an_own_score_of_another_dtype_is_refused() -> None:
    with pytest.raises(TypeError, match="own_score has dtype float32, y_score float64"):
        accord.standing_in_block(LABELS, SCORES, OWN.astype(np.float32), offset=0)


def test_labels_that_are_no_integers_are_refused() -> None:
    with pytest.raises(TypeError, match="y_true has dtype float64; pass integer"):
        accord.standing_in_block(LABELS + 0.0, SCORES, OWN, offset=0)


def test_sum_adds_standings_and_refuses_other_things() -> None:
    one = accord.standing(LABELS, SCORES)
    assert sum([one, one]).ahead.tolist() == (2 * one.ahead).tolist()  # type: ignore[union-attr]  # sum may start from 0
    with pytest.raises(TypeError):
        one + object()
    with pytest.raises(TypeError):
        object() + one


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("ties", ["first", "last", "optimistic", "pessimistic", "expected"])
def test_a_tally_of_standings_is_that_of_the_scores(
    ties: accord.credit.ties.Ties, per_class: bool
) -> None:
    measure = accord.TopK((1, 4), ties=ties, ignore_index=3)
    options = {"mask": LABELS != 5, "sample_weight": LABELS / 2, "per_class": per_class}
    found = measure.tally_of(in_blocks(2, 7), LABELS, classes=9, **options)
    for mine, theirs in zip(found, measure.tally(LABELS, SCORES, **options), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_a_tally_of_standings_refuses_what_a_tally_refuses() -> None:
    standing = accord.standing(LABELS, SCORES)
    with pytest.raises(ValueError, match="k=10 exceeds the 9 classes"):
        accord.TopK(10).tally_of(standing, LABELS, classes=9)
    with pytest.raises(ValueError, match=r"y_true\[0\] is .*, outside 0\.\.8"):
        accord.TopK(1).tally_of(standing, LABELS + 9, classes=9)


THERE = RNG.random((40, 9)) < 0.5
THERE[np.arange(40), LABELS] = True


def among_candidates(
    labels: np.ndarray, there: np.ndarray, scores: Any = SCORES, own: Any = OWN
) -> accord.Standing:
    return sum(
        (
            accord.standing_in_block(
                labels,
                scores[:, first : first + 3],
                own,
                offset=first,
                candidates=there[:, first : first + 3],
            )
            for first in (0, 3, 6)
        ),
        start=accord.Standing(0, 0, 0),
    )


def test_r25_blocks_of_candidates_add_up_to_that_of_the_whole() -> None:
    whole = accord.standing(LABELS, SCORES, candidates=THERE)
    assert any(
        (mine != all_).any()
        for mine, all_ in zip(whole, accord.standing(LABELS, SCORES), strict=True)
    )
    for mine, theirs in zip(among_candidates(LABELS, THERE), whole, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_r25_a_label_that_is_no_candidate_is_refused_or_counts_as_bad_where_it_cant_be_read() -> (
    None
):
    jax = pytest.importorskip("jax")
    barred = THERE.copy()
    barred[7, LABELS[7]] = False
    with pytest.raises(ValueError, match=r"y_true\[7\] is \d, a class .* a negative label$"):
        among_candidates(LABELS, barred)
    without = np.where(np.arange(40) == 7, -1, LABELS)  # the remedy
    assert among_candidates(without, barred).ahead[7] == 9
    measure = accord.TopK((1, 4))

    def standing(labels: Any, there: Any) -> accord.Standing:
        return among_candidates(labels, there, jax.numpy.asarray(SCORES), jax.numpy.asarray(OWN))

    def tallies(labels: Any, there: Any) -> tuple[accord.Tally, accord.Tally]:
        whole = measure.tally(labels, jax.numpy.asarray(SCORES), candidates=there)
        return measure.tally_of(standing(labels, there), labels, classes=9), whole

    found, expected = jax.jit(tallies)(LABELS, barred)
    assert found.invalid == 1
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.tolist() == theirs.tolist()
    traced = accord.Standing(*map(np.asarray, jax.jit(standing)(LABELS, barred)))
    with pytest.raises(ValueError, match=r"y_true\[7\] is \d, a class that is not among"):
        measure.tally_of(traced, LABELS, classes=9)
    kept = measure.tally_of(traced, LABELS, classes=9, mask=np.arange(40) != 7)
    assert int(kept.total) == 39
