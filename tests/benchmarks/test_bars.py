"""The table of bars: what is compared with what, and when a bar is met."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = str(Path(__file__).parents[2] / "benchmarks")
sys.path.insert(0, FOLDER)  # scripts, which import each other by name
from bars import BEST_PEER, MEBIBYTES, MILLISECONDS, ONE_READ, Bar, row, table, taken  # noqa: E402  # found there
from harness import Contender, Result, race  # noqa: E402  # the same

sys.path.remove(FOLDER)

RACE = [
    Result("r", "one read", 2.0, 1.0, limit=True),
    Result("r", "accord", 3.0, 1.5, mebibytes=4.0),
    Result("r", "accord, k=10", 2.5, 1.25),
    Result("r", "slow", 24.0, 12.0),
    Result("r", "fast", 12.0, 6.0),
]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (ONE_READ, 1.5),
        (BEST_PEER, 0.25),
        ("slow", 0.125),
        ("accord, k=10", 1.2),
        (MILLISECONDS, 3.0),
        (MEBIBYTES, 4.0),
    ],
)
def test_a_bar_is_in_units_of_what_it_names(unit: str, expected: float) -> None:
    assert taken(Bar(1, "s", "r", "accord", 1, unit), RACE) == pytest.approx(expected)


@pytest.mark.parametrize(("most", "verdict"), [(1.5, "met"), (1.4, "missed")])
def test_a_bar_is_met_up_to_its_threshold(most: float, verdict: str) -> None:
    line = table([Bar(1, "s", "r", "accord", most)], {"s": RACE}).splitlines()[-1]
    assert line.endswith(f"| 1.5, {verdict} |")
    assert "| fast: 4 x |" in line


def test_a_bar_that_nothing_measured_is_an_error() -> None:
    with pytest.raises(LookupError, match="s measured no 'accord' in 'no race'"):
        row(Bar(1, "s", "no race", "accord", 1), RACE)


def test_contenders_of_a_race_take_turns_and_run_alike() -> None:
    calls: list[str] = []
    limit = Contender("limit", lambda: calls.append("limit"), limit=True)
    other = Contender("b", lambda: calls.append("b"))
    found = race("r", [limit, other], rounds=3, at_least=0)
    assert [each.name for each in found] == ["limit", "b"]
    assert calls.count("limit") == calls.count("b") == 5
    assert found[0].times_limit == 1
