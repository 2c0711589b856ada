"""The pages run as they are written, and restate every rule."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accord_conformance import LAWS

ROOT = Path(__file__).parent.parent.parent


def test_the_page_for_numpy_users_runs(run_page: Callable[[str], dict[str, Any]]) -> None:
    names = run_page("docs/numpy.md")
    assert int(names["metric"].tally.total.sum()) == 1000


def test_every_rule_is_restated_and_held_by_a_law() -> None:
    rules = set(
        re.findall(r"^- \*\*(R\d+)", (ROOT / "docs/semantics.md").read_text(), re.MULTILINE)
    )
    assert rules == {f"R{number}" for number in range(1, 24)}
    assert rules == {rule for law in LAWS for rule in law.rule.split()}
