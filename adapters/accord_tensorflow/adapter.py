"""The adapter for TensorFlow: no Array API, partly unknown shapes, subnormals flushed."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from accord.arrays import Inputs
from accord.order import signed_magnitude
from accord.registry import BFLOAT16, NO_VALUES, Adapter, Array, Namespace, Numbers, Transform
from accord_tensorflow import modes, namespace, xla

_NUMBERS = Numbers(tf.int64, tf.float64, tf.float32)

# The integer of the same width as each float.
_BITS = {tf.float16: tf.int16, tf.bfloat16: tf.int16, tf.float32: tf.int32, tf.float64: tf.int64}

_REMEDIES = {
    "RaggedTensor": "pass {0}.to_tensor() and mask=tf.sequence_mask({0}.row_lengths())",
    "SparseTensor": "pass tf.sparse.to_dense({0})",
    "IndexedSlices": "pass tf.convert_to_tensor({0})",
}


class TensorFlowAdapter(Adapter):
    """Tensors and variables: eager, in graphs, under XLA and in ``tf.vectorized_map``."""

    dtypes = ("float16", "bfloat16", *Adapter.dtypes)

    counts_in_numpy = True
    slow_modes = frozenset({"compiled-xla", "vmapped"})

    def namespace(self, array: Array) -> Namespace:  # noqa: ARG002  # there is only one
        """Return the functions of `accord_tensorflow.namespace`."""
        return namespace

    def default_namespace(self) -> Namespace:
        """Return the functions of `accord_tensorflow.namespace`."""
        return namespace

    def numbers(self, array: Array) -> Numbers:  # noqa: ARG002  # they never differ
        """Return 64-bit dtypes to count in, and float32 to answer in."""
        return _NUMBERS

    def plain(self, name: str, array: Array) -> Array:
        """Return a tensor; read a variable, and refuse all but dense tensors of known rank (R21)."""
        kind = type(array).__name__
        if kind in _REMEDIES:
            raise TypeError(f"{name} is a {kind}; {_REMEDIES[kind].format(name)}")
        if isinstance(array, tf.Tensor):
            tensor = array
        else:
            try:
                tensor = tf.convert_to_tensor(array)
            except (TypeError, ValueError) as error:
                raise TypeError(f"{name} is a {kind}; pass a dense tensor") from error
        if tensor.shape.rank is None:
            raise ValueError(
                f"{name} has an unknown rank; name its axes, at least as"
                f" tf.ensure_shape({name}, (None, classes)), or in the input_signature"
            )
        return tensor

    def settled(self, name: str, array: Array, scores: Array) -> Array:
        """Check lengths that are unknown while tracing when the graph runs.

        XLA drops assertions, but it cannot reshape to another number of entries.
        """
        if array.shape.is_fully_defined() and scores.shape.is_fully_defined():
            return array
        wanted = tf.shape(scores)[: array.ndim]
        message = f"{name} must have the shape of y_score without its class axis"
        equal = tf.debugging.assert_equal(tf.shape(array), wanted, message=message)
        with tf.control_dependencies([equal]):
            return tf.reshape(array, wanted)

    def sort_key(self, scores: Array) -> Array:
        """Return integers in the order of the floats: comparisons flush subnormals (R2)."""
        if scores.dtype not in _BITS:
            return scores
        bits = tf.bitcast(scores, _BITS[scores.dtype])
        return signed_magnitude(namespace, bits, tf.math.is_nan(scores))

    def count(self, flags: Array) -> Array:
        """Count the true entries along the last axis."""
        return tf.reduce_sum(tf.cast(flags, tf.int32), axis=-1)

    def counts(self, *flags: Array) -> tuple[Array, ...]:
        """Count several flags in one read: by XLA, or packed into the bits of one sum."""
        if xla.has_sums():
            return xla.sums(*(tf.cast(each, tf.int32) for each in flags))
        classes = flags[0].shape[-1]
        bits = classes.bit_length()
        if bits * len(flags) > tf.int64.size * 8 - 1:
            return super().counts(*flags)
        dtype = tf.int32 if bits * len(flags) < tf.int32.size * 8 else tf.int64
        shifts = [tf.constant(1 << bits * place, dtype) for place in range(len(flags))]
        nothing = tf.constant(0, dtype)
        packed = tf.reduce_sum(
            tf.add_n(
                [tf.where(flag, shift, nothing) for flag, shift in zip(flags, shifts, strict=True)]
            ),
            axis=-1,
        )
        field = tf.constant((1 << bits) - 1, dtype)
        return tuple(
            tf.cast(tf.bitwise.bitwise_and(packed // shift, field), tf.int32) for shift in shifts
        )

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Run the counting of a graph in one pass of XLA, if the shapes are known.

        XLA compiles again for each shape.
        """

        def run(how: Any, block: Inputs, *trees: Any) -> Any:
            if not self.is_traced(block.scores) or not block.scores.shape.is_fully_defined():
                return function(how, block, *trees)
            return xla.program(function, how, block, *trees)

        return run

    def places(self, like: Array, n: int) -> Array:
        """Return ``0 .. n - 1`` in the dtype of an array of integers."""
        return tf.range(n, dtype=like.dtype)

    def pick(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row."""
        return tf.gather(values, place, batch_dims=values.ndim - 1)

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id."""
        return tf.math.unsorted_segment_sum(values, ids, n)

    def is_traced(self, array: Array) -> bool:  # noqa: ARG002  # in a graph, everything is traced
        """Return whether a graph is being built."""
        return not tf.executing_eagerly()

    def static(self, name: str) -> str:
        """Return how to keep an option a Python value, for an error message."""
        return f"and must be a Python value, which tf.function takes as it is; pass {name} as one"

    def is_concrete(self, array: Array) -> bool:
        """Return whether a tensor is eager and in host memory."""
        return not self.is_traced(array) and _in_host_memory(array)

    def block_elements(self, scores: Array) -> int | None:
        """Return the block size of an eager call; None in a graph, which takes the whole."""
        if self.is_traced(scores):
            return None
        return 1 << 22 if self.is_concrete(scores) else 1 << 24

    def host_view(self, array: Array) -> npt.NDArray[Any] | None:
        """Return a NumPy view of an eager tensor in host memory, and None for others."""
        if not self.is_concrete(array):
            return None
        if array.dtype == tf.bfloat16:
            return np.asarray(memoryview(tf.bitcast(array, tf.uint16))).view(BFLOAT16)
        return np.asarray(memoryview(array))

    def to_host(self, array: Array) -> npt.NDArray[Any]:
        """Copy an eager tensor to host memory; a symbolic tensor raises TypeError."""
        if not hasattr(array, "numpy"):
            raise TypeError(NO_VALUES)
        copied: npt.NDArray[Any] = array.numpy()
        return copied

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Make a tensor; a cast is done on the host, so that no subnormal is flushed."""
        host = np.asarray(values, dtype and tf.as_dtype(dtype).as_numpy_dtype)
        with tf.device(device if like is None else like.device):
            return tf.constant(host)

    def alongside(self, name: str, array: Array, scores: Array) -> Array:  # noqa: ARG002  # TensorFlow copies between devices
        """Return the array: TensorFlow copies between devices as an operation needs it."""
        return array

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, ``tf.function`` with and without XLA, and ``tf.vectorized_map``."""
        return {**super().modes(), **modes.MODES}

    def streamed(self, measure: Any, batches: Iterable[tuple[Array, Array]]) -> Any:
        """Return the tally of batches, counted by a Keras metric if Keras runs on TensorFlow."""
        if importlib.util.find_spec("keras") is None:
            return super().streamed(measure, batches)
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # read by Keras' first import
        import keras  # noqa: PLC0415  # the adapter does not need it

        if keras.backend.backend() != "tensorflow":
            return super().streamed(measure, batches)
        from accord_keras.metric import AccuracyMetric  # noqa: PLC0415  # the same

        metric = AccuracyMetric(measure, name="streamed")
        for y_true, y_score in batches:
            metric.update_state(y_true, y_score)
        return metric.tally


def _in_host_memory(tensor: Array) -> bool:
    return isinstance(tensor, tf.__internal__.EagerTensor) and tensor.__dlpack_device__()[0] == 1
