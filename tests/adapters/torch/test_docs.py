"""The page for PyTorch users runs, and its table of ties is what the peers do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchmetrics

import accord
from accord.ties import Ties


@pytest.mark.filterwarnings("ignore:.*is deprecated")
def test_the_page_for_pytorch_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/torch.md")
    assert names["tally"].total == 6
    assert names["metric"].tally.total == 2


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")
def test_the_table_of_ties_is_what_each_does() -> None:
    from torcheval.metrics.functional import multiclass_accuracy as optimistic  # noqa: PLC0415  # it warns

    scores, labels = torch.full((6, 6), 0.25), torch.arange(6)

    def hits(judge: Callable[[torch.Tensor, torch.Tensor], Any]) -> list[int]:
        return [y for y in range(6) if judge(scores[y : y + 1], labels[y : y + 1]) > 0]

    peer = torchmetrics.Accuracy(task="multiclass", num_classes=6, top_k=2, average="micro")
    assert hits(lambda s, y: (s.topk(2).indices == y[:, None]).any().int()) == [3, 5]
    assert hits(peer) == [3, 5]
    assert hits(lambda s, y: optimistic(s, y, k=2)) == list(range(6))
    each: list[tuple[Ties, list[int]]] = [
        ("first", [0, 1]),
        ("last", [4, 5]),
        ("optimistic", list(range(6))),
        ("pessimistic", []),
    ]
    for ties, expected in each:
        measure = accord.TopK(2, ties=ties)
        assert hits(lambda s, y: measure.accuracy(y, s)) == expected  # noqa: B023  # used at once
    shares = accord.in_top_k(labels, scores, 2, ties="expected")
    torch.testing.assert_close(shares, torch.full((6,), 1 / 3, dtype=torch.float64))
