"""The same metrics on every backend of Keras, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import accord
from accord.credit.ties import RULES

BACKENDS = [
    name
    for name in ("tensorflow", "jax", "torch")
    if name in accord.adapters() and importlib.util.find_spec(name)
]

PROGRAM = """
import json, sys
import keras, numpy as np
from accord_keras import SparseCategoricalAccuracy, TopKAccuracy

rng = np.random.default_rng(7)
scores = (rng.integers(0, 5, (257, 8)) / 4).astype("float32")
labels, weight = rng.integers(0, 8, 257), rng.integers(0, 4, 257) / 4
model = keras.Sequential([keras.Input((8,)), keras.layers.Activation("linear")])
metrics = [TopKAccuracy((1, 3), ties=t) for t in ("first", "last", "optimistic", "pessimistic")]
metrics.append(SparseCategoricalAccuracy(average="macro"))
weighted = [TopKAccuracy(2)]
model.compile(loss="sparse_categorical_crossentropy", metrics=metrics, weighted_metrics=weighted)
model.evaluate(scores, labels, sample_weight=weight, batch_size=32, verbose=0)
fields = [[np.asarray(field).tolist() for field in m.tally] for m in (*metrics, *weighted)]
print(json.dumps([fields, "tensorflow" in sys.modules]))
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_counts_what_numpy_does_and_needs_no_tensorflow(backend: str) -> None:
    run = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend},
    )
    found, tensorflow = json.loads(run.stdout.splitlines()[-1])
    rng = np.random.default_rng(7)
    scores = (rng.integers(0, 5, (257, 8)) / 4).astype("float32")
    labels, weight = rng.integers(0, 8, 257), rng.integers(0, 4, 257) / 4
    expected = [accord.TopK((1, 3), ties=ties).tally(labels, scores) for ties in RULES[:4]]
    expected.append(accord.TopK(1).tally(labels, scores, per_class=True))
    expected.append(accord.TopK(2).tally(labels, scores, sample_weight=weight))
    assert found == [[field.tolist() for field in tally] for tally in expected]
    assert tensorflow == (backend == "tensorflow")
