"""From arguments to a `Batch`: arrays of one framework, of matching shapes and fit dtypes (R21).

Nothing after this checks shapes or dtypes. Values are read block by block, in ``labels``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from accord import scan
from accord.backends import refusals, small_floats
from accord.backends.base import Array, Backend, Namespace
from accord.backends.registry import backend_of, load
from accord.inputs import dtypes, shapes
from accord.inputs.batch import Batch, Origin


def validate(
    y_true: Any,
    y_score: Array,
    *,
    axis: int | None,
    dense: bool = False,
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    name: str = "y_score",
    moved: bool = True,
    ranked: bool = True,
    masks: bool = True,
    scans: bool = False,
) -> Batch:
    """Check everything that can be known without reading a value (R1, R12, R21).

    Here alone it is decided what computes: NumPy takes over what is in host memory if the framework
    asks for that, and the compiled scan ranks it if the work is worth it.

    Parameters
    ----------
    y_true, y_score, sample_weight, mask, candidates, groups : array
        ``y_score`` decides the framework; the others may also be Python lists or NumPy arrays.
    axis : int or None
        The class axis of ``y_score``; None when every entry is a sample.
    dense : bool
        Whether ``y_true`` has the class axis too.
    n_groups : int, optional
        How many groups there are (R24).
    name : str
        What messages call ``y_score``.
    moved : bool
        Whether NumPy may stand in for the framework.
    ranked : bool
        Whether the class axis has all classes of which one is true.
    masks : bool
        Whether a mask may be passed, so that a message may say so.

    scans : bool
        Whether the compiled scan can rank the scores, if it is worth it.

    Returns
    -------
    Batch
        With the class axis last.

    Raises
    ------
    TypeError
        For a dtype that holds no real numbers, or arrays of two frameworks.
    ValueError
        For shapes that do not match, or no class at all.
    """
    backend = backend_of(y_score, name)
    y_score = backend.as_dense(name, y_score)
    refusals.refuse_other_than_arrays(name, y_score, classes=axis is not None, masks=masks)
    if y_true is None:
        raise refusals.no_array("y_true", y_true)
    truth = _given(backend, "y_true", y_true, y_score, name, classes=dense, masks=masks)
    optional = {
        each: _given(backend, each, values, y_score, name, masks=masks)
        for each, values in (
            ("mask", mask),
            ("sample_weight", sample_weight),
            ("candidates", candidates),
            ("groups", groups),
        )
        if values is not None
    }
    origin = None
    others = [truth, *optional.values()]
    views = _views(backend, y_score, *others) if moved and backend.counts_in_numpy else None
    if views is not None:
        origin, backend = Origin(backend, y_score), load("numpy").backend
        y_score, *others = views
    elif not isinstance(y_score, np.ndarray):
        others = [_placed(backend, values, y_score) for values in others]
    truth = others[0]
    host = isinstance(y_score, np.ndarray)
    small = host and not y_score.dtype.isbuiltin == truth.dtype.isbuiltin == 1  # of another package
    if small:
        y_score = small_floats.as_bits(y_score)

    ns = backend.namespace(y_score)
    dtypes.refuse_other(ns, name, y_score)
    scores = y_score if axis is None else classes_last(ns, y_score, axis)
    sample_axes = scores.ndim - (axis is not None)
    samples = tuple(scores.shape[:sample_axes])
    expected = shapes.Expected(ns, y_score, name, axis, dense)

    expected.refuse_other("y_true", truth, tuple(y_score.shape) if dense else samples)
    if not dense and small:
        truth = small_floats.widened(truth)  # one a sample; dense ones are widened by blocks
    if dense and axis is not None:
        truth = classes_last(ns, truth, axis)
    if axis is not None and ranked:
        shapes.refuse_predicted_labels(ns, scores, name, dense=dense)
    truth = backend.match_samples("y_true", truth, scores)
    if optional:
        optional = dict(zip(optional, others[1:], strict=True))
        optional = _fit(optional, expected, backend, scores, samples)
    return Batch(
        backend,
        ns,
        scores,
        truth,
        optional.get("mask"),
        optional.get("sample_weight"),
        sample_axes,
        backend.numbers(scores),
        scanned=host and scans and scan.wanted(scores),
        origin=origin,
        small=small,
        candidates=optional.get("candidates"),
        groups=optional.get("groups"),
        n_groups=n_groups,
    )


def _fit(
    optional: dict[str, Array],
    expected: shapes.Expected,
    backend: Backend,
    scores: Array,
    samples: tuple[Any, ...],
) -> dict[str, Array]:
    """Return arrays that need not be there, of the dtypes and shapes that the scores ask for."""
    found = {}
    for each, array in optional.items():
        fit = small_floats.widened(array)
        if each == "candidates" and expected.axis is not None:
            expected.refuse_other(each, array, tuple(expected.scores.shape))
            fit = classes_last(expected.ns, array, expected.axis)
        else:
            expected.refuse_other(each, array, samples)
        found[each] = backend.match_samples(each, fit, scores)
    return found


def join(backend: Backend, name: str, values: Any, scores: Array, beside: str = "y_score") -> Array:
    """Bring an array to the framework and device of another; only host values may be moved (R21).

    ``name`` and ``beside`` are what messages call the two.
    """
    return _placed(backend, _given(backend, name, values, scores, beside), scores)


def _given(
    backend: Backend,
    name: str,
    values: Any,
    scores: Array,
    beside: str,
    *,
    classes: bool = False,
    masks: bool = False,
) -> Array:
    """Return an array of the framework of another, or host values as NumPy; refuse all else."""
    if isinstance(values, (list, tuple, bool, int, float)):
        values = backend.as_dense(name, dtypes.listed(name, values), scores)
        if isinstance(values, np.ndarray):
            dtypes.refuse_listed(name, values)
    own = backend if type(values) is type(scores) else backend_of(values, name)
    if type(values) is not np.ndarray:
        refusals.refuse_other_than_arrays(name, values, classes=classes, masks=masks)
    if own.name == backend.name:
        return backend.as_dense(name, values, scores)
    if isinstance(values, (np.ndarray, np.generic)):
        values = backend.as_dense(name, values, scores)
        if not isinstance(values, (np.ndarray, np.generic)):
            return values  # a trace holds it
        values = small_floats.widened(values)
        if values.dtype.kind not in "biuf":
            raise dtypes.other(name, values)
        return values
    raise TypeError(
        f"{beside} is a {backend.name} array but {name} is a {own.name} array;"
        f" pass both from one framework, for instance numpy.asarray({name})"
    )


def _placed(backend: Backend, values: Array, scores: Array) -> Array:
    """Return what `_given` did as an array of the framework, where the scores are."""
    host = isinstance(values, (np.ndarray, np.generic))
    if not host or isinstance(scores, np.ndarray):
        return values
    return backend.from_host(values, like=scores)


def _views(backend: Backend, *arrays: Array) -> list[Any] | None:
    """View arrays as NumPy, None if one can't be: its values are elsewhere, or no numbers to it."""
    views: list[Any] = []
    for array in arrays:
        view = array
        if not isinstance(array, (np.ndarray, np.generic)):
            view = backend.host_view(array)
            if view is None:
                return None
            if view.dtype.kind not in "biuf" and not small_floats.is_small(view.dtype):
                return None
        views.append(view)
    return views


def classes_last(ns: Namespace, scores: Array, axis: int, name: str = "y_score") -> Array:
    """Return scores with their class axis last; refuse an axis that they do not have (R12)."""
    if not -scores.ndim <= axis < scores.ndim:
        raise ValueError(
            f"axis={axis} is no axis of {name}, which has shape {tuple(scores.shape)};"
            f" pass an axis from {-scores.ndim} to {scores.ndim - 1}"
            if scores.ndim
            else f"{name} is a single number; pass an array with a class axis"
        )
    if scores.shape[axis] is None:
        raise ValueError(
            f"{name} has an unknown number of classes: axis {axis} of shape"
            f" {tuple(scores.shape)}; give that axis a length before tracing"
        )
    if scores.shape[axis] == 0:
        raise ValueError(
            f"{name} has no classes: axis {axis} of shape {tuple(scores.shape)} has length 0;"
            " pass at least one score a sample"
        )
    if axis in (-1, scores.ndim - 1):
        return scores
    axes = list(range(scores.ndim))
    axes.append(axes.pop(axis))
    return ns.permute_dims(scores, tuple(axes))  # as moveaxis, which not every vmap knows
