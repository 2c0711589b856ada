"""Groups and candidates in Keras metrics: streamed, stateless, and made from a config (R24, R25)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

import accord
from accord_keras import TopKAccuracy

RNG = np.random.default_rng(24)
SCORES = (RNG.integers(0, 5, (90, 6)) / 4).astype(np.float32)
LABELS = RNG.integers(0, 6, 90)
GROUPS = RNG.integers(0, 3, 90)
THERE = RNG.random((90, 6)) < 0.7
THERE[np.arange(90), LABELS] = True


def figures_of_parts(k: int) -> list[float]:
    """Return the accuracy of each group, from its own samples."""
    parts = [group == GROUPS for group in range(3)]
    return [
        float(accord.top_k_accuracy(LABELS[own], SCORES[own], k, candidates=THERE[own]))
        for own in parts
    ]


@pytest.mark.parametrize("array", [np.asarray, keras.ops.convert_to_tensor])
def test_r24_a_metric_of_groups_has_the_figure_of_each(array: Any) -> None:
    first = TopKAccuracy(2, average="none", n_groups=3)
    metric = TopKAccuracy.from_config(first.get_config())
    for part in np.split(np.arange(90), 3):
        metric.update_state(
            array(LABELS[part][:, None]),
            array(SCORES[part]),
            candidates=array(THERE[part]),
            groups=array(GROUPS[part][:, None]),  # a column, as Keras makes of one number a sample
        )
    np.testing.assert_allclose(np.asarray(metric.result()), figures_of_parts(2), rtol=1e-6)
    first.merge_state([metric])
    assert first.tally.total.tolist() == np.bincount(GROUPS).tolist()
    other = TopKAccuracy(2, average="none", n_groups=4)
    with pytest.raises(ValueError, match="merge metrics with equal options"):
        other.merge_state([metric])


def test_r24_variables_are_known_before_a_batch() -> None:
    metric = TopKAccuracy(2, average="none", n_groups=3)
    variables = metric.stateless_update_state(
        metric.variables, LABELS, SCORES, candidates=THERE, groups=GROUPS
    )
    result = metric.stateless_result(variables)
    np.testing.assert_allclose(np.asarray(result), figures_of_parts(2), rtol=1e-6)
