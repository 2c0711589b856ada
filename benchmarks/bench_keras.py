"""accord on TensorFlow tensors and in Keras, compared with ``tf.math.in_top_k`` and Keras."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from harness import Contender, Result, main, one_read, race, show

import accord
from accord_keras import TopKAccuracy

K = 5
MODES: dict[str, Callable[[Any], Any]] = {
    "eager": lambda function: function,
    "tf.function": tf.function,
    "XLA": lambda function: tf.function(function, jit_compile=True),
}


def batch(samples: int, classes: int, *, hits: bool) -> tuple[Any, Any]:
    """Return labels and scores: random labels, or the class of the best score."""
    scores = tf.random.stateless_normal((samples, classes), (0, 0))
    labels = tf.random.stateless_uniform((samples,), (0, 1), maxval=classes, dtype=tf.int64)
    return tf.argmax(scores, axis=-1) if hits else labels, scores


def compiled(samples: int, classes: int, *, hits: bool) -> list[Result]:
    """Time whole arrays; ``in_top_k`` stops reading a row after k + 1 better scores."""
    labels, scores = batch(samples, classes, hits=hits)
    found = [one_read(scores)]
    for name, mode in MODES.items():
        ours = mode(lambda y, s: accord.top_k_accuracy(y, s, K))
        theirs = mode(lambda y, s: tf.reduce_mean(tf.cast(tf.math.in_top_k(y, s, K), tf.float32)))
        found.append(Contender(f"accord, {name}", partial(ours, labels, scores)))
        found.append(Contender(f"in_top_k, {name}", partial(theirs, labels, scores)))
    which = "every label a hit" if hits else "random labels"
    title = f"({samples} x {classes}) float32, {which}"
    return race(title, found, rounds=7, memory_of="accord, eager")


def _update(metric: Any, labels: Any, scores: Any) -> None:
    metric.update_state(labels, scores)


def updates(samples: int, classes: int, *, hits: bool) -> list[Result]:
    """Time ``update_state``, called as in a training step."""
    labels, scores = batch(samples, classes, hits=hits)
    found = [one_read(scores)]
    for name, mode in MODES.items():
        for kind in (TopKAccuracy, keras.metrics.SparseTopKCategoricalAccuracy):
            update = mode(partial(_update, kind(K)))
            whose = "accord" if kind is TopKAccuracy else "Keras"
            found.append(Contender(f"{whose}, {name}", partial(update, labels, scores)))
    which = "every label a hit" if hits else "random labels"
    return race(f"update_state of ({samples} x {classes}), {which}", found, rounds=100)


def measure() -> list[Result]:
    """Time accord, ``tf.math.in_top_k`` and Keras' metrics."""
    results = []
    for hits in (False, True):
        for figures in (
            compiled(50_000, 1000, hits=hits),
            updates(256, 1000, hits=hits),
            updates(32, 10, hits=hits),
        ):
            show(figures)
            results += figures
    return results


if __name__ == "__main__":
    main(measure)
