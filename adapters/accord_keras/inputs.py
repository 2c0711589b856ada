"""Convert the arguments of a Keras metric to what the core accepts, which is stricter (R12)."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np
from keras.src.backend import get_keras_mask  # no public name; JAX's arrays hold no attribute

from accord.backends.base import Array, Backend
from accord.backends.registry import backend_of
from accord.inputs.validate import join

_OF_CLASSES = {"candidates", "scores"}  # what has the class axis, too


class Batch(NamedTuple):
    """Arrays of one framework whose shapes match; ``samples`` are those that need not be there."""

    y_true: Array
    scores: Array
    samples: dict[str, Any]


def arranged(
    y_true: Any,
    y_pred: Any,
    samples: dict[str, Any],
    *,
    axis: int | None,
    dense: bool,
    name: str = "y_pred",
) -> Batch:
    """Return a batch as the core accepts it.

    Only this function accepts: a last axis of length 1 on labels, weights and masks (Keras turns
    one-dimensional data into a column, and the output of a binary model is one); one weight for
    several samples, for example for a sequence; the mask that layers attach to their output; and
    arrays of the backend with NumPy scores.
    """
    if samples["mask"] is None:
        samples = {**samples, "mask": get_keras_mask(y_pred)}
    scores = _rows(y_pred, name) if isinstance(y_pred, (list, tuple)) else _read(y_pred)
    backend = backend_of(scores, name)
    scores = backend.as_dense(name, scores)
    truth = _beside(backend, "y_true", y_true, scores, name)
    samples = {
        each: _beside(backend, each, values, scores, name)
        for each, values in samples.items()
        if values is not None
    }

    if axis is None:
        scores = _column_dropped(scores, max(1, len(scores.shape) - 1))
    sample_axes = len(scores.shape) - (axis is not None)
    truth = truth if dense else _column_dropped(truth, sample_axes)
    for each in samples.keys() - _OF_CLASSES:
        samples[each] = _for_each_sample(backend, samples[each], scores, axis)
    weight, mask = samples.get("sample_weight"), samples.get("mask")
    if weight is not None and backend.namespace(weight).isdtype(weight.dtype, "bool"):
        del samples["sample_weight"]
        if mask is not None and len(mask.shape) > len(weight.shape):  # a mask of labels (R13)
            weight = backend.namespace(weight).expand_dims(weight, axis=axis)
        samples["mask"] = weight if mask is None else weight & mask
    return Batch(truth, scores, samples)


def arranged_lists(
    y_true: Any, classes: Any, scores: Any, samples: dict[str, Any]
) -> tuple[tuple[Array, Array, Any], dict[str, Any]]:
    """Return labels, ranked classes and their scores as the core accepts them, and the samples.

    Beside what `arranged` accepts, predicted labels may have an axis less than a column of labels.
    """
    classes = _rows(classes, "classes") if isinstance(classes, (list, tuple)) else classes
    scores = _rows(scores, "scores") if isinstance(scores, (list, tuple)) else scores
    mine, lists = _shape(y_true), _shape(classes)
    alone = len(mine) == len(lists) and (mine[-1:] == lists[-1:] or not mine[1:])
    if alone or len(lists) < len(mine):
        if scores is not None and len(_shape(scores)) == len(lists):
            scores = _read(scores)[..., None]
        classes = _read(classes)[..., None]
    given = {**samples, "scores": scores}
    batch = arranged(y_true, classes, given, axis=-1, dense=False, name="classes")
    return (batch.y_true, batch.scores, batch.samples.pop("scores", None)), batch.samples


def _shape(values: Any) -> tuple[int | None, ...]:
    return tuple(values.shape) if hasattr(values, "shape") else np.shape(values)


def _read(values: Any) -> Any:
    return values.value if isinstance(values, keras.Variable) else values


def _rows(y_pred: Any, name: str) -> Array:
    try:
        return np.asarray(y_pred)
    except ValueError as error:
        raise ValueError(f"{name} is a ragged list; pass rows of one length") from error


def _beside(backend: Backend, name: str, values: Any, scores: Array, beside: str) -> Array:
    values = _read(values)
    if isinstance(scores, np.ndarray) and keras.ops.is_tensor(values):
        own = backend_of(values, name)
        values = own.to_host(own.as_dense(name, values))[0]
    return join(backend, name, values, scores, beside)


def _column_dropped(values: Array, axes: int) -> Array:
    shape = values.shape
    return values[..., 0] if len(shape) == axes + 1 > 0 and shape[-1] == 1 else values


def _for_each_sample(backend: Backend, values: Array, scores: Array, axis: int | None) -> Array:
    """Return a weight or a flag for each sample, where Keras' own metrics take one for several.

    An axis of length 1, or an axis missing at the end, is used for a whole axis of the samples.
    Values with other lengths are returned unchanged, and the core refuses them.
    """
    whole = len(scores.shape)
    apart = None if axis is None or not whole else axis % whole  # the class axis
    samples = [length for place, length in enumerate(scores.shape) if place != apart]
    given = _column_dropped(values, len(samples))
    missing = len(samples) - len(given.shape)
    pairs = list(zip((*given.shape, *(1,) * missing), samples, strict=False))
    if missing < 0 or not all(own in (1, None, each) or each is None for own, each in pairs):
        return values
    if not missing and not any(
        own == 1 != each or (own is None and place)  # unknown, and not the batch axis
        for place, (own, each) in enumerate(pairs)
    ):
        return given
    index = tuple(0 if place == apart else slice(None) for place in range(whole))
    one = scores[index]
    shape = (one == one) | True
    spread = given[(..., *(None,) * missing)]
    return backend.namespace(given).where(shape, spread, spread)
