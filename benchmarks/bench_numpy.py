"""accord on NumPy arrays, compared with scikit-learn and the NumPy idioms."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from harness import Contender, Result, main, one_read, race, show
from sklearn.metrics import top_k_accuracy_score

import accord

K = 5
FIVE = (1, 2, 3, 5, 10)
SHAPES = ((50_000, 1000), (2_000_000, 10), (256, 1000), (32, 10))
WIDE = (4096, 50257)
SLOW = 10_000_000  # scores, from which a peer takes seconds


def argpartition(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> float:
    """Return top-k accuracy by the argpartition idiom."""
    best = np.argpartition(scores, -K, axis=1)[:, -K:]
    return float((best == labels[:, None]).any(axis=1).mean())


def argsort(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> float:
    """Return top-k accuracy by the argsort idiom."""
    best = np.argsort(scores, axis=1)[:, -K:]
    return float((best == labels[:, None]).any(axis=1).mean())


def ours(name: str, labels: Any, scores: Any, k: Any = K) -> Contender:
    """Return accord as a contender, at one k or several."""
    return Contender(name, partial(accord.top_k_accuracy, labels, scores, k))


def beside_peers(title: str, labels: Any, scores: Any) -> list[Result]:
    """Time accord and its peers at k = 5, and accord at other k."""
    classes = np.arange(scores.shape[1])
    contenders = [
        one_read(scores),
        ours("accord", labels, scores),
        ours("accord, k=10", labels, scores, 10),
        ours(f"accord, k={FIVE}", labels, scores, FIVE),
        Contender("argpartition idiom", partial(argpartition, labels, scores)),
        Contender(
            "scikit-learn", partial(top_k_accuracy_score, labels, scores, k=K, labels=classes)
        ),
    ]
    if scores.size <= SLOW:
        contenders.append(Contender("argsort idiom", partial(argsort, labels, scores)))
    return race(title, contenders, rounds=3 if scores.size > SLOW else 30, memory_of="accord")


def measure() -> list[Result]:
    """Time top-5 accuracy of NumPy arrays: each shape, each float dtype, and very long rows."""
    rng = np.random.default_rng(0)
    results = []

    def found(figures: list[Result]) -> None:
        show(figures)
        results.extend(figures)

    for samples, classes in SHAPES:
        scores = rng.standard_normal((samples, classes), dtype=np.float32)
        labels = rng.integers(0, classes, samples)
        found(beside_peers(f"({samples} x {classes}) float32", labels, scores))
    scores = rng.standard_normal(SHAPES[0], dtype=np.float32)
    labels = rng.integers(0, SHAPES[0][1], SHAPES[0][0])
    for dtype in ("float16", "float64"):
        cast = scores.astype(dtype)
        title = f"({SHAPES[0][0]} x {SHAPES[0][1]}) {dtype}"
        found(race(title, [one_read(cast), ours("accord", labels, cast)], rounds=9))
    scores = rng.standard_normal(WIDE, dtype=np.float32)
    cases = {"random labels": rng.integers(0, WIDE[1], WIDE[0]), "all hits": scores.argmax(1)}
    for which, labels in cases.items():
        title = f"({WIDE[0]} x {WIDE[1]}) float32, {which}"
        found(race(title, [one_read(scores), ours("accord", labels, scores)], rounds=9))
    return results


if __name__ == "__main__":
    main(measure)
