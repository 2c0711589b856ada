"""One Keras metric for each figure of a metric with several k, as ``compile`` needs them.

Keras adds the name of an output, ``weighted_`` or a number to the name of a metric. It does not
add them to the keys of a dict that a metric returns, so the figures of two outputs would replace
each other. Keras' callbacks also look for a metric with the monitored name.
"""

from __future__ import annotations

import contextlib
from functools import wraps
from typing import Any

import keras

from accord import Tally
from accord_keras.metric import AccuracyMetric


class Figure(keras.metrics.Metric):  # type: ignore[misc]  # keras has no types
    """One figure of a metric with several k. The first figure counts for all and has the variables.

    Parameters
    ----------
    whole : AccuracyMetric
        A metric with several figures, for instance at a tuple of k.
    place : int
        The place of this figure's name among those of the metric.

    Attributes
    ----------
    whole : AccuracyMetric
        The metric that was passed to ``compile``.
    """

    _direction = "up"  # what callbacks in mode "auto" read

    def __init__(self, whole: AccuracyMetric, place: int) -> None:
        super().__init__(name=whole.figure_names[place], dtype=whole.dtype)
        self.whole = whole
        self._place = place

    @property
    def variables(self) -> list[Any]:
        """The variables of the whole metric, for the first figure; the others have none."""
        return [] if self._place else list(self.whole.variables)

    @property
    def tally(self) -> Tally:
        """What the whole metric has counted, for every k."""
        return self.whole.tally

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch, once for all figures."""
        if not self._place:
            self.whole.update_state(y_true, y_pred, sample_weight=sample_weight)

    def result(self) -> Any:
        """Return this figure so far."""
        return self.whole.result_at(self._place)

    def reset_state(self) -> None:
        """Forget every batch, once for all figures."""
        if not self._place:
            self.whole.reset_state()


def figures_of(metric: Any) -> list[Any]:
    """Return a metric for each figure of a metric with several k; otherwise the metric itself."""
    if not isinstance(metric, AccuracyMetric) or not metric.figure_names:
        return [metric]
    return [Figure(metric, place) for place in range(len(metric.figure_names))]


def take_apart() -> None:
    """Make ``compile`` use one metric for each figure.

    Keras has no public way to do this. If Keras moves the patched class, the figures are logged
    under their own names, without the name of an output.
    """
    with contextlib.suppress(ImportError):
        from keras.src.trainers.compile_utils import MetricsList

        make = MetricsList.__init__

        @wraps(make)
        def of_figures(self: Any, metrics: Any, *args: Any, **options: Any) -> None:
            figures = [figure for metric in metrics for figure in figures_of(metric)]
            make(self, figures, *args, **options)

        MetricsList.__init__ = of_figures
