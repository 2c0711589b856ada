"""Rank counts of scores that are sharded over classes, without gathering the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.distributed.tensor import DTensor

from accord import Standing, standing_in_block
from accord.credit.rank_counts import BARRED
from accord.inputs import options

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup


def sharded_standing(
    y_true: Tensor,
    y_score: Tensor | DTensor,
    *,
    offset: int | None = None,
    classes: int | None = None,
    group: ProcessGroup | None = None,
    axis: int = -1,
    candidates: Tensor | DTensor | None = None,
) -> Standing:
    """Return the rank counts of each sample, with the classes sharded over processes (R4).

    Every process of the group calls it with the same labels and its own block of the classes. It
    sends four numbers per sample, for any number of classes, and does not wait for a device.

    Parameters
    ----------
    y_true : tensor of int, shape (...)
        True classes among all classes. A label out of range ranks behind every class:
        `accord.TopK.tally_of` refuses it, counts it or leaves it out.
    y_score : tensor of real, shape (..., B), or DTensor
        Scores of this process's classes, or a DTensor of all classes, sharded along ``axis``.
    offset : int, optional
        The index of this process's first class. Not needed for a DTensor.
    classes : int, optional
        The number of classes of all processes. Not needed for a DTensor.
    group : ProcessGroup, optional
        The processes that share the classes; by default all. Not needed for a DTensor.
    axis : int
        The class axis of ``y_score`` (R12).
    candidates : tensor of bool, of the shape and placement of y_score, optional
        True marks a class that takes part in its sample (R25). A label that is none ranks behind
        every class, as one out of range does. One more number per sample is sent.

    Returns
    -------
    Standing
        Counts among all classes, the same in every process.

    Raises
    ------
    ValueError, TypeError
        As `accord.standing_in_block`, and if a DTensor is not sharded over its class axis only.

    Examples
    --------
    >>> import accord, accord_torch, torch
    >>> def next_token(logits, labels, rank, world_size):  # logits of this rank's tokens
    ...     shard = logits.shape[-1]
    ...     standing = accord_torch.sharded_standing(
    ...         labels, logits, offset=rank * shard, classes=world_size * shard
    ...     )
    ...     top = accord.TopK(k=(1, 5), ignore_index=-100)
    ...     return top.tally_of(standing, labels, classes=world_size * shard)
    """
    if isinstance(y_score, DTensor):
        y_score, offset, classes, group = _shard(y_score, axis)
    if offset is None or classes is None:
        raise TypeError("offset and classes are missing; pass both, unless y_score is a DTensor")
    offset, classes = options.whole("offset", offset), options.whole("classes", classes)
    axis = options.whole("axis", axis)
    inside = (y_true >= 0) & (y_true < classes)
    label, barred = torch.where(inside, y_true, -1), None
    if candidates is not None:
        candidates = candidates.to_local() if isinstance(candidates, DTensor) else candidates
        barred = inside & ~_own(candidates.movedim(axis, -1), label - offset, group)
        label = torch.where(barred, -1, label)
    own = _own(y_score.detach().movedim(axis, -1), label - offset, group)
    found = standing_in_block(label, y_score, own, offset=offset, axis=axis, candidates=candidates)
    counts = torch.stack(tuple(found)).to(torch.int64)
    dist.all_reduce(counts, group=group)
    ahead, *tied = counts.unbind()
    return Standing(ahead if barred is None else torch.where(barred, BARRED, ahead), *tied)


def _own(scores: Tensor, label: Tensor, group: ProcessGroup | None) -> Tensor:
    """Return the entry of each sample's label, which one process has; the others add zeros.

    A sum preserves NaN, infinities and subnormals; a maximum may lose a NaN.
    """
    wide = torch.float64 if scores.dtype == torch.float64 else torch.float32
    if not scores.dtype.is_floating_point:
        wide = torch.int64  # not every narrow dtype can be sent
    here = (label >= 0) & (label < scores.shape[-1])
    place = torch.where(here, label, 0).to(torch.int64)[..., None]
    mine = scores.gather(-1, place)[..., 0].to(wide)
    own = torch.where(here, mine, torch.zeros_like(mine))
    dist.all_reduce(own, group=group)
    return own.to(scores.dtype)


def _shard(scores: DTensor, axis: int) -> tuple[Tensor, int, int, Any]:
    """Return this process's block, its offset, the number of classes and the group."""
    mesh, placements = scores.device_mesh, scores.placements
    if mesh.ndim != 1 or not placements[0].is_shard(axis % scores.ndim):
        raise ValueError(
            f"y_score is a DTensor placed as {placements}; pass one that is sharded along its"
            f" class axis, {axis}, over a mesh of one dimension"
        )
    classes = scores.shape[axis]
    most = -(-classes // mesh.size())  # a DTensor is split like torch.chunk
    offset = min(mesh.get_local_rank() * most, classes)
    return scores.to_local(), offset, classes, mesh.get_group()
