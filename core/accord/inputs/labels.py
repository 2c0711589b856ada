"""Reading labels, masks and weights: which samples count, and what their true class is.

Where values can be read a bad one raises; elsewhere it is counted (R22).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from accord.backends import refusals
from accord.backends.base import Array
from accord.inputs import shapes
from accord.inputs.batch import Batch
from accord.inputs.dtypes import BOOL, FLOAT, is_kind
from accord.scan.count import peaks
from accord.scan.dispatch import attempt, can_scan

_NOT_A_CANDIDATE = "a class that is not among the candidates of its sample; mark it as one, or"

_Allowed = str | Callable[[Any], str]


class Kept(NamedTuple):
    """Which samples of a block count, and how much; None stands for all, and for one each."""

    keep: Array | None
    weight: Array | None


class Labels(NamedTuple):
    """What is true of each sample; ``valid`` is None where every kept label is known to be good.

    For sets, labels are those of each entry, and ``known`` says which of them are (None: all).
    """

    label: Array
    valid: Array | None
    kept: Kept
    known: Array | None = None


def class_labels(
    block: Batch,
    ignore_index: int | None,
    classes: int | None = None,
    *,
    ignorable: bool = True,
) -> Labels:
    """Read integer labels 0 to C - 1 (R3); labels left out or bad become class 0.

    C is the number of classes in the block, unless the block is not of scores. ``ignorable`` tells
    whether the caller takes an ``ignore_index``.
    """
    number, whole = as_integers(block, block.truth)
    kept = read_kept(block, not_ignored(block, number, ignore_index))
    if whole is not None:
        refuse_fractions(block, _and(kept.keep, ~whole))
    classes = block.classes if classes is None else classes
    inside = (number >= 0) & (number < classes)
    if whole is not None:
        inside = inside & whole
    remedy = partial(refusals.outside, classes=classes, ignorable=ignorable)
    valid, label = _judge(block, inside, number, kept, remedy)
    return Labels(label if whole is None else _cast(block, label, "count"), valid, kept)


def dense_labels(block: Batch) -> Labels:
    """Read the class of each row of one-hot or probability labels: its lowest largest (R9)."""
    ns, backend = block.ns, block.backend
    if not block.sample_axes:
        _refuse_labels_for_a_row(block)
    elif block.scanned and can_scan(block.truth.dtype):
        mine, found = read_kept(block), attempt(peaks, block.scores, block.truth)
        if found is not None and not _and(mine.keep, found < 0).any():
            return Labels(np.maximum(found, 0), None, mine)
    rows = as_number(block, block.truth)
    tainted = ns.any(isnan(block, rows), axis=-1, keepdims=True)
    rows = ns.where(tainted, ns.zeros_like(rows), rows)  # so that its peak is not above zero
    label = ns.argmax(backend.sort_key(rows), axis=-1)
    peak = backend.take_last_axis(rows, label[..., None])[..., 0]
    kept = read_kept(block)
    if ns.isdtype(rows.dtype, "integral") and ns.isdtype(block.scores.dtype, ("bool", "integral")):
        ones = _cast(block, backend.count_true(rows != 0)[0], "count")
        several = ones + _cast(block, peak, "count") > 2
        allowed = "the largest entry of a row that is not one-hot, beside scores of integers; "
        allowed += shapes.predicted_labels("y_score", tuple(peak.shape))
        block.refuse_any(_and(kept.keep, several), "y_true", peak, allowed)
    allowed = (
        "the largest entry of its row (0 if one is NaN); a row needs one above zero, or leave it"
        " out by mask"
    )
    valid, label = _judge(block, backend.sort_key(peak) > 0, label, kept, allowed, shown=peak)
    return Labels(_cast(block, label, "count"), valid, kept)


def among_candidates(block: Batch, labels: Labels, good: Array | None = None) -> Labels:
    """Refuse a label that is not among the candidates of its sample, or let it count as bad (R25).

    ``good`` tells which labels are, where that is known without the candidates.
    """
    if good is None:
        if block.candidates is None:
            return labels
        good = is_candidate(block, _cast(block, labels.label, "count"))
    judged = good if labels.valid is None else good | ~labels.valid  # others are bad already
    bad = _and(labels.kept.keep, ~judged)
    seen = labels.label if block.truth.ndim > good.ndim else block.truth
    allowed = f"{_NOT_A_CANDIDATE} leave the sample out by mask"
    if block.refuse_any(bad, "y_true", seen, allowed) and (
        labels.kept.keep is None or block.ns.all(good)
    ):
        return labels  # else a sample that is left out has a bad one, which ranks last
    return labels._replace(valid=good if labels.valid is None else good & labels.valid)


def refuse_barred(block: Batch, place: Array, here: Array) -> Array:
    """Tell which samples that are ``here`` have a label outside their candidates; refuse what can be read."""
    barred = here & ~is_candidate(block, place)
    allowed = f"{_NOT_A_CANDIDATE} give a sample that is to be left out a negative label"
    block.refuse_any(barred, "y_true", block.truth, allowed)
    return barred


def is_candidate(block: Batch, place: Array) -> Array:
    """Tell for each sample whether the class in a place takes part (R25)."""
    there = as_number(block, block.candidates)
    return block.backend.take_last_axis(there, place[..., None])[..., 0] != 0


def _refuse_labels_for_a_row(block: Batch) -> None:
    """Refuse whole numbers that are not the one-hot row of a single sample: labels of many."""
    if not block.raises or block.backend.residence(block.truth) != "host":
        return
    (row,) = block.backend.to_host(block.truth)
    if (row == np.floor(row)).all() and row.max() > 0 and np.count_nonzero(row) + row.max() > 2:
        raise shapes.one_row("y_score", row.shape)


def binary_labels(block: Batch, ignore_index: int | None) -> Labels:
    """Read labels 0 and 1 of any dtype (R10), as bools."""
    kept = read_kept(block, _not_ignored(block, ignore_index))
    valid, label = _sides(block, kept.keep, partial(refusals.neither, marks="samples to leave out"))
    return Labels(label, valid, kept)


def set_labels(block: Batch, ignore_index: int | None) -> Labels:
    """Read labels 0 and 1 of each label of a sample (R11), as bools; some may be unknown (R13)."""
    marked = _not_ignored(block, ignore_index)
    known = block.candidates if marked is None else _and(block.candidates, marked)
    kept = read_kept(block, None if known is None else block.ns.any(known, axis=-1))
    keep = kept.keep if kept.keep is None else kept.keep[..., None]
    keep = keep if known is None else _and(keep, known)
    valid, label = _sides(block, keep, partial(refusals.neither, marks="unknown labels"))
    return Labels(label, valid, kept, known)


def _sides(block: Batch, keep: Array | None, allowed: _Allowed) -> tuple[Array | None, Array]:
    """Read entries that are to be 0 or 1, as bools, and which are, refusing others that are kept."""
    number = as_number(block, block.truth)
    binary = (block.backend.sort_key(number) == 0) | (number == 1)  # a subnormal is not 0
    valid, label = _judge(block, binary, number, Kept(keep, None), allowed)
    return valid, label == 1


def _not_ignored(block: Batch, ignore_index: int | None) -> Array | None:
    """Return which entries are not the index; widened first, for narrow integers may not hold it."""
    if ignore_index is None:
        return None
    return not_ignored(block, as_integers(block, block.truth)[0], ignore_index)


def isnan(block: Batch, values: Array) -> Array:
    """Tell which entries are NaN; no integer is."""
    if is_kind(block.ns, values, FLOAT):
        return block.ns.isnan(values)
    return values != values


def as_number(block: Batch, values: Array) -> Array:
    """Return bools as small integers, which compare and add in every framework."""
    if is_kind(block.ns, values, BOOL):
        return block.ns.astype(values, block.ns.uint8)
    return values


def as_integers(block: Batch, labels: Array) -> tuple[Array, Array | None]:
    """Return labels in the counting dtype, and for floats also which are whole."""
    ns = block.ns
    if not is_kind(ns, labels, FLOAT):
        return _cast(block, labels, "count"), None
    # Narrow floats hold neither every class count nor every ignore_index; wide ones do.
    number = _cast(block, labels, "sum")
    key = block.backend.sort_key  # a subnormal is not whole, where == takes it for 0
    return number, key(ns.floor(number)) == key(number)


def not_ignored(block: Batch, number: Array, ignore_index: int | None) -> Array | None:
    """Tell which labels are not the one that is left out (R13); None where there is none."""
    if ignore_index is None:
        return None
    whole = not block.ns.isdtype(number.dtype, "real floating")
    differs: Array = number != (saturated(block, ignore_index) if whole else ignore_index)
    return differs


def read_kept(block: Batch, among: Array | None = None) -> Kept:
    """Read masks and weights, of samples ``among`` which are those to keep; refuse bad weights (R14)."""
    keep = block.mask if among is None else _and(block.mask, among)
    if block.weight is None:
        return Kept(keep, None)
    ns = block.ns
    weight = _cast(block, block.weight, "sum")
    sound = ns.isfinite(weight) & (weight >= 0)
    allowed = "which is not a weight; pass finite numbers of at least 0; 0 leaves a sample out"
    if not block.refuse_any(_and(keep, ~sound), "sample_weight", block.weight, allowed):
        weight = ns.where(sound, weight, ns.zeros_like(weight))
    keep = _and(keep, weight > 0)
    return Kept(keep, ns.where(keep, weight, ns.zeros_like(weight)))


def saturated(block: Batch, index: int) -> int:
    """Return an index as integer labels hold it, which saturate on their way to 32 bits."""
    narrow = block.truth.dtype == block.ns.int32
    dtype = block.truth.dtype if narrow else block.numbers.count
    info = block.ns.iinfo(dtype)
    return min(max(index, int(info.min)), int(info.max))


def _judge(
    block: Batch, good: Array, label: Array, kept: Kept, allowed: _Allowed, *, shown: Array = None
) -> tuple[Array | None, Array]:
    """Refuse a bad label that is kept, or let it be counted; bad ones are replaced by 0."""
    keep = kept.keep
    seen = block.truth if shown is None else shown
    readable = block.refuse_any(_and(keep, ~good), "y_true", seen, allowed)
    if readable and keep is None:
        return None, label
    return (None if readable else good), block.ns.where(good, label, block.ns.zeros_like(label))


def refuse_fractions(
    block: Batch, broken: Array, name: str = "y_true", labels: Array | None = None
) -> None:
    """Refuse labels that are not whole numbers, where they can be read."""
    allowed = "not a whole number; pass class indices, or only samples that have one"
    try:
        block.refuse_any(broken, name, block.truth if labels is None else labels, allowed)
    except ValueError as error:
        raise TypeError(str(error)) from None  # R3: such labels are of the wrong kind


def _and(first: Array | None, second: Array) -> Array:
    return second if first is None else first & second


def _cast(block: Batch, values: Array, role: str) -> Array:
    dtype = getattr(block.numbers, role)
    return block.ns.astype(values, dtype, copy=False)
