"""accord on tensors in host memory, compared with torch.topk, torchmetrics and torcheval."""

from __future__ import annotations

import torch
import torchmetrics
from harness import Contender, Result, main, race, show
from torch import Tensor
from torcheval.metrics import MulticlassAccuracy
from torcheval.metrics.functional import multiclass_accuracy as torcheval_accuracy
from torchmetrics.functional.classification import multiclass_accuracy

import accord
from accord_torch import TopKAccuracy

K = 5
SHAPES = ((50_000, 1000), (2_000_000, 10), (256, 1000), (32, 10))
BATCHES = ((256, 1000), (32, 10))


def contenders(labels: Tensor, scores: Tensor) -> list[Contender]:
    """Return all contenders for top-5 accuracy, and the limit: one read of the scores."""
    classes = scores.shape[1]
    compiled = torch.compile(lambda y, s: accord.top_k_accuracy(y, s, K), fullgraph=True)

    def topk() -> float:
        return (scores.topk(K).indices == labels[:, None]).any(-1).float().mean().item()

    return [
        Contender("one read (torch.sum)", scores.sum, limit=True),
        Contender("accord", lambda: accord.top_k_accuracy(labels, scores, K)),
        Contender("accord, torch.compile", lambda: compiled(labels, scores)),
        Contender("torch.topk idiom", topk),
        Contender("torcheval", lambda: torcheval_accuracy(scores, labels, k=K)),
        Contender(
            "torchmetrics",
            lambda: multiclass_accuracy(scores, labels, classes, top_k=K, average="micro"),
        ),
    ]


def updates(labels: Tensor, scores: Tensor) -> list[Contender]:
    """Return all contenders for counting a batch."""
    classes = scores.shape[1]
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=classes, top_k=K, average="micro")
    evaluated, mine = MulticlassAccuracy(k=K), TopKAccuracy(K)
    return [
        Contender("one read (torch.sum)", scores.sum, limit=True),
        Contender("accord update", lambda: mine.update(scores, labels)),
        Contender("torcheval update", lambda: evaluated.update(scores, labels)),
        Contender("torchmetrics update", lambda: peer.update(scores, labels)),
    ]


def measure() -> list[Result]:
    """Time top-5 accuracy of tensors, in one call and in batches, by accord and its peers."""
    seeded = torch.Generator().manual_seed(0)
    results = []

    def drawn(samples: int, classes: int) -> tuple[Tensor, Tensor]:
        scores = torch.randn(samples, classes, generator=seeded)
        return torch.randint(0, classes, (samples,), generator=seeded), scores

    def found(figures: list[Result]) -> None:
        show(figures)
        results.extend(figures)

    for shape in SHAPES:
        labels, scores = drawn(*shape)
        rounds = 3 if scores.numel() > 1_000_000 else 30
        title = f"({shape[0]} x {shape[1]}) float32"
        found(race(title, contenders(labels, scores), rounds=rounds, memory_of="accord"))
    labels, scores = drawn(*SHAPES[0])
    for dtype in (torch.bfloat16, torch.float16):
        title = f"({SHAPES[0][0]} x {SHAPES[0][1]}) {str(dtype).removeprefix('torch.')}"
        found(race(title, contenders(labels, scores.to(dtype))[:2], rounds=9))
    for shape in BATCHES:
        title = f"a batch of ({shape[0]} x {shape[1]})"
        found(race(title, updates(*drawn(*shape)), rounds=100))
    return results


if __name__ == "__main__":
    main(measure)
