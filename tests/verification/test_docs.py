"""The pages on verification run as they are written, and show what the command prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accord.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("page", ["docs/why-accuracies-differ.md", "docs/certify-a-port.md"])
def test_the_page_runs(page: str, run_page: Callable[[str], dict[str, Any]]) -> None:
    assert run_page(page)["found"].samples == 899


def test_the_table_of_the_page_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "examples/digits_forest.npz", "-k", "1", "--rules-only"])
    assert capsys.readouterr().out in (ROOT / "docs/why-accuracies-differ.md").read_text()
