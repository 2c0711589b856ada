"""Evaluate on several processes and count every sample once.

``torchrun --standalone --nproc-per-node 2 examples/evaluate_ddp.py`` prints the same figures as one
process, although `DistributedSampler` repeats some of the 899 samples.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from accord_torch import TopKAccuracy, sampler_mask

EXAMPLE = Path(__file__).with_name("digits_forest.npz")
BATCH = 64


def forest() -> TensorDataset:
    """Return the votes of a random forest for each class, and the true classes."""
    with np.load(EXAMPLE) as arrays:
        votes, labels = arrays["y_score"], arrays["y_true"]
    return TensorDataset(torch.tensor(votes, dtype=torch.float32), torch.tensor(labels))


def model() -> torch.nn.Module:
    """Return a model that returns the votes unchanged, with their ties."""
    layer = torch.nn.Linear(10, 10, bias=False)
    torch.nn.init.eye_(layer.weight)
    return layer


@torch.no_grad()
def evaluate() -> TopKAccuracy:
    """Return the metric of this rank; its ``compute`` returns the accuracy of all ranks."""
    rank, world_size = distributed.get_rank(), distributed.get_world_size()
    data, parallel = forest(), DistributedDataParallel(model())
    loader = DataLoader(data, BATCH, sampler=DistributedSampler(data, world_size, rank))
    metric = TopKAccuracy(k=(1, 3))
    for (votes, labels), mask in zip(
        loader, sampler_mask(len(data), world_size, rank).split(BATCH), strict=True
    ):
        metric.update(parallel(votes), labels, mask=mask)
    return metric


def main() -> None:
    """Join the process group of torchrun, and print the counts of all ranks."""
    distributed.init_process_group("gloo")
    metric = evaluate()
    figures = metric.compute()
    with metric.sync_context():
        tally = metric.tally
    if distributed.get_rank() == 0:
        for k, share, hits in zip((1, 3), figures.tolist(), tally.correct, strict=True):
            print(f"top-{k} {share:.4f} ({hits} of {tally.total})")
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
