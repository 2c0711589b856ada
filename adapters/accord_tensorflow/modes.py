"""The ways to run a function of TensorFlow tensors, for the conformance laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from accord.registry import Transform

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


MODES: Mapping[str, Transform] = {
    "compiled": _graph,
    "compiled-xla": _xla,
    "vmapped": _vectorized,
}
