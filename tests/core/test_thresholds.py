"""Rounding a threshold to the scores' dtype (R10)."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.credit.thresholds import border, rounded

BFLOAT16 = SimpleNamespace(eps=2.0**-7, smallest_normal=2.0**-126, max=(2 - 2.0**-7) * 2.0**127)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_r10_rounding_is_that_of_the_dtype(dtype: type[np.floating], value: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        expected = float(dtype(value))
    assert rounded(value, np.finfo(dtype)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, 0.10009765625),
        (1 + 2**-8, 1.0),  # half way: to even
        (1 + 3 * 2**-8, 1 + 2**-6),
        (1 + 2**-8 + 2**-40, 1 + 2**-7),  # through float32 it would be rounded twice, to 1
        (2.0**-134, 0.0),
        (3e38, 226 * 2.0**120),
        (3.4e38, inf),
    ],
)
def test_r10_bfloat16_is_rounded_once(value: float, expected: float) -> None:
    assert rounded(value, BFLOAT16) == pytest.approx(expected, rel=1e-7)


def test_r10_a_logit_border_is_where_a_sigmoid_meets_the_threshold() -> None:
    for threshold in (0.01, 0.5, 0.75):
        logit = border(threshold, from_logits=True)
        assert 1 / (1 + np.exp(-logit)) == pytest.approx(threshold)
