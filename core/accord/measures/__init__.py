"""The measures: what to compute, and nothing else. Frozen, hashable, without state."""

from accord.measures.base import Measure
from accord.measures.binary import Binary
from accord.measures.multilabel import Multilabel
from accord.measures.precision import PrecisionRecall
from accord.measures.rank import RankMeasure
from accord.measures.retrieval import NDCG, ReciprocalRank
from accord.measures.sets import SetMeasure
from accord.measures.top_k import Categorical, SparseCategorical, TopK, TopKCategorical

__all__ = [
    "NDCG",
    "Binary",
    "Categorical",
    "Measure",
    "Multilabel",
    "PrecisionRecall",
    "RankMeasure",
    "ReciprocalRank",
    "SetMeasure",
    "SparseCategorical",
    "TopK",
    "TopKCategorical",
]
