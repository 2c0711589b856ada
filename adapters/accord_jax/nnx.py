"""The metrics as ``flax.nnx.Metric``, for ``nnx.MultiMetric`` and steps under ``nnx.jit``."""

from __future__ import annotations

from typing import Any, ClassVar

from flax import nnx

import accord_jax
from accord.registry import Array
from accord.tally import Tally
from accord_jax.metrics import JaxMetric


class NnxMetric(nnx.Metric):
    """A metric of `accord_jax` that holds its state.

    Parameters
    ----------
    *options, **more
        As the class of the same name in `accord_jax` takes them.
    classes : int, optional
        How many there are; needed where the average is over classes.
    """

    kind: ClassVar[type[JaxMetric]]

    def __init__(self, *options: Any, classes: int | None = None, **more: Any) -> None:
        self.metric = self.kind(*options, **more)
        self.classes = classes
        self.state = nnx.metrics.MetricState(self.metric.init(classes))

    def reset(self) -> None:
        """Forget every batch."""
        self.state.set_value(self.metric.init(self.classes))

    def update(  # type: ignore[override]  # flax's own metrics name what they take too
        self,
        *,
        logits: Array,
        labels: Any,
        sample_weight: Any = None,
        mask: Any = None,
        **_: Any,
    ) -> None:
        """Count a batch; what other metrics of an ``nnx.MultiMetric`` take is left alone.

        Parameters
        ----------
        logits, labels
            The scores and what is true, by the names that flax gives them.
        sample_weight, mask : array, optional
            As `accord.Measure.tally` takes them.
        """
        state = self.state.get_value()
        self.state.set_value(
            self.metric.update(state, labels, logits, sample_weight=sample_weight, mask=mask)
        )

    def compute(self) -> Array:
        """Return the accuracy so far."""
        return self.metric.compute(self.state.get_value())

    @property
    def tally(self) -> Tally:
        """Everything counted so far, as NumPy integers (floats where weighted)."""
        return self.metric.tally(self.state.get_value())


class BinaryAccuracy(NnxMetric):
    """`accord_jax.BinaryAccuracy` that holds its state."""

    kind = accord_jax.BinaryAccuracy


class CategoricalAccuracy(NnxMetric):
    """`accord_jax.CategoricalAccuracy` that holds its state."""

    kind = accord_jax.CategoricalAccuracy


class SparseCategoricalAccuracy(NnxMetric):
    """`accord_jax.SparseCategoricalAccuracy` that holds its state."""

    kind = accord_jax.SparseCategoricalAccuracy


class TopKAccuracy(NnxMetric):
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

    kind = accord_jax.TopKAccuracy


class TopKCategoricalAccuracy(NnxMetric):
    """`accord_jax.TopKCategoricalAccuracy` that holds its state."""

    kind = accord_jax.TopKCategoricalAccuracy


class MultilabelAccuracy(NnxMetric):
    """`accord_jax.MultilabelAccuracy` that holds its state."""

    kind = accord_jax.MultilabelAccuracy
