"""Peers on NumPy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np


def sklearn(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy that scikit-learn reports."""
    from sklearn.exceptions import UndefinedMetricWarning
    from sklearn.metrics import top_k_accuracy_score

    labels = np.arange(y_score.shape[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)  # k of all classes
        return float(top_k_accuracy_score(y_true, y_score, k=k, labels=labels))


def sklearn_accuracy(y_true: Any, y_score: Any, k: int, *, average: str = "micro") -> float:
    """Return the accuracy that scikit-learn reports for the class of the highest score."""
    from sklearn import metrics

    if k != 1:
        raise ValueError(f"scikit-learn's accuracy of predicted labels has no k={k}")
    labels, found = np.asarray(y_true), np.argmax(y_score, axis=1)
    if average == "weighted":
        return float(metrics.recall_score(labels, found, average="weighted"))
    ask = {"micro": metrics.accuracy_score, "macro": metrics.balanced_accuracy_score}[average]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # classes predicted and never true
        return float(ask(labels, found))


def numpy_argsort(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy of the usual NumPy idiom."""
    best = np.argsort(-np.asarray(y_score), axis=1)[:, :k]
    return float(np.mean(np.any(best == np.asarray(y_true)[:, None], axis=1)))
