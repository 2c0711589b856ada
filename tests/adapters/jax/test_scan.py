"""JAX arrays in host memory, counted by the compiled scan."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import accord
from accord import scan
from accord_conformance.reference import dense_label, standing


def test_planes_and_dense_labels_of_jax_arrays_are_scanned_r9_r12() -> None:
    pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (2, 5, 9, 11)).astype(np.float32)
    truth = rng.random((2, 5, 9, 11)).astype(np.float32)
    rows, weights = (np.moveaxis(each, 1, -1).reshape(-1, 5).tolist() for each in (scores, truth))
    expected = sum(
        sum(standing(row, dense_label(weight))[:2]) < 2
        for row, weight in zip(rows, weights, strict=True)
    )
    with scan.using(True):
        tally = accord.TopKCategorical(2, axis=1).tally(jnp.asarray(truth), jnp.asarray(scores))
    assert (int(tally.correct), int(tally.total)) == (expected, 2 * 9 * 11)
