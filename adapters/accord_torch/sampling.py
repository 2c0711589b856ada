"""A mask for the samples that `DistributedSampler` repeats."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from accord.inputs import options


def sampler_mask(length: int, world_size: int, rank: int) -> Tensor:
    """Return a mask of the samples of a rank that `DistributedSampler` does not repeat.

    With ``drop_last=False``, the default, `torch.utils.data.DistributedSampler` repeats samples
    until every rank has the same number, shuffled or not. Without the mask they count twice.

    Parameters
    ----------
    length : int
        The number of samples in the dataset.
    world_size : int
        The number of ranks, the sampler's ``num_replicas``.
    rank : int
        The rank, 0 to world_size - 1.

    Returns
    -------
    tensor of bool, shape (ceil(length / world_size),)
        False for repeats, in the order of the rank's samples; pass each batch its part as ``mask=``.

    Raises
    ------
    ValueError, TypeError
        If the length is negative, world_size is below 1, or the rank is out of range.

    Examples
    --------
    >>> from accord_torch import sampler_mask
    >>> sampler_mask(10, world_size=4, rank=1)
    tensor([True, True, True])
    >>> sampler_mask(10, world_size=4, rank=2).split(2)  # for batches of two
    (tensor([True, True]), tensor([False]))
    """
    length, world_size = options.whole("length", length), options.whole("world_size", world_size)
    if length < 0 or world_size < 1:
        raise ValueError(
            f"length={length} and world_size={world_size} do not describe a split dataset;"
            " pass a length of at least 0 and a world_size of at least 1"
        )
    if not 0 <= options.whole("rank", rank) < world_size:
        raise ValueError(
            f"rank={rank} is outside 0..{world_size - 1}; pass the rank of this process"
        )
    return torch.arange(math.ceil(length / world_size)) * world_size + rank < length
