"""Several k in ``compile``: every figure, named as Keras names its own metric at one k.

The peer is Keras itself: the same model with its `SparseTopKCategoricalAccuracy` at each k, on
scores without ties, must log the same names and the same figures.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from accord_keras import SparseCategoricalAccuracy, TopKAccuracy

RNG = np.random.default_rng(11)
SCORES = RNG.permuted(np.tile(np.arange(6, dtype="float32"), (40, 1)), axis=1)
LABELS = RNG.integers(0, 6, (3, 40))
WEIGHTS = RNG.integers(0, 4, (3, 40)).astype("float32")

Several = Callable[..., list[Any]]


def ours(*k: int) -> list[Any]:
    return [TopKAccuracy(k)]


def peers(*k: int) -> list[Any]:
    own = keras.metrics.SparseTopKCategoricalAccuracy
    return [own(each, name=f"top_{each}_accuracy") for each in k]


class Nested(keras.Model):  # type: ignore[misc]  # keras has no types
    """Scores in a structure that is more than one list or dict deep."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = keras.layers.Dense(6, use_bias=False, kernel_initializer="identity")

    def call(self, inputs: Any) -> Any:
        scores = self.scale(inputs)
        return {"left": [scores, -scores], "right": scores}


def flat(*names: str) -> keras.Model:
    """Return a model of one output a name: the scores, and for each further one turned over."""
    inputs = keras.Input((6,))
    scores = keras.layers.Dense(6, use_bias=False, kernel_initializer="identity", name=names[0])
    outputs = [scores(inputs)]
    for name in names[1:]:
        outputs.append(keras.layers.Rescaling(-1.0, name=name)(outputs[-1]))
    return keras.Model(inputs, outputs if len(names) > 1 else outputs[0])


def loss(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(y_pred, -1) * 0.0


def compiled(model: keras.Model, outputs: Any, **metrics: Any) -> keras.Model:
    losses = keras.tree.map_structure(lambda _: loss, outputs)
    model.compile(keras.optimizers.SGD(0.0), loss=losses, **metrics)
    return model


def labels_of(outputs: int) -> Any:
    return list(LABELS[:outputs]) if outputs > 1 else LABELS[0]


def weights_of(outputs: int) -> Any:
    return list(WEIGHTS[:outputs]) if outputs > 1 else WEIGHTS[0]


# Each takes `ours` or `peers`, and returns what compile is given.
STRUCTURES: dict[str, tuple[tuple[str, ...], Callable[[Several], dict[str, Any]]]] = {
    "one output": (("a",), lambda k: {"metrics": k(1, 5)}),
    "one output, twice": (("a",), lambda k: {"metrics": [*k(1, 5), *k(1, 3)]}),
    "one output, both": (("a",), lambda k: {"metrics": k(1, 5), "weighted_metrics": k(1, 5)}),
    "a dict": (("a", "b"), lambda k: {"metrics": {"a": k(1, 5), "b": k(1, 5)}}),
    "a part of a dict": (("a", "b"), lambda k: {"metrics": {"b": k(2, 5)}}),
    "lists": (("a", "b"), lambda k: {"metrics": [k(1, 5), k(1, 2)]}),
    "three": (("a", "b", "c"), lambda k: {"metrics": {"a": k(1), "b": k(1, 5), "c": k(5, 1)}}),
    "weighted": (("a", "b"), lambda k: {"weighted_metrics": [k(1, 5), k(1, 5)]}),
    "both": (
        ("a", "b"),
        lambda k: {
            "metrics": {"a": k(1, 5), "b": k(1, 5)},
            "weighted_metrics": {"a": k(1, 5), "b": [*k(1, 5), *k(1, 5)]},
        },
    ),
    "beside others": (
        ("a", "b"),
        lambda k: {
            "metrics": {"a": [*k(1, 5), "accuracy"], "b": [SparseCategoricalAccuracy(), *k(2, 3)]}
        },
    ),
}


@pytest.mark.parametrize(("names", "metrics"), STRUCTURES.values(), ids=STRUCTURES)
def test_every_figure_is_named_as_keras_names_a_single_k(
    names: tuple[str, ...], metrics: Callable[[Several], dict[str, Any]]
) -> None:
    found, expected = (
        compiled(flat(*names), [0] * len(names), **metrics(k)).evaluate(
            SCORES,
            labels_of(len(names)),
            sample_weight=weights_of(len(names)),
            batch_size=16,
            verbose=0,
            return_dict=True,
        )
        for k in (ours, peers)
    )
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_metric_by_itself_needs_no_list() -> None:
    metrics = {"a": TopKAccuracy((1, 5)), "b": TopKAccuracy((1, 5))}
    model = compiled(flat("a", "b"), [0, 0], metrics=dict(metrics))
    found = model.evaluate(SCORES, labels_of(2), verbose=0, return_dict=True)
    assert {"a_top_1_accuracy", "a_top_5_accuracy", "b_top_1_accuracy", "b_top_5_accuracy"} < set(
        found
    )
    for name, sign, labels in (("a", 1, LABELS[0]), ("b", -1, LABELS[1])):
        places = np.argsort(-sign * SCORES, axis=1)
        for k in (1, 5):
            hits = (places[:, :k] == labels[:, None]).any(axis=1)
            assert found[f"{name}_top_{k}_accuracy"] == pytest.approx(hits.mean())
        assert int(metrics[name].tally.total) == 40  # counted once, not once a figure


def test_outputs_in_a_nested_structure_are_told_apart() -> None:
    labels = {"left": [LABELS[0], LABELS[1]], "right": LABELS[2]}
    found, expected = (
        compiled(
            Nested(),
            {"left": [0, 0], "right": 0},
            metrics={"left": [k(1, 5), k(1, 5)], "right": k(1, 5)},
        ).evaluate(SCORES, labels, verbose=0, return_dict=True)
        for k in (ours, peers)
    )
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=1e-6)


def test_history_and_its_file_have_every_figure(tmp_path: Path) -> None:
    def logged(k: Several) -> tuple[dict[str, Any], list[str]]:
        file = tmp_path / f"{k.__name__}.csv"
        model = compiled(flat("a", "b"), [0, 0], metrics={"a": k(1, 5), "b": k(1, 5)})
        history = model.fit(
            SCORES,
            labels_of(2),
            validation_data=(SCORES[::-1], labels_of(2)),
            callbacks=[keras.callbacks.CSVLogger(file)],
            batch_size=16,
            verbose=0,
        )
        with file.open() as lines:
            return history.history, next(csv.reader(lines))

    (found, columns), (expected, wanted) = logged(ours), logged(peers)
    assert "val_b_top_5_accuracy" in found
    assert columns == wanted
    assert set(found) == set(expected)
    for name, values in expected.items():
        assert found[name] == pytest.approx(values, rel=1e-6), name


def test_figures_in_a_list_are_in_the_order_of_compile() -> None:
    metrics: list[Any] = [TopKAccuracy((5, 1)), SparseCategoricalAccuracy()]
    model = compiled(flat("a"), 0, metrics=metrics)
    _, top_5, top_1, sparse = model.evaluate(SCORES, LABELS[0], verbose=0)
    assert (top_5, top_1, sparse) == (
        float(metrics[0].result()["top_5_accuracy"]),
        float(metrics[0].result()["top_1_accuracy"]),
        float(metrics[1].result()),
    )


def test_a_loaded_model_names_its_figures_alike(tmp_path: Path) -> None:
    model = compiled(flat("a", "b"), [0, 0], metrics={"a": ours(1, 5), "b": ours(1, 5)})
    data = {"x": SCORES, "y": labels_of(2), "verbose": 0, "return_dict": True}
    figures = model.evaluate(**data)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", custom_objects={"loss": loss})
    assert again.evaluate(**data) == figures
