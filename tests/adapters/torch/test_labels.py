"""Labels of sets beside torchmetrics: averages over labels, and unknown ones (R11, R13)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torchmetrics.classification import (
    MultilabelAccuracy,
    MultilabelF1Score,
    MultilabelPrecision,
    MultilabelRecall,
)

import accord_torch
from accord import scan

RNG = torch.Generator().manual_seed(11)
SCORES = torch.rand((200, 6), generator=RNG)
LABELS = torch.randint(0, 2, (200, 6), generator=RNG)
SOME = torch.where(torch.rand((200, 6), generator=RNG) < 0.4, -1, LABELS)
SOME[7] = -1
AVERAGES = ("micro", "macro", "weighted", "none")
PARTS = (slice(0, 1), slice(1, 90), slice(90, 200))


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("labels", [LABELS, SOME], ids=["known", "some-unknown"])
@pytest.mark.parametrize("average", AVERAGES)
def test_r11_averages_over_labels_are_torchmetrics(average: Any, labels: Any, on: bool) -> None:
    ours = accord_torch.MultilabelAccuracy("hamming", average=average, ignore_index=-1)
    peer = MultilabelAccuracy(num_labels=6, average=average, ignore_index=-1)
    with scan.using(on):
        for part in PARTS:
            ours.update(SCORES[part], labels[part])
            peer.update(SCORES[part], labels[part])
    torch.testing.assert_close(ours.compute(), peer.compute())


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("precision", MultilabelPrecision),
        ("recall", MultilabelRecall),
        ("f1", MultilabelF1Score),
    ],
)
def test_r27_the_tally_by_label_gives_precision_recall_and_f1(
    name: str, kind: Any, average: Any
) -> None:
    metric = accord_torch.MultilabelAccuracy("hamming", average="macro", ignore_index=-1)
    peer = kind(num_labels=6, average=average, ignore_index=-1)
    for part in PARTS:
        metric.update(SCORES[part], SOME[part])
        peer.update(SCORES[part], SOME[part])
    tally: Any = metric.tally
    found = getattr(tally.figures(average), name)
    np.testing.assert_allclose(found, peer.compute(), rtol=1e-6)


def test_r13_a_label_that_no_sample_knows_counts_in_no_average() -> None:
    labels = SOME.clone()
    labels[:, 2] = -1
    ours = accord_torch.MultilabelAccuracy("hamming", average="macro", ignore_index=-1)
    each = accord_torch.MultilabelAccuracy("hamming", average="none", ignore_index=-1)
    peer = MultilabelAccuracy(num_labels=6, average="macro", ignore_index=-1)
    by_label = each(SCORES, labels)
    assert torch.isnan(by_label).tolist() == [False, False, True, False, False, False]
    torch.testing.assert_close(ours(SCORES, labels), by_label.nanmean())
    torch.testing.assert_close(peer(SCORES, labels), by_label.nansum() / 6)  # it counts as 0 there


def test_r13_a_mask_of_labels_may_change_from_batch_to_batch() -> None:
    by_mask = accord_torch.MultilabelAccuracy("jaccard")
    by_index = accord_torch.MultilabelAccuracy("jaccard", ignore_index=-1)
    for part in PARTS:
        by_mask.update(SCORES[part], LABELS[part], mask=SOME[part] >= 0)
        by_index.update(SCORES[part], torch.where(SOME[part] >= 0, LABELS[part], -1))
    torch.testing.assert_close(by_mask.compute(), by_index.compute())
    assert by_mask.tally.total == 199
