"""A measure as a torchmetrics metric: where its counts are kept, and how they survive."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torchmetrics
from torch import Tensor
from torchmetrics.utilities.distributed import gather_all_tensors

from accord import Measure, Tally
from accord.metric import warn_of_invalid
from accord.tally import Average, per_class

FIELDS = len(Tally._fields)

# What every batch sets, none of it a parameter or a module, for which nn.Module looks long.
_EVERY_BATCH = frozenset({"counts", "sums", "_computed", "_update_count"})


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
    such. They are synced by summing them. ``measured`` identifies the measure, so that a
    `MetricCollection` groups metrics that count the same, and no others.
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
        self.measure = measure
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
        self.add_state("measured", torch.tensor(zlib.crc32(repr(measure).encode())), "max")

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
        packed = _packed if isinstance(batch.total, Tensor) else _packed_on_host
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


def _packed(tally: Tally, *, floating: bool) -> Tensor | None:
    """Return the integer or the floating fields of a tally along a last axis, 0 for the others."""
    if all(field.dtype.is_floating_point != floating for field in tally):
        return None
    shape = tally.correct.shape
    none = torch.zeros_like(tally.correct, dtype=torch.float64 if floating else torch.int64)
    return torch.stack(
        [
            field.expand(shape) if field.dtype.is_floating_point == floating else none
            for field in tally
        ],
        -1,
    )


def _packed_on_host(tally: Tally, *, floating: bool) -> Tensor | None:
    """Return the same of what NumPy counted."""
    mine = [place for place, field in enumerate(tally) if (field.dtype.kind == "f") == floating]
    if not mine:
        return None
    if not tally.correct.ndim and len(mine) == FIELDS:  # most batches; filling takes longer
        return torch.from_numpy(np.array(tally))
    packed = np.zeros((*tally.correct.shape, FIELDS), np.float64 if floating else np.int64)
    for place in mine:
        packed[..., place] = tally[place]
    return torch.from_numpy(packed)


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
