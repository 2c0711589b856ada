"""The order of scores where XLA's own comparisons flush subnormals (R2)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

import accord
from accord_jax import ADAPTER


def ahead_by_numpy(row: Any) -> list[int]:
    """Count the rivals above each score by NumPy's comparisons, which flush nothing."""
    with np.errstate(invalid="ignore"):  # bfloat16 complains of NaN
        return [len(row) if np.isnan(own) else int((~(row <= own)).sum()) for own in row]


SPECIAL = {
    "float16": [6e-8, 1.2e-7, -6e-8, 0.0, -0.0, np.inf, -np.inf, np.nan, 65504.0, 1.0],
    "bfloat16": [9.2e-41, 1.9e-40, -9.2e-41, 0.0, -0.0, np.inf, -np.inf, np.nan, 3e38, 1.0],
    "float32": [1e-45, 3e-45, -1e-45, 0.0, -0.0, np.inf, -np.inf, np.nan, 3e38, 1.0],
    "float64": [5e-324, 1e-323, -5e-324, 0.0, -0.0, np.inf, -np.inf, np.nan, 1e308, 1.0],
}


@pytest.mark.parametrize("jitted", [False, True])
@pytest.mark.parametrize("dtype", SPECIAL)
def test_r2_every_special_value_stands_where_numpy_puts_it(dtype: str, jitted: bool) -> None:
    with jax.enable_x64(dtype == "float64"):
        row = np.asarray(SPECIAL[dtype], jnp.dtype(dtype))
        row = np.concatenate([row, np.copysign(row[7:8], -1)])  # a NaN of the other sign
        scores = ADAPTER.backend.from_host(np.stack([row] * len(row)))
        labels = ADAPTER.backend.from_host(np.arange(len(row)))
        stand = jax.jit(accord.standing) if jitted else accord.standing
        assert stand(labels, scores).ahead.tolist() == ahead_by_numpy(row)


def test_r2_softmax_outputs_are_ranked_as_numpy_does_where_jax_disagrees_with_itself() -> None:
    row = np.asarray([0.0, 1e-45, 0.0], np.float32)
    scores = jnp.asarray(row)[None]
    assert int(np.argmax(row)) == 1
    assert int(jnp.argmax(scores)) == 0  # XLA takes 1e-45 for 0
    assert int(lax.top_k(scores, 1)[1][0, 0]) == 1
    assert float(accord.sparse_categorical_accuracy([1], scores)) == 1.0


def test_r9_the_largest_of_a_dense_row_may_be_subnormal() -> None:
    dense = jnp.asarray(np.asarray([[0.0, 1e-45]], np.float32))
    scores = jnp.asarray([[0.1, 0.9]])
    assert float(accord.categorical_accuracy(dense, scores)) == 1.0


def test_r10_a_subnormal_threshold_is_not_zero() -> None:
    scores = jnp.asarray(np.asarray([0.0, 1e-45, 3e-45], np.float32))
    tally = accord.Binary(1e-45).tally([0, 0, 1], scores)
    assert (int(tally.correct), int(tally.floor), int(tally.ceiling)) == (3, 2, 3)


def test_r22_a_subnormal_is_no_label() -> None:
    label = jnp.asarray(np.asarray([1e-45], np.float32))
    with pytest.raises(ValueError, match=r"y_true\[0\] is .*neither 0 nor 1"):
        accord.binary_accuracy(label, jnp.asarray([0.5]))
    with pytest.raises(TypeError, match=r"y_true\[0\] is .*not a whole number"):
        accord.top_k_accuracy(label, jnp.asarray([[0.5, 0.1]]), 1)


def test_powers_of_two_alone_are_refused_in_a_trace_with_a_remedy_that_works() -> None:
    scores = jnp.asarray([[1.0, 2.0], [4.0, 2.0]]).astype("float8_e8m0fnu")
    labels = jnp.asarray([1, 1])
    assert accord.top_k_accuracy(labels, scores, 1) == 0.5
    traced = jax.jit(lambda y, s: accord.top_k_accuracy(y, s, 1))
    with pytest.raises(TypeError, match=r"pass y_score\.astype\('float32'\)"):
        traced(labels, scores)
    assert traced(labels, scores.astype("float32")) == 0.5
