"""The metric classes, one per measure, for ``model.compile(metrics=[TopKAccuracy(k=5)])``."""

from __future__ import annotations

from typing import Any

import keras

from accord import PrecisionRecallFigures, metric_options
from accord_keras.metric import AccuracyMetric

_registered = keras.saving.register_keras_serializable(package="accord")


@_registered
class BinaryAccuracy(metric_options.BinaryAccuracy, AccuracyMetric):
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


@_registered
class CategoricalAccuracy(metric_options.CategoricalAccuracy, AccuracyMetric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.
    name, dtype : str, optional
        As every Keras metric takes them.
    """


@_registered
class SparseCategoricalAccuracy(metric_options.SparseCategoricalAccuracy, AccuracyMetric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.
    name, dtype : str, optional
        As every Keras metric takes them.
    """


@_registered
class TopKAccuracy(metric_options.TopKAccuracy, AccuracyMetric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them; a tuple of k gives one named figure for
        each k, in one pass over the scores.
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


@_registered
class TopKCategoricalAccuracy(metric_options.TopKCategoricalAccuracy, AccuracyMetric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them; by default named ``top_5_categorical_accuracy`` for k=5.
    """


@_registered
class MeanReciprocalRank(metric_options.MeanReciprocalRank, AccuracyMetric):
    """Mean of 1 / rank of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.mean_reciprocal_rank` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import MeanReciprocalRank
    >>> metric = MeanReciprocalRank()
    >>> metric.update_state([1, 2], np.array([[0.5, 0.3, 0.1, 0.1], [0.2, 0.2, 0.5, 0.1]]))
    >>> f"{metric.name} {float(metric.result()):.4f}"
    'mean_reciprocal_rank 0.7500'
    """


@_registered
class NDCG(metric_options.NDCG, AccuracyMetric):
    """Mean of 1 / log2(1 + rank) of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.ndcg` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import NDCG
    >>> metric = NDCG()
    >>> metric.update_state([1, 2], np.array([[0.5, 0.3, 0.1, 0.1], [0.2, 0.2, 0.5, 0.1]]))
    >>> f"{metric.name} {float(metric.result()):.4f}"
    'ndcg 0.8155'
    """


@_registered
class PrecisionRecall(metric_options.PrecisionRecall, AccuracyMetric):
    """Precision, recall and F1, where the k best classes are predicted (R27).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.precision_recall` takes them; ``precision``, ``recall``
        and ``f1`` are a figure each, for each k.
    name, dtype : str, optional
        As every Keras metric takes them; a name comes before those of the figures.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import PrecisionRecall
    >>> metric = PrecisionRecall(average="micro", k=2)
    >>> metric.update_state([2, 0], np.array([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]]))
    >>> {name: round(float(value), 4) for name, value in metric.result().items()}
    {'precision_2': 0.25, 'recall_2': 0.5, 'f1_2': 0.3333}
    """

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The name of each figure: ``precision``, ``recall`` and ``f1``, with k where it is not 1."""
        prefix = "" if self.name == "precision_recall" else f"{self.name}_"
        names = [f"{prefix}{name}" for name in PrecisionRecallFigures._fields[:3]]
        if self.measure.k == 1:
            return tuple(names)
        return tuple(f"{name}_{k}" for name in names for k in self.measure.ks)

    def _figure(self, figures: Any, place: int) -> Any:
        which, at = divmod(place, len(self.measure.ks))
        return figures[which][at] if self.several else figures[which]


@_registered
class MultilabelAccuracy(metric_options.MultilabelAccuracy, AccuracyMetric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis, average, ignore_index
        As `accord.multilabel_accuracy` takes them; a tuple of k gives one figure each.
    name, dtype : str, optional
        As every Keras metric takes them.
    """
