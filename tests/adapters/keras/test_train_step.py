"""Metrics in a ``train_step`` of one's own, written as each backend has it (docs/keras.md)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import accord
from accord_keras import SparseCategoricalAccuracy, TopKAccuracy

BACKEND = keras.backend.backend()

SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
LABELS = np.array([1, 1, 0, 0])
WEIGHTS = np.array([3.0, 1.0, 2.0, 2.0], "float32")


class Measured(keras.Model):  # type: ignore[misc]  # keras has no types
    """A model that updates its own metrics in each step."""

    def measured_by(self, *metrics: Any) -> Measured:
        self.compile(
            keras.optimizers.SGD(0.0),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        )
        self.own = list(metrics)
        return self

    def loss_and_scores(self, variables: Any, others: Any, x: Any, y: Any) -> Any:
        scores, others = self.stateless_call(variables, others, x, training=True)
        return self.compute_loss(x, y, scores), (scores, others)

    def counted(self, loss: Any, y: Any, scores: Any, weight: Any) -> Any:
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, scores, sample_weight=weight)
        return {metric.name: metric.result() for metric in self.metrics}

    def train_step(self, *args: Any) -> Any:
        return getattr(self, f"{BACKEND}_step")(*args)

    def tensorflow_step(self, data: Any) -> Any:
        import tensorflow as tf

        x, y, weight = data
        with tf.GradientTape() as tape:
            scores = self(x, training=True)
            loss = self.compute_loss(x, y, scores)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.counted(loss, y, scores, weight)

    def torch_step(self, data: Any) -> Any:
        x, y, weight = data
        self.zero_grad()
        scores = self(x, training=True)
        loss = self.compute_loss(x, y, scores)
        loss.backward()
        gradients = [variable.value.grad for variable in self.trainable_variables]
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.counted(loss, y, scores, weight)

    def jax_step(self, state: Any, data: Any) -> Any:
        import jax

        variables, others, optimizer, kept = state
        x, y, weight = data
        gradient = jax.value_and_grad(self.loss_and_scores, has_aux=True)
        (loss, (scores, others)), gradients = gradient(variables, others, x, y)
        variables, optimizer = self.optimizer.stateless_apply(optimizer, gradients, variables)
        logs: dict[str, Any] = {}
        new: list[Any] = []
        for metric in self.metrics:
            mine = kept[len(new) : len(new) + len(metric.variables)]
            if metric.name == "loss":
                mine = metric.stateless_update_state(mine, loss)
            else:
                mine = metric.stateless_update_state(mine, y, scores, sample_weight=weight)
            logs[metric.name] = metric.stateless_result(mine)
            new += mine
        return logs, (variables, others, optimizer, new)


def measured(*metrics: Any) -> Measured:
    inputs = keras.Input((3,))
    layer = keras.layers.Dense(3, use_bias=False, kernel_initializer="identity")
    return Measured(inputs, layer(inputs)).measured_by(*metrics)


def test_a_train_step_counts_each_epoch_exactly() -> None:
    several = TopKAccuracy((1, 2))
    balanced = SparseCategoricalAccuracy(average="macro", name="balanced")
    balanced.build((None,), (None, 3))
    model = measured(several, balanced)
    history = model.fit(SCORES, LABELS, sample_weight=WEIGHTS, batch_size=2, epochs=2, verbose=0)
    one, two = accord.TopK((1, 2)).accuracy(LABELS, SCORES, sample_weight=WEIGHTS)
    macro = accord.TopK(1).accuracy(LABELS, SCORES, sample_weight=WEIGHTS, average="macro")
    assert history.history["top_1_accuracy"] == pytest.approx([float(one)] * 2, rel=1e-6)
    assert history.history["top_2_accuracy"] == pytest.approx([float(two)] * 2, rel=1e-6)
    assert history.history["balanced"] == pytest.approx([float(macro)] * 2, rel=1e-6)
    assert float(several.tally.total) == 8.0  # the weights of one epoch


def test_a_stateless_update_before_its_counters_are_made_says_how_to_make_them() -> None:
    metric = SparseCategoricalAccuracy(average="macro")
    arrays = [keras.ops.convert_to_tensor(each) for each in (LABELS, SCORES)]
    with pytest.raises(ValueError, match=r"no variables .*; call build\(\(4,\), \(4, 3\)\)"):
        metric.stateless_update_state([], *arrays)
    metric.build((4,), (4, 3))
    state = metric.stateless_update_state(list(metric.variables), *arrays)
    assert len(state) == len(metric.variables)
