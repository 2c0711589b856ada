"""Fresh processes: a saved model is loaded where it was not made, and without TensorFlow."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import accord
from accord_keras import SparseCategoricalAccuracy, TopKAccuracy

BACKEND = keras.backend.backend()

SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
LABELS = [1, 1, 0, 0]  # a hit, a tie lost, a miss, a hit

BLOCK = 'import sys\nsys.modules["tensorflow"] = None  # as where it is not installed\n'

LOAD = """
import json, sys
import keras, numpy as np

model = keras.models.load_model(sys.argv[1])
data = json.loads(sys.argv[2])
figures = model.evaluate(*map(np.array, data), verbose=0, return_dict=True)
print(json.dumps(figures))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Activation("linear")])
    model.compile(
        loss="sparse_categorical_crossentropy",
        metrics=[TopKAccuracy((1, 2)), SparseCategoricalAccuracy(average="macro", name="balanced")],
    )
    model.evaluate(SCORES, np.array(LABELS), verbose=0)
    file = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(file)
    return file


def run(program: str, saved: Path, backend: str = BACKEND) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program, str(saved), json.dumps([SCORES.tolist(), LABELS])],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "KERAS_BACKEND": backend},
    )


def figures(found: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert found.returncode == 0, found.stderr
    logged: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])
    return {name: logged[name] for name in ("top_1_accuracy", "top_2_accuracy", "balanced")}


def expected() -> dict[str, Any]:
    one, two = (float(share) for share in accord.TopK((1, 2)).accuracy(LABELS, SCORES))
    macro = accord.TopK(1).accuracy(LABELS, SCORES, average="macro")
    return {"top_1_accuracy": one, "top_2_accuracy": two, "balanced": float(macro)}


def test_a_fresh_process_loads_a_model_after_importing_accord_keras(saved: Path) -> None:
    found = figures(run("import accord_keras\n" + LOAD, saved))
    assert found == pytest.approx(expected(), rel=1e-6)


def test_without_that_import_keras_says_that_classes_must_be_imported(saved: Path) -> None:
    found = run(LOAD, saved)
    assert found.returncode != 0
    assert "make sure they are all imported" in found.stderr
    assert "accord_keras.metrics" in found.stderr  # the module to import


@pytest.mark.skipif(BACKEND != "tensorflow", reason="TensorFlow's package is for TensorFlow")
def test_the_package_for_tensorflow_is_enough_of_an_import(saved: Path) -> None:
    found = figures(run("import accord_tensorflow\n" + LOAD, saved))
    assert found == pytest.approx(expected(), rel=1e-6)


@pytest.mark.skipif(BACKEND == "tensorflow", reason="it is TensorFlow that is missing")
def test_nothing_needs_tensorflow_where_keras_runs_on_another_backend(saved: Path) -> None:
    found = figures(run(BLOCK + "import accord_keras\n" + LOAD, saved))
    assert found == pytest.approx(expected(), rel=1e-6)


def test_a_model_is_evaluated_on_keras_numpy_backend_too(saved: Path) -> None:
    if not importlib.util.find_spec("jax"):
        pytest.skip("Keras' NumPy backend imports JAX")
    found = figures(run("import accord_keras\n" + LOAD, saved, "numpy"))
    assert found == pytest.approx(expected(), rel=1e-6)
