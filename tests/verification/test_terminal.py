"""What a terminal shows: progress on stderr alone, and results as wide as it is."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import accord
from accord.verification.explain import by_class

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"
COMMAND = [sys.executable, "-c", "from accord.cli import main; main()"]


def digits() -> tuple[Any, Any]:
    with np.load(EXAMPLE) as file:
        return file["y_true"], file["y_score"]


def shown(result: object, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(result)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    return text


@pytest.mark.parametrize("width", [80, 60, 40])
def test_an_explanation_fits_and_loses_no_text(width: int) -> None:
    text = shown(accord.explain(*digits(), k=(1, 5), peers=()), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert all(name in text for name in accord.dialects)


def test_an_explanation_takes_one_line_for_each_library_at_80_columns() -> None:
    lines = shown(accord.explain(*digits(), k=1, peers=()), 80).splitlines()
    assert any(line.split()[:2] == ["sklearn", "94.22"] for line in lines)
    assert [line for line in lines if line.endswith("23 by tie at the boundary")]


@pytest.mark.parametrize("width", [80, 60, 40])
def test_a_comparison_of_long_names_fits_and_loses_no_text(width: int) -> None:
    truth, scores = digits()
    names = ("resnet50_torch_float32.npz", "resnet50_jax_bfloat16.npz")
    text = shown(accord.compare(truth, scores, scores[:, ::-1], names=names), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_rules_that_take_long_are_told_as_they_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_class, "LONG", 0.0)
    said: list[str] = []
    accord.explain([0, 1], np.eye(3)[:2], k=1, peers=(), progress=said.append)
    assert len(said) == len(accord.dialects) - 1
    assert said[0].startswith("1/")
    assert "rules of sklearn: done after" in said[0]


def test_rules_that_are_quick_are_not_told() -> None:
    said: list[str] = []
    accord.explain([0, 1], np.eye(3)[:2], k=1, peers=(), progress=said.append)
    assert said == []


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_of_explain_is_for_terminals(terminal: bool) -> None:
    pytest.importorskip("sklearn")
    outside, inside = pty.openpty()
    words = ["explain", str(EXAMPLE), "-k", "1", "--peer", "sklearn", "--json"]
    run = subprocess.run(  # noqa: S603  # our own
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=inside if terminal else subprocess.PIPE,
        check=True,
    )
    os.close(inside)
    said = os.read(outside, 1 << 16).decode() if terminal else run.stderr.decode()
    os.close(outside)
    assert ("1/1 sklearn: done after" in said) is terminal
    assert run.stdout.startswith(b"{")
