"""Which samples of a rank are its own: `DistributedSampler` repeats some to fill up."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from accord.inputs import options


def genuine(length: int, world_size: int, rank: int) -> Tensor:
    """Tell which samples that `torch.utils.data.DistributedSampler` gives a rank are no repeats.

    With ``drop_last=False``, its default, the sampler repeats samples until every rank has as
    many, shuffled or not. They count twice, unless they are masked out.

    Parameters
    ----------
    length : int
        Samples in the dataset.
    world_size : int
        Ranks, the sampler's ``num_replicas``.
    rank : int
        The rank, 0 to world_size - 1.

    Returns
    -------
    tensor of bool, shape (ceil(length / world_size),)
        In the order the rank sees them; for use as ``mask=``, a batch at a time.

    Raises
    ------
    ValueError, TypeError
        If the length is negative, there is no rank at all, or the rank is not one of them.

    Examples
    --------
    >>> from accord_torch import genuine
    >>> genuine(10, world_size=4, rank=1)
    tensor([True, True, True])
    >>> genuine(10, world_size=4, rank=2).split(2)  # for batches of two
    (tensor([True, True]), tensor([False]))
    """
    length, world_size = options.whole("length", length), options.whole("world_size", world_size)
    if length < 0 or world_size < 1:
        raise ValueError(
            f"length={length}, world_size={world_size} is no split of a dataset;"
            " pass a length of at least 0 and a world_size of at least 1"
        )
    if not 0 <= options.whole("rank", rank) < world_size:
        raise ValueError(f"rank={rank} is no rank of {world_size}; pass 0 to {world_size - 1}")
    return torch.arange(math.ceil(length / world_size)) * world_size + rank < length
