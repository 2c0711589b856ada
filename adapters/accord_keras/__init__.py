"""accord for Keras 3: metric classes for ``model.compile``, the same on every backend."""

from accord_keras.figures import take_apart
from accord_keras.metrics import (
    BinaryAccuracy,
    CategoricalAccuracy,
    MultilabelAccuracy,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)

take_apart()

__all__ = [
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "MultilabelAccuracy",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
]
