"""Figures at every k: torchmetrics states of a length that the first batch tells (R6)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from matplotlib import pyplot as plt

import accord
from accord import scan
from accord_torch import TopKAccuracy, named_figures

SEEDED = torch.Generator().manual_seed(6)
SCORES = torch.randint(0, 9, (64, 20), generator=SEEDED).float()
LABELS = torch.randint(0, 20, (64,), generator=SEEDED)


def curve(**options: Any) -> torch.Tensor:
    figures: torch.Tensor = accord.top_k_accuracy(LABELS, SCORES, "all", **options)
    return figures


@pytest.mark.parametrize("average", ["micro", "macro", "none"])
def test_a_metric_learns_the_classes_and_keeps_them_in_its_state(average: Any) -> None:
    metric, other = TopKAccuracy("all", average=average), TopKAccuracy("all", average=average)
    metric.update(SCORES[:30], LABELS[:30])
    metric.update(SCORES[30:], LABELS[30:])
    assert torch.equal(metric.compute().nan_to_num(), curve(average=average).nan_to_num())
    metric.persistent(mode=True)
    other.load_state_dict(metric.state_dict())
    for each in (metric, other):
        with pytest.raises(ValueError, match="preds has 5 classes but the batches before had 20"):
            each.update(SCORES[:, :5], LABELS % 5)
    other.merge_state(metric)
    assert other.tally.correct.tolist() == (2 * metric.tally.correct).tolist()


def test_figures_at_every_k_have_no_names_and_the_remedy_works() -> None:
    with pytest.raises(ValueError, match=r"k='all' has a figure .* k=\(1, 5, 10\)"):
        named_figures(TopKAccuracy("all"))
    assert list(named_figures(TopKAccuracy((1, 5, 10)))) == [
        "top_10_accuracy",
        "top_1_accuracy",
        "top_5_accuracy",
    ]


def test_the_plot_is_a_line_over_k() -> None:
    metric = TopKAccuracy("all")
    metric.update(SCORES, LABELS)
    figure, axes = metric.plot()
    (line,) = axes.get_lines()
    assert line.get_xdata().tolist() == list(range(1, 21))
    assert line.get_ydata().tolist() == curve().tolist()
    _, axes = metric.plot([metric.compute(), metric.compute()], plt.figure().subplots())
    assert len(axes.get_lines()) == 2
    plt.close("all")
    del figure


def test_a_graph_for_classes_of_any_number_counts_at_every_k() -> None:
    def count(labels: torch.Tensor, scores: torch.Tensor) -> Any:
        return accord.top_k_accuracy(labels, scores, "all")

    compiled = torch.compile(count, fullgraph=True, dynamic=True, backend="eager")
    for classes in (20, 7, 11):
        labels, scores = LABELS % classes, SCORES[:, :classes]
        assert torch.equal(compiled(labels, scores), count(labels, scores))


@pytest.mark.parametrize("ties", ["first", "expected"])
def test_a_graph_that_calls_the_scan_counts_at_every_k(ties: Any) -> None:
    pytest.importorskip("numba")
    scores = torch.randint(0, 50, (200, 700), generator=SEEDED).float()
    labels = torch.randint(0, 700, (200,), generator=SEEDED)

    def count(labels: torch.Tensor, scores: torch.Tensor) -> Any:
        measure = accord.TopK("all", ties=ties)
        return measure.tally(labels, scores).correct, measure.credit(labels, scores)

    with scan.using(True):
        found = torch.compile(count, fullgraph=True, backend="eager")(labels, scores)
    with scan.using(False):
        expected = count(labels, scores)
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=0)
