"""accord for JAX: functions on JAX arrays, and metrics whose state is a tree of arrays."""

from accord_jax.adapter import JaxAdapter
from accord_jax.backend import JaxBackend
from accord_jax.losses import list_mle_loss, smooth_top_k_loss, top_k_distillation_loss
from accord_jax.metric import JaxMetric
from accord_jax.metrics import (
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

ADAPTER = JaxAdapter(JaxBackend("jax", ("jax", "jaxlib")))

__all__ = [
    "ADAPTER",
    "NDCG",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "JaxAdapter",
    "JaxBackend",
    "JaxMetric",
    "MeanReciprocalRank",
    "MultilabelAccuracy",
    "PrecisionRecall",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "list_mle_loss",
    "smooth_top_k_loss",
    "top_k_distillation_loss",
]
