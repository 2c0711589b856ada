"""Metrics for NumPy: one class per measure, each an `accord.Metric`."""

from __future__ import annotations

from accord import Metric, metric_options


class BinaryAccuracy(metric_options.BinaryAccuracy, Metric):
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


class CategoricalAccuracy(metric_options.CategoricalAccuracy, Metric):
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


class SparseCategoricalAccuracy(metric_options.SparseCategoricalAccuracy, Metric):
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


class TopKAccuracy(metric_options.TopKAccuracy, Metric):
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


class TopKCategoricalAccuracy(metric_options.TopKCategoricalAccuracy, Metric):
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


class MeanReciprocalRank(metric_options.MeanReciprocalRank, Metric):
    """Mean of 1 / rank of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.mean_reciprocal_rank` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import MeanReciprocalRank
    >>> metric = MeanReciprocalRank()
    >>> metric.update([2, 0], np.array([[0.1, 0.6, 0.2, 0.1], [0.4, 0.2, 0.3, 0.1]]))
    >>> metric.compute()
    np.float64(0.75)
    """


class NDCG(metric_options.NDCG, Metric):
    """Mean of 1 / log2(1 + rank) of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.ndcg` takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import NDCG
    >>> metric = NDCG()
    >>> metric.update([0, 0], np.array([[0.1, 0.6, 0.2, 0.1], [0.4, 0.2, 0.3, 0.1]]))
    >>> metric.compute()
    np.float64(0.75)
    """


class PrecisionRecall(metric_options.PrecisionRecall, Metric):
    """Precision, recall and F1, where the k best classes are predicted (R27).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.precision_recall` takes them; the result has its four fields.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_numpy import PrecisionRecall
    >>> metric = PrecisionRecall(average="micro", k=2)
    >>> metric.update([2, 0], np.array([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]]))
    >>> metric.compute()[:2]
    (np.float64(0.25), np.float64(0.5))
    """


class MultilabelAccuracy(metric_options.MultilabelAccuracy, Metric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis, average, ignore_index
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
