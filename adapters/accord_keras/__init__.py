"""accord for Keras 3: metric and loss classes for ``model.compile``, the same on every backend."""

from accord.backends import refusals
from accord_keras.figures import take_apart
from accord_keras.losses import ListMLELoss, SmoothTopKLoss, TopKDistillationLoss
from accord_keras.metrics import (
    NDCG,
    BinaryAccuracy,
    CategoricalAccuracy,
    MeanReciprocalRank,
    MultilabelAccuracy,
    PrecisionRecall,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)

take_apart()

refusals.SYMBOLS["KerasTensor"] = (
    "pass what the model returns for a batch, or pass a metric of accord_keras to model.compile"
)

__all__ = [
    "NDCG",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "ListMLELoss",
    "MeanReciprocalRank",
    "MultilabelAccuracy",
    "PrecisionRecall",
    "SmoothTopKLoss",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "TopKDistillationLoss",
]
