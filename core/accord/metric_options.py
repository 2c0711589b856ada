"""What the metric classes of every framework take: the options of a measure, and its average.

An adapter names these before its own kind of metric, whose constructor takes a measure:
``class TopKAccuracy(options.TopKAccuracy, MeasureMetric)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from accord import measures
from accord.counts.averages import Average
from accord.credit.thresholds import AtThreshold
from accord.credit.ties import Ties
from accord.inputs.options import K
from accord.measures.base import Measure
from accord.measures.multilabel import Criteria

if TYPE_CHECKING:

    class _Metric:
        def __init__(self, measure: Measure, *, average: Average = ..., **more: Any) -> None: ...

else:
    _Metric = object


class BinaryAccuracy(_Metric):
    """Share of scores on the side of the threshold that their label asks for (R10)."""

    def __init__(
        self,
        threshold: float = 0.5,
        *,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.Binary(
            threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            ignore_index=ignore_index,
        )
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class CategoricalAccuracy(_Metric):
    """Share of samples whose true class has the highest score, for dense labels (R9)."""

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.Categorical(ties=ties, axis=axis)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class SparseCategoricalAccuracy(_Metric):
    """Share of samples whose true class has the highest score (R8)."""

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.SparseCategorical(ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class TopKAccuracy(_Metric):
    """Share of samples whose true class is among the k best scores (R5, R8)."""

    def __init__(
        self,
        k: K = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class TopKCategoricalAccuracy(_Metric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9)."""

    def __init__(
        self,
        k: K = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.TopKCategorical(k, ties=ties, axis=axis)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class MeanReciprocalRank(_Metric):
    """Mean of 1 / rank of the true class, 0 after rank k (R26)."""

    def __init__(
        self,
        k: K | None = None,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.ReciprocalRank(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class NDCG(_Metric):
    """Mean of 1 / log2(1 + rank) of the true class, 0 after rank k (R26)."""

    def __init__(
        self,
        k: K | None = None,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.NDCG(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, n_groups=n_groups, **more)


class PrecisionRecall(_Metric):
    """Precision, recall and F1, where the k best classes are predicted (R27)."""

    def __init__(
        self,
        k: int | tuple[int, ...] | range = 1,
        *,
        ties: Literal["first", "last"] = "first",
        axis: int = -1,
        average: Average = "macro",
        ignore_index: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.PrecisionRecall(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, **more)


class MultilabelAccuracy(_Metric):
    """Share of samples whose predicted set of labels is right, or share of labels (R11)."""

    def __init__(
        self,
        criteria: Criteria = "exact_match",
        *,
        threshold: float = 0.5,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        k: int | tuple[int, ...] | range | None = None,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        n_groups: int | None = None,
        **more: Any,
    ) -> None:
        measure = measures.Multilabel(
            criteria,
            threshold=threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            k=k,
            ties=ties,
            axis=axis,
            ignore_index=ignore_index,
        )
        super().__init__(measure, average=average, n_groups=n_groups, **more)
