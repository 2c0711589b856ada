"""What Keras hands to a metric, made what the core takes (R12 is strict, Keras is not)."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
from keras.src.backend import get_keras_mask  # no public name; JAX's arrays hold no attribute

from accord.registry import Array, Namespace, adapter_of


class Batch(NamedTuple):
    """Arrays of one framework whose shapes match."""

    y_true: Array
    scores: Array
    sample_weight: Array | None
    mask: Array | None


def arranged(
    y_true: Any, y_pred: Any, sample_weight: Any, mask: Any, *, axis: int | None, dense: bool
) -> Batch:
    """Return a batch as the core takes it.

    Here, and nowhere else, are accepted: a last axis of length 1 on labels, weights and masks
    (Keras makes a column of a series of numbers, and a binary model ends in one), weights of a
    whole sequence or image, which hold for each of its entries, and the mask that layers attach
    to their output.
    """
    if mask is None:
        mask = get_keras_mask(y_pred)
    truth, scores = _array("y_true", y_true), _array("y_pred", y_pred)
    weight, mask = _array("sample_weight", sample_weight), _array("mask", mask)
    batch = _together(Batch(truth, scores, weight, mask))
    batch = _one_column(batch) if axis is None else batch
    samples = _samples(batch.scores, axis)
    truth = batch.y_true if dense else _column_dropped(batch.y_true, samples)
    if not dense and axis is not None and _same_shape(truth, batch.scores):
        raise ValueError(
            f"y_true has shape {tuple(truth.shape)}, that of y_pred, where class indices are"
            " expected; for one-hot rows use CategoricalAccuracy or TopKCategoricalAccuracy"
        )
    weight, mask = (_for_each_sample(extra, samples) for extra in (batch.sample_weight, batch.mask))
    if weight is not None and _namespace(weight).isdtype(weight.dtype, "bool"):
        weight, mask = None, weight if mask is None else weight & mask
    return Batch(truth, batch.scores, weight, mask)


def _array(name: str, values: Any) -> Array:
    if values is None:
        return None
    if isinstance(values, keras.Variable):
        return values.value
    if isinstance(values, keras.KerasTensor):
        raise TypeError(
            f"{name} is a KerasTensor, which has no values; pass the metric to model.compile, or"
            " call it on what the model returns"
        )
    if isinstance(values, (list, tuple, bool, int, float)):
        values = np.asarray(values)
    adapter = adapter_of(values, name)
    return adapter.plain(name, values)


def _together(batch: Batch) -> Batch:
    """Read everything in place where it is in host memory; else leave it to the backend."""
    views = [None if values is None else _view(values) for values in batch]
    if all(
        view is not None for view, values in zip(views, batch, strict=True) if values is not None
    ):
        return Batch(*views)
    if isinstance(batch.scores, np.ndarray):
        return batch._replace(scores=keras.ops.convert_to_tensor(batch.scores))
    return batch


def _view(values: Array) -> np.ndarray[Any, Any] | None:
    view = adapter_of(values).host_view(values)
    return view if view is not None and view.dtype.kind in "biuf" else None


def _one_column(batch: Batch) -> Batch:
    """Drop the axis that a binary model's single output leaves on its scores."""
    shape = batch.scores.shape
    if len(shape) < 2 or shape[-1] != 1:  # noqa: PLR2004  # a batch axis and the column
        return batch
    return batch._replace(scores=batch.scores[..., 0])


def _samples(y_pred: Array, axis: int | None) -> Array:
    """Return an array of bool, True, with a place for each sample."""
    if axis is not None:
        y_pred = y_pred[(*(slice(None),) * (axis % len(y_pred.shape)), 0)]
    return (y_pred == y_pred) | True  # noqa: PLR0124  # of this shape, even where it is not known


def _column_dropped(values: Array, samples: Array) -> Array:
    shape = values.shape
    return values[..., 0] if len(shape) == len(samples.shape) + 1 and shape[-1] == 1 else values


def _for_each_sample(values: Array, samples: Array) -> Array:
    if values is None:
        return None
    values = _column_dropped(values, samples)
    missing = len(samples.shape) - len(values.shape)
    if missing <= 0:
        return values
    for _ in range(missing):
        values = values[..., None]
    return _namespace(values).where(samples, values, values)


def _same_shape(one: Array, other: Array) -> bool:
    return tuple(one.shape) == tuple(other.shape)


def _namespace(array: Array) -> Namespace:
    return adapter_of(array).namespace(array)
