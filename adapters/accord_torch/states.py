"""What a metric keeps as torchmetrics states, and whose states another metric may go on from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from accord import Measure, Tally

FIELDS = len(Tally._fields)

NAMES = ("counts", "sums", "measured")


def packed(tally: Tally, *, floating: bool) -> Tensor | None:
    """Return the integer or the floating fields of a tally along a last axis, 0 for the others."""
    mine = [field for field in tally if field.dtype.is_floating_point == floating]
    if not mine:
        return None
    shape = tally.correct.shape
    none = torch.zeros_like(tally.correct, dtype=mine[0].dtype)  # float32 where there is no wider
    return torch.stack(
        [
            field.expand(shape) if field.dtype.is_floating_point == floating else none
            for field in tally
        ],
        -1,
    )


def packed_on_host(tally: Tally, *, floating: bool) -> Tensor | None:
    """Return the same of what NumPy counted."""
    mine = [place for place, field in enumerate(tally) if (field.dtype.kind == "f") == floating]
    if not mine:
        return None
    if not tally.correct.ndim and len(mine) == FIELDS:  # most batches; filling takes longer
        return torch.from_numpy(np.array(tally))
    fields = np.zeros((*tally.correct.shape, FIELDS), np.float64 if floating else np.int64)
    for place in mine:
        fields[..., place] = tally[place]
    return torch.from_numpy(fields)


def measured(measure: Measure, *, by_class: bool, shared: bool) -> Tensor:
    """Return what is counted, as the bytes of its description, and 0 or NaN.

    A `MetricCollection` lets metrics with close states share one update from then on. Single bytes
    are close only if they are equal, and a NaN is close to nothing.
    """
    text = f"{measure!r}, by class" if by_class else repr(measure)
    return torch.tensor([*text.encode(), 0.0 if shared else torch.nan])


def described(state: Tensor) -> str:
    """Return the description that `measured` holds."""
    return bytes(state[:-1].to(torch.uint8).tolist()).decode(errors="replace")


def refuse_other(name: str, mine: Tensor, states: Mapping[str, Any]) -> None:
    """Refuse states that are incomplete or count something else than a metric of that name.

    Raises
    ------
    ValueError
        Naming what both count.
    """
    missing = [state for state in NAMES if state not in states]
    if missing:
        raise ValueError(
            f"the state of {name} lacks {', '.join(missing)}; pass a state_dict() or metric_state"
            " of a metric of the same measure, whole"
        )
    counted, wanted = described(states["measured"]), described(mine)
    if counted != wanted:
        raise ValueError(
            f"the state counts {counted} but {name} counts {wanted};"
            " pass the state of a metric with the same options"
        )


def classes_in(states: Mapping[str, Any]) -> int | None:
    """Return how many classes counts by class have, None where nothing was counted."""
    counts, sums = states["counts"], states["sums"]
    classes = int(counts.shape[-2])
    if classes == 1 and not counts.is_meta and not (counts.any() or sums.any()):
        return None  # as made, to broadcast to any number
    return classes
