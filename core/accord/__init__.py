"""accord: accuracy on which every array framework agrees."""

import importlib
import importlib.metadata
import typing

from accord import losses, metric_options
from accord.backends.registry import adapters
from accord.class_blocks import standing_in_block
from accord.counts.predicted import PrecisionRecallFigures, PredictedTally
from accord.counts.tally import Tally
from accord.credit.rank_counts import Standing
from accord.from_features import top_k_from_features
from accord.functional import (
    ClassPairs,
    binary_accuracy,
    categorical_accuracy,
    confusion,
    mean_reciprocal_rank,
    multilabel_accuracy,
    ndcg,
    precision_recall,
    sparse_categorical_accuracy,
    top_k_accuracy,
    top_k_categorical_accuracy,
)
from accord.measures import (
    NDCG,
    Binary,
    Categorical,
    Measure,
    Multilabel,
    PrecisionRecall,
    RankMeasure,
    ReciprocalRank,
    SetMeasure,
    SparseCategorical,
    TopK,
    TopKCategorical,
)
from accord.metric import Metric
from accord.per_sample import in_top_k, standing
from accord.reporting import Report, evaluate

if typing.TYPE_CHECKING:
    from accord.verification.compare.result import Comparison
    from accord.verification.compare.run import compare
    from accord.verification.dialects.table import dialects
    from accord.verification.explain.result import Explanation
    from accord.verification.explain.run import explain
    from accord.verification.verify.result import Verification
    from accord.verification.verify.run import verify

# Verification starts processes and draws pages, so it is imported when it is first asked for.
_LATER = {
    "Comparison": "accord.verification.compare.result",
    "Explanation": "accord.verification.explain.result",
    "Verification": "accord.verification.verify.result",
    "compare": "accord.verification.compare.run",
    "dialects": "accord.verification.dialects.table",
    "explain": "accord.verification.explain.run",
    "verify": "accord.verification.verify.run",
}


# What 0.1 called these modules.
_RENAMED = {"kernels": "accord.scan", "options": "accord.metric_options"}


def __getattr__(name: str) -> typing.Any:
    if name == "__version__":
        return importlib.metadata.version("accord")
    if name in _RENAMED:
        return importlib.import_module(_RENAMED[name])
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LATER[name]), name)


def __dir__() -> list[str]:
    """List the public names, those that are not imported yet too."""
    return sorted({*globals(), *__all__, "__version__"})


__all__ = [
    "NDCG",
    "Binary",
    "Categorical",
    "ClassPairs",
    "Comparison",
    "Explanation",
    "Measure",
    "Metric",
    "Multilabel",
    "PrecisionRecall",
    "PrecisionRecallFigures",
    "PredictedTally",
    "RankMeasure",
    "ReciprocalRank",
    "Report",
    "SetMeasure",
    "SparseCategorical",
    "Standing",
    "Tally",
    "TopK",
    "TopKCategorical",
    "Verification",
    "adapters",
    "binary_accuracy",
    "categorical_accuracy",
    "compare",
    "confusion",
    "dialects",
    "evaluate",
    "explain",
    "in_top_k",
    "losses",
    "mean_reciprocal_rank",
    "metric_options",
    "multilabel_accuracy",
    "ndcg",
    "precision_recall",
    "sparse_categorical_accuracy",
    "standing",
    "standing_in_block",
    "top_k_accuracy",
    "top_k_categorical_accuracy",
    "top_k_from_features",
    "verify",
]
