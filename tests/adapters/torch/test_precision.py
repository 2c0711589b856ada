"""Precision, recall and F1 of the k best classes on tensors (R27)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchmetrics import MetricCollection
from torchmetrics.functional.classification import (
    multiclass_f1_score,
    multiclass_precision,
    multiclass_recall,
)

import accord
from accord_torch import PrecisionRecall

SEEDED = torch.Generator().manual_seed(27)
LABELS = torch.arange(200) % 6
SCORES = torch.rand((200, 6), generator=SEEDED)
AVERAGES: tuple[Any, ...] = ("micro", "macro", "weighted", None)


@pytest.mark.parametrize("average", AVERAGES)
def test_r27_at_one_the_figures_are_torchmetrics(average: Any) -> None:
    found = accord.precision_recall(LABELS, SCORES, average=average)
    peers = (multiclass_precision, multiclass_recall, multiclass_f1_score)
    for ours, peer in zip(found, peers, strict=False):
        theirs = peer(SCORES, LABELS, num_classes=6, average=average)
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("k", [2, 5])
def test_r27_recall_at_k_is_torchmetrics_and_its_precision_predicts_one_class(
    average: Any, k: int
) -> None:
    found = accord.precision_recall(LABELS, SCORES, k, average=average)
    options = {"num_classes": 6, "average": average, "top_k": k}
    torch.testing.assert_close(found.recall, multiclass_recall(SCORES, LABELS, **options))
    assert (found.precision < multiclass_precision(SCORES, LABELS, **options)).all()


def test_r27_a_metric_goes_on_from_its_state_and_fits_into_a_collection() -> None:
    first, second = PrecisionRecall((1, 2), average=None), PrecisionRecall((1, 2), average=None)
    for metric in (first, second):
        metric.persistent(True)
    first.update(SCORES[:7], LABELS[:7])
    second.load_state_dict(first.state_dict())
    second.update(SCORES[7:], LABELS[7:])
    whole = accord.precision_recall(LABELS, SCORES, (1, 2), average=None)
    torch.testing.assert_close(second.compute()[:3], whole[:3])

    collection = MetricCollection({"two": PrecisionRecall(2), "macro": PrecisionRecall()})
    collection.update(SCORES, LABELS)
    found = collection.compute()
    torch.testing.assert_close(
        found["macro"].f1, accord.precision_recall(LABELS, SCORES).f1, check_dtype=False
    )
    assert int(found["two"].support) == len(LABELS)
    forward = PrecisionRecall()(SCORES, LABELS)
    torch.testing.assert_close(forward[:3], accord.precision_recall(LABELS, SCORES)[:3])


@pytest.mark.slow
def test_r27_a_compiled_call_gives_the_same() -> None:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled
    call = torch.compile(
        lambda y, s: accord.precision_recall(y, s, (1, 3), average=None), fullgraph=True
    )
    torch.testing.assert_close(
        tuple(call(LABELS, SCORES)),
        tuple(accord.precision_recall(LABELS, SCORES, (1, 3), average=None)),
    )
