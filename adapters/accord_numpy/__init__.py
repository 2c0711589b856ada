"""accord for NumPy and scikit-learn."""

from accord_numpy.adapter import NumpyAdapter
from accord_numpy.backend import NumpyBackend
from accord_numpy.metrics import (
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
from accord_numpy.scorers import (
    binary_scorer,
    multilabel_scorer,
    top_k_scorer,
    top_k_scorers,
)

ADAPTER = NumpyAdapter(NumpyBackend("numpy"))

__all__ = [
    "ADAPTER",
    "NDCG",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "MeanReciprocalRank",
    "MultilabelAccuracy",
    "NumpyAdapter",
    "NumpyBackend",
    "PrecisionRecall",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "binary_scorer",
    "multilabel_scorer",
    "top_k_scorer",
    "top_k_scorers",
]
