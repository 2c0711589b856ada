"""What a metric keeps as torchmetrics states, and how they survive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torchmetrics
from torch import Tensor
from torchmetrics.utilities.distributed import gather_all_tensors

from accord.counts.accumulator import Accumulator, refuse_other_classes
from accord.counts.state import AXES

NAMES = ("counts", "sums", "measured")


def described(kept: Accumulator) -> str:
    """Return what is counted, in words that differ where the counts mean something else."""
    by_group = f", by group of {kept.n_groups}" if kept.n_groups else ""
    return f"{kept.measure!r}, by class" if kept.by_class else f"{kept.measure!r}{by_group}"


def measured(description: str, *, shared: bool) -> Tensor:
    """Return the bytes of a description, and 0 or NaN.

    A `MetricCollection` lets metrics with close states share one update from then on. Single bytes
    are close only if they are equal, and a NaN is close to nothing.
    """
    return torch.tensor([*description.encode(), 0.0 if shared else torch.nan])


def refuse_other(name: str, description: str, states: Mapping[str, Any]) -> None:
    """Refuse states that are incomplete, old, or count something else than a metric of that name.

    Raises
    ------
    ValueError
        Naming what both count, or what is missing.
    """
    missing = [state for state in NAMES if state not in states]
    if missing:
        raise ValueError(
            f"the state of {name} lacks {', '.join(missing)}; pass a state_dict() or metric_state"
            " of a metric of the same measure, whole"
        )
    theirs = states["measured"][:-1].cpu().to(torch.uint8).tolist()
    counted = bytes(theirs).decode(errors="replace")
    if counted != description:
        raise ValueError(
            f"the state counts {counted} but {name} counts {description};"
            " pass the state of a metric with the same options"
        )
    shape = tuple(states["counts"].shape)
    if len(shape) != AXES:
        raise ValueError(
            f"the state of {name} has counts of shape {shape}, and not one axis each for k, classes"
            " and fields, as an earlier version of accord saved them; reset the metric, and count"
            " the batches again"
        )


def classes_in(kept: Accumulator, states: Mapping[str, Any]) -> int | None:
    """Return how many classes counts are of; None where no shape tells, or nothing was counted."""
    counts, sums = states["counts"], states["sums"]
    classes = kept.classes_in(tuple(counts.shape))
    if classes == 1 and not counts.is_meta and not (counts.any() or sums.any()):
        return None  # as made, to broadcast to any number
    return classes


class KeptMetric(torchmetrics.Metric):
    """A metric that keeps a tally: moved, loaded, merged and synced without losing a count."""

    counts: Tensor
    sums: Tensor
    measured: Tensor
    _counted: str
    _kept: Accumulator
    _classes: int | None
    _in_forward: bool

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
            refuse_other(type(self).__name__, self._counted, theirs)
            classes = self._classes_in(theirs)
            super().merge_state(incoming_state)
            self._classes = classes
            self._computed = None
        else:
            super().merge_state(incoming_state)  # which refuses it

    def set_dtype(self, dst_type: str | torch.dtype) -> KeptMetric:  # refused
        """Return the metric as it is: its counts are exact only as they are (R18)."""
        return self

    def _classes_in(self, theirs: Mapping[str, Any]) -> int | None:
        """Return the number of classes with the counts of another metric added."""
        classes = classes_in(self._kept, theirs)
        refuse_other_classes(classes, self._classes, name="the state")
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
                refuse_other(type(self).__name__, self._counted, theirs)
            except ValueError as error:
                more[-1].append(str(error))  # what `load_state_dict` raises in the end
                for name in theirs:
                    del state_dict[prefix + name]
            else:
                self._classes = classes_in(self._kept, theirs)
                self._computed = None
                for name, state in theirs.items():
                    state_dict[prefix + name] = state.to(getattr(self, name).device)
        super()._load_from_state_dict(state_dict, prefix, *more)

    def _apply(self, fn: Callable[[Tensor], Tensor], exclude_state: Any = ()) -> torch.nn.Module:
        """Follow the model to its device, but not to its dtype (R18)."""

        def moved(state: Tensor) -> Tensor:
            place = fn(torch.empty(0, device=state.device)).device
            try:
                return state.to(place)
            except TypeError:  # Apple's GPU has no float64
                return state

        return super()._apply(moved, exclude_state)

    def _sync_dist(
        self, dist_sync_fn: Callable[..., Any] = gather_all_tensors, process_group: Any = None
    ) -> None:
        """Gather, giving a process that saw no batch the shape of those that did."""

        def gather(state: Tensor, group: Any) -> list[Tensor]:
            return list(torch.broadcast_tensors(*dist_sync_fn(state, group=group)))

        super()._sync_dist(gather, process_group)
