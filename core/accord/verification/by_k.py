"""Figures by k; a measure without k has one figure, under the key 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from accord.measures.base import Measure
from accord.verification.samples import json_number


def ks_of(measure: Measure) -> tuple[int, ...]:
    """Return every k of a measure, or 1 if it has none."""
    return measure.ks or (1,)


def refuse_every_k(measure: Measure) -> None:
    """Refuse ``k="all"``: these pages look at the samples of each k.

    Raises
    ------
    ValueError
        With the remedy.
    """
    if measure.every_k:
        raise ValueError(
            "k='all' is for accord.evaluate, whose figures are not about single samples; pass the k"
            " to look at here, for instance k=(1, 5)"
        )


def by_k(measure: Measure, figures: Any) -> dict[int, Any]:
    """Name the figures of a measure, one or an array of them, by their k.

    Examples
    --------
    >>> import accord
    >>> from accord.verification.by_k import by_k
    >>> by_k(accord.TopK((1, 3)), [5, 8]), by_k(accord.Binary(), 5)
    ({1: 5, 3: 8}, {1: 5})
    """
    return dict(zip(ks_of(measure), np.atleast_1d(np.asarray(figures)).tolist(), strict=True))


def as_json(figures: dict[int, Any]) -> dict[str, Any]:
    """Return figures by k as JSON can hold them: NaN as text."""
    return {
        str(k): json_number(value) if isinstance(value, float) else value
        for k, value in figures.items()
    }
