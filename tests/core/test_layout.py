"""The layout of the core: each folder imports only those below it, and no file is long."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import accord

CORE = Path(accord.__file__).parent
PYTHON = sorted(CORE.rglob("*.py"))

# From the ground up. Modules that are not in a folder are what users call.
FOLDERS = (
    *("backends", "scan", "inputs", "counts", "credit", "measures"),
    *("functions", "testing", "reporting", "verification", "cli"),
)
TABLES = {"verification/dialects/table.py"}  # the rules of every library, as data


def name_of(path: Path) -> str:
    parts = path.relative_to(CORE).with_suffix("").parts
    return ".".join(("accord", *(part for part in parts if part != "__init__")))


MODULES = {name_of(path): path for path in PYTHON}


def folder_of(module: str) -> str:
    """Return the folder of a module, counting the flat modules as one folder."""
    first = module.split(".")[1]
    return first if first in FOLDERS else "functions"


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the core that a file imports: lazily and for types alone, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
        yield from (name for name in names if name in MODULES and name != "accord")


EDGES = {
    module: set(imported(path)) - {module} for module, path in MODULES.items() if module != "accord"
}


def test_no_modules_import_each_other_in_a_circle() -> None:
    list(TopologicalSorter(EDGES).static_order())  # which raises a CycleError that names them


def test_no_folder_imports_one_above_it() -> None:
    upward = [
        (module, other)
        for module, others in EDGES.items()
        for other in others
        if module != "accord.__main__"
        and FOLDERS.index(folder_of(other)) > FOLDERS.index(folder_of(module))
    ]
    assert upward == []


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_file_is_short_unless_it_is_a_table(path: Path) -> None:
    if path.relative_to(CORE).as_posix() not in TABLES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
