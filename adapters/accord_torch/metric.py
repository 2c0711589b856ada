"""A measure as a torchmetrics metric: where its counts are kept, and how they survive."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torchmetrics
from torch import Tensor
from torchmetrics.utilities.distributed import gather_all_tensors

from accord import Binary, Measure, Tally
from accord.metric import warn_of_invalid
from accord.tally import Average, per_class
from accord_torch import states
from accord_torch.states import FIELDS

# What every batch sets, none of it a parameter or a module, for which nn.Module looks long.
_EVERY_BATCH = frozenset({"counts", "sums", "_computed", "_update_count"})

# What decides which samples count; a metric that overrides one shares its counts with no other.
_COUNTING = (
    *("update", "forward", "reset", "merge_state"),
    *("_wrap_update", "_reduce_states", "_sync_dist"),
)


class MeasureMetric(torchmetrics.Metric):
    """A measure as a torchmetrics metric; `TopKAccuracy` and its like make one each.

    Parameters
    ----------
    measure : Measure
        What to count.
    average : {"micro", "macro", "weighted", "none"} or None
        How to average over classes (R15).
    **kwargs
        As `torchmetrics.Metric` takes them: ``process_group``, ``dist_sync_on_step``, ...

    Notes
    -----
    The states are ``counts`` (int64) and, for weights and fractions, ``sums`` (float64): the
    fields of a tally along the last axis, before it one for k and one for classes where there are
    such. They are synced by summing them. ``measured`` says what is counted: a `MetricCollection`
    then groups metrics that count the same, and no others, and the state of a metric with other
    options is refused. A subclass that overrides `compute` is grouped; one that overrides `update`
    or `forward` counts on its own.
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    plot_lower_bound = 0.0
    plot_upper_bound = 1.0
    counts: Tensor
    sums: Tensor
    measured: Tensor

    def __init__(self, measure: Measure, *, average: Average = "micro", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._measure = measure
        self.average = average
        self._by_class = per_class(average)
        self._classes: int | None = None
        self._warned = False
        self._in_forward = False
        k = getattr(measure, "k", None)
        self._several = isinstance(k, tuple)
        lead = (len(k),) if isinstance(k, tuple) else ()
        shape = (*lead, *((1,) if self._by_class else ()), FIELDS)  # broadcasts to any C
        self.add_state("counts", torch.zeros(shape, dtype=torch.int64), "sum")
        self.add_state("sums", torch.zeros(shape, dtype=torch.float64), "sum")
        plain = all(getattr(type(self), name) is _OWN[name] for name in _COUNTING)
        ours = type(measure).__module__ == Binary.__module__  # another's repr may not say it all
        measured = states.measured(measure, by_class=self._by_class, shared=plain and ours)
        self.add_state("measured", measured, "max")

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
    ) -> None:
        """Count a batch, waiting for no device.

        Parameters
        ----------
        preds : tensor of real, shape (..., C)
            Scores; a graph they carry is left alone.
        target : tensor
            What is true, as the measure takes it.
        sample_weight : tensor of real, optional
            A weight of at least 0 for each sample (R14).
        mask : tensor of bool, optional
            True keeps a sample (R13).

        Raises
        ------
        ValueError, TypeError
            As `accord.Measure.tally`, and if the number of classes is not that of the batches
            before; the metric is then as it was (R22).
        """
        batch = self.measure.host_tally(
            target, preds, sample_weight=sample_weight, mask=mask, per_class=self._by_class
        )
        if self._by_class:
            self._refuse_other_classes(batch.total.shape[0])
        on_host = not isinstance(batch.total, Tensor)
        packed = states.packed_on_host if on_host else states.packed
        counts, sums = packed(batch, floating=False), packed(batch, floating=True)
        if counts is not None:
            self.counts = self.counts + counts
        if sums is not None:
            self.sums = self.sums + sums

    def compute(self) -> Tensor:
        """Return the accuracy so far, of all processes: NaN before any sample (R16).

        Warns
        -----
        RuntimeWarning
            Once, if labels were found that are no class and could not be refused (R22).
        """
        if not self._in_forward:  # where reading a count would wait for the device at every batch
            self._warned = warn_of_invalid(self.tally, warned=self._warned)
        value: Tensor = self._tally(self.counts + self.sums).accuracy(self.average)
        return value

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Count a batch and return its own accuracy."""
        self._in_forward = True
        try:
            return _unchanged_if_refused(self, super().forward)(*args, **kwargs)
        finally:
            self._in_forward = False

    def reset(self) -> None:
        """Forget every batch."""
        super().reset()
        if not self._in_forward:  # which resets too, and then adds what was counted before
            self._classes = None

    def merge_state(self, incoming_state: dict[str, Any] | torchmetrics.Metric) -> None:
        """Add what another metric of the same measure has counted.

        Parameters
        ----------
        incoming_state : metric or dict
            The metric, or its ``metric_state``.

        Raises
        ------
        ValueError
            If it counts something else, or other classes; the metric is then as it was.
        """
        theirs: Any = incoming_state
        if isinstance(incoming_state, torchmetrics.Metric):
            theirs = incoming_state.metric_state
        if isinstance(theirs, dict):
            states.refuse_other(type(self).__name__, self.measured, theirs)
            classes = self._classes_in(theirs)
            super().merge_state(incoming_state)
            self._classes = classes
            self._computed = None
        else:
            super().merge_state(incoming_state)  # which refuses it

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _EVERY_BATCH:
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def tally(self) -> Tally:
        """Everything this process has counted, as NumPy integers (floats where weighted)."""
        counts, sums = self.counts.cpu().numpy(), self.sums.cpu().numpy()
        return Tally(
            *(
                (whole + part if part.any() else whole)[()]
                for whole, part in zip(self._tally(counts), self._tally(sums), strict=True)
            )
        )

    def set_dtype(self, dst_type: str | torch.dtype) -> MeasureMetric:  # noqa: ARG002  # refused
        """Return the metric as it is: its counts are exact only as they are (R18)."""
        return self

    def _tally(self, packed: Any) -> Tally:
        *credits_, total, invalid, undefined = (packed[..., place] for place in range(FIELDS))
        first = (0,) * invalid.ndim  # one for the whole tally, repeated in packing
        total = total[0] if self._several else total
        return Tally(*(*credits_, total, invalid[first], undefined[first]))

    def _refuse_other_classes(self, classes: int) -> None:
        if self._classes not in (None, classes):
            raise ValueError(
                f"preds has {classes} classes but the batches before had {self._classes};"
                " use one metric for each number of classes"
            )
        self._classes = classes

    def _classes_in(self, theirs: Mapping[str, Any]) -> int | None:
        """Return the number of classes with the counts of another metric added."""
        classes = states.classes_in(theirs) if self._by_class else None
        if None not in (classes, self._classes) and classes != self._classes:
            raise ValueError(
                f"the state has {classes} classes but the batches before had {self._classes};"
                " use one metric for each number of classes"
            )
        return classes or self._classes

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *more: Any) -> None:
        """Load counts of the same measure; report others as torch reports a parameter's shape."""
        theirs = {
            name: state_dict[prefix + name]
            for name in self._defaults
            if prefix + name in state_dict
        }
        if theirs:
            try:
                states.refuse_other(type(self).__name__, self.measured, theirs)
            except ValueError as error:
                more[-1].append(str(error))  # what `load_state_dict` raises in the end
                for name in theirs:
                    del state_dict[prefix + name]
            else:
                self._classes = states.classes_in(theirs) if self._by_class else None
                self._computed = None
        super()._load_from_state_dict(state_dict, prefix, *more)

    def _apply(self, fn: Callable[[Tensor], Tensor], exclude_state: Any = ()) -> torch.nn.Module:
        """Follow the model to its device, but not to its dtype (R18)."""

        def moved(state: Tensor) -> Tensor:
            return state.to(fn(torch.empty(0, device=state.device)).device)

        return super()._apply(moved, exclude_state)

    def _wrap_update(self, update: Callable[..., None]) -> Callable[..., None]:
        counted = _unchanged_if_refused(self, super()._wrap_update(update))

        @functools.wraps(update)
        def run(*args: Any, **kwargs: Any) -> None:
            if torch.compiler.is_compiling():
                # As torchmetrics does, but for counting the calls: each would be compiled anew.
                self._computed, self._update_count = None, 1
                update(*args, **kwargs)
            else:
                counted(*args, **kwargs)

        return run

    def _sync_dist(
        self, dist_sync_fn: Callable[..., Any] = gather_all_tensors, process_group: Any = None
    ) -> None:
        """Gather, giving a process that saw no batch the shape of those that did."""

        def gather(state: Tensor, group: Any) -> list[Tensor]:
            return list(torch.broadcast_tensors(*dist_sync_fn(state, group=group)))

        super()._sync_dist(gather, process_group)


_OWN = {name: getattr(MeasureMetric, name) for name in _COUNTING}


def _unchanged_if_refused(
    metric: MeasureMetric, function: Callable[..., Any]
) -> Callable[..., Any]:
    """Let a metric be as it was if a call fails (R22): torchmetrics leaves it half changed."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        before = dict(metric.__dict__)
        try:
            return function(*args, **kwargs)
        except BaseException:
            metric.__dict__.update(before)
            raise

    return run
