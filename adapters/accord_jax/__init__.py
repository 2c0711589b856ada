"""accord for JAX: metrics as static objects over states that are trees."""

from accord_jax.adapter import JaxAdapter
from accord_jax.metrics import (
    BinaryAccuracy,
    CategoricalAccuracy,
    JaxMetric,
    MultilabelAccuracy,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)

ADAPTER = JaxAdapter("jax", ("jax", "jaxlib"))

__all__ = [
    "ADAPTER",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "JaxAdapter",
    "JaxMetric",
    "MultilabelAccuracy",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
]
