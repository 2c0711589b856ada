"""Losses on NumPy: their closed forms, limits and ties (R31)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import inf, log, nan
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from accord.losses import list_mle, smooth_top_k, top_k_distillation
from accord_conformance import loss_reference

RNG = np.random.default_rng(18)
SAMPLES, CLASSES = 12, 7
LOGITS = RNG.normal(size=(SAMPLES, CLASSES)) * 3
TEACHER = RNG.normal(size=(SAMPLES, CLASSES)).round()  # with ties
RELEVANCE = RNG.integers(0, 3, (SAMPLES, CLASSES))
LABELS = RNG.integers(0, CLASSES, SAMPLES)

Loss = Callable[..., Any]
LOSSES: dict[str, Loss] = {
    "list_mle": lambda logits, **how: list_mle(RELEVANCE[: len(logits)], logits, **how),
    "smooth_top_k": lambda logits, **how: smooth_top_k(LABELS[: len(logits)], logits, 3, **how),
    "top_k_distillation": lambda logits, **how: top_k_distillation(
        TEACHER[: len(logits)], logits, 3, **how
    ),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())


def values(losses: Any) -> list[float]:
    return [each.value for each in losses]


def cross_entropy(logits: Any, labels: Any) -> Any:
    return (
        np.log(np.exp(logits).sum(axis=-1))
        - np.take_along_axis(logits, labels[:, None], axis=-1)[:, 0]
    )


@pytest.mark.parametrize("ties", ["first", "bound"])
@pytest.mark.parametrize("k", [None, 1, 3, CLASSES])
def test_list_mle_is_its_formula(ties: Any, k: int | None) -> None:
    found = list_mle(RELEVANCE, LOGITS, k=k, ties=ties, reduction="none")
    pairs = zip(RELEVANCE, LOGITS, strict=True)
    assert_allclose(found, values(loss_reference.list_mle(*pair, k, ties) for pair in pairs))


@pytest.mark.parametrize("ties", ["first", "bound"])
def test_list_mle_of_one_true_class_is_the_cross_entropy(ties: Any) -> None:
    found = list_mle(np.eye(CLASSES)[LABELS], LOGITS, k=1, ties=ties, reduction="none")
    assert_allclose(found, cross_entropy(LOGITS, LABELS))


def test_list_mle_of_all_orders_sums_to_one() -> None:
    orders = np.array(list(itertools.permutations(range(4))))
    losses = list_mle(orders, np.tile([0.3, -2.0, 1.0, 4.0], (24, 1)), reduction="none")
    assert_allclose(np.exp(-losses).sum(), 1)


def test_shared_places_cost_at_least_what_any_order_of_the_ties_does() -> None:
    logits = np.array([1.0, -1.0, 2.0, 0.5])
    bound = list_mle([1, 2, 1, 1], logits, ties="bound", k=2)
    for order in itertools.permutations([0.1, 0.2, 0.3]):
        relevance = [1 + order[0], 2, 1 + order[1], 1 + order[2]]
        assert bound > list_mle(relevance, logits, k=2)


@pytest.mark.parametrize("k", range(1, CLASSES + 1))
@pytest.mark.parametrize("temperature", [0.1, 1.0, 5.0])
def test_smooth_top_k_is_the_sum_over_every_set(k: int, temperature: float) -> None:
    found = smooth_top_k(LABELS, LOGITS, k, temperature=temperature, reduction="none")
    pairs = zip(LABELS, LOGITS, strict=True)
    expected = values(loss_reference.smooth_top_k(*pair, k, temperature) for pair in pairs)
    assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("k", range(1, CLASSES))
def test_smooth_top_k_tends_to_the_hinge_as_the_temperature_falls(k: int) -> None:
    expected = [
        loss_reference.hinge(label, row, k) for label, row in zip(LABELS, LOGITS, strict=True)
    ]
    for temperature in (1e-2, 1e-4):
        found = smooth_top_k(LABELS, LOGITS, k, temperature=temperature, reduction="none")
        assert_allclose(found, expected, atol=4 * temperature)


def test_smooth_top_k_is_the_cross_entropy_with_a_margin_at_k_of_1() -> None:
    margin = 1.0 * (np.arange(CLASSES) != LABELS[:, None])
    found = smooth_top_k(LABELS, LOGITS, 1, reduction="none")
    assert_allclose(found, cross_entropy(LOGITS + margin, LABELS))


def test_smooth_top_k_with_room_for_every_class_is_nothing() -> None:
    assert_allclose(smooth_top_k(LABELS, LOGITS, CLASSES, reduction="none"), np.zeros(SAMPLES))
    two = np.arange(CLASSES) < 2
    mask = np.broadcast_to(two, LOGITS.shape)
    assert smooth_top_k(np.zeros(SAMPLES, int), LOGITS, 3, mask=mask) == 0


@pytest.mark.parametrize("k", [1, 3, CLASSES])
@pytest.mark.parametrize("rest", ["other", "drop"])
@pytest.mark.parametrize("ties", ["first", "last"])
def test_top_k_distillation_is_its_formula(k: int, rest: Any, ties: Any) -> None:
    how = {"temperature": 2.0, "rest": rest, "ties": ties}
    found = top_k_distillation(TEACHER, LOGITS, k, reduction="none", **how)
    pairs = zip(TEACHER, LOGITS, strict=True)
    expected = values(loss_reference.top_k_distillation(*pair, k, **how) for pair in pairs)
    assert_allclose(found, expected, atol=1e-12)


def test_a_class_that_the_teacher_rules_out_costs_nothing() -> None:
    teacher, student = [[log(0.75), log(0.25), -inf]], np.log([[0.5, 0.25, 0.25]])
    expected = 0.75 * log(1.5)
    assert_allclose(top_k_distillation(teacher, student, 3), expected)
    assert_allclose(top_k_distillation(teacher, student, 2), expected)  # the rest has nothing


@every_loss
def test_logits_of_ten_thousand_lose_nothing(loss: Loss) -> None:
    for far in (1e4, -1e4):
        assert_allclose(loss(LOGITS + far), loss(LOGITS), rtol=1e-9)
    spread = np.where(LOGITS > 0, 1e4, -1e4).astype(np.float32)
    assert_allclose(loss(spread), loss(spread.astype(np.float64)), rtol=1e-6)
    assert np.isfinite(loss(spread))


@every_loss
def test_narrow_floats_are_computed_in_float32_and_float64_in_float64(loss: Loss) -> None:
    import ml_dtypes

    for dtype in (np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn):
        narrow = LOGITS.astype(dtype)
        found, wide = loss(narrow, reduction="none"), narrow.astype(np.float32)
        assert found.dtype == np.float32
        assert_allclose(found, loss(wide, reduction="none"), rtol=0)
    assert loss(LOGITS).dtype == np.float64


@every_loss
def test_masked_entries_are_as_if_they_were_not_there(loss: Loss) -> None:
    there = np.ones(CLASSES, bool)
    there[[1, 4]] = False
    logits, mask = LOGITS.copy(), np.broadcast_to(there, LOGITS.shape)
    logits[:, 1], logits[:, 4] = nan, inf
    keep = there[LABELS]
    short = {
        "list_mle": lambda: list_mle(RELEVANCE[:, there], LOGITS[:, there], reduction="none"),
        "smooth_top_k": lambda: smooth_top_k(
            np.maximum(np.cumsum(there)[LABELS] - 1, 0), LOGITS[:, there], 3, reduction="none"
        ),
        "top_k_distillation": lambda: top_k_distillation(
            TEACHER[:, there], LOGITS[:, there], 3, reduction="none"
        ),
    }[next(name for name, each in LOSSES.items() if each is loss)]()
    found = loss(logits, mask=mask, sample_weight=1.0 * keep, reduction="none")
    assert_allclose(found, np.where(keep, short, 0))


@every_loss
def test_a_sample_without_any_entry_or_weight_is_left_out(loss: Loss) -> None:
    logits, mask, weight = LOGITS.copy(), np.ones(LOGITS.shape, bool), np.ones(SAMPLES)
    logits[1], logits[2] = nan, nan
    mask[1], weight[2] = False, 0
    own = loss(LOGITS, reduction="none")
    found = loss(logits, mask=mask, sample_weight=weight, reduction="none")
    assert found[[1, 2]].tolist() == [0, 0]
    rest = np.delete(own, [1, 2])
    assert_allclose(loss(logits, mask=mask, sample_weight=weight), rest.mean())
    assert_allclose(loss(logits, mask=mask, sample_weight=weight, reduction="sum"), rest.sum())


@every_loss
def test_no_samples_have_no_mean_and_a_sum_of_nothing(loss: Loss) -> None:
    nothing = np.zeros(LOGITS.shape, bool)
    assert np.isnan(loss(LOGITS, mask=nothing))
    assert loss(LOGITS, mask=nothing, reduction="sum") == 0
    assert np.isnan(loss(LOGITS[:0]))
    assert loss(LOGITS[:0], reduction="none").shape == (0,)


@every_loss
def test_weights_weight_the_mean(loss: Loss) -> None:
    weight, own = RNG.random(SAMPLES), loss(LOGITS, reduction="none")
    assert_allclose(loss(LOGITS, sample_weight=weight), np.average(own, weights=weight))
    assert_allclose(loss(LOGITS, sample_weight=weight, reduction="sum"), (own * weight).sum())
    assert_allclose(loss(LOGITS, sample_weight=weight, reduction="none"), own * weight)


@every_loss
def test_nan_and_inf_make_the_loss_of_their_sample_nan(loss: Loss) -> None:
    logits = LOGITS.copy()
    logits[0, 5], logits[1, 5] = nan, inf
    found = loss(logits, reduction="none")
    assert np.isnan(found[:2]).all()
    assert_allclose(found[2:], loss(LOGITS, reduction="none")[2:])


def test_minus_inf_at_a_place_that_counts_is_an_infinite_loss() -> None:
    assert list_mle([[2, 1, 0]], np.array([[0.0, -inf, 1.0]])) == inf
    assert list_mle([[2, 1, 0]], np.array([[0.0, 1.0, -inf]]), k=2) < 2
    assert smooth_top_k([0], np.array([[-inf, 1.0, 2.0]]), 2) == inf
    without = smooth_top_k([0], np.array([[1.0, 2.0]]), 1)
    assert_allclose(smooth_top_k([0], np.array([[1.0, 2.0, -inf]]), 1), without)
    assert top_k_distillation([[1.0, 0.0]], np.array([[-inf, 0.0]]), 1) == inf


def test_any_axis_can_hold_the_classes() -> None:
    logits, labels = LOGITS.reshape(3, 4, CLASSES), LABELS.reshape(3, 4)
    moved = np.moveaxis(logits, -1, 1)
    found = smooth_top_k(labels, moved, 2, axis=1, reduction="none")
    assert_allclose(found, smooth_top_k(labels, logits, 2, reduction="none"))
    relevance = RELEVANCE.reshape(3, 4, CLASSES)
    found = list_mle(np.moveaxis(relevance, -1, 1), moved, axis=1, reduction="none")
    assert_allclose(found, list_mle(RELEVANCE, LOGITS, reduction="none").reshape(3, 4))
    one = list_mle(RELEVANCE[0], LOGITS[0], reduction="none")
    assert_allclose(one, list_mle(RELEVANCE[:1], LOGITS[:1]))
