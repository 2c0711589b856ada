"""Reading ranked lists: which entries there are, and which lists are good (R28).

Where values can be read a bad list raises; elsewhere its sample is counted as invalid (R22).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from accord.backends import refusals
from accord.backends.base import Array, device_of
from accord.inputs.batch import Batch
from accord.inputs.labels import (
    Kept,
    Labels,
    as_integers,
    as_number,
    isnan,
    not_ignored,
    read_kept,
    refuse_fractions,
)
from accord.inputs.lists import Known


class Lists(NamedTuple):
    """The ranked lists of a block, and the true class of each.

    Attributes
    ----------
    own : array of int
        The true class of each sample.
    labels : Labels
        What counts by class have it as, and which samples count.
    classes : array of int
        The class of each entry, best first; below 0 where there is none.
    real : array of bool
        Which entries there are.
    scores : array or None
        Their scores.
    good : array of bool or None
        Which lists have no bad value; None where every kept one was read and is good.
    n_classes : int or None
        How many classes there are, where that is known.
    """

    own: Array
    labels: Labels
    classes: Array
    real: Array
    scores: Array | None
    good: Array | None
    n_classes: int | None


class _Fault(NamedTuple):
    """What is not allowed in a list: where, of which argument, its values, and what is allowed."""

    where: Array
    name: str
    values: Array
    allowed: Any


def read_lists(block: Batch, known: Known, ignore_index: int | None) -> Lists:
    """Read the lists of a block and their true classes, refusing bad ones where they can be read."""
    ns = block.ns
    own, labels = _true_classes(block, known, ignore_index)
    number, whole = as_integers(block, block.scores)
    kept = labels.kept.keep
    keep = None if kept is None else kept[..., None]
    if whole is not None:
        refuse_fractions(block, _both(keep, ~whole), "classes", block.scores)
    inside = (number >= -1) & (number < _most(block, known))
    inside = inside if whole is None else inside & whole
    classes = _counting(block, ns.where(inside, number, ns.zeros_like(number) - 2))
    scores = None if block.list_scores is None else as_number(block, block.list_scores)
    found = Lists(own, labels, classes, classes >= 0, scores, None, known.n_classes)
    bad: list[Array] = []
    for fault in _faults(block, known, found, ~inside):
        where = _both(keep, fault.where)
        if not block.refuse_any(where, fault.name, fault.values, fault.allowed):
            bad.append(ns.any(fault.where, axis=-1))
    again = _repeated(block, classes)
    if again is not None and block.readable:
        _refuse_repeated(block, known, classes, _both(keep, again))
    elif again is not None:
        bad.append(ns.any(again, axis=-1))
    return found._replace(good=~functools.reduce(operator.or_, bad)) if bad else found


def _true_classes(block: Batch, known: Known, ignore_index: int | None) -> tuple[Array, Labels]:
    """Read the true class of each list, and what counts by class have it as (R3).

    With labels that is its place among them, and a sample of another class is left out.
    """
    ns = block.ns
    number, whole = as_integers(block, block.truth)
    kept = read_kept(block, not_ignored(block, number, ignore_index))
    if whole is not None:
        refuse_fractions(block, _both(kept.keep, ~whole))
    inside = (number >= 0) & (number < _most(block, known))
    inside = inside if whole is None else inside & whole
    ids = _counting(block, ns.where(inside, number, ns.zeros_like(number)))
    if known.labels is not None:
        label, named = _among(block, known.labels, ids)
        return ids, Labels(label, None, Kept(_both(kept.keep, inside & named), kept.weight))
    shown, allowed = _shown(block.truth, known), functools.partial(_other_class, known)
    readable = block.refuse_any(_both(kept.keep, ~inside), "y_true", shown, allowed)
    return ids, Labels(ids, None if readable else inside, kept)


def _faults(block: Batch, known: Known, found: Lists, outside: Array) -> Iterator[_Fault]:
    """Yield what is not allowed, entry by entry."""
    shown = _shown(block.scores, known)
    last = "" if known.n_classes is None else f" to {known.n_classes - 1}"
    allowed = f"which is not a class; pass class indices from 0{last}, and -1 for no entry"
    yield _Fault(outside, "classes", shown, allowed)
    if block.classes == 1:
        return
    real, before = found.real[..., 1:], found.real[..., :-1]
    allowed = "behind an entry of -1; pass the classes of a list first, and -1 only at its end"
    yield _Fault(_behind_first(block, real & ~before), "classes", shown, allowed)
    if found.scores is None:
        return
    key, nan = block.backend.sort_key(found.scores), isnan(block, found.scores)
    above = (key[..., 1:] > key[..., :-1]) | nan[..., 1:]
    rises = real & above & ~nan[..., :-1]
    allowed = (
        "above the score before it; pass each list best first (a NaN ranks before numbers), and"
        " -scores if these are distances"
    )
    yield _Fault(_behind_first(block, rises), "scores", block.list_scores, allowed)


def _behind_first(block: Batch, flags: Array) -> Array:
    """Return flags of the second entry on with one in front for the first, which is False."""
    return block.ns.concat([block.ns.zeros_like(flags[..., :1]), flags], axis=-1)


def _repeated(block: Batch, classes: Array) -> Array | None:
    """Tell where sorted lists have a class again; None where they are too short for it."""
    if block.classes == 1:
        return None
    ordered = block.ns.sort(classes, axis=-1)
    return (ordered[..., 1:] == ordered[..., :-1]) & (ordered[..., 1:] >= 0)


def _refuse_repeated(block: Batch, known: Known, classes: Array, again: Array) -> None:
    """Refuse the first repeated class by its place."""
    flags, host = (np.asarray(each) for each in block.backend.to_host(again, classes))
    if not flags.any():
        return
    where = np.zeros(host.shape, bool)
    row = np.unravel_index(int(flags.argmax()), flags.shape)[:-1]
    best = host[row].tolist()
    where[row] = [each >= 0 and each in best[:at] for at, each in enumerate(best)]
    allowed = "which is in its list already; pass each class of a list once"
    block.refuse_any(where, "classes", _shown(block.scores, known), allowed)


def _most(block: Batch, known: Known) -> int:
    """Return what class indices are below; the largest integer may stand for a larger one (R22)."""
    most = int(block.ns.iinfo(block.numbers.count).max)
    return most if known.n_classes is None else min(known.n_classes, most)


def _other_class(known: Known, value: Any) -> str:
    """Say what is allowed in the place of a true class that is none."""
    if known.names is not None:
        return "which is not a class; leave such samples out by mask"
    if known.n_classes is not None:
        return refusals.outside(value, known.n_classes, ignorable=True)
    index = int(value) if float(value).is_integer() else value
    return (
        "which is not a class; pass class indices of at least 0; if it marks samples to leave out,"
        f" pass ignore_index={index}"
    )


def _shown(values: Array, known: Known) -> Array:
    """Return classes as messages show them."""
    return values if known.names is None else known.names[values]


def _among(block: Batch, labels: tuple[int, ...], ids: Array) -> tuple[Array, Array]:
    """Return the place of each class among the labels, and whether it is one: by halving."""
    ns, order = block.ns, sorted(range(len(labels)), key=labels.__getitem__)
    most = _most(block, Known(None, None))
    rising = _vector(block, [min(labels[each], most) for each in order])
    place, last = ns.zeros_like(ids), len(labels) - 1
    for power in reversed(range(last.bit_length())):
        further = place + (1 << power)
        inside = ns.where(further > last, ns.zeros_like(further), further)
        fits = (further <= last) & (_at(block, rising, inside) <= ids)
        place = ns.where(fits, further, place)
    return _at(block, _vector(block, order), place), _at(block, rising, place) == ids


def _vector(block: Batch, numbers: list[int]) -> Array:
    if block.backend.residence(block.scores) == "traced":  # which may trace NumPy too
        like = block.scores
        return block.ns.asarray(numbers, dtype=block.numbers.count, device=device_of(like))
    return _counting(block, block.backend.from_host(np.asarray(numbers), like=block.scores))


def _at(block: Batch, vector: Array, place: Array) -> Array:
    ns = block.ns
    if place.ndim == 1 or None in tuple(place.shape):  # lengths a graph does not know
        return ns.take(vector, place, axis=0)
    return ns.reshape(ns.take(vector, ns.reshape(place, (-1,)), axis=0), place.shape)


def _counting(block: Batch, values: Array) -> Array:
    return block.ns.astype(values, block.numbers.count, copy=False)


def _both(first: Array | None, second: Array) -> Array:
    return second if first is None else first & second
