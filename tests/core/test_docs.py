"""The pages run as they are written, and restate every rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accord.cli import main
from accord_conformance import LAWS

ROOT = Path(__file__).parent.parent.parent


def test_the_page_for_numpy_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/numpy.md")
    assert int(names["metric"].tally.total.sum()) == 1000


def test_the_page_of_losses_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/losses.md")
    assert names["ranked"] == pytest.approx(1.9887, abs=1e-4)


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
