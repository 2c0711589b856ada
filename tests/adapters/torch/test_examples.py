"""The example that trains by each loss runs, and the page of losses shows its tables."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "examples" / "train_with_losses.py"
TITLES = ["digits", "200 classes"]


def tables(text: str) -> dict[str, list[list[str]]]:
    """Return the cells of each table whose columns include the gain in top-5, by its title."""
    found: dict[str, list[list[str]]] = {}
    for block in re.findall(r"(?:^\|.*\|$\n?)+", text, flags=re.MULTILINE):
        lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in block.splitlines()]
        if "top-5, gain" in lines[0]:
            found[lines[0][0]] = [lines[0][1:], *lines[2:]]
    return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """What the quick run printed, what it said on stderr, and its plot."""
    plot = tmp_path_factory.mktemp("plot") / "losses.svg"
    done = subprocess.run(  # noqa: S603  # our own example
        [sys.executable, "-W", "error", SCRIPT, "--quick", "--jobs", "1", "--plot", plot],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr, plot


@pytest.mark.slow
def test_it_says_how_far_it_is(ran: tuple[str, str, Path]) -> None:
    lines = ran[1].splitlines()
    done = [line.split(" after ")[0] for line in lines if line.startswith("[")]
    assert done == [f"[{n}/4]" for n in range(1, 5)]
    assert sum("seed 1, cross-entropy: " in line for line in lines) == 2


@pytest.mark.slow
def test_intervals_hold_the_shares_and_gains_are_the_differences(
    ran: tuple[str, str, Path],
) -> None:
    for head, *rows in tables(ran[0]).values():
        shares = {}
        for row in rows:
            for place in (1, 2):
                numbers = re.fullmatch(r"([\d.]+) \(([\d.]+) to ([\d.]+)\)", row[place])
                assert numbers, row
                share, low, high = map(float, numbers.groups())
                assert low <= share <= high
                shares[row[0], place] = share
        for row in rows:
            for place in (1, 2):
                if gain := row[head.index(f"top-{(1, 5)[place - 1]}, gain") + 1]:
                    expected = shares[row[0], place] - shares["cross-entropy", place]
                    assert float(gain.split()[0]) == pytest.approx(expected, abs=0.15001)


@pytest.mark.slow
def test_the_plot_names_every_row(ran: tuple[str, str, Path]) -> None:
    plot = ran[2].read_text(encoding="utf-8")
    names = {row[0] for _, *rows in tables(ran[0]).values() for row in rows}
    assert len(names) == 10
    assert [name for name in names if f"<!-- {name} -->" not in plot] == []


@pytest.mark.slow
def test_the_page_has_the_tables_that_the_script_prints(ran: tuple[str, str, Path]) -> None:
    shown = tables((ROOT / "docs/losses.md").read_text(encoding="utf-8"))
    printed = tables(ran[0])
    assert list(shown) == TITLES
    for mine, theirs in zip(shown.values(), printed.values(), strict=True):
        assert mine[0] == theirs[0]
        assert [row[0] for row in mine[1:]] == [row[0] for row in theirs[1:]]
