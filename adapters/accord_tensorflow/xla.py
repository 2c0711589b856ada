"""Programs that XLA compiles, and what it does in one read in them: several sums of one array."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

try:  # the operation has no public name; TensorFlow without it counts in another way
    from tensorflow.compiler.tf2xla.python import xla as _operations
except ImportError:
    _operations = None

_compiling: ContextVar[bool] = ContextVar("accord_xla", default=False)


def program(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function as one program, inside of which `has_sums` may be true."""

    def traced() -> Any:
        token = _compiling.set(True)
        try:
            return function(*arguments)
        finally:
            _compiling.reset(token)

    return tf.function(traced, jit_compile=True, autograph=False)()


def has_sums() -> bool:
    """Tell whether `sums` can be used: what is being traced is for XLA, which can do it."""
    return _compiling.get() and hasattr(_operations, "variadic_reduce")


def sums(*values: Any) -> tuple[Any, ...]:
    """Sum integers of one shape and dtype over their last axis, in one reduction.

    XLA's CPU backend first writes out what a reduction of one operand reads, but fuses one of
    several: three counts of (50k, 1000) take 7 ms, and packed in one sum 18; to read the scores
    takes 6.
    """
    dtype, count = values[0].dtype, len(values)

    def added(*pairs: Any) -> tuple[Any, ...]:
        return tuple(map(tf.add, pairs[:count], pairs[count:]))

    reducer = tf.function(added, autograph=False)
    return tuple(
        _operations.variadic_reduce(
            values,
            [tf.zeros((), dtype)] * count,
            dimensions_to_reduce=[values[0].ndim - 1],
            reducer=reducer.get_concrete_function(*[tf.TensorSpec((), dtype)] * (2 * count)),
        )
    )
