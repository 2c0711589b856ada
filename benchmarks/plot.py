"""Plot the time of top-5 accuracy against classes and samples, for accord and its peers.

The figure in ``docs/speed.svg`` was made by ``python benchmarks/plot.py docs/speed.svg``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import torch
from harness import Contender, one_read, race
from jax import lax
from sklearn.metrics import top_k_accuracy_score
from torcheval.metrics.functional import multiclass_accuracy as torcheval_accuracy
from torchmetrics.functional.classification import multiclass_accuracy

import accord
from accord import scan

K = 5
CLASSES, SAMPLES = (10, 32, 100, 320, 1000, 3200, 10_000), (10, 100, 1000, 10_000, 100_000)
AT_SAMPLES, AT_CLASSES = 2000, 100

_jitted = jax.jit(lambda y, s: (lax.top_k(s, K)[1] == y[:, None]).any(-1).mean())


def _topk(labels: torch.Tensor, scores: torch.Tensor) -> float:
    return (scores.topk(K).indices == labels[:, None]).any(-1).float().mean().item()


def _argpartition(labels: Any, scores: Any) -> float:
    best = np.argpartition(scores, -K, axis=1)[:, -K:]
    return float((best == labels[:, None]).any(axis=1).mean())


def contenders(labels: Any, scores: Any) -> list[Contender]:
    """Return accord and its peers, each on arrays of its own framework."""
    classes = scores.shape[1]
    tensors = torch.from_numpy(labels), torch.from_numpy(scores)
    traced = jax.device_put(labels.astype("int32")), jax.device_put(scores)
    graph = tf.constant(labels), tf.constant(scores)
    calls: dict[str, Callable[[], object]] = {
        "accord, NumPy": partial(accord.top_k_accuracy, labels, scores, K),
        "accord, PyTorch": partial(accord.top_k_accuracy, *tensors, K),
        "argpartition idiom": partial(_argpartition, labels, scores),
        "torch.topk idiom": partial(_topk, *tensors),
        "tf.math.in_top_k": partial(tf.math.in_top_k, *graph, K),
        "jax.lax.top_k, jit": lambda: _jitted(*traced).block_until_ready(),
        "torcheval": lambda: torcheval_accuracy(tensors[1], tensors[0], k=K),
        "torchmetrics": lambda: multiclass_accuracy(
            tensors[1], tensors[0], classes, top_k=K, average="micro"
        ),
        "scikit-learn": lambda: top_k_accuracy_score(labels, scores, k=K, labels=range(classes)),
    }
    return [one_read(scores), *(Contender(name, call) for name, call in calls.items())]


def sweep(shapes: list[tuple[int, int]]) -> dict[str, list[float]]:
    """Return the milliseconds of each contender at each shape; print each shape."""
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for samples, classes in shapes:
        print(f"({samples} x {classes})", flush=True)
        scores = rng.standard_normal((samples, classes), dtype=np.float32)
        labels = rng.integers(0, classes, samples)
        for each in race("", contenders(labels, scores), rounds=3):
            found.setdefault(each.name, []).append(each.milliseconds)
    return found


def draw(axes: Any, places: tuple[int, ...], found: dict[str, list[float]], label: str) -> None:
    """Draw a line for each contender."""
    for name, times in found.items():
        ours, limit = name.startswith("accord"), name.startswith("one read")
        width, style = (2.5 if ours else 1.2), (":" if limit else "-")
        axes.loglog(places, times, style, lw=width, marker="o", ms=3, label=name)
    axes.set(xlabel=label, ylabel="milliseconds")
    axes.grid(visible=True, which="major", alpha=0.3)


def main() -> None:
    """Measure and draw both panels."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("figure", type=Path, help="where to write the plot, as SVG or PNG")
    options = parser.parse_args()
    mpl.use("agg")
    mpl.rcParams["svg.hashsalt"] = "accord"
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), sharey=True)
    with scan.using(True):
        by_classes = sweep([(AT_SAMPLES, classes) for classes in CLASSES])
        by_samples = sweep([(samples, AT_CLASSES) for samples in SAMPLES])
    draw(left, CLASSES, by_classes, f"classes ({AT_SAMPLES} samples)")
    draw(right, SAMPLES, by_samples, f"samples ({AT_CLASSES} classes)")
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="lower center", ncols=5, frameon=False)
    figure.suptitle("Top-5 accuracy of float32 scores")
    figure.tight_layout(rect=(0, 0.1, 1, 1))
    figure.savefig(
        options.figure, metadata={"Date": None} if options.figure.suffix == ".svg" else None
    )


if __name__ == "__main__":
    main()
