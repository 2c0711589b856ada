"""The measures as functions: one call over a measure each."""

from accord.functional.balanced import balanced_accuracy
from accord.functional.binary import binary_accuracy, multilabel_accuracy
from accord.functional.classes import (
    categorical_accuracy,
    sparse_categorical_accuracy,
    top_k_accuracy,
    top_k_categorical_accuracy,
)
from accord.functional.confusion import ClassPairs, confusion
from accord.functional.predicted import precision_recall
from accord.functional.retrieval import mean_reciprocal_rank, ndcg

__all__ = [
    "ClassPairs",
    "balanced_accuracy",
    "binary_accuracy",
    "categorical_accuracy",
    "confusion",
    "mean_reciprocal_rank",
    "multilabel_accuracy",
    "ndcg",
    "precision_recall",
    "sparse_categorical_accuracy",
    "top_k_accuracy",
    "top_k_categorical_accuracy",
]
