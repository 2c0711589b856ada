"""Sums that do not stall without 64-bit numbers (R18)."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

import accord


@pytest.mark.parametrize("per_class", [False, True])
def test_r18_weights_do_not_stall_in_one_call_without_64_bits(per_class: bool) -> None:
    samples = 2**24 + 2**20
    tally = accord.TopK(1).tally(
        jnp.zeros(samples, jnp.int32),
        jnp.zeros((samples, 2), jnp.int8),
        sample_weight=jnp.full(samples, 0.1, jnp.float32),
        per_class=per_class,
    )
    expected = samples * float(np.float32(0.1))
    np.testing.assert_allclose(np.sum(tally.total), expected, rtol=1e-6)


def test_r18_a_weighted_stream_does_not_stall_without_64_bits() -> None:
    metric = accord.Metric(accord.TopK(1))
    big, small = np.float32(2**24), np.ones(4, np.float32)
    scores = jnp.asarray([[0.9, 0.1]] * 4)
    metric.update([0] * 4, scores, sample_weight=np.full(4, big))
    for _ in range(50):
        metric.update([0] * 4, scores, sample_weight=small / 4)
    metric.update([0] * 4, scores)
    assert float(metric.tally.total) == 4 * 2**24 + 50 + 4


def test_r13_r22_labels_from_numpy_keep_their_64_bits_beside_eager_scores() -> None:
    scores = jnp.eye(3)[:2]
    assert accord.top_k_accuracy(np.array([0, 2**40]), scores, 1, ignore_index=2**40) == 1
    with pytest.raises(ValueError, match=r"y_true\[1\] is 2147483647, outside 0\.\.2"):
        accord.top_k_accuracy(np.array([0, 2**31 - 1]), scores, 1, ignore_index=2**40)
