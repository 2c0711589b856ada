"""Whose counts a metric shares, and whose it goes on from: those of the same measure alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchmetrics
from torch import Tensor

import accord
from accord_torch import BinaryAccuracy, MeasureMetric, SparseCategoricalAccuracy, TopKAccuracy

SCORES = torch.eye(4)
EASY = torch.tensor([0, 1, 2, 2])  # no label is 3
ODD = torch.tensor([0, 3, 3, 3])


class Without3(SparseCategoricalAccuracy):
    """Leaves out the samples of one class before they are counted."""

    def __init__(self, label: int = 3, **more: Any) -> None:
        super().__init__(**more)
        self.label = label

    def update(self, preds: Tensor, target: Tensor) -> None:  # type: ignore[override]  # fewer
        super().update(preds, target, mask=target != self.label)


class ForwardWithout3(SparseCategoricalAccuracy):
    """Leaves them out of what `forward` counts."""

    def forward(self, preds: Tensor, target: Tensor) -> Any:
        return super().forward(preds, target, mask=target != 3)


class Error(SparseCategoricalAccuracy):
    """Counts the same, and gives another figure."""

    def compute(self) -> Tensor:
        return 1 - super().compute()


class Custom(accord.TopK):
    """A measure whose description doesn't say how it differs."""


KINDS: dict[str, Callable[[], MeasureMetric]] = {
    "update overridden": Without3,
    "update overridden, with another option": lambda: Without3(1),
    "forward overridden": ForwardWithout3,
    "compute overridden": Error,
    "a measure of another": lambda: MeasureMetric(Custom(1)),
    "plain": SparseCategoricalAccuracy,
}


@pytest.mark.parametrize("call", ["update", "__call__"])
@pytest.mark.parametrize("name", KINDS)
def test_a_metric_in_a_collection_gives_its_own_figure(name: str, call: str) -> None:
    together: Any = torchmetrics.MetricCollection(
        {"plain": SparseCategoricalAccuracy(), "without 3": Without3(), "other": KINDS[name]()}
    )
    alone = {key: metric.clone() for key, metric in together.items()}
    for metrics in (together, *alone.values()):
        metrics.update(SCORES, torch.zeros(4, dtype=torch.int64))  # which none of them filters
        getattr(metrics, call)(SCORES, EASY)
        getattr(metrics, call)(SCORES, ODD)
        metrics.update(SCORES, ODD)
    assert together.compute() == {key: metric.compute() for key, metric in alone.items()}


def test_a_metric_that_overrides_compute_alone_is_grouped() -> None:
    both = torchmetrics.MetricCollection({"plain": SparseCategoricalAccuracy(), "error": Error()})
    both.update(SCORES, EASY)
    assert [sorted(group) for group in both.compute_groups.values()] == [["error", "plain"]]


def test_measures_are_told_apart_whatever_their_descriptions() -> None:
    # The checksums of these two differ by less than what torch.allclose lets pass.
    one, two = BinaryAccuracy(0.59), BinaryAccuracy(0.7615)
    both = torchmetrics.MetricCollection({"one": one, "two": two})
    both.update(torch.tensor([0.9, 0.1]), torch.tensor([1, 0]))
    both.update(torch.tensor([0.6, 0.6]), torch.tensor([1, 1]))
    assert both.compute() == {"one": 1.0, "two": 0.5}


def test_the_measure_of_a_metric_is_fixed() -> None:
    with pytest.raises(AttributeError):
        TopKAccuracy(1).measure = accord.TopK(2)  # type: ignore[misc]  # that is the fault


def test_the_wrappers_of_torchmetrics_keep_subclasses_apart() -> None:
    both = torchmetrics.MetricCollection(
        {
            "plain": torchmetrics.MinMaxMetric(SparseCategoricalAccuracy()),
            "filtered": torchmetrics.MinMaxMetric(Without3()),
        }
    )
    both.update(SCORES, EASY)
    both.update(SCORES, ODD)
    found = both.compute()
    assert found["plain_raw"] == 0.625
    assert found["filtered_raw"] == 0.8


OTHERS: dict[str, tuple[MeasureMetric, MeasureMetric, str]] = {
    "another k": (TopKAccuracy(1), TopKAccuracy(2), r"counts TopK\(k=2.* counts TopK\(k=1"),
    "several k": (TopKAccuracy(1), TopKAccuracy((1, 2)), r"TopK\(k=\(1, 2\)"),
    "another tie rule": (TopKAccuracy(2), TopKAccuracy(2, ties="last"), "ties='last'"),
    "counts by class": (TopKAccuracy(2), TopKAccuracy(2, average=None), "by class"),
    "another measure": (TopKAccuracy(1), BinaryAccuracy(), "Binary"),
}


def counted(metric: MeasureMetric, *batches: tuple[Tensor, Tensor]) -> MeasureMetric:
    for preds, target in batches:
        if isinstance(metric.measure, accord.Binary):
            preds, target = preds[0], target > 1  # noqa: PLW2901  # of its kind
        metric.update(preds, target)
    metric.persistent(True)
    return metric


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("fault", OTHERS)
def test_the_state_of_another_measure_is_refused(fault: str, strict: bool) -> None:
    mine, theirs, message = OTHERS[fault]
    counted(mine, (SCORES, EASY), (SCORES, ODD))
    before, figure = mine.tally, mine.compute()
    state = counted(theirs, (SCORES, EASY)).state_dict()
    with pytest.raises(RuntimeError, match=message):
        mine.load_state_dict(state, strict=strict)
    assert mine.tally == before
    assert mine.compute() == figure


def test_part_of_a_state_is_refused() -> None:
    state = counted(TopKAccuracy(1), (SCORES, EASY)).state_dict()
    del state["measured"]
    metric = TopKAccuracy(1)
    with pytest.raises(RuntimeError, match="state of TopKAccuracy lacks measured"):
        metric.load_state_dict(state)
    assert metric.tally.total == 0


def test_a_state_of_an_earlier_version_is_refused() -> None:
    metric = TopKAccuracy((1, 2))
    state = counted(TopKAccuracy((1, 2)), (SCORES, EASY)).state_dict()
    state["counts"] = state["counts"][:, 0]  # as it was: no axis for classes, which would spread k
    with pytest.raises(RuntimeError, match=r"shape \(2, 6\).* an earlier version of accord"):
        metric.load_state_dict(state)
    assert metric.tally.total == 0


class Model(torch.nn.Module):
    """A model with a metric inside, as a LightningModule has."""

    def __init__(self, metric: MeasureMetric) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)
        self.metric = metric


@pytest.mark.parametrize("strict", [True, False])
def test_a_checkpoint_of_a_model_with_another_measure_is_refused(strict: bool) -> None:
    saved = Model(counted(TopKAccuracy(2), (SCORES, EASY))).state_dict()
    model = Model(counted(TopKAccuracy(1), (SCORES, ODD)))
    with pytest.raises(RuntimeError, match=r"the state counts TopK\(k=2"):
        model.load_state_dict(saved, strict=strict)
    assert model.metric.tally.correct == 2


@pytest.mark.parametrize("average", ["micro", "macro"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_checkpoint_of_a_model_is_loaded(strict: bool, average: Any) -> None:
    saved = Model(counted(TopKAccuracy(1, average=average), (SCORES, EASY))).state_dict()
    model = Model(TopKAccuracy(1, average=average))
    counted(model.metric, (SCORES, ODD)).compute()  # what is cached gives way
    model.load_state_dict(saved, strict=strict)
    expected = accord.top_k_accuracy(EASY, SCORES, 1, average=average)
    assert model.metric.compute() == expected
    model.metric.update(SCORES, ODD)
    expected = accord.top_k_accuracy(
        torch.cat([EASY, ODD]), torch.cat([SCORES, SCORES]), 1, average=average
    )
    assert model.metric.compute() == expected


def test_a_checkpoint_without_counts_is_loaded() -> None:
    model = Model(TopKAccuracy(1))
    model.load_state_dict(Model(TopKAccuracy(2)).state_dict())  # counts are not saved by default
    assert model.metric.tally.total == 0


def test_a_loaded_state_goes_on_with_its_number_of_classes_r22() -> None:
    metric = TopKAccuracy(1, average="macro")
    metric.load_state_dict(counted(TopKAccuracy(1, average="macro"), (SCORES, EASY)).state_dict())
    before = metric.tally
    for classes in (1, 3):
        with pytest.raises(ValueError, match=f"{classes} classes but the batches before had 4"):
            metric.update(torch.ones(2, classes), torch.zeros(2, dtype=torch.int64))
    assert all((mine == theirs).all() for mine, theirs in zip(metric.tally, before, strict=True))


@pytest.mark.parametrize("classes", [1, 4])
def test_a_reset_forgets_the_number_of_classes(classes: int) -> None:
    metric = counted(TopKAccuracy(1, average="macro"), (SCORES, EASY))
    metric.reset()
    labels = torch.zeros(2, dtype=torch.int64)
    metric.update(torch.eye(classes)[labels], labels)
    assert metric.compute() == 1


@pytest.mark.parametrize("whole", [True, False])
def test_what_counts_something_else_is_not_merged(whole: bool) -> None:
    for average, other in (("micro", TopKAccuracy(2)), ("macro", TopKAccuracy(1, average="none"))):
        mine = counted(TopKAccuracy(1, average=average), (SCORES, EASY))  # type: ignore[arg-type]
        counted(other, (torch.ones(3, 2), torch.tensor([0, 1, 1])))
        before = mine.counts
        with pytest.raises(ValueError, match=r"state counts TopK\(k=2|has 2 classes"):
            mine.merge_state(other if whole else other.metric_state)
        assert torch.equal(mine.counts, before)


def test_one_class_is_not_merged_with_several() -> None:
    mine, one = (TopKAccuracy(1, average="macro") for _ in range(2))
    mine.update(SCORES, EASY)
    one.update(torch.ones(2, 1), torch.zeros(2, dtype=torch.int64))
    for first, second in ((mine, one), (one, mine)):
        with pytest.raises(ValueError, match=r"classes but the batches before had"):
            first.merge_state(second)


def test_a_merged_metric_computes_anew() -> None:
    mine, theirs = counted(TopKAccuracy(1), (SCORES, EASY)), counted(TopKAccuracy(1), (SCORES, ODD))
    assert mine.compute() == 0.75
    mine.merge_state(theirs)
    assert mine.compute() == 0.625
