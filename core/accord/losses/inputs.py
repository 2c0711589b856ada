"""What every loss asks of its arguments, and how losses of samples are reduced to one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, TypeAlias

from accord.backends import refusals, small_floats
from accord.backends.base import Array, Namespace
from accord.backends.registry import backend_of
from accord.inputs import dtypes, options, shapes
from accord.inputs.batch import Batch
from accord.inputs.labels import read_kept
from accord.inputs.validate import classes_last, join

Reduction: TypeAlias = Literal["mean", "sum", "none"]
REDUCTIONS = ("mean", "sum", "none")

FAR = -1e30
"""The logit of an entry that takes no part: finite, so that no gradient is NaN; its exp is 0."""

_FLOATS = "floating-point numbers, for a loss is differentiated by them; cast {0} to float32"


def admit(
    y_true: Any,
    y_score: Array,
    *,
    axis: int,
    dense: bool,
    sample_weight: Any,
    mask: Any,
    names: tuple[str, str] = ("y_true", "y_score"),
) -> Batch:
    """Check what can be known without reading a value, and return arrays with the class axis last.

    Scores keep their gradient, and are float64 if they were, else float32; an infinite one is NaN,
    and one that `mask` leaves out is 0. Everything else is a constant. ``candidates`` of the batch
    are the entries that the mask keeps.

    Parameters
    ----------
    y_true, y_score, sample_weight, mask : array
        ``y_score`` decides the framework; the others may also be Python lists or NumPy arrays.
    axis : int
        The class axis of ``y_score``, and of ``y_true`` where that is ``dense``.
    names : tuple of str
        What messages call ``y_true`` and ``y_score``.

    Raises
    ------
    TypeError
        For a dtype that does not fit, or arrays of two frameworks.
    ValueError
        For shapes that do not match, or no class at all.
    """
    axis = options.whole("axis", axis)
    target, name = names
    backend = backend_of(y_score, name)
    refusals.refuse_other_than_arrays(name, y_score, classes=True, masks=False)
    given = backend.as_differentiable(name, y_score)
    ns = backend.namespace(given)
    if not dtypes.is_kind(ns, given, dtypes.FLOAT):
        raise refusals.dtype(name, given, _FLOATS.format(name))
    if y_true is None:
        raise refusals.no_array(target, y_true)
    scores = classes_last(ns, working(ns, given), axis, name)
    shape = tuple(given.shape)
    samples = tuple(scores.shape[:-1])

    def fitting(called: str, values: Any, *, classes: bool) -> Array:
        array = small_floats.widened(join(backend, called, values, given, name))
        dtypes.refuse_other(ns, called, array)
        _refuse_shape(called, array, shape if classes else samples, name, shape)
        array = classes_last(ns, array, axis, called) if classes else array
        return backend.constant(backend.match_samples(called, array, scores))

    truth = fitting(target, y_true, classes=dense)
    there = None if mask is None else fitting("mask", mask, classes=True)
    weight = None
    if sample_weight is not None:
        weight = fitting("sample_weight", sample_weight, classes=False)
    some = None if there is None else ns.any(there, axis=-1)
    batch = Batch(
        backend,
        ns,
        without_inf(ns, scores),
        truth,
        some,
        weight,
        len(samples),
        backend.numbers(given),
        candidates=there,
    )
    return _emptied(batch, dense=dense)


def _emptied(batch: Batch, *, dense: bool) -> Batch:
    """Put 0 where samples and entries are left out: NaN times a gradient of 0 is NaN."""
    ns, scores, truth = batch.ns, batch.scores, batch.truth
    keep = read_kept(batch).keep
    if keep is None:
        return batch
    there = keep[..., None] if batch.candidates is None else keep[..., None] & batch.candidates
    scores = ns.where(there, scores, ns.zeros_like(scores))
    if dense and dtypes.is_kind(ns, truth, dtypes.FLOAT):
        truth = ns.where(there, truth, ns.zeros_like(truth))
    return replace(batch, scores=scores, truth=truth)


def working(ns: Namespace, values: Array) -> Array:
    """Return floats in the dtype that losses are computed in: float64 as it is, else float32."""
    values = small_floats.widened(values)
    if values.dtype in (ns.float32, ns.float64):
        return values
    wide = ns.finfo(values.dtype).bits > ns.finfo(ns.float32).bits
    return ns.astype(values, ns.float64 if wide else ns.float32)


def without_inf(ns: Namespace, logits: Array) -> Array:
    """Return logits with NaN in the place of inf, so that a softmax of them is NaN everywhere."""
    return ns.where(logits == float("inf"), number(ns, logits, float("nan")), logits)


def _refuse_shape(
    name: str, array: Array, wanted: tuple[Any, ...], beside: str, whole: tuple[Any, ...]
) -> None:
    """Refuse an array of another shape; None is a length that a trace does not know."""
    shape = tuple(array.shape)
    if shapes.fits(shape, wanted):
        return
    remedy = f"pass {name} of shape {wanted}"
    if name == "mask":
        remedy = (
            "pass True for each entry that takes part; to leave whole samples out, pass"
            " sample_weight with 0 for them"
        )
    elif name == "y_true" and shape == whole:
        remedy = "pass the class of each sample; of one-hot rows, their argmax"
    elif shape == (*wanted, 1):
        remedy = f"drop the last axis of {name}"
    raise shapes.differing(name, shape, beside, wanted, whole, remedy=remedy)


def number(ns: Namespace, like: Array, value: float) -> Array:
    """Return a number as a 0-d array of the dtype of another."""
    return ns.asarray(value, dtype=like.dtype)


def taking_part(batch: Batch) -> Array:
    """Tell which entries take part: those that the mask keeps, unless their score is -inf."""
    finite = batch.scores != -float("inf")
    return finite if batch.candidates is None else finite & batch.candidates


def centred(batch: Batch, there: Array) -> Array:
    """Return scores less the largest of their row, which no logit of a softmax notices."""
    return batch.scores - top(batch, batch.scores, there)


def top(batch: Batch, values: Array, there: Array) -> Array:
    """Return the largest value of each row among the entries that are there; 0 if none is."""
    ns = batch.ns
    held = batch.backend.constant(ns.where(there, values, number(ns, values, FAR)))
    most = ns.max(held, axis=-1, keepdims=True)
    return ns.where(most == FAR, ns.zeros_like(most), most)


def logsumexp(batch: Batch, values: Array, there: Array) -> Array:
    """Return ``log(sum(exp(...)))`` over the entries that are there, and -inf where none is."""
    ns = batch.ns
    most = top(batch, values, there)
    nothing = ns.zeros_like(values)
    powers = ns.where(there, ns.exp(ns.where(there, values - most, nothing)), nothing)
    total = ns.sum(powers, axis=-1)
    empty = total == 0
    found = ns.log(ns.where(empty, ns.ones_like(total), total)) + most[..., 0]
    return ns.where(empty, number(ns, found, -float("inf")), found)


def above_zero(value: object) -> float:
    """Return a temperature as a float; refuse one that is not above zero."""
    found = options.finite("temperature", value)
    if found <= 0:
        raise ValueError(f"temperature={value!r} is not above 0; pass a positive number")
    return found


def reduced(batch: Batch, losses: Array, reduction: Reduction, bad: Array | None = None) -> Array:
    """Reduce the losses of samples; those without weight, or whose mask keeps no entry, are left out.

    The loss of a sample with a ``bad`` value is NaN, and so is the mean of no samples (R16).
    """
    ns = batch.ns
    if bad is not None:
        losses = ns.where(bad, number(ns, losses, float("nan")), losses)
    keep, weight = read_kept(batch)
    nothing = ns.zeros_like(losses)
    weight = nothing + 1 if weight is None else ns.astype(weight, losses.dtype)
    if keep is not None:
        losses, weight = ns.where(keep, losses, nothing), ns.where(keep, weight, nothing)
    losses = losses * weight
    if reduction == "none":
        return losses
    whole = ns.sum(losses)
    if reduction == "sum":
        return whole
    total = ns.sum(weight)
    return whole / ns.where(total > 0, total, number(ns, total, float("nan")))


def refuse_option(reduction: str) -> None:
    """Refuse an unknown reduction."""
    options.one_of("reduction", reduction, REDUCTIONS)


def whole_k(k: object) -> int:
    """Return ``k`` as an int, at least 1; a tuple is refused, for a loss is one number (R6)."""
    found = options.top(k)
    if isinstance(found, tuple):
        raise ValueError(f"k={k!r} is a tuple; pass one int, from 1 to C")  # noqa: TRY004  # as R6
    return found


def one_k(k: object, classes: int, name: str = "y_score") -> int:
    """Return ``k`` as an int from 1 to the number of classes (R6)."""
    found = whole_k(k)
    options.top_within(found, classes, name)
    return found
