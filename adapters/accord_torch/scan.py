"""The compiled row scan as an operation of PyTorch, which a compiled graph can call on the CPU.

Inductor's own loop takes two to three times as long, and always reads whole rows. But a call of the
operation has a cost, as much as counting some hundred thousand scores.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from accord.credit.rank_counts import rank_all, read_classes
from accord.inputs.validate import validate
from accord.scan import dispatch


def _count(scores: Tensor, labels: Tensor, most: int) -> Tensor:
    batch = validate(labels, scores, axis=-1, scans=True)
    return torch.from_numpy(
        rank_all(batch, read_classes, most)
    )  # of host memory, which NumPy counts


def _shape(scores: Tensor, labels: Tensor, most: int) -> Tensor:
    return labels.new_empty((3, *labels.shape), dtype=torch.int32)


def _mapped(info: Any, dims: tuple[int | None, ...], *arrays: Any) -> tuple[Tensor, int]:
    scores, labels = (
        array.expand(info.batch_size, *array.shape) if dim is None else array.movedim(dim, 0)
        for dim, array in zip(dims[:2], arrays[:2], strict=True)
    )
    return rank_counts(scores, labels, arrays[2]), 1


rank_counts = torch.library.custom_op(
    "accord::standings",
    _count,
    mutates_args=(),
    device_types="cpu",
    schema="(Tensor scores, Tensor labels, int most) -> Tensor",
)
rank_counts.register_fake(_shape)
rank_counts.register_vmap(_mapped)


WORTH_A_CALL = 1 << 19
"""How many scores a graph needs to call the scan; torch.compile guards a trace by it."""


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]  # it has no types
def allowed() -> bool:
    """Tell a trace whether the scan is to be called; it is held to that."""
    return dispatch.allowed()
