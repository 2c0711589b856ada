"""Indices that cover an array of samples piece by piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

Index: TypeAlias = tuple[slice | int, ...]


def split(shape: tuple[int, ...], samples: int) -> Iterator[Index]:
    """Yield indices of at most ``samples`` entries each that cover a shape, in C order."""
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    if inner > samples:
        for place in range(shape[0]):
            for rest in split(shape[1:], samples):
                yield (place, *rest)
        return
    step = max(1, samples // max(1, inner))
    for start in range(0, shape[0], step):
        yield (slice(start, min(start + step, shape[0])),)


def position(index: Index, here: tuple[Any, ...]) -> Iterator[int]:
    """Yield where an entry of a piece is in the whole: the piece's index, and the place in it."""
    inside = iter(here)
    for place in index:
        yield place if isinstance(place, int) else place.start + next(inside)
    yield from inside
