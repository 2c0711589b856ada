"""Streaming metrics as plain objects: one class a measure, each an `accord.Metric`."""

from __future__ import annotations

from accord import (
    Binary,
    Categorical,
    Metric,
    Multilabel,
    SparseCategorical,
    TopK,
    TopKCategorical,
)
from accord.multilabel import Criteria
from accord.tally import Average
from accord.thresholds import AtThreshold
from accord.ties import Ties


class BinaryAccuracy(Metric):
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    threshold, at_threshold, from_logits, average, ignore_index
        As `accord.binary_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import BinaryAccuracy
    >>> metric = BinaryAccuracy(threshold=0.3)
    >>> metric.update([1, 0], np.array([0.4, 0.4]))
    >>> metric.compute()
    np.float64(0.5)
    """

    def __init__(
        self,
        threshold: float = 0.5,
        *,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        average: Average = "micro",
        ignore_index: int | None = None,
    ) -> None:
        measure = Binary(
            threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            ignore_index=ignore_index,
        )
        super().__init__(measure, average=average)


class CategoricalAccuracy(Metric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import CategoricalAccuracy
    >>> metric = CategoricalAccuracy()
    >>> metric.update([[0, 1], [1, 0]], np.array([[0.3, 0.7], [0.3, 0.7]]))
    >>> metric.compute()
    np.float64(0.5)
    """

    def __init__(self, *, ties: Ties = "first", axis: int = -1, average: Average = "micro") -> None:
        super().__init__(Categorical(ties=ties, axis=axis), average=average)


class SparseCategoricalAccuracy(Metric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import SparseCategoricalAccuracy
    >>> metric = SparseCategoricalAccuracy(ignore_index=-100)
    >>> metric.update([1, -100], np.array([[0.3, 0.7], [0.3, 0.7]]))
    >>> metric.compute()
    np.float64(1.0)
    """

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
    ) -> None:
        measure = SparseCategorical(ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average)


class TopKAccuracy(Metric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import TopKAccuracy
    >>> metric = TopKAccuracy(k=(1, 2))
    >>> metric.update([1, 2], np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]))
    >>> metric.compute()
    array([0.5, 1. ])
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
    ) -> None:
        measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average)


class TopKCategoricalAccuracy(Metric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import TopKCategoricalAccuracy
    >>> metric = TopKCategoricalAccuracy(k=2)
    >>> metric.update([[0, 0, 1], [0, 1, 0]], np.array([[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]]))
    >>> metric.compute()
    np.float64(0.5)
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
    ) -> None:
        super().__init__(TopKCategorical(k, ties=ties, axis=axis), average=average)


class MultilabelAccuracy(Metric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis
        As `accord.multilabel_accuracy` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import MultilabelAccuracy
    >>> metric = MultilabelAccuracy("hamming")
    >>> metric.update([[1, 0, 0, 1]], np.array([[0.9, 0.1, 0.8, 0.7]]))
    >>> metric.compute()
    np.float64(0.75)
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
        super().__init__(measure)
