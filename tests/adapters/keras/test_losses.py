"""Losses in Keras: trained, saved, weighted, and beside Keras Recommenders'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from accord.losses import list_mle, smooth_top_k, top_k_distillation
from accord_keras import ListMLELoss, SmoothTopKLoss, TopKDistillationLoss

RNG = np.random.default_rng(18)
FEATURES = RNG.normal(size=(64, 4)).astype("float32")
LOGITS = RNG.normal(size=(64, 6)).astype("float32")
TEACHER = RNG.normal(size=(64, 6)).astype("float32")
RELEVANCE = RNG.integers(0, 3, (64, 6))
LABELS = RNG.integers(0, 6, 64)

Make = Callable[..., Any]
EACH: dict[str, tuple[Make, Any, Make]] = {
    "list_mle": (
        lambda **more: ListMLELoss(k=4, ties="bound", **more),
        RELEVANCE,
        lambda logits, **how: list_mle(RELEVANCE, logits, k=4, ties="bound", **how),
    ),
    "smooth_top_k": (
        lambda **more: SmoothTopKLoss(3, temperature=0.5, **more),
        LABELS,
        lambda logits, **how: smooth_top_k(LABELS, logits, 3, temperature=0.5, **how),
    ),
    "top_k_distillation": (
        lambda **more: TopKDistillationLoss(2, temperature=2.0, rest="drop", **more),
        TEACHER,
        lambda logits, **how: top_k_distillation(
            TEACHER, logits, 2, temperature=2.0, rest="drop", **how
        ),
    ),
}
each_loss = pytest.mark.parametrize(("make", "target", "function"), EACH.values(), ids=EACH.keys())


def model_with(loss: Any) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6)])
    model.compile(keras.optimizers.SGD(0.1), loss=loss)
    return model


@each_loss
def test_a_loss_is_the_function_reduced_by_keras(make: Make, target: Any, function: Make) -> None:
    weight = RNG.random(64).astype("float32")
    own = function(LOGITS, reduction="none")
    found = {
        reduction: keras.ops.convert_to_numpy(
            make(reduction=reduction)(target, LOGITS, sample_weight=weight)
        )
        for reduction in (None, "sum", "sum_over_batch_size", "mean_with_sample_weight")
    }
    assert_allclose(found[None], own * weight, rtol=1e-6, atol=1e-6)
    assert_allclose(found["sum"], (own * weight).sum(), rtol=1e-6)
    assert_allclose(found["sum_over_batch_size"], (own * weight).mean(), rtol=1e-6)
    expected = function(LOGITS, sample_weight=weight)
    assert_allclose(found["mean_with_sample_weight"], expected, rtol=1e-6)


@each_loss
def test_fit_lowers_a_loss_and_evaluate_reports_it(make: Make, target: Any, function: Make) -> None:
    model = model_with(make())
    history = model.fit(FEATURES, target, epochs=8, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < history[0]
    found = model.evaluate(FEATURES, target, batch_size=16, verbose=0)
    assert found == pytest.approx(function(model.predict(FEATURES, verbose=0)), rel=1e-5)


@each_loss
def test_a_model_is_saved_with_its_loss(
    make: Make, target: Any, function: Make, tmp_path: Path
) -> None:
    model = model_with(make(reduction="sum", name="mine"))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.loss.get_config() == model.loss.get_config()
    found, expected = (each.evaluate(FEATURES, target, verbose=0) for each in (loaded, model))
    assert found == pytest.approx(expected, rel=1e-6)


def test_labels_may_be_a_column() -> None:
    loss = SmoothTopKLoss(2)
    assert_allclose(loss(LABELS[:, None], LOGITS), loss(LABELS, LOGITS))


def test_errors_call_arguments_as_keras_does() -> None:
    with pytest.raises(ValueError, match=r"y_true has shape \(64, 5\), y_pred \(64, 6\)"):
        ListMLELoss()(RELEVANCE[:, :5], LOGITS)
    with pytest.raises(ValueError, match="k=7 exceeds the 6 classes in y_pred"):
        TopKDistillationLoss(7)(TEACHER, LOGITS)
    with pytest.raises(ValueError, match="temperature=0 is not above 0"):
        SmoothTopKLoss(2, temperature=0)


def test_list_mle_is_that_of_keras_recommenders() -> None:
    recommenders = pytest.importorskip("keras_rs")
    relevance = RNG.permuted(np.tile(np.arange(6), (64, 1)), axis=1)  # it has no rule for ties
    theirs = recommenders.losses.ListMLELoss(reduction=None)(relevance, LOGITS)
    ours = ListMLELoss(reduction=None)(relevance, LOGITS)
    assert_allclose(keras.ops.convert_to_numpy(ours), keras.ops.convert_to_numpy(theirs), rtol=1e-5)
