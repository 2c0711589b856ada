"""TensorFlow as accord sees it: no Array API, shapes known in part, subnormals flushed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from accord.backends.base import NO_VALUES, Array, Backend, Namespace, Numbers, Residence
from accord.backends.float_order import signed_magnitude
from accord.backends.small_floats import BFLOAT16
from accord.inputs.batch import Batch
from accord_tensorflow import namespace, xla

_NUMBERS = Numbers(tf.int64, tf.float64, tf.float32)

# The integer as wide as a float.
_BITS = {tf.float16: tf.int16, tf.bfloat16: tf.int16, tf.float32: tf.int32, tf.float64: tf.int64}

_REMEDIES = {
    "RaggedTensor": "pass {0}.to_tensor() and mask=tf.sequence_mask({0}.row_lengths())",
    "SparseTensor": "pass tf.sparse.to_dense({0})",
    "IndexedSlices": "pass tf.convert_to_tensor({0})",
}


class TensorFlowBackend(Backend):
    """Tensors and variables: eager, in graphs, under XLA and in ``tf.vectorized_map``."""

    counts_in_numpy = True
    host_block = 1 << 22
    static_option = (
        "and must be a Python value, which tf.function takes as it is; pass {name} as one"
    )

    def namespace(self, array: Array = None) -> Namespace:
        """Return the functions of `accord_tensorflow.namespace`."""
        return namespace

    def numbers(self, array: Array) -> Numbers:
        """Return 64-bit dtypes to count in, and float32 to answer in."""
        return _NUMBERS

    def as_dense(self, name: str, array: Array, beside: Array = None) -> Array:
        """Read a variable; refuse what is no dense tensor of known rank (R21).

        TensorFlow copies between devices where an operation needs it.
        """
        if beside is not None and isinstance(array, (np.ndarray, np.generic)):
            return array
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

    def constant(self, array: Array) -> Array:
        """Return the tensor as a constant of every tape."""
        return tf.stop_gradient(array)

    def suffix_logsumexp(self, values: Array) -> Array:
        """Sum from the last entry to the first, by TensorFlow's own scan."""
        return tf.math.cumulative_logsumexp(values, axis=-1, reverse=True)

    def match_samples(self, name: str, array: Array, scores: Array) -> Array:
        """Demand, when the graph runs, the lengths that were not known when it was traced.

        XLA drops assertions, but it can't reshape to another number of entries.
        """
        if array.shape.is_fully_defined() and scores.shape.is_fully_defined():
            return array
        wanted = tf.shape(scores)[: array.ndim]
        message = f"{name} must have the shape of y_score without its class axis"
        equal = tf.debugging.assert_equal(tf.shape(array), wanted, message=message)
        with tf.control_dependencies([equal]):
            return tf.reshape(array, wanted)

    def sort_key(self, scores: Array) -> Array:
        """Return integers in the order of floats, for comparisons flush subnormals (R2)."""
        if scores.dtype not in _BITS:
            return scores
        bits = tf.bitcast(scores, _BITS[scores.dtype])
        return signed_magnitude(namespace, bits, tf.math.is_nan(scores))

    def count_true(self, *flags: Array) -> tuple[Array, ...]:
        """Count several flags in one read, where need be in one sum, each in its own bits."""
        if xla.has_sums():
            return xla.sums(*(tf.cast(each, tf.int32) for each in flags), axes=(flags[0].ndim - 1,))
        if len(flags) == 1:
            return (_count(flags[0]),)
        classes = flags[0].shape[-1]
        bits = classes.bit_length()
        if bits * len(flags) > tf.int64.size * 8 - 1:
            return tuple(map(_count, flags))
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

    def sum_over(self, *values: Array, axes: tuple[int, ...]) -> tuple[Array, ...]:
        """Sum in one read, where XLA compiles."""
        if xla.has_sums():
            return xla.sums(*values, axes=axes)
        return super().sum_over(*values, axes=axes)

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Run the counting of a graph by XLA in one pass, where shapes are known.

        XLA compiles anew for each shape.
        """

        def run(how: Any, block: Batch, *trees: Any) -> Any:
            if (
                self.residence(block.scores) != "traced"
                or not block.scores.shape.is_fully_defined()
            ):
                return function(how, block, *trees)
            return xla.program(function, how, block, *trees)

        return run

    def take_last_axis(self, values: Array, place: Array) -> Array:
        """Return the entry at ``place`` of each row."""
        return tf.gather(values, place, batch_dims=values.ndim - 1)

    def segment_sum(self, values: Array, ids: Array, n: int) -> Array:
        """Sum the values of each id."""
        return tf.math.unsorted_segment_sum(values, ids, n)

    def residence(self, array: Array) -> Residence:
        """Tell where values are: nowhere while a graph is being built."""
        if not tf.executing_eagerly():
            return "traced"
        return "host" if _in_host_memory(array) else "device"

    def host_view(self, array: Array) -> npt.NDArray[Any] | None:
        """View an eager tensor in host memory."""
        if self.residence(array) != "host":
            return None
        if array.dtype == tf.bfloat16:
            return np.asarray(memoryview(tf.bitcast(array, tf.uint16))).view(BFLOAT16)
        return np.asarray(memoryview(array))

    def to_host(self, *arrays: Array) -> tuple[npt.NDArray[Any], ...]:
        """Copy eager tensors to host memory; a symbolic one has no values."""
        if not all(hasattr(array, "numpy") for array in arrays):
            raise TypeError(NO_VALUES)
        return tuple(array.numpy() for array in arrays)

    def from_host(
        self,
        values: Any,
        like: Array | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Array:
        """Make a tensor; a cast to bfloat16 is done on the host, where no subnormal is flushed."""
        host = np.asarray(values, dtype and tf.as_dtype(dtype).as_numpy_dtype)
        with tf.device(device if like is None else like.device):
            return tf.constant(host)


def _count(flags: Array) -> Array:
    return tf.reduce_sum(tf.cast(flags, tf.int32), axis=-1)


def _in_host_memory(tensor: Array) -> bool:
    return isinstance(tensor, tf.__internal__.EagerTensor) and tensor.__dlpack_device__()[0] == 1
