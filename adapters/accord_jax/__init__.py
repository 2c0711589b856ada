"""accord for JAX: functions on JAX arrays, and metrics whose state is a tree of arrays."""

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
