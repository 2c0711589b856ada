"""One process of a gloo group: runs every case, and writes down what it found."""

from __future__ import annotations

import json
import sys
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torchmetrics
from torch import Tensor
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Shard, distribute_tensor
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import accord
import accord_torch

CLASSES = 23
UNEVEN = {2: [101, 0], 4: [50, 0, 31, 20]}  # samples of each rank; one has none
CUTS = {2: [0, 9, CLASSES], 4: [0, 8, 19, 21, CLASSES]}  # first classes of each rank
DTYPES = ("float32", "float64", "bfloat16", "float16", "int16", "bool")


def dataset() -> tuple[Tensor, Tensor, Tensor]:
    """Return scores that tie, labels, and weights; the same in every process."""
    seeded = torch.Generator().manual_seed(7)
    scores = torch.randint(0, 6, (101, CLASSES), generator=seeded) / 4 - 0.5
    labels = torch.randint(0, CLASSES, (101,), generator=seeded)
    return scores, labels, torch.randint(0, 5, (101,), generator=seeded) / 4


def odd_scores() -> Tensor:
    """Return scores with NaN and infinities among ties."""
    scores = dataset()[0].clone()
    scores[::7, 3], scores[::5, 20], scores[::3, 11] = torch.nan, torch.inf, -torch.inf
    return scores


def integers(tally: accord.Tally) -> list[Any]:
    """Return the fields of a tally as plain numbers."""
    return [field.tolist() for field in tally]


def metrics() -> dict[str, accord_torch.MeasureMetric]:
    """Return metrics of every kind of state."""
    return {
        "several k": accord_torch.TopKAccuracy((1, 3, 5)),
        "macro": accord_torch.TopKAccuracy((1, 3), average="macro"),
        "each class": accord_torch.SparseCategoricalAccuracy(average=None),
        "expected": accord_torch.TopKAccuracy(3, ties="expected"),
    }


def uneven_shards(rank: int, world_size: int) -> dict[str, Any]:
    """Return what metrics give whose ranks saw unequal shares of the data."""
    scores, labels, weights = dataset()
    sizes = UNEVEN[world_size]
    mine = slice(sum(sizes[:rank]), sum(sizes[: rank + 1]))
    found = {}
    for name, metric in metrics().items():
        for rows in zip(*(part[mine].split(9) for part in (scores, labels, weights)), strict=True):
            if len(rows[0]):
                weight = rows[2] if name == "expected" else None
                metric.update(rows[0], rows[1], sample_weight=weight)
        value = metric.compute().nan_to_num(-1).tolist()
        with metric.sync_context():
            synced = integers(metric.tally)
        found[name] = {"value": value, "synced": synced, "own": integers(metric.tally)}
    return found


def padded_sampler(rank: int, world_size: int) -> dict[str, Any]:
    """Return accuracies of a dataset that the sampler fills up with repeats."""
    samples = 10 if world_size == 4 else 9
    wrong = torch.arange(samples) % 3 == 0  # a repeat of a wrong sample moves the figure
    scores = torch.nn.functional.one_hot(torch.where(wrong, 1, 0), 3).float()
    data = TensorDataset(scores, torch.zeros(samples, dtype=torch.int64))
    sampler: Any = DistributedSampler(data, world_size, rank, shuffle=False)
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=3, average="micro")
    ours = accord_torch.SparseCategoricalAccuracy()
    masks = accord_torch.sampler_mask(samples, world_size, rank).split(2)
    for (preds, target), mask in zip(DataLoader(data, 2, sampler=sampler), masks, strict=True):
        peer.update(preds, target)
        ours.update(preds, target, mask=mask)
    with ours.sync_context():
        tally = ours.tally
    return {"peer": peer.compute().item(), "tally": integers(tally), "samples": samples}


def even_batches(rank: int, world_size: int) -> dict[str, Any]:
    """Return accuracies where ranks get whole batches in turn, begun again at the first sample.

    So accelerate shares out batches. The page's recipe, as it stands there, masks the repeats.
    """
    samples = 10
    order = torch.arange(samples).tolist()
    steps = -(-samples // (2 * world_size))
    order = (order * (2 * world_size))[: 2 * world_size * steps]
    wrong = torch.arange(samples) % 3 == 0
    scores = torch.nn.functional.one_hot(torch.where(wrong, 1, 0), 3).float()
    mine = [order[2 * (step * world_size + rank) :][:2] for step in range(steps)]
    batches = [(scores[ids], torch.zeros(2, dtype=torch.int64), torch.tensor(ids)) for ids in mine]
    page = Path(__file__).parents[3].joinpath("docs/torch.md").read_text(encoding="utf-8")
    block = next(part for part in page.split("```python\n") if "def first_time" in part)
    names: dict[str, Any] = {}
    exec(block.partition("```")[0], names)  # noqa: S102  # our own page
    metric = accord_torch.SparseCategoricalAccuracy()
    figure = names["evaluate_once"](torch.nn.Identity(), batches, metric).item()
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=3)
    for preds, target, _ in batches:
        peer.update(preds, target)
    with metric.sync_context():
        tally = metric.tally
    return {"figure": figure, "tally": integers(tally), "peer": peer.compute().item()}


def sharded_classes(rank: int, world_size: int) -> dict[str, Any]:
    """Return standings of scores sharded over classes, and those of the whole."""
    labels, scores = dataset()[1].clone(), odd_scores()
    labels[:3] = torch.tensor([-100, CLASSES, -1])
    known = (labels >= 0) & (labels < CLASSES)
    mine = slice(CUTS[world_size][rank], CUTS[world_size][rank + 1])
    found: dict[str, Any] = {}
    for name in DTYPES:
        # An integer can't hold what is odd about the scores.
        table = scores if "float" in name else 4 * dataset()[0]
        whole = table.to(getattr(torch, name))
        standing = accord_torch.sharded_standing(
            labels, whole[:, mine], offset=mine.start, classes=CLASSES
        )
        expected = accord.standing(torch.where(known, labels, 0), whole)
        found[name] = {
            "sharded": [counts[known].tolist() for counts in standing],
            "whole": [counts[known].tolist() for counts in expected],
            "unknown": [counts[~known].tolist() for counts in standing],
        }
    there = torch.randint(0, 2, scores.shape, generator=torch.Generator().manual_seed(3)).bool()
    good = known & there[torch.arange(len(labels)), torch.where(known, labels, 0)]
    standing = accord_torch.sharded_standing(
        labels, scores[:, mine], offset=mine.start, classes=CLASSES, candidates=there[:, mine]
    )
    expected = accord.standing(labels[good], scores[good], candidates=there[good])
    found["candidates"] = {
        "sharded": [counts[good].tolist() for counts in standing],
        "whole": [counts.tolist() for counts in expected],
        "barred": (standing.ahead[known & ~good] > CLASSES).tolist(),
    }
    measure = accord.TopK((1, 5), ignore_index=-100)
    standing = accord_torch.sharded_standing(
        labels, scores[:, mine], offset=mine.start, classes=CLASSES
    )
    options: dict[str, Any] = {"mask": known, "sample_weight": dataset()[2], "per_class": True}
    found["tally"] = integers(measure.tally_of(standing, labels, classes=CLASSES, **options))
    found["whole tally"] = integers(measure.tally(labels, scores, **options))
    return found


def distributed_tensor(world_size: int) -> dict[str, Any]:
    """Return standings of DTensors, sharded along each axis that may hold the classes."""
    _, labels, _ = dataset()
    scores = odd_scores()
    mesh = init_device_mesh("cpu", (world_size,))
    last = accord_torch.sharded_standing(labels, distribute_tensor(scores, mesh, [Shard(1)]))
    first = accord_torch.sharded_standing(
        labels, distribute_tensor(scores.T.contiguous(), mesh, [Shard(0)]), axis=0
    )
    rows = distribute_tensor(scores, mesh, [Shard(0)])
    refusals = []
    for refused in (
        lambda: accord_torch.sharded_standing(labels, rows),
        lambda: accord.top_k_accuracy(labels, rows),
        lambda: accord_torch.sharded_standing(labels, scores),
    ):
        try:
            refused()
        except (TypeError, ValueError) as error:
            refusals.append(str(error))
    return {
        "last": [counts.tolist() for counts in last],
        "first": [counts.tolist() for counts in first],
        "whole": [counts.tolist() for counts in accord.standing(labels, scores)],
        "refusals": refusals,
    }


def main() -> None:
    """Join the group, run the cases and write what was found."""
    rank, world_size, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    warnings.filterwarnings("ignore", "The ``compute`` method of metric")  # the rank without data
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder / 'store'}",
        rank=rank,
        world_size=world_size,
        timeout=timedelta(seconds=120),
    )
    found = {
        "uneven": uneven_shards(rank, world_size),
        "sampler": padded_sampler(rank, world_size),
        "even": even_batches(rank, world_size),
        "sharded": sharded_classes(rank, world_size),
        "dtensor": distributed_tensor(world_size),
    }
    (folder / f"{rank}.json").write_text(json.dumps(found), encoding="utf-8")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
