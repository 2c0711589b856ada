"""Every row of the page's table for users of torchmetrics and torcheval, run beside the peer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torchmetrics
from torch import Tensor
from torchmetrics import classification

import accord
import accord_torch
from accord_torch import (
    BinaryAccuracy,
    MultilabelAccuracy,
    SparseCategoricalAccuracy,
    TopKAccuracy,
)

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated", "ignore:.*will be deprecated")

PAGE = Path(__file__).parents[3] / "docs/torch.md"
CLASSES, LABELS = 5, 4


def table() -> Iterator[tuple[bool, str, str, str]]:
    """Yield whether a row is torcheval's, a peer of it, our metric and what differs."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text.split("| torchmetrics | accord |")[1].split("\n\n")[0].splitlines()[2:]
    for row in rows:
        peers, mine, differs = (cell.strip() for cell in row.strip("|").split("|"))
        for peer in re.findall(r"`([^`]+)`", peers):
            yield peers.startswith("torcheval"), peer, mine.strip("`"), differs


# test_retrieval compares those of retrieval, which take other arguments.
ROWS = [row for row in table() if not row[1].startswith("Retrieval")]


def peer_of(of_torcheval: bool, call: str) -> Any:
    import torcheval.metrics

    home = vars(torcheval.metrics) if of_torcheval else {**vars(torchmetrics)}
    if not of_torcheval:
        home |= vars(classification)
    return eval(call, {**home, "C": CLASSES, "L": LABELS})  # noqa: S307  # our own page


def figure(metric: Any, *batch: Tensor) -> Tensor:
    metric.update(*batch)
    found: Tensor = metric.compute()
    return found


Batch = tuple[Tensor, Tensor]


def batch_for(metric: Any, seeded: torch.Generator, *, ties: bool) -> Batch:
    """Return a batch of the kind that a metric of ours takes, within [0, 1]."""
    shape: tuple[int, ...] = (12, CLASSES)
    if isinstance(metric, BinaryAccuracy):
        shape = (12,)
    elif isinstance(metric, MultilabelAccuracy):
        shape = (12, LABELS)
    scores = torch.rand(shape, generator=seeded)
    if ties:
        scores = (scores * 4).round() / 4
    if isinstance(metric, SparseCategoricalAccuracy | TopKAccuracy):
        return scores, torch.randint(0, CLASSES, (12,), generator=seeded)
    return scores, torch.randint(0, 2, shape, generator=seeded)


def all_predicted_are_labels(batch: Batch) -> bool:
    return set(batch[0].argmax(-1).tolist()) <= set(batch[1].tolist())


def every_class_has_labels(batch: Batch) -> bool:
    return len(set(batch[1].tolist())) == CLASSES


# Where figures are equal, by how the last column begins.
EQUAL: dict[str, Callable[[Batch], bool]] = {
    "torchmetrics averages over": all_predicted_are_labels,
    "a class without labels": every_class_has_labels,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_row_gives_the_figure_of_the_peer(row: tuple[bool, str, str, str]) -> None:
    of_torcheval, call, ours, differs = row
    seeded = torch.Generator().manual_seed(18)
    equal = next((where for start, where in EQUAL.items() if differs.startswith(start)), None)
    tried = 0
    for _ in range(100):
        mine = eval(ours, dict(vars(accord_torch.metrics)))  # noqa: S307
        batch = batch_for(mine, seeded, ties=not differs.startswith("ties have a rule"))
        if equal is None or equal(batch):
            theirs = figure(peer_of(of_torcheval, call), *batch)
            torch.testing.assert_close(figure(mine, *batch), theirs.float())
            tried += 1
    assert tried >= 20


def test_the_table_has_the_rows_that_were_asked_for() -> None:
    assert len(ROWS) == 17
    assert len({differs for *_, differs in ROWS}) >= 7


def test_macro_averages_differ_as_the_page_says_r15() -> None:
    scores, labels = torch.eye(3)[[0, 1]], torch.tensor([0, 0])
    peer = classification.MulticlassAccuracy(num_classes=3)
    assert figure(peer, scores, labels) == 0.25
    assert figure(SparseCategoricalAccuracy(average="macro"), scores, labels) == 0.5


def test_a_class_without_labels_differs_as_the_page_says_r15() -> None:
    scores, labels = torch.eye(2), torch.tensor([0, 0])
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=2, average="none")
    assert figure(peer, scores, labels).tolist() == [0.5, 0]
    mine = figure(SparseCategoricalAccuracy(average="none"), scores, labels)
    assert mine[0] == 0.5
    assert mine[1].isnan()


PEERS: dict[str, tuple[Any, Any, Tensor]] = {
    "binary": (
        lambda: torchmetrics.Accuracy(task="binary"),
        BinaryAccuracy,
        torch.tensor([1, 1, 1, 0]),
    ),
    "hamming": (
        lambda: classification.MultilabelAccuracy(num_labels=2),
        lambda **options: MultilabelAccuracy("hamming", **options),
        torch.tensor([[1, 1], [1, 0]]),
    ),
    "exact match": (
        lambda: torchmetrics.ExactMatch(task="multilabel", num_labels=2),
        MultilabelAccuracy,
        torch.tensor([[1, 1], [1, 0]]),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_torchmetrics_applies_a_sigmoid_to_some_batches_alone_r10(name: str) -> None:
    make, ours, labels = PEERS[name]
    logits = torch.tensor([0.4, 0.2, 3.0, -2.0]).reshape(labels.shape)
    whole, parts = make(), make()
    whole.update(logits, labels)
    for part in (slice(0, len(labels) // 2), slice(len(labels) // 2, None)):
        parts.update(logits[part], labels[part])
    assert whole.compute() != parts.compute()
    assert figure(ours(from_logits=True), logits, labels) == whole.compute()
    assert figure(ours(), logits, labels) == parts.compute()


def test_a_k_beyond_the_classes_differs_as_the_page_says_r6() -> None:
    batch = torch.rand(3, 4), torch.tensor([0, 1, 2])
    assert figure(peer_of(True, "MulticlassAccuracy(k=7)"), *batch) == 1
    with pytest.raises(ValueError, match="k=7 exceeds the 4 classes in preds"):
        TopKAccuracy(7, ties="optimistic").update(*batch)


def test_the_peers_may_count_a_nan_as_a_hit_and_accord_does_not_r4() -> None:
    scores, labels = torch.tensor([[torch.nan, 0.5]]), torch.tensor([0])
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=2)
    assert figure(peer, scores, labels) == 1
    assert figure(peer_of(True, "MulticlassAccuracy(k=2)"), scores, labels) == 1
    assert figure(SparseCategoricalAccuracy(), scores, labels) == 0
    assert figure(TopKAccuracy(2, ties="optimistic"), scores, labels) == 0


@pytest.mark.parametrize("criteria", ["exact_match", "hamming", "overlap", "contain", "belong"])
def test_each_criterion_of_torcheval_gives_its_figure_r11(criteria: Any) -> None:
    seeded = torch.Generator().manual_seed(19)
    for _ in range(30):
        mine = MultilabelAccuracy(criteria, at_threshold="positive")
        batch = batch_for(mine, seeded, ties=True)
        theirs = figure(peer_of(True, f"MultilabelAccuracy(criteria={criteria!r})"), *batch)
        torch.testing.assert_close(figure(mine, *batch), theirs.float())


def test_the_class_axis_of_torchmetrics_is_the_second_r12() -> None:
    scores, labels = torch.rand(4, CLASSES, 3), torch.randint(0, CLASSES, (4, 3))
    peer = torchmetrics.Accuracy(task="multiclass", num_classes=CLASSES)
    mine = figure(SparseCategoricalAccuracy(axis=1), scores, labels)
    assert mine == figure(peer, scores, labels)
    assert mine == accord.sparse_categorical_accuracy(labels, scores, axis=1)
