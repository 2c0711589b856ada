"""Streaming metrics for torchmetrics and Lightning: a `torchmetrics.Metric` for each measure."""

from __future__ import annotations

from typing import Any

from accord import Binary, Categorical, Multilabel, SparseCategorical, TopK, TopKCategorical
from accord.multilabel import Criteria
from accord.tally import Average
from accord.thresholds import AtThreshold
from accord.ties import Ties
from accord_torch.metric import MeasureMetric


class BinaryAccuracy(MeasureMetric):
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    threshold, at_threshold, from_logits, average, ignore_index
        As `accord.binary_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import BinaryAccuracy
    >>> metric = BinaryAccuracy(threshold=0.3)
    >>> metric.update(torch.tensor([0.4, 0.4]), torch.tensor([1, 0]))
    >>> metric.compute()
    tensor(0.5000)
    """

    def __init__(
        self,
        threshold: float = 0.5,
        *,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        average: Average = "micro",
        ignore_index: int | None = None,
        **kwargs: Any,
    ) -> None:
        measure = Binary(
            threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            ignore_index=ignore_index,
        )
        super().__init__(measure, average=average, **kwargs)


class CategoricalAccuracy(MeasureMetric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """

    def __init__(
        self, *, ties: Ties = "first", axis: int = -1, average: Average = "micro", **kwargs: Any
    ) -> None:
        super().__init__(Categorical(ties=ties, axis=axis), average=average, **kwargs)


class SparseCategoricalAccuracy(MeasureMetric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        **kwargs: Any,
    ) -> None:
        measure = SparseCategorical(ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, **kwargs)


class TopKAccuracy(MeasureMetric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import TopKAccuracy
    >>> metric = TopKAccuracy(k=(1, 2))
    >>> metric.update(torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]), torch.tensor([1, 2]))
    >>> metric.compute()
    tensor([0.5000, 1.0000])
    >>> metric.tally.correct
    array([1, 2])
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        **kwargs: Any,
    ) -> None:
        measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, **kwargs)


class TopKCategoricalAccuracy(MeasureMetric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        **kwargs: Any,
    ) -> None:
        super().__init__(TopKCategorical(k, ties=ties, axis=axis), average=average, **kwargs)


class MultilabelAccuracy(MeasureMetric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis
        As `accord.multilabel_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """

    def __init__(
        self,
        criteria: Criteria = "exact_match",
        *,
        threshold: float = 0.5,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        k: int | tuple[int, ...] | None = None,
        ties: Ties = "first",
        axis: int = -1,
        **kwargs: Any,
    ) -> None:
        measure = Multilabel(
            criteria,
            threshold=threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            k=k,
            ties=ties,
            axis=axis,
        )
        super().__init__(measure, **kwargs)
