"""accord for PyTorch: every function on tensors, and metrics for torchmetrics and Lightning."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from accord_torch.adapter import TorchAdapter
from accord_torch.backend import TorchBackend
from accord_torch.sampling import sampler_mask

if TYPE_CHECKING:
    from accord_torch.losses import ListMLELoss, SmoothTopKLoss, TopKDistillationLoss
    from accord_torch.metric import MeasureMetric
    from accord_torch.metrics import (
        NDCG,
        BinaryAccuracy,
        CategoricalAccuracy,
        MeanReciprocalRank,
        MultilabelAccuracy,
        PrecisionRecall,
        SparseCategoricalAccuracy,
        TopKAccuracy,
        TopKCategoricalAccuracy,
        named_figures,
    )
    from accord_torch.sharded import sharded_standing

ADAPTER = TorchAdapter(TorchBackend("torch"))

_HOMES = {
    "sharded_standing": "sharded",
    **dict.fromkeys(("ListMLELoss", "SmoothTopKLoss", "TopKDistillationLoss"), "losses"),
}  # the others are metrics

genuine = sampler_mask  # its name in 0.1

__all__ = [
    "ADAPTER",
    "NDCG",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "ListMLELoss",
    "MeanReciprocalRank",
    "MeasureMetric",
    "MultilabelAccuracy",
    "PrecisionRecall",
    "SmoothTopKLoss",
    "SparseCategoricalAccuracy",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "TopKDistillationLoss",
    "TorchAdapter",
    "TorchBackend",
    "named_figures",
    "sampler_mask",
    "sharded_standing",
]


def __getattr__(name: str) -> Any:
    """Import the names that need torchmetrics or process groups on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES.get(name, "metrics")
    return getattr(importlib.import_module(f"accord_torch.{home}"), name)


def __dir__() -> list[str]:
    """List the public names, including those that are not imported yet."""
    return sorted({*globals(), *__all__})
