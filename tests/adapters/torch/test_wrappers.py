"""Metrics inside the wrappers of torchmetrics, and under torch's own contexts."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import torch
import torchmetrics
from torchmetrics import wrappers

import accord
from accord_torch import SparseCategoricalAccuracy, TopKAccuracy, named_figures

SEEDED = torch.Generator().manual_seed(20)
SCORES = torch.randint(0, 5, (40, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (40,), generator=SEEDED)
FIGURES = accord.top_k_accuracy(LABELS, SCORES, (1, 3)).tolist()
PARTS = list(zip(SCORES.split(20), LABELS.split(20), strict=True))
EACH = [accord.top_k_accuracy(labels, scores, 3).item() for scores, labels in PARTS]


def test_a_tracker_keeps_the_best_epoch() -> None:
    tracker = wrappers.MetricTracker(TopKAccuracy(3), maximize=True)
    for scores, labels in PARTS:
        tracker.increment()
        tracker.update(scores, labels)
    found: Any = tracker.best_metric(return_step=True)
    best, epoch = found
    assert best == pytest.approx(max(EACH))
    assert epoch == EACH.index(max(EACH))
    found = tracker.compute_all()
    assert found.tolist() == pytest.approx(EACH)


def test_a_tracker_takes_named_figures() -> None:
    tracker = wrappers.MetricTracker(named_figures(TopKAccuracy((1, 3))), maximize=[True, True])
    for scores, labels in PARTS:
        tracker.increment()
        tracker.update(scores, labels)
    best: Any = tracker.best_metric()
    assert best["top_3_accuracy"] == pytest.approx(max(EACH))


def test_a_bootstrapper_resamples_batches() -> None:
    metric = wrappers.BootStrapper(SparseCategoricalAccuracy(), num_bootstraps=30)
    torch.manual_seed(1)
    for scores, labels in PARTS:
        metric.update(scores, labels)
    found = metric.compute()
    assert found["mean"] == pytest.approx(FIGURES[0], abs=0.15)
    assert found["std"] > 0


def test_a_classwise_wrapper_names_each_class() -> None:
    metric = wrappers.ClasswiseWrapper(TopKAccuracy(3, average=None), labels=list("abcdef"))
    metric.update(SCORES, LABELS)
    expected = accord.top_k_accuracy(LABELS, SCORES, 3, average=None)
    assert metric.compute()["topkaccuracy_c"] == expected[2]


def test_a_min_max_metric_keeps_both() -> None:
    metric = wrappers.MinMaxMetric(TopKAccuracy(3))
    for scores, labels in PARTS:
        metric.update(scores, labels)
        found = metric.compute()
    assert found["raw"] == pytest.approx(FIGURES[1])
    assert found["min"] == pytest.approx(min(EACH[0], FIGURES[1]))
    assert found["max"] == pytest.approx(max(EACH[0], FIGURES[1]))


@pytest.mark.parametrize("metric", [TopKAccuracy((1, 3)), TopKAccuracy((1, 3), ties="expected")])
def test_inference_mode_may_begin_and_end_between_batches(metric: Any) -> None:
    metric = metric.clone()
    with torch.inference_mode():
        metric.update(*PARTS[0])
        metric.compute()
    metric.update(*PARTS[1])
    expected = accord.top_k_accuracy(LABELS, SCORES, (1, 3), ties=metric.measure.ties)
    torch.testing.assert_close(metric.compute(), expected)
    with torch.inference_mode():
        metric.reset()
        metric(SCORES, LABELS)
    torch.testing.assert_close(metric.compute(), expected)


def test_autocast_changes_no_figure() -> None:
    weights = torch.arange(40)
    metric, plain = (TopKAccuracy((1, 3), average="macro") for _ in range(2))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        metric.update(SCORES, LABELS, sample_weight=weights)
        found = metric.compute()
    plain.update(SCORES, LABELS, sample_weight=weights)
    assert torch.equal(found, plain.compute())


@pytest.mark.parametrize("how", ["deepcopy", "pickle", "clone"])
def test_a_copy_counts_on_its_own(how: str) -> None:
    model: Any = torch.nn.Module()
    model.top = TopKAccuracy(3)
    model.named = named_figures(TopKAccuracy((1, 3)))
    for metric in (model.top, model.named):
        metric.update(*PARTS[0])
    if how == "clone":
        other: Any = torch.nn.Module()
        other.top, other.named = model.top.clone(), model.named.clone()
    else:
        other = copy.deepcopy(model) if how == "deepcopy" else pickle.loads(pickle.dumps(model))  # noqa: S301
    for metric in (other.top, other.named):
        metric.update(*PARTS[1])
    assert other.top.compute() == pytest.approx(FIGURES[1])
    assert list(other.named.compute().values()) == pytest.approx(FIGURES)
    assert model.top.compute() == pytest.approx(EACH[0])
    assert model.named.compute()["top_3_accuracy"] == pytest.approx(EACH[0])


def test_a_collection_of_wrapped_metrics_keeps_their_names() -> None:
    both = torchmetrics.MetricCollection(
        {
            "named": wrappers.MinMaxMetric(TopKAccuracy(1)),
            "top": wrappers.MinMaxMetric(TopKAccuracy(3)),
        }
    )
    both.update(SCORES, LABELS)
    found = both.compute()
    assert [found["named_raw"], found["top_raw"]] == pytest.approx(FIGURES)
