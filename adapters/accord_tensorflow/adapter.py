"""What is to be proved of TensorFlow: its dtypes, and the ways it runs a function of tensors."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import tensorflow as tf

from accord.backends.base import Array
from accord.testing import Adapter, Transform, eager_modes

_Function = Callable[..., Any]


def _graph(function: _Function) -> _Function:
    graph: _Function = tf.function(function)
    return graph


def _xla(function: _Function) -> _Function:
    program: _Function = tf.function(function, jit_compile=True)
    return program


def _vectorized(function: _Function) -> _Function:
    """Map over two copies, and keep the result of the first."""

    def run(*tensors: tf.Tensor) -> Any:
        copies = tuple(tf.stack([x, x]) for x in tensors)
        mapped = tf.vectorized_map(lambda each: function(*each), copies)
        return tf.nest.map_structure(lambda x: x[0], mapped)

    graph: _Function = tf.function(run)
    return graph


class TensorFlowAdapter(Adapter):
    """Tensors and variables: eager, in graphs, under XLA and in ``tf.vectorized_map``."""

    dtypes = ("float16", "bfloat16", *Adapter.dtypes)
    slow_modes = frozenset({"compiled-xla", "vmapped"})

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, ``tf.function`` with and without XLA, and ``tf.vectorized_map``."""
        return {
            **eager_modes(),
            "compiled": _graph,
            "compiled-xla": _xla,
            "vmapped": _vectorized,
        }

    def value_and_gradient(self, function: _Function) -> _Function:
        """Return the function with its gradient, by a tape."""

        def run(*tensors: tf.Tensor) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(tensors[-1])
                value = function(*tensors)
            return value, tape.gradient(value, tensors[-1])

        return run

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches, counted by a Keras metric if Keras runs on TensorFlow."""
        if importlib.util.find_spec("keras") is None:
            return super().streamed(measure, batches)
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # Keras reads it when first imported
        import keras

        if keras.backend.backend() != "tensorflow":
            return super().streamed(measure, batches)
        from accord_keras.metric import AccuracyMetric

        metric = AccuracyMetric(measure, name="streamed")
        for y_true, y_score in batches:
            metric.update_state(y_true, y_score)
        return metric.tally
