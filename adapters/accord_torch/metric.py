"""The base of the torchmetrics classes: a metric of any measure."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from accord import Measure, PrecisionRecallFigures, Tally
from accord.counts.accumulator import Accumulator, refuse_other_classes
from accord.counts.averages import Average
from accord.inputs import options
from accord.metric import warn_of_invalid
from accord_torch import naming, states
from accord_torch.lists import ListMetric

# Attributes that every batch sets. None is a parameter or a module, so the slow check of
# nn.Module is skipped for them.
_EVERY_BATCH = frozenset({"counts", "sums", "_classes", "_computed", "_update_count"})

_NAMES = ("target", "preds")  # torchmetrics' names for y_true and y_score

# Methods that decide what is counted; a subclass that overrides one never shares its counts.
_COUNTING = (
    *("update", "forward", "reset", "merge_state"),
    *("_wrap_update", "_reduce_states", "_sync_dist"),
)


class MeasureMetric(ListMetric):
    """A torchmetrics metric of any measure; the base of `TopKAccuracy` and the other classes.

    Parameters
    ----------
    measure : Measure
        What to count.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    n_groups : int, optional
        How many groups there are; counts and averages are then by group (R24).
    **kwargs
        As `torchmetrics.Metric` takes them: ``process_group``, ``dist_sync_on_step``, ...

    Notes
    -----
    The states are ``counts`` (int64) and, for weights and fractions, ``sums`` (float64): k along
    the first axis, classes along the second, the fields of a tally along the last. They are synced by summing them. ``measured`` says what is counted: a `MetricCollection`
    then groups metrics that count the same, and no others, and the state of a metric with other
    options is refused. A subclass that overrides `compute` is grouped; one that overrides `update`
    or `forward` counts on its own.
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    plot_lower_bound = 0.0
    plot_upper_bound = 1.0
    plot_legend_name = "Class"

    def __init__(
        self,
        measure: Measure,
        *,
        average: Average = "micro",
        n_groups: int | None = None,
        **kwargs: Any,
    ) -> None:
        naming.refuse_peers_options(type(self).__name__, measure, kwargs)
        super().__init__(**kwargs)
        self._measure = measure
        self.average = average
        self._kept = Accumulator(measure, average, n_groups)
        self._classes: int | None = None
        self._warned = False
        self._in_forward = False
        self._place: int | None = None  # of one k, where `named_figures` gives each alone
        self._several = bool(measure.several)
        shape = self._kept.shape()
        self.add_state("counts", torch.zeros(shape, dtype=torch.int64), "sum")
        self.add_state("sums", torch.zeros(shape, dtype=torch.float64), "sum")
        plain = all(getattr(type(self), name) is _OWN[name] for name in _COUNTING)
        ours = type(measure).__module__.startswith(
            "accord.measures."
        )  # another's repr may not say it all
        self._counted = states.described(self._kept)
        self.add_state("measured", states.measured(self._counted, shared=plain and ours), "max")

    @property
    def measure(self) -> Measure:
        """What is counted."""
        return self._measure

    def update(
        self,
        preds: Tensor,
        target: Tensor,
        *,
        sample_weight: Tensor | None = None,
        mask: Tensor | None = None,
        candidates: Tensor | None = None,
        groups: Tensor | None = None,
    ) -> None:
        """Count a batch, without waiting for a device.

        Parameters
        ----------
        preds : tensor of real, shape (..., C)
            Scores; their autograd graph is ignored.
        target : tensor
            Labels, as the measure takes them.
        sample_weight : tensor of real, optional
            A weight of at least 0 for each sample (R14).
        mask : tensor of bool, optional
            True keeps a sample (R13).
        candidates : tensor of bool, optional
            True marks a class that takes part in its sample (R25).
        groups : tensor of int, optional
            The group of each sample, 0 to n_groups - 1 (R24).

        Raises
        ------
        ValueError, TypeError
            As `accord.Measure.tally`, and if the number of classes differs from the batches before;
            the metric is then unchanged (R22).
        """
        batch = self.measure.batch(
            target,
            preds,
            sample_weight=sample_weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
            n_groups=self._kept.n_groups,
        )
        self._add(self.measure.count(batch, per_class=self._kept.by_class), "preds")

    def _add(self, tally: Tally, name: str) -> None:
        classes = self._kept.classes_of(tally)
        refuse_other_classes(classes, self._classes, name=name)
        self._classes = classes
        counts, sums = self._kept.pack(tally)  # perhaps in NumPy
        if counts is not None:
            host = isinstance(counts, np.ndarray)  # as_tensor asks more questions
            self.counts = self.counts + (torch.from_numpy(counts) if host else counts)
        if sums is not None:
            self.sums = self.sums + torch.as_tensor(sums).to(self.sums.device)

    def compute(self) -> Tensor:
        """Return the accuracy so far, of all processes: NaN before any sample (R16).

        Warns
        -----
        RuntimeWarning
            Once, if labels outside 0..C-1 were counted, because they could not be refused (R22).
        """
        if not self._in_forward:  # reading a count there would wait for the device at every batch
            self._warned = warn_of_invalid(
                self.tally,
                warned=self._warned,
                grouped=self._kept.n_groups is not None,
                names=_NAMES,
            )
        packed = self.counts.to(self.sums.device) + self.sums
        device = self.counts.device
        value = self._kept.figures(self._kept.unpack(packed))
        if isinstance(value, PrecisionRecallFigures):
            figures: Any = value.over(
                lambda share: share.to(device), lambda support: support.to(device)
            )
            return figures  # type: ignore[no-any-return]  # four, of `PrecisionRecall`
        share: Tensor = value.to(device)
        return share if self._place is None else share[self._place]

    def plot(self, val: Any = None, ax: Any = None) -> Any:
        """Plot the accuracy, or one for each k or class, as torchmetrics does.

        Parameters
        ----------
        val : tensor or list of tensor, optional
            A result of `compute` or `forward`, or a list of them for a curve; by default a new result.
        ax : matplotlib axes, optional
            Where to draw.

        Returns
        -------
        figure, axes
            The matplotlib objects.

        Raises
        ------
        ModuleNotFoundError
            If matplotlib is not installed.
        """
        value = self.compute() if val is None else val
        if self.measure.every_k:
            return naming.plot_over_k(value, ax)
        if self._several and self._place is None:
            alone = isinstance(value, Tensor)
            value = self._by_name(value) if alone else [self._by_name(each) for each in value]
        return self._plot(value, ax)

    def each_k(self) -> list[MeasureMetric]:
        """Return a copy of the metric for each k, which computes the accuracy at that k."""
        copies: list[Any] = [self.clone() for _ in naming.figure_names(self.measure)]
        if self._several:
            for place, copy in enumerate(copies):
                copy._place = place  # noqa: SLF001  # of this class
        return copies

    def _by_name(self, value: Tensor) -> dict[str, Tensor]:
        names = naming.figure_names(self.measure)
        if value.ndim == 1:
            return dict(zip(names, value, strict=True))
        return {
            f"{name}, class {place}": figure
            for name, figures in zip(names, value, strict=True)
            for place, figure in enumerate(figures)
        }

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Count a batch and return its own accuracy."""
        self._in_forward = True
        try:
            return _unchanged_if_refused(self, super().forward)(*args, **kwargs)
        finally:
            self._in_forward = False

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _EVERY_BATCH:
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def tally(self) -> Tally:
        """Everything this process has counted, as NumPy integers (floats where weighted)."""
        return self._kept.tally(self.counts.cpu().numpy(), self.sums.cpu().numpy())

    def _wrap_update(self, update: Callable[..., None]) -> Callable[..., None]:
        counted = _unchanged_if_refused(self, super()._wrap_update(update))

        @functools.wraps(update)
        def run(*args: Any, **kwargs: Any) -> None:
            if torch.compiler.is_compiling():
                # As in torchmetrics, without counting calls, which would compile again for each call.
                self._computed, self._update_count = None, 1
                update(*args, **kwargs)
            else:
                counted(*args, **kwargs)

        return run


_OWN = {name: getattr(MeasureMetric, name) for name in _COUNTING}


def _unchanged_if_refused(
    metric: MeasureMetric, function: Callable[..., Any]
) -> Callable[..., Any]:
    """Restore the metric if a call fails (R22): torchmetrics leaves it half changed.

    Messages use torchmetrics' names of the arguments (R23).
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        before = dict(metric.__dict__)
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            metric.__dict__.update(before)
            if isinstance(error, (ValueError, TypeError)) and not torch.compiler.is_compiling():
                options.rename(error, y_true=_NAMES[0], y_score=_NAMES[1])
            raise

    return run
