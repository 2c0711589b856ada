"""What torch.topk kept, in functions and metrics: eager, compiled and mapped over (R28)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchmetrics
from torchmetrics.classification import MulticlassAccuracy

import accord
from accord_torch import NDCG, MultilabelAccuracy, SparseCategoricalAccuracy, TopKAccuracy

SEEDED = torch.Generator().manual_seed(28)
LABELS = torch.randint(0, 9, (40,), generator=SEEDED)
TIED = torch.randint(0, 4, (40, 9), generator=SEEDED) / 4
KEPT = TIED.topk(4)


def metric_of_kept(metric: Any) -> Any:
    for part in (slice(0, 7), slice(7, 40)):
        metric.update_from_lists(KEPT.indices[part], LABELS[part], KEPT.values[part], n_classes=9)
    return metric


@pytest.mark.parametrize("average", ["micro", "macro", None])
def test_what_topk_kept_bounds_the_figure_of_all_scores(average: Any) -> None:
    metric = metric_of_kept(TopKAccuracy((1, 4), average=average))
    floor, ceiling = metric.tally.bounds(average or "none")
    for ties in ("first", "last", "optimistic", "pessimistic", "expected"):
        whole = accord.top_k_accuracy(LABELS, TIED, (1, 4), ties=ties, average=average)
        assert (torch.tensor(floor) <= whole + 1e-6).all()
        assert (whole <= torch.tensor(ceiling) + 1e-6).all()


def test_predicted_labels_give_torchmetrics_accuracy() -> None:
    predicted = TIED.argmax(-1)
    for average in ("micro", "macro"):
        ours, theirs = (
            SparseCategoricalAccuracy(average=average),
            MulticlassAccuracy(9, average=average),
        )
        ours.update_from_lists(predicted, LABELS, n_classes=9)
        theirs.update(predicted, LABELS)
        torch.testing.assert_close(ours.compute(), theirs.compute())


def test_a_metric_counts_lists_and_scores_in_one_state() -> None:
    one, both = TopKAccuracy(4), TopKAccuracy(4)
    one.update_from_lists(KEPT.indices, LABELS)
    both.update_from_lists(KEPT.indices[:9], LABELS[:9])
    both.update(TIED[9:], LABELS[9:])
    assert int(both.tally.total) == int(one.tally.total) == 40
    assert one.update_called
    first = float(one.compute())
    one.update_from_lists(KEPT.indices[:1], torch.tensor([8 - int(KEPT.indices[0, 0])]))
    assert float(one.compute()) != first  # nothing old is kept


def test_a_refused_batch_leaves_the_metric_as_it_was() -> None:
    metric = metric_of_kept(NDCG(3))
    before = metric.metric_state
    with pytest.raises(ValueError, match=r"target\[0\] is -\d, outside 0..8"):
        metric.update_from_lists(KEPT.indices, LABELS - 9, n_classes=9)
    with pytest.raises(ValueError, match=r"classes\[0, 1\] is 3, which is in its list already"):
        metric.update_from_lists(torch.tensor([[3, 3, 1]]), torch.tensor([1]))
    with pytest.raises(ValueError, match=r"ranked lists .* use a measure of ranks"):
        MultilabelAccuracy().update_from_lists(KEPT.indices, LABELS)
    for name, state in before.items():
        torch.testing.assert_close(metric.metric_state[name], state, equal_nan=True)


def test_members_of_a_collection_take_lists_one_by_one() -> None:
    collection = torchmetrics.MetricCollection({"top": TopKAccuracy(4), "gain": NDCG(4)})
    members: Any = collection.values(copy_state=False)
    for metric in members:
        metric.update_from_lists(KEPT.indices, LABELS)
    found = collection.compute()
    torch.testing.assert_close(found["top"], accord.top_k_from_lists(LABELS, KEPT.indices, k=4))


@pytest.mark.slow
def test_a_compiled_call_and_a_compiled_update_count_the_same() -> None:
    torch._dynamo.reset()  # noqa: SLF001  # the documented way to forget what was compiled

    def figures(labels: Any, classes: Any, scores: Any) -> Any:
        return (
            accord.top_k_from_lists(labels, classes, scores, (1, 4), ties="expected"),
            accord.top_k_from_lists(labels, classes, k=2, average=None, labels=[3, 1, 8]),
        )

    given = LABELS, KEPT.indices, KEPT.values
    for found, whole in zip(
        torch.compile(figures, fullgraph=True)(*given), figures(*given), strict=True
    ):
        torch.testing.assert_close(found, whole, equal_nan=True)

    metric, plain = TopKAccuracy((1, 4), average="macro"), TopKAccuracy((1, 4), average="macro")
    torch.compile(metric.update_from_lists)(KEPT.indices, LABELS, KEPT.values, n_classes=9)
    plain.update_from_lists(KEPT.indices, LABELS, KEPT.values, n_classes=9)
    torch.testing.assert_close(metric.compute(), plain.compute())
