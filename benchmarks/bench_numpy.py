"""accord on NumPy arrays, beside scikit-learn and the NumPy idioms."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from harness import Contender, Result, extra_megabytes, main, race, show
from sklearn.metrics import top_k_accuracy_score

import accord

K = 5
SHAPES = ((50_000, 1000), (2_000_000, 10), (256, 1000), (32, 10))


def contenders(labels: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> list[Contender]:
    """Return everyone who computes top-5 accuracy, and the limit: one read of the scores."""
    classes = range(scores.shape[1])

    def argpartition() -> float:
        best = np.argpartition(scores, -K, axis=1)[:, -K:]
        return float((best == labels[:, None]).any(axis=1).mean())

    def argsort() -> float:
        best = np.argsort(scores, axis=1)[:, -K:]
        return float((best == labels[:, None]).any(axis=1).mean())

    found = [
        Contender("one read (numpy.sum)", scores.sum, limit=True),
        Contender("accord", lambda: accord.top_k_accuracy(labels, scores, K)),
        Contender("numpy argpartition idiom", argpartition),
        Contender(
            "scikit-learn", lambda: top_k_accuracy_score(labels, scores, k=K, labels=classes)
        ),
    ]
    if scores.size <= 10_000_000:  # the idiom everybody writes; too slow for the large races
        found.append(Contender("numpy argsort idiom", argsort))
    return found


def measure() -> list[Result]:
    """Time top-5 accuracy of NumPy arrays, beside the peers."""
    rng = np.random.default_rng(0)
    results = []
    for samples, classes in SHAPES:
        scores = rng.standard_normal((samples, classes), dtype=np.float32)
        labels = rng.integers(0, classes, samples)
        rounds = 3 if scores.size > 1_000_000 else 50
        title = f"top-{K} of ({samples} x {classes}) float32"
        figures = race(title, contenders(labels, scores), rounds=rounds)
        show(figures)
        extra = extra_megabytes(lambda: accord.top_k_accuracy(labels, scores, K))  # noqa: B023  # called at once
        times = {each.name: each.milliseconds for each in figures}
        ahead = times["scikit-learn"] / times["accord"]
        print(f"  accord is {ahead:.0f} x faster than scikit-learn; extra memory {extra:.1f} MiB")
        results += figures
    return results


if __name__ == "__main__":
    main(measure)
