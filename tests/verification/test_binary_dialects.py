"""Binary scores at the threshold, and NaN: dialects beside the libraries they describe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import accord

BATCHES = (
    ([1, 0, 1, 0], [0.5, 0.5, 0.25, 1.0]),
    ([1, 0, 1, 0], [0.5, 0.5, 3.0, -2.0]),
    ([1, 0], [0.25, -0.5]),
)
WITH_NAN = (*BATCHES, ([1, 0, 1, 0], [np.nan, np.nan, 0.5, 0.5]))


def ask(name: str, truth: Any, scores: Any) -> float:
    if name == "sklearn":
        metrics = pytest.importorskip("sklearn.metrics")
        return float(metrics.accuracy_score(truth, scores > 0.5))
    torch = pytest.importorskip("torch")
    module = pytest.importorskip(
        {
            "torchmetrics": "torchmetrics.functional.classification",
            "torcheval": "torcheval.metrics.functional",
        }[name]
    )
    return float(module.binary_accuracy(torch.tensor(scores), torch.tensor(truth)))


@pytest.mark.parametrize("name", ["sklearn", "torchmetrics", "torcheval"])
def test_the_peer_does_as_its_dialect_says(name: str) -> None:
    for truth, values in WITH_NAN:
        scores = np.array(values, np.float32)
        found = accord.dialects[name].binary_accuracy(truth, scores)
        assert found == ask(name, np.array(truth), scores), (truth, values)


def test_a_library_without_a_binary_function_says_so() -> None:
    with pytest.raises(ValueError, match=r"jax\.lax\.top_k has no binary accuracy"):
        accord.dialects["jax.lax.top_k"].binary_accuracy([1], np.array([0.5]))
