"""Figures by name, plotted figures, and messages in the words of torchmetrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torchmetrics

import accord
import accord_torch
from accord_torch import SparseCategoricalAccuracy, TopKAccuracy, named_figures

SEEDED = torch.Generator().manual_seed(15)
SCORES = torch.randint(0, 5, (40, 6), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (40,), generator=SEEDED)
MANY = torch.randint(0, 2, (40, 6), generator=SEEDED)


def expected(k: int, **options: Any) -> torch.Tensor:
    figure: torch.Tensor = accord.top_k_accuracy(LABELS, SCORES, k, **options)
    return figure


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_each_k_has_a_named_figure(average: Any) -> None:
    metrics = named_figures(TopKAccuracy((1, 3), average=average), prefix="val_")
    metrics.update(SCORES[:15], LABELS[:15])
    metrics.update(SCORES[15:], LABELS[15:])
    assert metrics.compute() == {
        "val_top_1_accuracy": expected(1, average=average),
        "val_top_3_accuracy": expected(3, average=average),
    }


def test_named_figures_of_several_k_are_counted_once() -> None:
    calls = []

    class Counting(TopKAccuracy):
        def update(self, *args: Any, **kwargs: Any) -> None:
            calls.append(self)
            super().update(*args, **kwargs)

    metrics = named_figures(Counting((1, 2, 3)))
    for _ in range(4):
        metrics.update(SCORES, LABELS)
    assert len(calls) == 4
    assert metrics.compute()["top_2_accuracy"] == expected(2)


def test_forward_gives_named_figures_of_the_batch() -> None:
    metrics = named_figures(TopKAccuracy((1, 3)))
    metrics.update(SCORES[:15], LABELS[:15])
    alone = accord.top_k_accuracy(LABELS[15:], SCORES[15:], (1, 3))
    assert list(metrics(SCORES[15:], LABELS[15:]).values()) == alone.tolist()
    metrics.update(SCORES, LABELS)
    both = torch.cat([LABELS, LABELS]), torch.cat([SCORES, SCORES])
    whole = accord.top_k_accuracy(*both, (1, 3))
    assert list(metrics.compute().values()) == whole.tolist()


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        (TopKAccuracy(5), ["top_5_accuracy"]),
        (accord_torch.TopKCategoricalAccuracy((1, 5)), ["top_1_categorical_accuracy", "top_5_c"]),
        (accord_torch.MultilabelAccuracy(k=(1, 2)), ["multilabel_accuracy_1", "multilabel_acc"]),
        (SparseCategoricalAccuracy(), ["sparse_categorical_accuracy"]),
        (accord_torch.BinaryAccuracy(), ["binary_accuracy"]),
    ],
)
def test_figures_are_named_as_keras_names_them(metric: Any, names: list[str]) -> None:
    pairs = zip(named_figures(metric), names, strict=True)
    assert all(str(found).startswith(name) for found, name in pairs)


def test_named_figures_by_class_are_refused_with_remedies_that_work() -> None:
    with pytest.raises(ValueError, match=r"or 'macro'.*a single k to .*ClasswiseWrapper"):
        named_figures(TopKAccuracy((1, 3), average=None))
    named_figures(TopKAccuracy((1, 3), average="macro"))
    by_class = torchmetrics.ClasswiseWrapper(TopKAccuracy(3, average=None), prefix="top_3_")
    found = by_class(SCORES, LABELS)
    assert found["top_3_2"] == expected(3, average=None)[2]


def test_a_collection_of_named_figures_is_copied_and_reloaded() -> None:
    metrics = named_figures(TopKAccuracy((1, 3)))
    metrics.persistent(True)
    metrics.update(SCORES, LABELS)
    reloaded = named_figures(TopKAccuracy((1, 3)))
    reloaded.load_state_dict(metrics.state_dict())
    for other in (metrics.clone(), reloaded):
        other.update(SCORES, LABELS)
        assert other.compute() == {
            "top_1_accuracy": expected(1),
            "top_3_accuracy": expected(3),
        }


@pytest.fixture
def plt() -> Iterator[Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def drawn(axes: Any) -> dict[str, list[float]]:
    """Return the heights of each labelled line."""
    return {
        line.get_label(): torch.as_tensor(line.get_ydata()).flatten().tolist()
        for line in axes.get_lines()
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_figure_is_plotted(plt: Any) -> None:
    metric = TopKAccuracy(3)
    metric.update(SCORES, LABELS)
    _, axes = metric.plot()
    assert list(drawn(axes).values()) == [[expected(3).item()]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_figures_of_several_k_are_plotted_by_name(plt: Any) -> None:
    metric = TopKAccuracy((1, 3))
    batches = [metric(s, y) for s, y in zip(SCORES.split(20), LABELS.split(20), strict=True)]
    names = {f"top_{k}_accuracy": [expected(k).item()] for k in (1, 3)}
    assert drawn(metric.plot()[1]) == names
    curves = {
        f"top_{k}_accuracy": [each[place].item() for each in batches]
        for place, k in enumerate((1, 3))
    }
    assert drawn(metric.plot(batches)[1]) == curves


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_figures_by_class_are_plotted(plt: Any) -> None:
    metric = SparseCategoricalAccuracy(average=None)
    metric.update(SCORES, LABELS)
    _, axes = plt.subplots()
    assert metric.plot(ax=axes)[1] is axes
    assert drawn(axes)["Class 2"] == [expected(1, average=None)[2].item()]
    several = TopKAccuracy((1, 3), average=None)
    several.update(SCORES, LABELS)
    found = drawn(several.plot()[1])
    assert found["top_3_accuracy, class 2"] == [expected(3, average=None)[2].item()]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_collection_is_plotted_together(plt: Any) -> None:
    metrics = named_figures(TopKAccuracy((1, 3)))
    metrics.update(SCORES, LABELS)
    _, axes = metrics.plot(together=True)
    assert drawn(axes)["top_3_accuracy"] == [expected(3).item()]


def test_a_plot_without_matplotlib_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torchmetrics.utilities.plot._MATPLOTLIB_AVAILABLE", False)
    metric = TopKAccuracy(3)
    metric.update(SCORES, LABELS)
    with pytest.raises(ModuleNotFoundError, match="pip install matplotlib"):
        metric.plot()


FAULTS: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "a label out of range": (SCORES, LABELS + 9, {}, r"target\[0\] is"),
    "a column of labels": (SCORES, LABELS[:, None], {}, "target has shape.* last axis of target"),
    "complex scores": (SCORES + 1j, LABELS, {}, "preds has dtype"),
    "k beyond the classes": (SCORES[:, :2], LABELS % 2, {}, "the 2 classes in preds"),
    "no scores": ([[0.5, 0.5]], [0], {}, "preds is a list"),
    "a mask of another shape": (SCORES, LABELS, {"mask": [True]}, "preds without its class axis"),
}


@pytest.mark.parametrize("call", ["update", "forward"])
@pytest.mark.parametrize("fault", FAULTS)
def test_messages_name_preds_and_target_r23(fault: str, call: str) -> None:
    preds, target, options, message = FAULTS[fault]
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        getattr(TopKAccuracy(3), call)(preds, target, **options)
    assert "y_true" not in str(caught.value)
    assert "y_score" not in str(caught.value)


PEERS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "num_classes": (TopKAccuracy, {"num_classes": 6}, "leave it out: it is the length of the"),
    "num_labels": (accord_torch.MultilabelAccuracy, {"num_labels": 6}, "leave it out"),
    "task": (SparseCategoricalAccuracy, {"task": "multiclass"}, "leave it out"),
    "validate_args": (TopKAccuracy, {"validate_args": False}, "leave it out"),
    "global": (TopKAccuracy, {"multidim_average": "global"}, "leave it out"),
    "samplewise": (TopKAccuracy, {"multidim_average": "samplewise"}, r"mean of accord\.in_top_k"),
    "top_k": (TopKAccuracy, {"top_k": 3}, r"pass k=3"),
    "top_k of one": (SparseCategoricalAccuracy, {"top_k": 3}, r"use TopKAccuracy\(k=3\)"),
    "top_k, dense": (
        accord_torch.CategoricalAccuracy,
        {"top_k": 3},
        r"use TopKCategoricalAccuracy\(k=3\)",
    ),
    "top_k, binary": (accord_torch.BinaryAccuracy, {"top_k": 3}, "use MultilabelAccuracy"),
}


@pytest.mark.parametrize("name", PEERS)
def test_options_of_torchmetrics_are_refused_with_what_takes_their_place_r23(name: str) -> None:
    kind, options, remedy = PEERS[name]
    option = next(iter(options))
    with pytest.raises(TypeError, match=rf"{kind.__name__} takes no {option}=.*{remedy}"):
        kind(**options)


def test_the_remedies_for_options_of_torchmetrics_work() -> None:
    assert TopKAccuracy(k=3)(SCORES, LABELS) == expected(3)
    peer = torchmetrics.Accuracy(
        task="multiclass",
        num_classes=6,
        top_k=3,
        average="micro",
        multidim_average="samplewise",
    )
    untied = torch.randn(8, 5, 6, generator=SEEDED)
    mine = accord.in_top_k(LABELS.reshape(8, 5), untied, 3).float().mean(1)
    torch.testing.assert_close(mine, peer(untied.movedim(-1, 1), LABELS.reshape(8, 5)))
