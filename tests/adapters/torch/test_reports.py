"""Reports of tensors, whatever they hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import accord

RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, 8, 64)
SCORES = (RNG.integers(-2, 3, (64, 8)) / 2).astype(np.float32)
BROKEN = np.where(RNG.random((64, 8)) < 0.1, np.float32(np.nan), SCORES)
BROKEN[RNG.random((64, 8)) < 0.1] = -np.inf


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("scores", [SCORES, BROKEN], ids=["finite", "broken"])
def test_r20_a_report_says_of_nan_and_infinities_what_that_of_numpy_does(
    scores: Any, dtype: torch.dtype
) -> None:
    expected = accord.evaluate(LABELS, scores, (1, 3)).to_dict()
    found = accord.evaluate(LABELS, torch.asarray(scores, dtype=dtype), (1, 3))
    assert found.to_dict() == expected
    assert bool(expected["nan"]) == bool(expected["minus_inf"]) == (scores is BROKEN)


def test_r17_a_mapped_tally_has_the_figures_of_each() -> None:
    labels, scores = LABELS.reshape(4, 16), SCORES.reshape(4, 16, 8)
    found = torch.vmap(accord.TopK((1, 3)).tally)(torch.asarray(labels), torch.asarray(scores))
    expected = [accord.top_k_accuracy(*each, (1, 3)) for each in zip(labels, scores, strict=True)]
    np.testing.assert_allclose(found.accuracy(), np.asarray(expected), rtol=1e-6)
