"""Which classes are among the k best of each sample (R27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from accord.backends.base import Array
from accord.inputs.batch import Batch
from accord.inputs.labels import as_number, isnan


def best_classes(block: Batch, several: Sequence[int], ties: str) -> list[Array]:
    """Tell for each k which classes are among the k best: bools of the shape of the scores.

    A NaN outranks every number (R2). ``ties`` is ``"first"`` or ``"last"``, for NaN too. A class
    that is not among the candidates of its sample is never one of them (R25).
    """
    scores = as_number(block, block.scores)
    key, nan, there = block.backend.sort_key(scores), isnan(block, scores), block.candidates
    if there is not None:
        key, nan = block.ns.where(there, key, lowest(block, key)), nan & there
    several_nan = block.backend.count_true(nan)[0][..., None]
    levels = _levels(block, key, several)
    members = [
        _members(block, _Order(key, nan, several_nan, least, there), k, ties)
        for k, least in zip(several, levels, strict=True)
    ]
    return members if there is None else [each & there for each in members]


def lowest(block: Batch, key: Array) -> Array:
    """Return an array of the least key that there is."""
    floating = block.ns.isdtype(key.dtype, "real floating")
    lowest = -float("inf") if floating else int(block.ns.iinfo(key.dtype).min)
    return block.ns.zeros_like(key) + block.ns.asarray(lowest, dtype=key.dtype)


class _Order(NamedTuple):
    """Scores by their order: keys, which are NaN and how many, the k-th best key, and candidates."""

    key: Array
    nan: Array
    several_nan: Array
    least: Array
    there: Array | None


def _levels(block: Batch, key: Array, several: Sequence[int]) -> list[Array]:
    """Return the key of the k-th best for each k, with a last axis of length 1."""
    if max(several) == 1:
        return [block.ns.max(key, axis=-1, keepdims=True)] * len(several)
    places = [block.classes - k for k in several]
    if isinstance(key, np.ndarray):
        rising = np.partition(key, places, axis=-1)
    else:
        rising = block.ns.sort(key, axis=-1)
    return [rising[..., place : place + 1] for place in places]


def _members(block: Batch, order: _Order, k: int, ties: str) -> Array:
    """Tell which classes are above the k-th best, or tie with it and fit."""
    ns, (key, nan, several_nan, least, there) = block.ns, order
    full = several_nan >= k  # the k best are all NaN
    above = ~full & (nan | (key > least))
    at = (full & nan) | (~full & ~nan & (key == least))
    at = at if there is None else at & there
    tied, ahead = block.backend.count_true(at, above)
    room = (k - ahead)[..., None]
    nth = ns.cumulative_sum(ns.astype(at, tied.dtype), axis=-1)
    return above | (at & (nth <= room if ties == "first" else nth > tied[..., None] - room))
