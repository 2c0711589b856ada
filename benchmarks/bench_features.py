"""Top-k accuracy from hidden states and an output matrix, compared with computing all scores."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch
from harness import Result, main, raised_peak, show

import accord

SAMPLES, DEPTH, CLASSES, K = 8192, 768, 131_072, 5


def measured(name: str, run: Callable[[], object], limit: float | None) -> Result:
    """Measure the time and the memory of one run; compare the time with that of the product."""
    seconds = []

    def timed() -> None:
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)

    mebibytes = raised_peak(timed)
    title = f"top-{K} of ({SAMPLES} x {DEPTH}) x ({DEPTH} x {CLASSES}) float32"
    alone = limit or seconds[0]
    return Result(title, name, 1000 * seconds[0], seconds[0] / alone, limit is None, mebibytes)


def measure() -> list[Result]:
    """Measure accuracy from features, on NumPy and PyTorch, and accuracy from whole scores."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((SAMPLES, DEPTH), dtype=np.float32)
    weights = rng.standard_normal((CLASSES, DEPTH), dtype=np.float32)
    labels = rng.integers(0, CLASSES, SAMPLES)
    truth, hidden, matrix = map(torch.from_numpy, (labels, features, weights))
    few = features[:64] @ weights[:640].T
    accord.top_k_accuracy(labels[:64] % 640, few, K)  # compile before the measurement

    def argpartition() -> float:
        best = np.argpartition(features @ weights.T, -K, axis=1)[:, -K:]
        return float((best == labels[:, None]).any(axis=1).mean())

    def topk() -> float:
        best = (hidden @ matrix.T).topk(K).indices
        return (best == truth[:, None]).any(-1).float().mean().item()

    runs: dict[str, Callable[[], object]] = {
        "accord from features, NumPy": lambda: accord.top_k_from_features(
            labels, features, weights, k=K
        ),
        "accord from features, PyTorch": lambda: accord.top_k_from_features(
            truth, hidden, matrix, k=K
        ),
        "product, then accord": lambda: accord.top_k_accuracy(labels, features @ weights.T, K),
        "product, then torch.topk": topk,
        "product, then argpartition": argpartition,
    }
    results = [measured("the product alone, NumPy", lambda: features @ weights.T, None)]
    limit = results[0].milliseconds / 1000
    results += [measured(name, run, limit) for name, run in runs.items()]
    show(results)
    return results


if __name__ == "__main__":
    main(measure)
