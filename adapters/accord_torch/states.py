"""The torchmetrics states of a metric: packing, loading, merging and synchronising them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torchmetrics
from torch import Tensor
from torchmetrics.utilities.distributed import gather_all_tensors

from accord import Measure
from accord.counts.accumulator import Accumulator, refuse_other_classes

NAMES = ("counts", "sums", "measured")


def described(measure: Measure, *, by_class: bool) -> str:
    """Return a description of what is counted; it is equal only if the counts mean the same."""
    return f"{measure!r}, by class" if by_class else repr(measure)


def measured(description: str, *, shared: bool) -> Tensor:
    """Return the bytes of a description, then 0 if counts may be shared, or NaN if not.

    A `MetricCollection` lets metrics whose states are close share one update. Bytes are close only
    if they are equal, and a NaN is not close to anything.
    """
    return torch.tensor([*description.encode(), 0.0 if shared else torch.nan])


def refuse_other(name: str, description: str, states: Mapping[str, Any]) -> None:
    """Refuse states that are incomplete, or whose description differs from the metric's.

    Raises
    ------
    ValueError
        The message names what both count.
    """
    missing = [state for state in NAMES if state not in states]
    if missing:
        raise ValueError(
            f"the state of {name} lacks {', '.join(missing)}; pass a state_dict() or metric_state"
            " of a metric of the same measure, complete"
        )
    theirs = states["measured"][:-1].cpu().to(torch.uint8).tolist()
    counted = bytes(theirs).decode(errors="replace")
    if counted != description:
        raise ValueError(
            f"the state counts {counted} but {name} counts {description};"
            " pass the state of a metric with the same options"
        )


def classes_in(states: Mapping[str, Any]) -> int | None:
    """Return the number of classes of counts by class; None if nothing was counted."""
    counts, sums = states["counts"], states["sums"]
    classes = int(counts.shape[-2])
    if classes == 1 and not counts.is_meta and not (counts.any() or sums.any()):
        return None  # the initial state, which broadcasts to any number
    return classes


class KeptMetric(torchmetrics.Metric):
    """A metric whose states are a tally; it can be moved, loaded, merged and synchronised."""

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
        if not self._in_forward:  # forward resets too, and then restores the earlier counts
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
            If it counts something else, or other classes; the metric is then unchanged.
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
            super().merge_state(incoming_state)  # this raises an error

    def set_dtype(self, dst_type: str | torch.dtype) -> KeptMetric:
        """Return the metric unchanged: its counts are exact only in their own dtypes (R18)."""
        return self

    def _classes_in(self, theirs: Mapping[str, Any]) -> int | None:
        """Return the number of classes with the counts of another metric added."""
        classes = classes_in(theirs) if self._kept.by_class else None
        refuse_other_classes(classes, self._classes, name="the state")
        return classes or self._classes

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *more: Any) -> None:
        """Load counts of the same measure; report others as torch reports wrong shapes."""
        theirs = {
            name: state_dict[prefix + name]
            for name in self._defaults
            if prefix + name in state_dict
        }
        if theirs:
            try:
                refuse_other(type(self).__name__, self._counted, theirs)
            except ValueError as error:
                more[-1].append(str(error))  # `load_state_dict` raises an error with these
                for name in theirs:
                    del state_dict[prefix + name]
            else:
                self._classes = classes_in(theirs) if self._kept.by_class else None
                self._computed = None
                for name, state in theirs.items():
                    state_dict[prefix + name] = state.to(getattr(self, name).device)
        super()._load_from_state_dict(state_dict, prefix, *more)

    def _apply(self, fn: Callable[[Tensor], Tensor], exclude_state: Any = ()) -> torch.nn.Module:
        """Move to the model's device, but keep the dtypes (R18)."""

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
        """Gather the states; a process without a batch gets the shape of the others."""

        def gather(state: Tensor, group: Any) -> list[Tensor]:
            return list(torch.broadcast_tensors(*dist_sync_fn(state, group=group)))

        super()._sync_dist(gather, process_group)
