"""The one primitive: where the true class stands among its rivals (R4)."""

from __future__ import annotations

from typing import NamedTuple

from accord.arrays import Inputs
from accord.labels import Labels, as_number, isnan
from accord.registry import Array


class Standing(NamedTuple):
    """Where the true class stands among its rivals; one integer array each, a place a sample.

    Attributes
    ----------
    ahead : array of int
        Rivals that score higher, NaN rivals included; C where the sample is undefined.
    tied_before, tied_after : array of int
        Rivals of equal score with a lower, and with a higher, class index.
    """

    ahead: Array
    tied_before: Array
    tied_after: Array


class Ranked(NamedTuple):
    """Standings of a block, with which samples had a NaN for their own score."""

    standing: Standing
    undefined: Array


def rank(block: Inputs, labels: Labels) -> Ranked:
    """Count the rivals of each sample's label in one read of the scores, without a sort.

    An undefined score or an invalid label ranks behind every class, at every k.
    """
    ns, adapter = block.ns, block.adapter
    scores = as_number(block, block.scores)
    key = adapter.sort_key(scores)
    label = labels.label[..., None]
    own = adapter.pick(key, label)
    undefined = isnan(block, adapter.pick(scores, label))[..., 0]

    equal = key == own
    behind_or_equal = adapter.count(key <= own)
    tied_before, tied_after = _ties(block, equal, label)
    ahead = block.classes - behind_or_equal  # so that a NaN rival counts as ahead (R2)

    nowhere = undefined if labels.valid is None else undefined | ~labels.valid
    none = ns.zeros_like(ahead)
    return Ranked(
        Standing(
            ns.where(nowhere, none + block.classes, ahead),
            ns.where(nowhere, none, tied_before),
            ns.where(nowhere, none, tied_after),
        ),
        undefined,
    )


def _ties(block: Inputs, equal: Array, label: Array) -> tuple[Array, Array]:
    """Split the ties by the side of the label they are on, looking twice only if there are any."""
    ns, count = block.ns, block.adapter.count
    tied = count(equal) - 1
    if block.adapter.is_concrete(tied) and not ns.any(tied > 0):
        return ns.zeros_like(tied), ns.zeros_like(tied)
    place = block.adapter.places(label, block.classes)
    before = count(equal & (place < label))
    return before, tied - before
