"""Peers on NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


def sklearn(y_true: Any, y_score: Any, k: int) -> float:
    """Ask scikit-learn."""
    from sklearn.exceptions import UndefinedMetricWarning  # noqa: PLC0415  # see the package
    from sklearn.metrics import top_k_accuracy_score  # noqa: PLC0415  # the same

    labels = np.arange(y_score.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # k of all classes
        return float(top_k_accuracy_score(y_true, y_score, k=k, labels=labels))


def numpy_argsort(y_true: Any, y_score: Any, k: int) -> float:
    """Ask the usual NumPy idiom."""
    best = np.argsort(-np.asarray(y_score), axis=1)[:, :k]
    return float(np.mean(np.any(best == np.asarray(y_true)[:, None], axis=1)))
