"""Metrics for JAX, one class per measure."""

from __future__ import annotations

from accord import metric_options
from accord_jax.metric import JaxMetric


class BinaryAccuracy(metric_options.BinaryAccuracy, JaxMetric):
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    threshold, at_threshold, from_logits, average, ignore_index
        As `accord.binary_accuracy` takes them.
    """


class CategoricalAccuracy(metric_options.CategoricalAccuracy, JaxMetric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.
    """


class SparseCategoricalAccuracy(metric_options.SparseCategoricalAccuracy, JaxMetric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.
    """


class TopKAccuracy(metric_options.TopKAccuracy, JaxMetric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them.

    Examples
    --------
    >>> import jax, jax.numpy as jnp
    >>> from accord_jax import TopKAccuracy
    >>> metric = TopKAccuracy(k=(1, 2))
    >>> scores = jnp.asarray([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    >>> state = jax.jit(metric.update)(metric.init(), jnp.asarray([1, 2]), scores)
    >>> metric.compute(state).tolist()
    [0.5, 1.0]
    >>> metric.tally(state).correct.tolist(), int(metric.tally(state).total)
    ([1, 2], 2)
    """


class TopKCategoricalAccuracy(metric_options.TopKCategoricalAccuracy, JaxMetric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them.
    """


class MeanReciprocalRank(metric_options.MeanReciprocalRank, JaxMetric):
    """Mean of 1 / rank of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.mean_reciprocal_rank` takes them.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax import MeanReciprocalRank
    >>> metric = MeanReciprocalRank(k=1)
    >>> scores = jnp.asarray([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    >>> state = metric.update(metric.init(), jnp.asarray([1, 2]), scores)
    >>> float(metric.compute(state))
    0.5
    """


class NDCG(metric_options.NDCG, JaxMetric):
    """Mean of 1 / log2(1 + rank) of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.ndcg` takes them.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax import NDCG
    >>> metric = NDCG(k=1)
    >>> scores = jnp.asarray([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])
    >>> state = metric.update(metric.init(), jnp.asarray([1, 2]), scores)
    >>> float(metric.compute(state))
    0.5
    """


class PrecisionRecall(metric_options.PrecisionRecall, JaxMetric):
    """Precision, recall and F1, where the k best classes are predicted (R27).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.precision_recall` takes them; the result has its four fields.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax import PrecisionRecall
    >>> metric = PrecisionRecall(average="micro", k=2)
    >>> scores = jnp.asarray([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]])
    >>> state = metric.update(metric.init(classes=3), jnp.asarray([2, 0]), scores)
    >>> float(metric.compute(state).recall)
    0.5
    """


class MultilabelAccuracy(metric_options.MultilabelAccuracy, JaxMetric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis, average, ignore_index
        As `accord.multilabel_accuracy` takes them; counts by label need ``init(classes=L)``.
    """
