"""array-api-compat's torch, except functions that torch.compile warns about."""

from __future__ import annotations

import torch
from array_api_compat.torch import *  # noqa: F403  # everything else is as it is there
from torch import Tensor

del classes  # type: ignore[name-defined]  # noqa: F821  # has every attribute, so inspect fails on it


def cumulative_sum(x: Tensor, *, axis: int) -> Tensor:
    """Sum up to each entry, in the dtype of the entries."""
    return torch.cumsum(x, axis, dtype=x.dtype)
