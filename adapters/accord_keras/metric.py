"""The base of the metric classes: the measure counts, and Keras variables hold the counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from accord import Measure, Tally
from accord.backends.registry import backend_of
from accord.counts.accumulator import Accumulator, refuse_other_classes
from accord.counts.averages import Average
from accord.metric import warn_of_invalid
from accord_keras.inputs import arranged
from accord_keras.lists import ListMetric
from accord_keras.state import Variables


class AccuracyMetric(ListMetric):
    """A ``keras.metrics.Metric`` over a measure, the same on every backend.

    Parameters
    ----------
    measure : Measure
        What to count.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    n_groups : int, optional
        How many groups there are; counts and averages are then by group (R24).
    name : str, optional
        By default the name of the class in Keras' style, with the number for k.
    dtype : str, optional
        The dtype of the result; counts are integers.
    """

    _direction = "up"  # what callbacks in mode "auto" read

    def __init__(
        self,
        measure: Measure,
        *,
        average: Average = "micro",
        n_groups: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name or _name(type(self), measure), dtype=dtype)
        self.measure = measure
        self.average = average
        self._kept = Accumulator(measure, average, n_groups)
        self._state: Variables | None = None
        self._classes: int | None = None
        self._warned = False
        if measure.axis is None or not self._kept.sized:  # known without a batch
            self.build((), ())

    def build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        """Create the counters, if the number of classes that they need is not known before a batch.

        `update_state` does this itself; ``stateless_update_state`` needs a call of `build` before.

        Parameters
        ----------
        y_true_shape, y_pred_shape : tuple of int
            The shapes of a batch.
        """
        if self._state is None:
            self._make_state(self.measure.classes_in(y_pred_shape) if self._kept.sized else None)

    def update_state(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any = None,
        mask: Any = None,
        *,
        candidates: Any = None,
        groups: Any = None,
    ) -> None:
        """Count a batch.

        Parameters
        ----------
        y_true : array of real
            Labels; a last axis of length 1, as Keras' data adapters leave it, is dropped.
        y_pred : array of real
            Scores, of the backend or NumPy.
        sample_weight : array of real or bool, optional
            A weight for each sample, or for each sequence of samples (R14).
        mask : array of bool, optional
            True keeps a sample (R13); by default the mask that layers have attached to ``y_pred``.
        candidates : array of bool, optional
            True marks a class that takes part in its sample (R25).
        groups : array of int, optional
            The group of each sample, 0 to n_groups - 1 (R24).

        Raises
        ------
        ValueError, TypeError
            As `accord.Measure.tally`; the metric is then unchanged (R22).
        """
        measure, kept = self.measure, self._kept
        samples = {"sample_weight": sample_weight, "mask": mask}
        samples |= {"candidates": candidates, "groups": groups}
        truth, scores, samples = arranged(
            y_true, y_pred, samples, axis=measure.axis, dense=measure.dense
        )
        batch = measure.batch(truth, scores, **samples, n_groups=kept.n_groups)
        self._add(measure.count(batch, per_class=kept.by_class))

    def stateless_update_state(
        self, metric_variables: Sequence[Any], y_true: Any, y_pred: Any, *args: Any, **options: Any
    ) -> Any:
        """Return the variables after a batch, as every Keras metric does.

        Parameters
        ----------
        metric_variables : sequence of tensors
            One for each of `variables`.
        y_true, y_pred, *args, **options
            As `update_state` takes them.

        Raises
        ------
        ValueError
            If the counters do not exist yet, so there are no variables to return.
        """
        if self._state is None:
            how = "by class" if self._kept.by_class else "at every k"
            shapes_of = ", ".join(str(tuple(np.shape(each))) for each in (y_true, y_pred))
            raise ValueError(
                f"{self.name} counts {how} and has no variables before its first batch;"
                f" call build({shapes_of}), or with other lengths of batches, beforehand"
            )
        return super().stateless_update_state(metric_variables, y_true, y_pred, *args, **options)

    def result(self) -> Any:
        """Return the accuracy so far, NaN before any sample (R16).

        Returns
        -------
        tensor, or dict of tensors where there are several figures, as for a tuple of k
            In the metric's dtype; a vector for ``average="none"``.

        Warns
        -----
        RuntimeWarning
            Once, if values can be read, and labels outside 0..C-1 were counted because they could
            not be refused (R22).
        """
        figures = self._accuracy()
        if not self.figure_names:
            return keras.ops.cast(figures, self.dtype)
        return {
            name: keras.ops.cast(self._figure(figures, place), self.dtype)
            for place, name in enumerate(self.figure_names)
        }

    def result_at(self, place: int) -> Any:
        """Return one of several figures, by the place of its name in ``figure_names``."""
        return keras.ops.cast(self._figure(self._accuracy(), place), self.dtype)

    @property
    def figure_names(self) -> tuple[str, ...]:
        """The name of each figure where there are several: one for each k of a tuple."""
        return tuple(name_at(self.name, k) for k in self.several)

    def _figure(self, figures: Any, place: int) -> Any:
        return figures[place]

    def reset_state(self) -> None:
        """Forget every batch."""
        super().reset_state()
        self._warned = False

    def merge_state(self, metrics: Sequence[AccuracyMetric]) -> None:
        """Add what other metrics of the same measure have counted.

        Parameters
        ----------
        metrics : sequence of metrics
            Of this class and these options.

        Raises
        ------
        ValueError
            If one counts something else; then none is added.
        """
        for other in metrics:
            mine, theirs = self._kept, other._kept  # noqa: SLF001  # of this class
            if (other.measure, theirs.by_class, theirs.n_groups) != (
                self.measure,
                mine.by_class,
                mine.n_groups,
            ):
                raise ValueError(
                    f"{other!r} counts {other.measure!r} and {self!r} {self.measure!r};"
                    " merge metrics with equal options"
                )
        for tally in [other.tally for other in metrics if other.variables]:
            self._add(tally)

    @property
    def several(self) -> tuple[int, ...]:
        """The k of each figure, or nothing where there is one figure."""
        return self.measure.several

    @property
    def tally(self) -> Tally:
        """Everything counted so far, as NumPy int64 (float64 where weighted)."""
        return self._kept.nothing() if self._state is None else self._state.host()

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` makes an equal metric of."""
        options = self.measure.options()
        if self.measure.by_class or self._kept.n_groups is not None:
            options["average"] = self.average
        if self._kept.n_groups is not None:
            options["n_groups"] = self._kept.n_groups
        return {**super().get_config(), **options}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return the metric of a config. JSON turns a tuple of k into a list; this is reversed."""
        if isinstance(config.get("k"), list):
            config = {**config, "k": tuple(config["k"])}
        return cls(**config)

    def _make_state(self, classes: int | None) -> Variables:
        self._classes = classes
        self._state = Variables(self.add_variable, self._kept, classes)
        return self._state

    def _add(self, tally: Tally, name: str = "y_pred") -> None:
        classes = self._kept.classes_of(tally)
        refuse_other_classes(classes, self._classes, name=name)
        (self._state or self._make_state(classes)).add(tally)

    def _accuracy(self) -> Any:
        if self._state is None:
            return self._kept.no_figures()
        kept = [variable.value for variable in self.variables]
        if any(backend_of(value).residence(value) == "traced" for value in kept):
            return self._kept.figures(self._state.floats())
        tally = self._state.host()
        self._warned = warn_of_invalid(
            tally, warned=self._warned, grouped=self._kept.n_groups is not None
        )
        return self._kept.figures(tally)


def _name(kind: type, measure: Measure) -> str:
    """Return the default name of a metric: ``top_5_accuracy`` of a `TopKAccuracy` at k = 5."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind.__name__).lower()
    k = measure.k
    return name_at(name, k) if "_k_" in name and isinstance(k, int) else name


def name_at(name: str, k: int) -> str:
    """Return a name for one k: ``top_k_accuracy`` becomes ``top_5_accuracy``."""
    return name.replace("_k_", f"_{k}_") if "_k_" in name else f"{name}_{k}"
