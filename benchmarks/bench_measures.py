"""accord's other measures on NumPy arrays and tensors, compared with NumPy, PyTorch and torcheval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from harness import Contender, Result, main, race, reads, show
from torcheval.metrics.functional import binary_accuracy, multilabel_accuracy
from torchmetrics.functional.classification import multilabel_exact_match

import accord

K = 5
SAMPLES, CLASSES = 50_000, 1000
SETS = (200_000, 80)
BINARY = 10_000_000
PLANES = (8, 21, 512, 512)
GROUPS = 50
FORTRAN = (20_000, 1000)
CRITERIA = ("exact_match", "hamming", "overlap", "contain", "belong", "jaccard")

Race = tuple[str, list[Contender]]


def entrant(name: str, run: Callable[..., object], *arrays: Any, **options: Any) -> Contender:
    """Return a function of some arrays as a contender."""
    return Contender(name, lambda: run(*arrays, **options))


def one_read(*arrays: npt.NDArray[Any]) -> Contender:
    """Return the limit: one read of all arrays by all cores."""
    return Contender("one read (torch.sum)", reads(*arrays), limit=True)


def dense(rng: np.random.Generator) -> Iterator[Race]:
    """Yield races over one-hot labels and over probabilities."""
    scores = rng.standard_normal((SAMPLES, CLASSES), dtype=np.float32)
    labels = np.eye(CLASSES, dtype=np.float32)[rng.integers(0, CLASSES, SAMPLES)]
    kinds: dict[str, npt.NDArray[Any]] = {
        "one-hot float32 labels": labels,
        "probabilities": rng.random(scores.shape, dtype=np.float32),
        "one-hot uint8 labels": labels.astype(np.uint8),
    }
    for kind, truth in kinds.items():
        tensors = torch.from_numpy(truth), torch.from_numpy(scores)
        yield (
            f"(50000 x 1000) {kind}",
            [
                one_read(scores, truth),
                entrant("accord", accord.categorical_accuracy, truth, scores),
                entrant("accord, k=5", accord.top_k_categorical_accuracy, truth, scores, K),
                entrant("accord, torch", accord.categorical_accuracy, *tensors),
                entrant(
                    "two argmaxes, NumPy",
                    lambda y, s: (y.argmax(1) == s.argmax(1)).mean(),
                    *(truth, scores),
                ),
                entrant(
                    "two argmaxes, torch",
                    lambda y, s: (y.argmax(1) == s.argmax(1)).float().mean(),
                    *tensors,
                ),
            ],
        )


def binary(rng: np.random.Generator) -> Iterator[Race]:
    """Yield races over binary labels of several dtypes."""
    scores, drawn = rng.random(BINARY, dtype=np.float32), rng.integers(0, 2, BINARY)
    for dtype in ("int64", "uint8", "bool", "float32"):
        labels = drawn.astype(dtype)
        tensors = torch.from_numpy(scores), torch.from_numpy(drawn)
        yield (
            f"10M float32 scores, {dtype} labels",
            [
                one_read(scores, labels),
                entrant("accord", accord.binary_accuracy, labels, scores),
                entrant(
                    "comparison and mean, NumPy",
                    lambda y, s: ((s > 0.5) == y).mean(),
                    *(labels, scores),
                ),
                entrant("torcheval", binary_accuracy, *tensors),
            ],
        )


def sets(rng: np.random.Generator) -> Iterator[Race]:
    """Yield races over sets of labels, by each criterion and by the k best."""
    scores = rng.random(SETS, dtype=np.float32)
    drawn = rng.random(SETS) < 0.3  # a share of true labels
    for dtype in ("int64", "uint8"):
        labels = drawn.astype(dtype)
        tensors = torch.from_numpy(scores), torch.from_numpy(drawn.astype(np.int64))
        yield (
            f"(200000 x 80) sets, {dtype} labels",
            [
                one_read(scores, labels),
                *(
                    entrant(
                        f"accord, {each}",
                        accord.multilabel_accuracy,
                        *(labels, scores),
                        criteria=each,
                    )
                    for each in CRITERIA
                ),
                entrant("accord, k=5", accord.multilabel_accuracy, labels, scores, k=K),
                entrant(
                    "exact match, NumPy",
                    lambda y, s: ((s > 0.5) == y).all(1).mean(),
                    *(labels, scores),
                ),
                entrant("torcheval", multilabel_accuracy, *tensors),
                entrant("torchmetrics", multilabel_exact_match, *tensors, SETS[1]),
            ],
        )


def layouts(rng: np.random.Generator) -> Iterator[Race]:
    """Yield races over scores whose class axis is not the last in memory."""
    scores = rng.standard_normal(PLANES, dtype=np.float32)
    labels = rng.integers(0, PLANES[1], (PLANES[0], *PLANES[2:]))
    tensors = torch.from_numpy(labels), torch.from_numpy(scores)
    yield (
        "(8 x 21 x 512 x 512), classes along axis 1",
        [
            one_read(scores, labels),
            entrant("accord", accord.sparse_categorical_accuracy, labels, scores, axis=1),
            entrant("argmax, NumPy", lambda y, s: (s.argmax(1) == y).mean(), labels, scores),
            entrant("argmax, torch", lambda y, s: (s.argmax(1) == y).float().mean(), *tensors),
        ],
    )
    turned = np.asfortranarray(rng.standard_normal(FORTRAN, dtype=np.float32))
    labels = rng.integers(0, FORTRAN[1], FORTRAN[0])
    yield (
        "(20000 x 1000) in Fortran order",
        [
            one_read(turned.T),
            entrant("accord", accord.top_k_accuracy, labels, turned, K),
            entrant(
                "argpartition idiom",
                lambda y, s: (np.argpartition(s, -K, 1)[:, -K:] == y[:, None]).any(1).mean(),
                *(labels, turned),
            ),
        ],
    )


def per_sample(rng: np.random.Generator) -> Iterator[Race]:
    """Yield races over functions that return something for each sample, and over options."""
    scores = rng.standard_normal((SAMPLES, CLASSES), dtype=np.float32)
    hits, weight = scores.argmax(1), rng.random(SAMPLES)
    groups = rng.integers(0, GROUPS, SAMPLES)
    yield (
        "(50000 x 1000) float32, every label a hit",
        [
            one_read(scores),
            entrant("accord, in_top_k", accord.in_top_k, hits, scores, K),
            entrant("accord, standing", accord.standing, hits, scores),
            entrant("accord, credit", accord.TopK(K).credit, hits, scores),
            entrant(
                "accord, weights", accord.top_k_accuracy, hits, scores, K, sample_weight=weight
            ),
            entrant("accord, macro", accord.top_k_accuracy, hits, scores, K, average="macro"),
            entrant("accord, expected", accord.top_k_accuracy, hits, scores, K, ties="expected"),
            entrant("accord", accord.top_k_accuracy, hits, scores, K),
            entrant("accord, k=10", accord.top_k_accuracy, hits, scores, 10),
            entrant("accord, every k", accord.top_k_accuracy, hits, scores, "all"),
            entrant(
                "accord, 50 groups",
                accord.top_k_accuracy,
                *(hits, scores, K),
                groups=groups,
                n_groups=GROUPS,
            ),
            entrant("accord, MRR", accord.mean_reciprocal_rank, hits, scores),
            entrant("accord, NDCG", accord.ndcg, hits, scores, K),
        ],
    )


def candidates(rng: np.random.Generator) -> Iterator[Race]:
    """Yield a race over scores of which a fifth takes no part."""
    scores = rng.standard_normal((SAMPLES, CLASSES), dtype=np.float32)
    hits, there = scores.argmax(1), rng.random(scores.shape, dtype=np.float32) < 0.8
    there[np.arange(SAMPLES), hits] = True
    tensors = torch.from_numpy(there), torch.from_numpy(scores), torch.from_numpy(hits)
    yield (
        "(50000 x 1000) float32 among candidates",
        [
            one_read(scores, there),
            entrant("accord", accord.top_k_accuracy, hits, scores, K, candidates=there),
            entrant(
                "where and topk, torch",
                lambda c, s, y: (
                    (s.where(c, -torch.inf).topk(K).indices == y[:, None]).any(1).float().mean()
                ),
                *tensors,
            ),
        ],
    )


def measure() -> list[Result]:
    """Time every measure but top-k accuracy, and top-k accuracy of other layouts and options."""
    rng = np.random.default_rng(0)
    results = []
    for races in (dense, binary, sets, layouts, per_sample, candidates):
        for title, contenders in races(rng):
            memory = next(each.name for each in contenders if each.name.startswith("accord"))
            figures = race(title, contenders, rounds=9, memory_of=memory)
            show(figures)
            results.extend(figures)
    return results


if __name__ == "__main__":
    main(measure)
