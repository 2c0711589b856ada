"""The page for JAX users runs as it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import accord


def test_the_page_for_jax_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/jax.md")
    expected = accord.TopK((1, 5)).tally(np.asarray(names["labels"]), np.asarray(names["logits"]))
    for found in (names["tally"], names["metric"].tally(names["joined"])):
        assert [field.tolist() for field in found] == [field.tolist() for field in expected]
    wide = np.asarray(names["wide"])
    for found, expected in (
        (names["over_classes"], accord.TopK(5).tally(np.asarray(names["labels"]), wide)),
        (names["sets"], accord.Multilabel("overlap", k=3).tally(wide > 1, wide)),
    ):
        assert [field.tolist() for field in found] == [field.tolist() for field in expected]
    assert int(names["metrics"].top.tally.total) == 512
    states, metric = names["states"], names["metric"]
    assert metric.compute(states).shape == (4, 2)
    assert metric.tally(states).total.tolist() == [1024] * 4
    assert int(metric.tally(metric.join(states)).total) == 4 * 1024
