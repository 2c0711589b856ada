"""Peers on binary scores: functions of labels, scores and a threshold."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from accord_peers.compiled import keras_on
from accord_peers.pytorch import tensors


def sklearn(y_true: Any, y_score: Any, threshold: float) -> float:
    """Return the accuracy that scikit-learn reports for scores above the threshold."""
    from sklearn.metrics import accuracy_score

    return float(accuracy_score(y_true, np.asarray(y_score) > threshold))


def torchmetrics(y_true: Any, y_score: Any, threshold: float) -> float:
    """Return the accuracy that TorchMetrics reports."""
    from torchmetrics.functional.classification import (
        binary_accuracy,
    )

    labels, scores = tensors(y_true, y_score)
    return float(binary_accuracy(scores, labels, threshold=threshold))


def torcheval(y_true: Any, y_score: Any, threshold: float) -> float:
    """Return the accuracy that TorchEval reports."""
    from torcheval.metrics.functional import binary_accuracy

    labels, scores = tensors(y_true, y_score)
    return float(binary_accuracy(scores, labels, threshold=threshold))


def _keras(backend: str, y_true: Any, y_score: Any, threshold: float) -> float:
    """Ask Keras on a backend."""
    metric = keras_on(backend).metrics.BinaryAccuracy(threshold=threshold)
    metric.update_state(np.array(y_true), np.array(y_score))
    return float(metric.result())


keras_on_tensorflow = partial(_keras, "tensorflow")
keras_on_torch = partial(_keras, "torch")
keras_on_jax = partial(_keras, "jax")
keras_on_numpy = partial(_keras, "numpy")
