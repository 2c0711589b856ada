"""What users type, as a process: verify and explain on every framework there is."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import accord

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "digits_forest.npz"
INSTALLED = {name for name in accord.adapters() if find_spec(name)}


def run(*words: object) -> Any:
    """Run the command as a user does, and return its JSON; it must end well."""
    command = [sys.executable, "-m", "accord", *map(str, words), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def ties(tmp_path: Path) -> Path:
    """Scores full of ties, NaN, infinities, signed zeros and subnormals."""
    file = tmp_path / "ties.npz"
    command = [sys.executable, str(ROOT / "examples" / "tie_rich.py"), str(file)]
    subprocess.run(command, check=True)  # noqa: S603  # our own example
    return file


def agree(found: Any) -> None:
    """Check that every installed framework was run, and that all of its modes agree."""
    assert found["agrees"]
    assert {row["name"] for row in found["backends"]} == INSTALLED
    assert all(row["agrees"] for row in found["backends"])


def test_every_framework_agrees_on_the_example() -> None:
    found = run("verify", EXAMPLE, "-k", "1,3,5")
    agree(found)
    assert found["reference"]["correct"] == {"1": 842, "3": 881, "5": 893}


@pytest.mark.parametrize("rule", [pytest.param("first", marks=pytest.mark.exhaustive), "expected"])
def test_every_framework_agrees_on_ties(ties: Path, rule: str) -> None:
    agree(run("verify", ties, "-k", "1,3,5", "--ties", rule))


# The usual proof asks every library in test_explain.py.
@pytest.mark.parametrize(
    "peers", [["--peer", "numpy-argsort"], pytest.param([], marks=pytest.mark.exhaustive)], ids=str
)
def test_libraries_explain_the_example(peers: list[str]) -> None:
    found = run("explain", EXAMPLE, "-k", "1,5", *peers)
    assert found["accord"]["correct"] == {"1": 842, "5": 893}
    assert found["dialects"]
