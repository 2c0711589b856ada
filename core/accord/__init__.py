"""accord: accuracy on which every array framework agrees."""

from accord.class_blocks import standing_in_block
from accord.functional import (
    binary_accuracy,
    categorical_accuracy,
    in_top_k,
    multilabel_accuracy,
    sparse_categorical_accuracy,
    standing,
    top_k_accuracy,
    top_k_categorical_accuracy,
)
from accord.measures import (
    Binary,
    Categorical,
    Measure,
    Multilabel,
    SparseCategorical,
    TopK,
    TopKCategorical,
)
from accord.metric import Metric
from accord.ranking import Standing
from accord.registry import adapters
from accord.reporting import Report, evaluate
from accord.tally import Tally

__all__ = [
    "Binary",
    "Categorical",
    "Measure",
    "Metric",
    "Multilabel",
    "Report",
    "SparseCategorical",
    "Standing",
    "Tally",
    "TopK",
    "TopKCategorical",
    "adapters",
    "binary_accuracy",
    "categorical_accuracy",
    "evaluate",
    "in_top_k",
    "multilabel_accuracy",
    "sparse_categorical_accuracy",
    "standing",
    "standing_in_block",
    "top_k_accuracy",
    "top_k_categorical_accuracy",
]
