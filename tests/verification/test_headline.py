"""The first table of the README, and of the page on accuracies that differ: each call is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

START = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
with np.load("examples/digits_forest.npz") as file:
    y_true, y_score = file["y_true"], file["y_score"]

def share(best):
    return np.mean(np.any(np.asarray(best) == y_true[:, None], axis=1))
"""

KERAS = """
import keras
def by_keras(metric):
    model = keras.Sequential([keras.Input((10,)), keras.layers.Identity()])
    model.compile(loss="sparse_categorical_crossentropy", metrics=[metric])
    found = model.evaluate(y_score, y_true, verbose=0, return_dict=True)
    [figure] = [found[name] for name in found if name != "loss"]
    return figure
"""

TORCH = "import torch\nlabels, scores = torch.tensor(y_true).long(), torch.tensor(y_score)\n"

# For each call that the table names: the modules it needs, what comes first, and the call.
CALLS = {
    'metrics=["accuracy"]': ("keras tensorflow", KERAS, 'by_keras("accuracy")'),
    "keras.metrics.SparseCategoricalAccuracy()": (
        "keras tensorflow",
        KERAS,
        "by_keras(keras.metrics.SparseCategoricalAccuracy())",
    ),
    "keras.metrics.SparseTopKCategoricalAccuracy(k=1)": (
        "keras tensorflow",
        KERAS,
        "by_keras(keras.metrics.SparseTopKCategoricalAccuracy(k=1))",
    ),
    "tf.math.in_top_k": (
        "tensorflow",
        "import tensorflow as tf",
        "np.mean(tf.math.in_top_k(y_true, y_score, 1))",
    ),
    "tf.argmax": (
        "tensorflow",
        "import tensorflow as tf",
        "share(tf.argmax(y_score, axis=1)[:, None])",
    ),
    "tf.math.top_k": (
        "tensorflow",
        "import tensorflow as tf",
        "share(tf.math.top_k(y_score, 1).indices)",
    ),
    "sklearn.metrics.top_k_accuracy_score(k=1)": (
        "sklearn",
        "import sklearn.metrics",
        "sklearn.metrics.top_k_accuracy_score(y_true, y_score, k=1)",
    ),
    "sklearn.metrics.accuracy_score": (
        "sklearn",
        "import sklearn.metrics",
        "sklearn.metrics.accuracy_score(y_true, y_score.argmax(axis=1))",
    ),
    "torch.topk": ("torch", TORCH, "share(torch.topk(scores, 1, dim=1).indices)"),
    "torchmetrics.Accuracy": (
        "torchmetrics",
        TORCH + "import torchmetrics",
        'torchmetrics.Accuracy(task="multiclass", num_classes=10)(scores, labels)',
    ),
    "torcheval.metrics.MulticlassAccuracy": (
        "torcheval",
        TORCH + "import torcheval.metrics",
        "torcheval.metrics.MulticlassAccuracy().update(scores, labels).compute()",
    ),
    "jax.lax.top_k": ("jax", "import jax", "share(jax.lax.top_k(y_score, 1)[1])"),
}


def table(page: str) -> dict[str, str]:
    """Return the calls that the first table of a page names, each with its figure."""
    rows = re.findall(r"^\| ([\d.]+) % \| (.*) \|$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return {call: figure for figure, calls in rows for call in re.findall(r"`([^`]+)`", calls)}


@pytest.mark.parametrize("page", ["README.md", "docs/why-accuracies-differ.md"])
def test_the_table_names_every_call_that_is_run_here(page: str) -> None:
    assert table(page).keys() == CALLS.keys()


def test_both_pages_have_one_table() -> None:
    assert table("README.md") == table("docs/why-accuracies-differ.md")


@pytest.mark.parametrize("modules", sorted({needs for needs, _, _ in CALLS.values()}))
def test_each_call_reports_the_figure_of_the_table(modules: str) -> None:
    if absent := [name for name in modules.split() if not find_spec(name)]:
        pytest.skip(f"{', '.join(absent)} is not installed")
    code = START + "found = {}\n"
    for name, (needs, first, call) in CALLS.items():
        if needs == modules:
            code += f"{first}\nfound[{name!r}] = f'{{100 * float({call}):.2f}}'\n"
    run = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", code + "print('FOUND', json.dumps(found))"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""},
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.partition("FOUND ")[2])
    listed = table("README.md")
    assert found == {name: listed[name] for name in found}
