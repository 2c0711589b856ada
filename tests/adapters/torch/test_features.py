"""Top-k accuracy from hidden states and an output layer, as the layer's own scores give it."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import accord
from accord_conformance.reference import credit

SEEDED = torch.Generator().manual_seed(3)
LAYER = torch.nn.Linear(4, 9)
with torch.no_grad():
    for parameter in LAYER.parameters():  # whole numbers, whose products are exact
        parameter.copy_(torch.randint(-2, 3, parameter.shape, generator=SEEDED))
HIDDEN = torch.randint(-2, 3, (6, 5, 4), generator=SEEDED).float()
LABELS = torch.randint(0, 9, (6, 5), generator=SEEDED)
ROWS = LAYER(HIDDEN).reshape(-1, 9).tolist()
EXPECTED = (
    sum(credit(row, y, 3, "first") for row, y in zip(ROWS, LABELS.flatten().tolist(), strict=True))
    / 30
)


def from_features(labels: Any, hidden: Any, weights: Any, bias: Any) -> Any:
    return accord.top_k_from_features(labels, hidden, weights, bias, 3, block=4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_the_parameters_of_a_layer_are_taken_as_they_are(dtype: torch.dtype) -> None:
    weights, bias = LAYER.weight.to(dtype), LAYER.bias.to(dtype)
    found = from_features(LABELS, HIDDEN.to(dtype), weights, bias)
    assert found.item() == pytest.approx(float(EXPECTED), rel=1e-6)
    assert not found.requires_grad


def test_a_layer_is_shared_by_what_is_mapped_over() -> None:
    arrays = (LABELS, HIDDEN, LAYER.weight.detach(), LAYER.bias.detach())
    each = torch.func.vmap(from_features, in_dims=(0, 0, None, None))(*arrays)
    assert each.mean().item() == pytest.approx(float(EXPECTED), rel=1e-6)
