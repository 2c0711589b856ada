"""The metric classes, one a measure; ``metrics=[TopKAccuracy(k=5)]`` in ``model.compile``."""

from __future__ import annotations

from typing import Any

import keras

from accord import Binary, Categorical, Multilabel, SparseCategorical, TopK, TopKCategorical
from accord.multilabel import Criteria
from accord.tally import Average
from accord.thresholds import AtThreshold
from accord.ties import Ties
from accord_keras.metric import AccuracyMetric, name_at

_registered = keras.saving.register_keras_serializable(package="accord")


@_registered
class BinaryAccuracy(AccuracyMetric):
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    threshold, at_threshold, from_logits, average, ignore_index
        As `accord.binary_accuracy` takes them.
    name, dtype : str, optional
        As every Keras metric takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import BinaryAccuracy
    >>> metric = BinaryAccuracy(threshold=0.3)
    >>> metric.update_state([1, 0], np.array([0.4, 0.4]))
    >>> float(metric.result())
    0.5
    """

    def __init__(
        self,
        threshold: float = 0.5,
        *,
        at_threshold: AtThreshold = "negative",
        from_logits: bool = False,
        average: Average = "micro",
        ignore_index: int | None = None,
        name: str = "binary_accuracy",
        dtype: Any = None,
    ) -> None:
        measure = Binary(
            threshold,
            at_threshold=at_threshold,
            from_logits=from_logits,
            ignore_index=ignore_index,
        )
        super().__init__(measure, average=average, classes=2, name=name, dtype=dtype)


@_registered
class CategoricalAccuracy(AccuracyMetric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.
    name, dtype : str, optional
        As every Keras metric takes them.
    """

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        name: str = "categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        super().__init__(Categorical(ties=ties, axis=axis), average=average, name=name, dtype=dtype)


@_registered
class SparseCategoricalAccuracy(AccuracyMetric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.
    name, dtype : str, optional
        As every Keras metric takes them.
    """

    def __init__(
        self,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        name: str = "sparse_categorical_accuracy",
        dtype: Any = None,
    ) -> None:
        measure = SparseCategorical(ties=ties, axis=axis, ignore_index=ignore_index)
        super().__init__(measure, average=average, name=name, dtype=dtype)


@_registered
class TopKAccuracy(AccuracyMetric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them; a tuple of k gives one figure each by name, in one
        pass over the scores.
    name, dtype : str, optional
        As every Keras metric takes them; by default named ``top_5_accuracy`` for k=5.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import TopKAccuracy
    >>> metric = TopKAccuracy(k=(1, 2))
    >>> metric.update_state([1, 2], np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]))
    >>> {name: float(value) for name, value in metric.result().items()}
    {'top_1_accuracy': 0.5, 'top_2_accuracy': 1.0}
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        ignore_index: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        measure = TopK(k, ties=ties, axis=axis, ignore_index=ignore_index)
        name = name or _name("top_k_accuracy", k)
        super().__init__(measure, average=average, name=name, dtype=dtype)


@_registered
class TopKCategoricalAccuracy(AccuracyMetric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them; by default named ``top_5_categorical_accuracy`` for k=5.
    """

    def __init__(
        self,
        k: int | tuple[int, ...] = 5,
        *,
        ties: Ties = "first",
        axis: int = -1,
        average: Average = "micro",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        measure = TopKCategorical(k, ties=ties, axis=axis)
        name = name or _name("top_k_categorical_accuracy", k)
        super().__init__(measure, average=average, name=name, dtype=dtype)


@_registered
class MultilabelAccuracy(AccuracyMetric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis
        As `accord.multilabel_accuracy` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them.
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
        name: str = "multilabel_accuracy",
        dtype: Any = None,
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
        super().__init__(measure, name=name, dtype=dtype)


def _name(pattern: str, k: int | tuple[int, ...]) -> str:
    return pattern if isinstance(k, tuple) else name_at(pattern, k)
