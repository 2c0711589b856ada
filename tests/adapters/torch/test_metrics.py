"""The metric classes as torchmetrics uses them."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torchmetrics
from torch import Tensor

import accord
import accord_numpy
import accord_torch
from accord_torch import SparseCategoricalAccuracy, TopKAccuracy

SEEDED = torch.Generator().manual_seed(2)
SCORES = torch.randint(0, 5, (90, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (90,), generator=SEEDED)
DENSE = torch.nn.functional.one_hot(LABELS, 6)
MANY = torch.randint(0, 2, (90, 6), generator=SEEDED)
WEIGHTS = torch.randint(0, 9, (90,), generator=SEEDED) / 8

# A metric, its labels, and the function over everything.
STREAMS: dict[
    str, tuple[Callable[[], accord_torch.MeasureMetric], Tensor, Callable[[], Tensor]]
] = {
    "binary": (
        lambda: accord_torch.BinaryAccuracy(0.25, at_threshold="positive", average="macro"),
        MANY,
        lambda: accord.binary_accuracy(
            MANY, SCORES, threshold=0.25, at_threshold="positive", average="macro"
        ),
    ),
    "categorical": (
        lambda: accord_torch.CategoricalAccuracy(ties="last"),
        DENSE,
        lambda: accord.categorical_accuracy(DENSE, SCORES, ties="last"),
    ),
    "sparse": (
        lambda: SparseCategoricalAccuracy(average=None, ignore_index=3),
        LABELS,
        lambda: accord.sparse_categorical_accuracy(LABELS, SCORES, average=None, ignore_index=3),
    ),
    "top k": (
        lambda: TopKAccuracy((1, 4), average="macro"),
        LABELS,
        lambda: accord.top_k_accuracy(LABELS, SCORES, (1, 4), average="macro"),
    ),
    "expected": (
        lambda: TopKAccuracy(2, ties="expected"),
        LABELS,
        lambda: accord.top_k_accuracy(LABELS, SCORES, 2, ties="expected"),
    ),
    "top k categorical": (
        lambda: accord_torch.TopKCategoricalAccuracy(2),
        DENSE,
        lambda: accord.top_k_categorical_accuracy(DENSE, SCORES, 2),
    ),
    "multilabel": (
        lambda: accord_torch.MultilabelAccuracy("jaccard", k=(1, 3)),
        MANY,
        lambda: accord.multilabel_accuracy(MANY, SCORES, criteria="jaccard", k=(1, 3)),
    ),
}
EACH = pytest.mark.parametrize("name", STREAMS)


def streamed(metric: accord_torch.MeasureMetric, labels: Tensor) -> accord_torch.MeasureMetric:
    for preds, target in zip(SCORES.split(17), labels.split(17), strict=True):
        metric.update(preds, target)
    return metric


@EACH
def test_a_stream_gives_the_figure_of_one_call_r17(name: str) -> None:
    make, labels, function = STREAMS[name]
    torch.testing.assert_close(streamed(make(), labels).compute(), function(), equal_nan=True)


@EACH
def test_forward_gives_the_figure_of_the_batch_and_counts_it(name: str) -> None:
    make, labels, function = STREAMS[name]
    metric = make()
    metric.update(SCORES[:30], labels[:30])
    batch = metric(SCORES[30:], labels[30:])
    alone = make()
    alone.update(SCORES[30:], labels[30:])
    torch.testing.assert_close(batch, alone.compute(), equal_nan=True)
    torch.testing.assert_close(metric.compute(), function(), equal_nan=True)


@EACH
def test_reset_forgets_r16(name: str) -> None:
    make, labels, function = STREAMS[name]
    metric = streamed(make(), labels)
    metric.reset()
    with pytest.warns(UserWarning, match="called before the ``update``"):
        assert metric.compute().isnan().all()
    torch.testing.assert_close(streamed(metric, labels).compute(), function(), equal_nan=True)


@EACH
def test_copies_pickles_and_reloaded_states_go_on_counting(name: str) -> None:
    make, labels, function = STREAMS[name]
    metric = make()
    metric.update(SCORES[:30], labels[:30])
    metric.persistent(True)
    reloaded = make()
    reloaded.load_state_dict(metric.state_dict())
    for other in (
        metric.clone(),
        copy.deepcopy(metric),
        pickle.loads(pickle.dumps(metric)),  # noqa: S301  # our own
        reloaded,
    ):
        other.update(SCORES[30:], labels[30:])
        torch.testing.assert_close(other.compute(), function(), equal_nan=True)
    assert int(metric.tally.total.sum()) == int(
        make().measure.tally(labels[:30], SCORES[:30]).total
    )


def test_signatures_are_those_of_numpys_metrics() -> None:
    for name in accord_numpy.__all__:
        if name.endswith("Accuracy"):
            theirs = inspect.signature(getattr(accord_numpy, name))
            assert inspect.signature(getattr(accord_torch, name)) == theirs, name


def test_every_public_name_can_be_imported() -> None:
    assert all(getattr(accord_torch, name) for name in accord_torch.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Accuracy'"):
        accord_torch.Accuracy  # noqa: B018  # the access is what fails


def test_counts_are_host_integers_past_float64_r18() -> None:
    metric = TopKAccuracy(1)
    metric.update(torch.tensor([[0.9, 0.1]] * 3), torch.tensor([0, 0, 1]))
    metric.counts = metric.counts * 2**57
    metric.update(torch.tensor([[0.9, 0.1]]), torch.tensor([0]))
    assert metric.tally[:4] == (2**58 + 1, 2**58 + 1, 2**58 + 1, 3 * 2**57 + 1)
    assert metric.tally.total.dtype == np.int64


def test_weights_may_come_with_any_batch_r14_r18() -> None:
    metric = TopKAccuracy(2)
    metric.update(SCORES[:40], LABELS[:40])
    metric.update(SCORES[40:], LABELS[40:], sample_weight=WEIGHTS[40:])
    weights = torch.cat([torch.ones(40), WEIGHTS[40:]])
    expected = accord.TopK(2).tally(LABELS, SCORES, sample_weight=weights)
    assert metric.tally.total.dtype == np.float64
    np.testing.assert_allclose(metric.tally, [field.item() for field in expected], rtol=1e-12)
    assert metric.counts.dtype == torch.int64


def test_a_mask_leaves_samples_out_r13() -> None:
    metric = TopKAccuracy(2)
    metric(SCORES, torch.where(LABELS > 2, 99, LABELS), mask=LABELS <= 2)
    assert metric.tally.total == int((LABELS <= 2).sum())


REFUSED: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "a label out of range": (SCORES, LABELS + 1, {}),
    "a column of labels": (SCORES, LABELS[:, None], {}),
    "a mask of integers": (SCORES, LABELS, {"mask": LABELS}),
    "a negative weight": (SCORES, LABELS, {"sample_weight": -WEIGHTS}),
    "another number of classes": (SCORES[:, :5], LABELS % 5, {}),
    "preds and target swapped": (LABELS, SCORES, {}),
}


@pytest.mark.parametrize("call", ["update", "forward"])
@pytest.mark.parametrize("fault", REFUSED)
def test_a_refused_batch_leaves_the_metric_as_it_was_r22(fault: str, call: str) -> None:
    preds, target, options = REFUSED[fault]
    metric = TopKAccuracy(2, average="macro")
    metric.update(SCORES, LABELS)
    metric.compute()
    before = {name: copy.copy(value) for name, value in vars(metric).items()}
    with pytest.raises((ValueError, TypeError)):
        getattr(metric, call)(preds, target, **options)
    for name, value in before.items():
        now = vars(metric)[name]
        assert torch.equal(now, value) if isinstance(value, Tensor) else now == value, name


def test_unseen_bad_labels_are_warned_of_once_r22() -> None:
    metric = TopKAccuracy(1)
    update = torch.func.vmap(lambda s, y: accord.TopK(1).tally(y, s))
    counted = update(torch.tensor([[[0.9, 0.1]]]), torch.tensor([[7]]))
    assert counted.invalid.tolist() == [1]
    metric.counts = torch.stack([field[0] for field in counted]).reshape(1, 1, -1)
    metric._update_count = 1  # noqa: SLF001  # as if by an update on a device
    with pytest.warns(RuntimeWarning, match="1 labels counted as misses are not classes"):
        assert metric.compute() == 0
    metric._computed = None  # noqa: SLF001  # so that it computes again
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metric.compute()


def test_an_update_on_a_device_reads_no_value_r19() -> None:
    metric = TopKAccuracy((1, 3), average="macro").to("meta")  # where there is none to read
    metric.update(SCORES.to("meta"), LABELS.to("meta"))
    assert metric(SCORES.to("meta"), LABELS.to("meta")).shape == (2,)
    assert metric.counts.shape == (2, 6, 6)


def test_a_metric_follows_to_a_device_but_not_to_a_dtype_r18() -> None:
    model = torch.nn.ModuleDict({"layer": torch.nn.Linear(2, 2), "metric": TopKAccuracy(1)})
    for moved in (model.half(), model.to(torch.bfloat16), model.double()):
        metric = moved["metric"]
        assert (metric.counts.dtype, metric.sums.dtype) == (torch.int64, torch.float64)
    metric = TopKAccuracy(1).set_dtype(torch.float16)
    assert metric.counts.dtype == torch.int64
    assert TopKAccuracy(1).to("meta").counts.device.type == "meta"


def test_a_collection_groups_what_counts_the_same_and_nothing_else() -> None:
    kinds: dict[str, torchmetrics.Metric] = {
        "best": TopKAccuracy(1),
        "three": TopKAccuracy(3),
        "all": TopKAccuracy(6),
        "weighted": TopKAccuracy(3, average="weighted"),
        "macro": TopKAccuracy(1, average="macro"),
        "each": TopKAccuracy(1, average=None),
    }
    collection = torchmetrics.MetricCollection({**kinds})
    easy = torch.nn.functional.one_hot(LABELS, 6).float()
    collection.update(easy, LABELS)  # every k is right, so the counts are equal so far
    collection.update(SCORES, LABELS)
    groups = sorted(sorted(group) for group in collection.compute_groups.values())
    assert groups == [["all"], ["best"], ["each", "macro"], ["three", "weighted"]]
    found = collection.compute()
    for name, metric in kinds.items():
        alone = metric.clone()
        alone.reset()
        alone.update(easy, LABELS)
        alone.update(SCORES, LABELS)
        torch.testing.assert_close(found[name], alone.compute())


def test_metrics_compose() -> None:
    both = TopKAccuracy(1) + TopKAccuracy(3)
    both.update(SCORES, LABELS)
    expected = accord.top_k_accuracy(LABELS, SCORES, (1, 3)).sum()
    torch.testing.assert_close(both.compute(), expected)


def test_states_merge() -> None:
    first, second = TopKAccuracy(2, average="macro"), TopKAccuracy(2, average="macro")
    first.update(SCORES[:30], LABELS[:30])
    second.update(SCORES[30:], LABELS[30:])
    first.merge_state(second)
    expected = accord.top_k_accuracy(LABELS, SCORES, 2, average="macro")
    torch.testing.assert_close(first.compute(), expected)


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_figures_without_ties_are_those_of_torchmetrics(average: Any) -> None:
    scores = torch.randn(200, 6, generator=SEEDED)
    labels = torch.randint(0, 6, (200,), generator=SEEDED)
    for k in (1, 3):
        peer = torchmetrics.Accuracy(task="multiclass", num_classes=6, top_k=k, average=average)
        mine = TopKAccuracy(k, average=average)
        torch.testing.assert_close(mine(scores, labels), peer(scores, labels))
