"""Random scores with many ties, NaN, infinities, signed zeros and subnormals."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accord_conformance import strength

SAMPLES, CLASSES = 6, 5

NUMBERS = (0.0, -0.0, 0.25, 0.5, 0.5, 1.0, -1.0, inf, -inf, 1e-45, -1e-45, 3.0)
SCORES = (*NUMBERS, nan)


def rows(values: tuple[float, ...] = SCORES) -> st.SearchStrategy[list[list[float]]]:
    """Draw a table of float32 scores, always of one shape, so that compiled modes compile once."""
    row = st.lists(st.sampled_from(values), min_size=CLASSES, max_size=CLASSES)
    return st.lists(row, min_size=SAMPLES, max_size=SAMPLES)


def each_sample(values: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    """Draw one of the values for each sample."""
    return st.lists(st.sampled_from(values), min_size=SAMPLES, max_size=SAMPLES)


def labels() -> st.SearchStrategy[list[int]]:
    """Draw a label for each row."""
    return each_sample(tuple(range(CLASSES)))


def rounded(table: list[list[float]]) -> list[list[float]]:
    """Return the values rounded to float32, as the exact Python floats that the reference needs."""
    return [[float(value) for value in row] for row in np.asarray(table, np.float32)]


def tried(
    *strategies: st.SearchStrategy[Any], examples: int
) -> Callable[[Callable[..., None]], None]:
    """Run a function on drawn examples, the same ones every time.

    An exhaustive run draws more than ``examples``.
    """

    def run(function: Callable[..., None]) -> None:
        profile = settings(
            max_examples=examples * strength.chosen().examples,
            derandomize=True,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        profile(given(*strategies)(function))()

    return run
