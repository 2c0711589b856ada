"""Reciprocal rank and NDCG on tensors: beside torchmetrics', compiled, and saved (R26)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchmetrics.retrieval import RetrievalMRR, RetrievalNormalizedDCG

import accord
from accord_torch import NDCG, MeanReciprocalRank, named_figures

SEEDED = torch.Generator().manual_seed(26)
LABELS = torch.randint(0, 9, (40,), generator=SEEDED)
DISTINCT = torch.stack([torch.randperm(9, generator=SEEDED) for _ in range(40)]) + 1.0
TIED = torch.randint(0, 4, (40, 9), generator=SEEDED) + 1.0


def peer_of(kind: Any, scores: torch.Tensor, k: int | None) -> float:
    """Return torchmetrics' figure, for which each sample is a query with one relevant document."""
    queries = torch.arange(40).repeat_interleave(9)
    truth = torch.nn.functional.one_hot(LABELS, 9).reshape(-1)
    metric = kind(top_k=k)
    metric.update(scores.reshape(-1), truth, indexes=queries)
    return float(metric.compute())


PAIRS = [(MeanReciprocalRank, RetrievalMRR), (NDCG, RetrievalNormalizedDCG)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("k", [None, 1, 3, 9])
def test_r26_the_figure_is_torchmetrics_where_nothing_ties_and_bounds_hold_it_on_ties(
    ours: Any, theirs: Any, k: int | None
) -> None:
    metric = ours(k)
    metric.update(DISTINCT, LABELS)
    assert float(metric.compute()) == pytest.approx(peer_of(theirs, DISTINCT, k), rel=1e-6)
    metric.reset()
    metric.update(TIED, LABELS)
    floor, ceiling = metric.tally.bounds()
    assert floor < ceiling
    assert floor - 1e-6 <= peer_of(theirs, TIED, k) <= ceiling + 1e-6


@pytest.mark.parametrize("k", [None, 1, 3, 9])
def test_r26_on_ties_torchmetrics_ndcg_is_the_mean_over_the_tied_ranks(k: int | None) -> None:
    found = accord.ndcg(LABELS, TIED, k, ties="expected")
    assert float(found) == pytest.approx(peer_of(RetrievalNormalizedDCG, TIED, k), rel=1e-5)


def test_r26_a_score_that_is_not_positive_has_a_rank_which_torchmetrics_gives_no_credit() -> None:
    lower = DISTINCT - 5  # the same order
    assert float(accord.mean_reciprocal_rank(LABELS, lower)) == pytest.approx(
        peer_of(RetrievalMRR, DISTINCT, None), rel=1e-6
    )
    found = DISTINCT[torch.arange(40), LABELS] > 5  # what torchmetrics counts
    credit = accord.ReciprocalRank().credit(LABELS, lower)
    assert peer_of(RetrievalMRR, lower, None) == pytest.approx(
        float(torch.where(found, credit, 0).mean()), rel=1e-6
    )


@pytest.mark.parametrize("kind", [MeanReciprocalRank, NDCG])
def test_r26_batches_and_a_restored_state_give_the_figure_of_one_call(kind: Any) -> None:
    first, second = kind((1, 5), ties="expected"), kind((1, 5), ties="expected")
    for metric in (first, second):
        metric.persistent(True)
    first.update(TIED[:7], LABELS[:7])
    second.load_state_dict(first.state_dict())
    second.update(TIED[7:], LABELS[7:])
    whole = first.measure.accuracy(LABELS, TIED)
    torch.testing.assert_close(second.compute(), whole)


def test_r26_figures_are_named_as_the_metric_is() -> None:
    assert list(named_figures(MeanReciprocalRank()).keys()) == ["mean_reciprocal_rank"]
    assert list(named_figures(NDCG((5, 9))).keys()) == ["ndcg_5", "ndcg_9"]


@pytest.mark.slow
def test_r26_a_compiled_call_and_a_compiled_update_give_the_same() -> None:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled
    call = torch.compile(
        lambda y, s: (
            accord.mean_reciprocal_rank(y, s, (1, 3)),
            accord.ndcg(y, s, ties="expected", average="macro"),
        ),
        fullgraph=True,
    )
    rank, gain = call(LABELS, TIED)
    torch.testing.assert_close(rank, accord.mean_reciprocal_rank(LABELS, TIED, (1, 3)))
    torch.testing.assert_close(gain, accord.ndcg(LABELS, TIED, ties="expected", average="macro"))

    metric, plain = NDCG(3), NDCG(3)
    torch.compile(metric.update)(TIED, LABELS)
    plain.update(TIED, LABELS)
    torch.testing.assert_close(metric.compute(), plain.compute())
