"""Peers on PyTorch."""

from __future__ import annotations

from typing import Any


def tensors(y_true: Any, y_score: Any) -> tuple[Any, Any]:
    """Return labels and scores as tensors."""
    import numpy as np
    import torch

    # Copied, because a tensor of a read-only map warns; int64, because gather needs it.
    labels, scores = np.array(y_true, np.int64), np.array(y_score)
    if scores.dtype.name == "bfloat16":  # which torch does not take from NumPy
        return torch.tensor(labels), torch.tensor(scores.astype(np.float32)).to(torch.bfloat16)
    return torch.tensor(labels), torch.tensor(scores)


def topk(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy of the usual PyTorch idiom."""
    labels, scores = tensors(y_true, y_score)
    best = scores.topk(k, dim=1).indices
    return float((best == labels[:, None]).any(dim=1).double().mean())


def torchmetrics(y_true: Any, y_score: Any, k: int, *, average: Any = "micro") -> float:
    """Return the accuracy that TorchMetrics reports."""
    from torchmetrics.functional.classification import (
        multiclass_accuracy,
    )

    labels, scores = tensors(y_true, y_score)
    found = multiclass_accuracy(
        scores, labels, num_classes=scores.shape[1], top_k=k, average=average
    )
    return float(found)


def torcheval(y_true: Any, y_score: Any, k: int, *, average: str = "micro") -> float:
    """Return the accuracy that TorchEval reports."""
    from torcheval.metrics.functional import multiclass_accuracy

    labels, scores = tensors(y_true, y_score)
    found = multiclass_accuracy(scores, labels, k=k, average=average, num_classes=scores.shape[1])
    return float(found)


def timm(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy that timm reports, in percent."""
    from timm.utils import accuracy

    labels, scores = tensors(y_true, y_score)
    return float(accuracy(scores, labels, topk=(k,))[0])


def imagenet_example(y_true: Any, y_score: Any, k: int) -> float:
    """Return ``accuracy`` of PyTorch's ImageNet example (not a package), in percent."""
    labels, scores = tensors(y_true, y_score)
    pred = scores.topk(k, 1, largest=True, sorted=True)[1].t()
    correct = pred.eq(labels.view(1, -1).expand_as(pred))
    found = correct[:k].reshape(-1).float().sum(0, keepdim=True)
    return float(found.mul_(100.0 / len(labels)))


def vllm(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy of vLLM's token rank: how many scores are as high, its own included."""
    labels, scores = tensors(y_true, y_score)
    rank = (scores >= scores.gather(1, labels[:, None])).sum(dim=1)
    return float((rank <= k).double().mean())
