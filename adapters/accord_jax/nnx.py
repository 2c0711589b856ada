"""The metrics as ``flax.nnx.Metric``, for ``nnx.MultiMetric`` and steps under ``nnx.jit``."""

from __future__ import annotations

from typing import Any

from flax import nnx

from accord import Measure, metric_options
from accord.backends.base import Array
from accord.counts.averages import Average
from accord.counts.tally import Tally
from accord_jax.metric import JaxMetric


class NnxMetric(nnx.Metric):
    """A metric of `accord_jax` that holds its state.

    Parameters
    ----------
    measure : Measure
        What to count.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    classes : int, optional
        The number of classes; required if the average is over classes.
    n_groups : int, optional
        How many groups there are; counts and averages are then by group (R24).
    """

    def __init__(
        self,
        measure: Measure,
        *,
        average: Average = "micro",
        classes: int | None = None,
        n_groups: int | None = None,
    ) -> None:
        self.metric = JaxMetric(measure, average, n_groups)
        self.classes = classes
        self.state = nnx.metrics.MetricState(self.metric.init(classes))

    def reset(self) -> None:
        """Forget every batch."""
        self.state.set_value(self.metric.init(self.classes))

    def update(  # type: ignore[override]  # flax's own metrics have other arguments too
        self,
        *,
        logits: Array,
        labels: Any,
        sample_weight: Any = None,
        mask: Any = None,
        candidates: Any = None,
        groups: Any = None,
        **_: Any,
    ) -> None:
        """Count a batch; arguments of other metrics in an ``nnx.MultiMetric`` are ignored.

        Parameters
        ----------
        logits, labels
            The scores and the labels, by the names that flax uses.
        sample_weight, mask, candidates, groups : array, optional
            As `accord.Measure.tally` takes them.
        """
        after = self.metric.update(
            self.state.get_value(),
            labels,
            logits,
            sample_weight=sample_weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
        )
        self.state.set_value(after)

    def update_from_lists(
        self, y_true: Any, classes: Any, scores: Any = None, **options: Any
    ) -> None:
        """Count a batch of which only the best classes of each sample were kept (R28).

        Parameters
        ----------
        y_true, classes, scores, **options
            As `accord_jax.metric.JaxMetric.update_from_lists` takes them.
        """
        before = self.state.get_value()
        self.state.set_value(
            self.metric.update_from_lists(before, y_true, classes, scores, **options)
        )

    def compute(self) -> Array:
        """Return the accuracy so far."""
        return self.metric.compute(self.state.get_value())

    @property
    def tally(self) -> Tally:
        """The counts so far, as NumPy integers (floats if weighted)."""
        return self.metric.tally(self.state.get_value())


class BinaryAccuracy(metric_options.BinaryAccuracy, NnxMetric):
    """`accord_jax.BinaryAccuracy` that holds its state."""


class CategoricalAccuracy(metric_options.CategoricalAccuracy, NnxMetric):
    """`accord_jax.CategoricalAccuracy` that holds its state."""


class SparseCategoricalAccuracy(metric_options.SparseCategoricalAccuracy, NnxMetric):
    """`accord_jax.SparseCategoricalAccuracy` that holds its state."""


class TopKAccuracy(metric_options.TopKAccuracy, NnxMetric):
    """`accord_jax.TopKAccuracy` that holds its state.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> from accord_jax.nnx import TopKAccuracy
    >>> metric = TopKAccuracy(k=1)
    >>> metric.update(logits=jnp.asarray([[0.5, 0.5], [0.2, 0.8]]), labels=jnp.asarray([1, 1]))
    >>> float(metric.compute())
    0.5
    """


class TopKCategoricalAccuracy(metric_options.TopKCategoricalAccuracy, NnxMetric):
    """`accord_jax.TopKCategoricalAccuracy` that holds its state."""


class MeanReciprocalRank(metric_options.MeanReciprocalRank, NnxMetric):
    """`accord_jax.MeanReciprocalRank` that holds its state."""


class NDCG(metric_options.NDCG, NnxMetric):
    """`accord_jax.NDCG` that holds its state."""


class PrecisionRecall(metric_options.PrecisionRecall, NnxMetric):
    """`accord_jax.PrecisionRecall` that holds its state."""


class MultilabelAccuracy(metric_options.MultilabelAccuracy, NnxMetric):
    """`accord_jax.MultilabelAccuracy` that holds its state."""
