"""accord for TensorFlow; the metric and loss classes are those of ``accord_keras``."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from accord_tensorflow.adapter import TensorFlowAdapter
from accord_tensorflow.autograph import leave_alone
from accord_tensorflow.backend import TensorFlowBackend

if TYPE_CHECKING:
    from accord_keras import (
        NDCG,
        BinaryAccuracy,
        CategoricalAccuracy,
        ListMLELoss,
        MeanReciprocalRank,
        MultilabelAccuracy,
        PrecisionRecall,
        SmoothTopKLoss,
        SparseCategoricalAccuracy,
        TopKAccuracy,
        TopKCategoricalAccuracy,
        TopKDistillationLoss,
    )

leave_alone("accord", "accord_keras", "accord_tensorflow")

ADAPTER = TensorFlowAdapter(TensorFlowBackend("tensorflow"))

# TensorFlow loads Keras if it is installed. The classes are then imported now, because
# keras.models.load_model finds the classes of a saved model only after their import.
if hasattr(sys.modules.get("keras"), "Model"):
    with contextlib.suppress(ImportError):  # Keras 2
        import accord_keras  # noqa: F401  # this registers its classes

__all__ = [
    "ADAPTER",
    "NDCG",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "ListMLELoss",
    "MeanReciprocalRank",
    "MultilabelAccuracy",
    "PrecisionRecall",
    "SmoothTopKLoss",
    "SparseCategoricalAccuracy",
    "TensorFlowAdapter",
    "TensorFlowBackend",
    "TopKAccuracy",
    "TopKCategoricalAccuracy",
    "TopKDistillationLoss",
]


def __getattr__(name: str) -> Any:
    """Return a class; this imports Keras if TensorFlow has not."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import accord_keras

    return getattr(accord_keras, name)


def __dir__() -> list[str]:
    """List the public names, including those that are not imported yet."""
    return sorted({*globals(), *__all__})
