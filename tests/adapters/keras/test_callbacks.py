"""Keras' callbacks in mode "auto": each finds that more of any of these metrics is better."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from accord_keras import (
    BinaryAccuracy,
    CategoricalAccuracy,
    MultilabelAccuracy,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)

LABELS = np.array([0, 1, 2, 0])
DENSE = np.eye(3, dtype="float32")[LABELS]

# Each metric, what it logs, and the labels that it takes; "share" has no "acc" for Keras to find.
EACH: list[tuple[Callable[[], Any], str, Any]] = [
    (lambda: BinaryAccuracy(name="share"), "share", DENSE),
    (lambda: CategoricalAccuracy(name="share"), "share", DENSE),
    (lambda: SparseCategoricalAccuracy(name="share", average="macro"), "share", LABELS),
    (lambda: TopKAccuracy(1), "top_1_accuracy", LABELS),
    (lambda: TopKAccuracy((1, 2)), "top_1_accuracy", LABELS),
    (lambda: TopKAccuracy((2, 1)), "top_1_accuracy", LABELS),
    (lambda: TopKAccuracy((1, 2), name="share"), "share_1", LABELS),
    (lambda: TopKCategoricalAccuracy((1, 2)), "top_1_categorical_accuracy", DENSE),
    (lambda: MultilabelAccuracy(k=(1, 2), name="share"), "share_1", DENSE),
]
IDS = [f"{make().name} {name}" for make, name, _ in EACH]


class Improving(keras.Model):  # type: ignore[misc]  # keras has no types
    """Scores that are wrong for every sample in the first epochs, and right in the later ones."""

    def __init__(self, *, right_from: int) -> None:
        super().__init__()
        self.sign = self.add_weight(shape=(), initializer="ones", trainable=False)
        self.nothing = self.add_weight(shape=(), initializer="zeros")
        self.right_from = right_from

    def call(self, inputs: Any) -> Any:
        return inputs * self.sign + self.nothing


class Turn(keras.callbacks.Callback):  # type: ignore[misc]  # the same
    """Sets the sign of the scores before each epoch, and notes which epochs there were."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.model.sign.assign(1.0 if epoch >= self.model.right_from else -1.0)


def fitted(metric: Any, labels: Any, callback: Any, *, right_from: int, epochs: int) -> Any:
    model = Improving(right_from=right_from)
    model.compile(
        keras.optimizers.SGD(0.0),
        loss=lambda y_true, y_pred: keras.ops.mean(y_pred, -1) * 0.0,  # the same
        metrics=[metric],
    )
    model.fit(DENSE, labels, epochs=epochs, callbacks=[Turn(), callback], verbose=0)
    return model


@pytest.mark.parametrize(("make", "name", "labels"), EACH, ids=IDS)
def test_training_stops_early_only_when_accuracy_no_longer_rises(
    make: Callable[[], Any], name: str, labels: Any
) -> None:
    stop = keras.callbacks.EarlyStopping(monitor=name, patience=1)
    fitted(make(), labels, stop, right_from=1, epochs=5)
    assert stop.stopped_epoch == 2  # 0.0, then 1.0, then no better
    assert stop.best == 1.0


@pytest.mark.parametrize(("make", "name", "labels"), EACH, ids=IDS)
def test_a_checkpoint_keeps_the_epoch_of_the_highest_accuracy(
    make: Callable[[], Any], name: str, labels: Any, tmp_path: Path
) -> None:
    file = tmp_path / "best.weights.h5"
    keep = keras.callbacks.ModelCheckpoint(
        file, monitor=name, save_best_only=True, save_weights_only=True
    )
    fitted(make(), labels, keep, right_from=1, epochs=2)
    assert keep.best == 1.0


@pytest.mark.parametrize(("make", "name", "labels"), EACH, ids=IDS)
def test_the_learning_rate_falls_only_when_accuracy_no_longer_rises(
    make: Callable[[], Any], name: str, labels: Any
) -> None:
    slow = keras.callbacks.ReduceLROnPlateau(monitor=name, factor=0.5, patience=2)
    model = fitted(make(), labels, slow, right_from=1, epochs=3)
    assert slow.best == 1.0
    assert float(model.optimizer.learning_rate) == 0.0
    assert json.dumps(float(slow.wait)) == "1.0"  # one epoch without a rise
