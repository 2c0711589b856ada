"""Importing accord, and listing its adapters, imports no framework."""

from __future__ import annotations

import subprocess
import sys

import pytest

FRAMEWORKS = {"torch", "jax", "jaxlib", "tensorflow", "keras", "dask", "numba", "sklearn", "rich"}


def modules_after(code: str) -> set[str]:
    run = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import accord",
        "import accord; accord.adapters()",
        "import accord, numpy; accord.top_k_accuracy([0], numpy.eye(2)[:1], 1)",
    ],
)
def test_no_framework_is_imported(code: str) -> None:
    assert not modules_after(code) & FRAMEWORKS
