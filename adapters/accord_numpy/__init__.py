"""accord for NumPy and scikit-learn."""

from accord_numpy.adapter import NumpyAdapter
from accord_numpy.metrics import (
    BinaryAccuracy,
    CategoricalAccuracy,
    MultilabelAccuracy,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)
from accord_numpy.scorers import binary_scorer, top_k_scorer

ADAPTER = NumpyAdapter("numpy")

__all__ = [
    "ADAPTER",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "MultilabelAccuracy",
    "NumpyAdapter",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "binary_scorer",
    "top_k_scorer",
]
