"""The Array API functions that the core uses, written with TensorFlow's operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import ml_dtypes
import numpy as np
import tensorflow as tf

from accord.backends.base import Array

uint8, uint32 = tf.uint8, tf.uint32
int32, int64 = tf.int32, tf.int64
float32, float64 = tf.float32, tf.float64

_KINDS = {
    "bool": {tf.bool},
    "integral": {
        *(tf.int8, tf.int16, tf.int32, tf.int64),
        *(tf.uint8, tf.uint16, tf.uint32, tf.uint64),
    },
    "real floating": {tf.float16, tf.bfloat16, tf.float32, tf.float64},
}

broadcast_to = tf.broadcast_to
concat = tf.concat
cumulative_sum = tf.cumsum
clip = tf.clip_by_value
exp = tf.exp
floor = tf.floor
isfinite = tf.math.is_finite
isnan = tf.math.is_nan
log = tf.math.log
log1p = tf.math.log1p
matmul = tf.matmul
matrix_transpose = tf.linalg.matrix_transpose
maximum = tf.maximum
minimum = tf.minimum
ones_like = tf.ones_like
permute_dims = tf.transpose
sort = tf.sort
matmul = tf.matmul
stack = tf.stack
take = tf.gather
where = tf.where
zeros_like = tf.zeros_like
all = tf.reduce_all  # noqa: A001  # the Array API's name
any = tf.reduce_any  # noqa: A001  # the same
max = tf.reduce_max  # noqa: A001  # the same


def isdtype(dtype: Any, kind: str | tuple[str, ...]) -> bool:
    """Return whether a dtype is of a kind, or of one of several."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return dtype in set().union(*(_KINDS[each] for each in kinds))


def astype(values: Array, dtype: Any, *, copy: bool = True) -> Array:
    """Return values in another dtype."""
    return tf.cast(values, dtype)


def finfo(dtype: Any) -> Any:
    """Return the limits of a floating dtype, bfloat16 included."""
    return ml_dtypes.finfo(dtype.as_numpy_dtype)  # type: ignore[no-untyped-call]  # it has no types


def iinfo(dtype: Any) -> Any:
    """Return the limits of an integer dtype."""
    return np.iinfo(dtype.as_numpy_dtype)


def asarray(values: Any, *, dtype: Any) -> Array:
    """Return numbers as a tensor."""
    return tf.constant(values, dtype)


def arange(stop: int, *, dtype: Any, device: Any = None) -> Array:
    """Return the numbers below one, in a dtype."""
    return tf.range(stop, dtype=dtype)


def argsort(values: Array, *, axis: Literal[-1] = -1, stable: bool = True) -> Array:
    """Return the places of rising values; equal ones keep their order."""
    return tf.argsort(values, axis=axis, stable=True)


def take_along_axis(values: Array, places: Array, *, axis: Literal[-1]) -> Array:
    """Return the entries at some places of each row."""
    return tf.gather(values, places, axis=axis, batch_dims=values.ndim - 1)


def reshape(values: Array, shape: Sequence[int | None]) -> Array:
    """Return values in another shape; None keeps the length of the axis as far from the last."""
    unknown = [place for place, length in enumerate(shape) if length is None]
    if unknown:
        now, shape = tf.shape(values)[::-1], list(shape)
        for place in unknown:
            shape[place] = now[len(shape) - 1 - place]
    return tf.reshape(values, shape)


def argmax(values: Array, *, axis: Literal[-1]) -> Array:
    """Return the lowest index of the largest entry, which tf.argmax does not promise."""
    largest = values == tf.reduce_max(values, axis=axis, keepdims=True)
    place = tf.range(values.shape[axis])
    return tf.reduce_min(tf.where(largest, place, values.shape[axis]), axis=axis)


def sum(  # noqa: A001  # the Array API's name
    values: Array, *, axis: int | Sequence[int] | None = None, dtype: Any = None
) -> Array:
    """Sum over axes, in the dtype of the values unless another is named."""
    return tf.reduce_sum(values if dtype is None else tf.cast(values, dtype), axis=axis)
