"""Real process groups for the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECONDS = 240  # a hang fails the test instead of blocking it


@pytest.fixture(scope="session")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], list[dict[str, Any]]]:
    """Run ``process.py`` in a gloo group of some processes, once, and return what each found."""
    found: dict[int, list[dict[str, Any]]] = {}

    def run(world_size: int) -> list[dict[str, Any]]:
        if world_size not in found:
            found[world_size] = _run(world_size, tmp_path_factory.mktemp("group"))
        return found[world_size]

    return run


def _run(world_size: int, folder: Path) -> list[dict[str, Any]]:
    script = Path(__file__).with_name("process.py")
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(  # noqa: S603  # our own script
            [sys.executable, str(script), str(rank), str(world_size), str(folder)], env=environment
        )
        for rank in range(world_size)
    ]
    try:
        assert [process.wait(SECONDS) for process in processes] == [0] * world_size
    finally:
        for process in processes:
            process.kill()
    return [
        json.loads((folder / f"{rank}.json").read_text(encoding="utf-8"))
        for rank in range(world_size)
    ]
