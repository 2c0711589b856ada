"""The pages run as they are written, and restate every rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import accord
from accord.cli import main
from accord_conformance import LAWS

ROOT = Path(__file__).parent.parent.parent


def test_the_page_for_numpy_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/numpy.md")
    assert int(names["metric"].tally.total.sum()) == 1000


def test_the_page_on_retrieval_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/retrieval.md")
    floor, ceiling = names["tally"].bounds()
    assert (float(floor), float(ceiling)) == (0.5, 2 / 3)


def test_the_page_on_groups_and_candidates_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/groups.md")
    assert [each.group for each in names["report"].by_group()] == ["north", "south"]
    assert [each.accuracy[1] for each in names["report"].by_group()] == [1, 1 / 3]
    assert names["counted"].total.tolist() == [8, 5, 2]
    # The tails rank 1, 3, 2 and 1, 3 among all; without the other true tails 1, 1, 1 and 1, 2.
    assert float(names["raw"]) == pytest.approx((1 + 1 / 3 + 1 / 2 + 1 + 1 / 3) / 5)
    assert float(names["filtered"]) == pytest.approx((1 + 1 + 1 + 1 + 1 / 2) / 5)


def test_the_page_on_labels_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/labels.md")
    labels, scores, how = names["labels"], names["scores"], names["how"]
    for marks in ({"ignore_index": -1}, {"mask": names["known"]}):
        assert accord.multilabel_accuracy(labels, scores, **marks) == 2 / 3
    averages: dict[Any, Any] = {
        "micro": 6 / 7,
        "macro": 8 / 9,
        "weighted": 8 / 9,
        "none": [1, 2 / 3, 1],
    }
    for average, figure in averages.items():
        found = accord.multilabel_accuracy(labels, scores, **how, average=average)
        assert found.tolist() == pytest.approx(figure), average
    tally, found = names["tally"], names["found"]
    assert [tally.correct.tolist(), tally.total.tolist()] == [[2, 2, 2], [2, 3, 2]]
    assert tally.positive.tolist() == [1, 1, 1]
    assert (found.precision.tolist(), found.recall.tolist()) == ([1, 0.5, 1], [1, 1, 1])
    classes, of_two = names["classes"], names["of_two"]
    assert accord.balanced_accuracy(classes, of_two) == pytest.approx(5 / 6)
    adjusted = accord.balanced_accuracy(classes, of_two, adjusted=True)
    assert adjusted == names["metric"].compute() == pytest.approx(2 / 3)
    binary = accord.binary_accuracy(classes, of_two[:, 1], average="adjusted")
    assert binary == pytest.approx(2 / 3)


def test_the_page_on_speed_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/speed.md")
    assert int(names["plain"].correct) == int(names["scanned"].correct) == 3


def test_every_rule_is_restated_and_held_by_a_law() -> None:
    rules = set(
        re.findall(r"^- \*\*(R\d+)", (ROOT / "docs/semantics.md").read_text(), re.MULTILINE)
    )
    assert rules >= {f"R{number}" for number in range(1, 24)}
    assert rules == {rule for law in LAWS for rule in law.rule.split()}


def test_the_readme_runs_and_says_what_it_computes(
    run_page: Callable[[str], dict[str, Any]],
) -> None:
    names = run_page("README.md")
    assert names["metric"].compute().tolist() == [0.0, 1.0]


def test_the_table_of_the_readme_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main(["score", str(ROOT / "examples/digits_forest.npz"), "-k", "1,3,5"])
    assert capsys.readouterr().out in (ROOT / "README.md").read_text()
