"""The metric classes in ``compile``, ``fit`` and ``evaluate``, on whichever backend Keras runs."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from sklearn.datasets import load_digits

import accord
from accord_keras import BinaryAccuracy, SparseCategoricalAccuracy, TopKAccuracy

FRAMEWORKS = [
    name
    for name in ("numpy", "tensorflow", "torch", "jax")
    if name in accord.adapters() and importlib.util.find_spec(name)
]

RECOUNT = """
import json, sys
import numpy as np
import accord
from accord.backends import registry

backend = registry.load(sys.argv[1]).backend
data = np.load(sys.argv[2])
scores, labels = (backend.from_host(data[name]) for name in ("scores", "labels"))
tally = accord.TopK((1, 2, 5)).tally(labels, scores)
print(json.dumps([field.tolist() for field in backend.to_host(*tally)]))
"""


def passes_on() -> keras.Model:
    """Return a model whose output is its input, so that a test chooses the scores."""
    layer = keras.layers.Dense(3, use_bias=False, kernel_initializer="identity")
    return keras.Sequential([keras.Input((3,)), layer])


def compiled(model: keras.Model, **options: Any) -> keras.Model:
    """Compile with a loss that takes any label and an optimizer that changes nothing."""
    still = keras.optimizers.SGD(0.0)
    model.compile(
        still, loss=lambda y_true, y_pred: keras.ops.mean(y_pred, -1), **options
    )  # Keras' signature
    return model


@pytest.fixture(scope="module")
def digits() -> tuple[Any, ...]:
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    return x[:900], y[:900], x[900:], y[900:]


@pytest.fixture(scope="module")
def trained(digits: tuple[Any, ...]) -> tuple[keras.Model, dict[str, Any]]:
    x, y, x_test, y_test = digits
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
        metrics=[TopKAccuracy((1, 2, 5)), SparseCategoricalAccuracy(average="macro", name="macro")],
    )
    history = model.fit(x, y, epochs=2, validation_data=(x_test, y_test), verbose=0)
    return model, history.history


def metric_of(model: keras.Model, place: int = 0) -> Any:
    (compile_metrics,) = [m for m in model.metrics if m.name == "compile_metrics"]
    return compile_metrics.metrics[place]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_validation_counts_are_those_of_predict_in_every_framework(
    framework: str, trained: tuple[Any, Any], digits: tuple[Any, ...], tmp_path: Path
) -> None:
    model, history = trained
    *_, x_test, y_test = digits
    scores = model.predict(x_test, batch_size=32, verbose=0)
    np.savez(tmp_path / "out.npz", scores=scores, labels=y_test)
    run = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", RECOUNT, framework, str(tmp_path / "out.npz")],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(run.stdout.splitlines()[-1])
    model.evaluate(x_test, y_test, verbose=0)
    assert [np.asarray(field).tolist() for field in metric_of(model).tally] == counts
    for k, correct in zip((1, 2, 5), counts[0], strict=True):
        assert history[f"val_top_{k}_accuracy"][-1] == np.float32(correct / len(y_test))


def test_fit_learns_and_reports_every_figure(trained: tuple[Any, Any]) -> None:
    _, history = trained
    assert history["val_top_1_accuracy"][-1] > 0.5
    assert {"macro", "val_macro", "top_5_accuracy", "val_top_2_accuracy"} <= set(history)


def test_a_saved_model_has_its_metrics_and_counts_alike(
    trained: tuple[Any, Any], digits: tuple[Any, ...], tmp_path: Path
) -> None:
    model, _ = trained
    *_, x_test, y_test = digits
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    figures = [one.evaluate(x_test, y_test, verbose=0, return_dict=True) for one in (model, again)]
    assert figures[0]["top_5_accuracy"] == figures[1]["top_5_accuracy"]
    assert figures[0]["macro"] == figures[1]["macro"]
    assert isinstance(metric_of(again).whole, TopKAccuracy)


SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
LABELS = np.array([1, 1, 0, 0])  # a hit, a tie lost, a miss, a hit


def test_sample_weights_reach_the_weighted_metrics_only() -> None:
    model = compiled(
        passes_on(),
        metrics=[SparseCategoricalAccuracy(name="plain")],
        weighted_metrics=[SparseCategoricalAccuracy(name="weighted")],
    )
    weight = np.array([4, 1, 2, 1], "float32")
    found = model.evaluate(SCORES, LABELS, sample_weight=weight, verbose=0, return_dict=True)
    assert found["plain"] == 0.5
    assert found["weighted"] == 0.625  # 4 + 1 of 8


def test_class_weights_are_sample_weights() -> None:
    model = compiled(passes_on(), weighted_metrics=[SparseCategoricalAccuracy(name="weighted")])
    history = model.fit(SCORES, LABELS, class_weight={0: 1.0, 1: 3.0, 2: 1.0}, verbose=0)
    assert history.history["weighted"] == [0.5]  # 3 + 1 of 8


def test_each_batch_reports_the_figure_so_far() -> None:
    seen: list[float] = []

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # keras has no types
        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(float(logs["top_1_accuracy"]))

    model = compiled(passes_on(), metrics=[TopKAccuracy(1)])
    model.evaluate(SCORES, LABELS, batch_size=1, verbose=0, callbacks=[Watch()])
    np.testing.assert_allclose(seen, [1, 1 / 2, 1 / 3, 1 / 2], rtol=1e-6)


@pytest.mark.parametrize("length", [2, 4, 8, 100])
def test_padding_never_changes_token_accuracy_as_it_does_keras_own(length: int) -> None:
    scores, labels = np.zeros((1, length, 3), "float32"), np.zeros((1, length), "int32")
    keep = np.zeros((1, length), "float32")
    scores[0, :2], labels[0, :2], keep[0, :2] = SCORES[[0, 3]], LABELS[[0, 3]], 1  # two hits
    ours, theirs = SparseCategoricalAccuracy(), keras.metrics.SparseCategoricalAccuracy()
    for metric in (ours, theirs):
        metric.update_state(labels, scores, sample_weight=keep)
        metric.update_state(LABELS[None, 1:3], SCORES[None, 1:3], sample_weight=np.ones((1, 2)))
    assert float(ours.result()) == 0.5
    assert float(theirs.result()) == pytest.approx(2 / (2 + length))  # 0.5, 0.333, 0.2, 0.0196


def test_the_mask_of_a_layer_is_heeded() -> None:
    tokens = np.array([[1, 2, 0, 0], [2, 0, 0, 0]])
    rows = np.array(
        [[9, 9, 9], [0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], "float32"
    )  # of padding, token 1, token 2
    inputs = keras.Input((4,), dtype="int32")
    embed = keras.layers.Embedding(3, 3, mask_zero=True, weights=None)
    model = compiled(keras.Model(inputs, embed(inputs)), metrics=[SparseCategoricalAccuracy()])
    embed.set_weights([rows])
    labels = np.array([[1, 1, 2, 2], [0, 2, 2, 2]])
    model.evaluate(tokens, labels, verbose=0)
    assert [int(field) for field in metric_of(model).tally] == [2, 2, 2, 3, 0, 0]


def test_a_weight_of_a_whole_sequence_holds_for_each_of_its_entries() -> None:
    metric = SparseCategoricalAccuracy()
    labels, scores = LABELS.reshape(2, 2), SCORES.reshape(2, 2, 3)
    metric.update_state(labels, scores, sample_weight=[3.0, 1.0])
    assert float(metric.tally.total) == 8
    assert float(metric.tally.correct) == 4  # 3 of the first, 1 of the second


def test_labels_may_come_in_a_column_from_a_data_adapter() -> None:
    model = compiled(passes_on(), metrics=[SparseCategoricalAccuracy(name="accuracy")])
    assert model.evaluate(SCORES, LABELS[:, None], verbose=0, return_dict=True)["accuracy"] == 0.5


def test_a_binary_model_is_measured() -> None:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
    model.compile(loss="binary_crossentropy", metrics=[BinaryAccuracy()])
    scores = np.array([[0.9], [0.5], [0.4]], "float32")
    assert model.evaluate(scores, np.array([1, 1, 0]), verbose=0)[1] == pytest.approx(2 / 3)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_mixed_precision_policy_changes_scores_and_not_counters(policy: str) -> None:
    keras.config.set_dtype_policy(policy)
    try:
        model = compiled(passes_on(), metrics=[TopKAccuracy((1, 2))])
        found = model.evaluate(SCORES, LABELS, verbose=0, return_dict=True)
        scores = model.predict(SCORES, verbose=0)
    finally:
        keras.config.set_dtype_policy("float32")
    assert "float16" in str(scores.dtype)
    assert found["top_1_accuracy"] == 0.5
    assert metric_of(model).tally.total.dtype == np.int64


def test_bad_labels_in_evaluate_are_counted_and_warned_of_or_refused() -> None:
    model = compiled(passes_on(), metrics=[SparseCategoricalAccuracy()])
    labels = np.array([1, -1, 7, 0])
    if keras.backend.backend() == "torch":  # which runs eagerly, so that labels can be read
        with pytest.raises(ValueError, match=r"y_true\[1\] is -1, outside 0\.\.2"):
            model.evaluate(SCORES, labels, verbose=0)
        return
    with pytest.warns(RuntimeWarning, match="2 labels counted as misses are not classes"):
        model.evaluate(SCORES, labels, verbose=0)
    assert [int(field) for field in metric_of(model).tally] == [2, 2, 2, 4, 2, 0]
