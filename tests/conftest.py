"""Fixtures that several parts share."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _heed_interrupts() -> None:
    """Heed SIGINT, for tests interrupt what they start: a shell's background jobs ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run_page() -> Callable[[str], dict[str, Any]]:
    """Run the Python blocks of a page, in order and in one namespace, which is returned."""

    def run(page: str) -> dict[str, Any]:
        text = (ROOT / page).read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
        assert blocks, f"{page} has no Python block"
        names: dict[str, Any] = {"__name__": page}
        for block in blocks:
            exec(compile(block, page, "exec"), names)  # noqa: S102  # our own pages
        return names

    return run
