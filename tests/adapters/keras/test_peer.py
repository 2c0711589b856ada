"""What docs/keras.md says of Keras' own metrics, on whichever backend Keras runs."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from accord_keras import BinaryAccuracy, SparseCategoricalAccuracy, TopKAccuracy

TIED = np.full((3, 3), 0.25, "float32")
LABELS = np.array([0, 1, 2])


def figure(metric: Any, y_true: Any, y_pred: Any) -> float:
    metric.update_state(y_true, y_pred)
    return float(metric.result())


def test_keras_top_k_counts_every_tie_and_its_accuracy_only_the_first_r5() -> None:
    own = keras.metrics
    assert figure(own.SparseTopKCategoricalAccuracy(1), LABELS, TIED) == 1.0
    assert figure(TopKAccuracy(1, ties="optimistic"), LABELS, TIED) == 1.0
    third = pytest.approx(1 / 3)
    assert figure(own.SparseCategoricalAccuracy(), LABELS, TIED) == third
    assert figure(SparseCategoricalAccuracy(), LABELS, TIED) == third
    assert figure(TopKAccuracy(1), LABELS, TIED) == third


def test_k_beyond_the_classes_is_refused_and_1_in_keras_or_an_error_on_torch_r6() -> None:
    own = keras.metrics.SparseTopKCategoricalAccuracy(4)
    if keras.backend.backend() == "torch":
        with pytest.raises(RuntimeError):
            figure(own, LABELS, TIED)
    else:
        assert figure(own, LABELS, TIED) == 1.0
    with pytest.raises(ValueError, match="k=4 exceeds the 3 classes"):
        figure(TopKAccuracy(4), LABELS, TIED)


def test_a_float64_score_at_the_threshold_is_at_it_r10() -> None:
    score = np.array([0.7])
    assert figure(BinaryAccuracy(0.7), [1], score) == 0.0
    rounded = float(np.float32(0.7)) < 0.7  # what Keras compares on TensorFlow and torch
    own = figure(keras.metrics.BinaryAccuracy(threshold=0.7), np.array([1.0]), score)
    assert own == (0.0 if keras.backend.backend() == "jax" else float(rounded))
