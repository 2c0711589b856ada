"""Figures at every k: the report, and what is refused (R6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

import accord
from accord.cli.files import MisfitError
from accord.cli.measures import numbers

CLASSES = 60
RNG = np.random.default_rng(60)
LABELS = RNG.integers(0, CLASSES, 300)
TIED = RNG.integers(0, 12, (300, CLASSES)).astype(float)
REPORT = accord.evaluate(LABELS, TIED, "all")


def test_a_table_has_a_few_of_very_many_k() -> None:
    lines = str(REPORT).splitlines()
    assert [line.split()[0] for line in lines[3:11]] == ["1", "2", "3", "5", "10", "20", "50", "60"]
    assert "The table has 8 of 60 values of k." in str(REPORT)
    assert "at k=1 " in str(REPORT)
    assert "at k=50" not in str(REPORT)  # notes name fewer


def test_a_table_has_all_of_twenty_k() -> None:
    report = accord.evaluate(LABELS, TIED, range(1, 21))
    assert report.shown == report.named == tuple(range(1, 21))
    assert "The table has" not in str(report)


def test_to_dict_has_every_k() -> None:
    found = REPORT.to_dict()
    for name in ("accuracy", "floor", "ceiling", "correct", "interval", "lost_to_nan"):
        assert list(found[name]) == [str(k) for k in range(1, CLASSES + 1)]
    one = accord.evaluate(LABELS, TIED, 7).to_dict()
    assert all(found[name]["7"] == one[name]["7"] for name in ("accuracy", "floor", "interval"))


def test_the_plot_is_a_line_over_every_k_with_the_band_between_the_bounds() -> None:
    axes: Any = REPORT.plot(Figure().subplots())
    line: Any = axes.get_lines()[0]
    assert list(line.get_xdata()) == list(range(1, CLASSES + 1))
    assert list(line.get_ydata()) == list(REPORT.accuracy.values())
    assert isinstance(axes.collections[0], PolyCollection)
    band: Any = axes.collections[0]
    corners = {(k, share) for k, share in band.get_paths()[0].vertices.tolist()}
    assert {(k, share) for k, share in REPORT.floor.items()} <= corners
    assert {(k, share) for k, share in REPORT.ceiling.items()} <= corners
    assert axes.get_xlabel() == "k"


def test_groups_and_classes_have_columns_for_few_k_and_figures_at_all() -> None:
    report = accord.evaluate(LABELS, TIED, "all", groups=LABELS % 2, per_class=True)
    assert "accuracy k=10" in str(report)
    assert "accuracy k=20" not in str(report)
    assert list(report.by_group()[1].accuracy) == list(range(1, CLASSES + 1))
    assert list(report.by_class()[3].correct) == list(range(1, CLASSES + 1))


def test_what_a_nan_costs_is_counted_at_every_k() -> None:
    scores = TIED.copy()
    scores[:, 0] = np.nan
    labels = LABELS % (CLASSES - 1) + 1  # of no class that is NaN
    every = accord.evaluate(labels, scores, "all").lost_to_nan
    assert every is not None
    for k in (1, 2, 30):
        assert {k: every[k]} == accord.evaluate(labels, scores, k).lost_to_nan


@pytest.mark.parametrize("function", [accord.compare, accord.explain, accord.verify])
def test_pages_on_single_samples_refuse_every_k(function: Any) -> None:
    scores = (TIED, TIED) if function is accord.compare else (TIED,)
    with pytest.raises(ValueError, match=r"k='all' is for accord\.evaluate, .* k=\(1, 5\)"):
        function(LABELS, *scores, k="all")


@pytest.mark.parametrize("k", ["every", range(0), range(3), (1, 0), b"all"])
def test_another_k_is_refused_with_what_is_allowed(k: Any) -> None:
    with pytest.raises(ValueError, match="is not a number of classes; pass an int from 1 to C"):
        accord.TopK(k)


def test_a_message_shows_the_ends_of_very_many_k() -> None:
    with pytest.raises(
        ValueError, match=r"k=\(1, 2, [^.]*, \.\.\., [^.]*, 98, 99\) exceeds the 60"
    ):
        accord.top_k_accuracy(LABELS, TIED, range(1, 100))


def test_all_stands_alone_on_a_command_line() -> None:
    assert numbers(["all"]) == "all"
    with pytest.raises(MisfitError, match="-k all has every k; pass it alone"):
        numbers(["all", "5"])
