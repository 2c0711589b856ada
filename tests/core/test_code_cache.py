"""The compiled scan's code on disk, in sequences of processes and in files that are not as left."""

import ast
import errno
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import accord

numba = pytest.importorskip("numba")

from accord.scan import code_cache  # noqa: E402  # it needs numba

PACKAGE = Path(accord.__file__).parent
HALVES = ("float16", "bfloat16", "uint16")  # all of them uint16 to the scan
DTYPES = (
    *HALVES,
    *("int16", "float32", "float64"),
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 32, 64)),
)

SCAN = """
import sys
import numpy as np
from accord.backends.small_floats import BFLOAT16
from accord.scan import compiled
from accord.credit.thresholds import native
from accord.scan.arrays import Rows
from accord.scan.count import Credit, tally_ranks, tally_sides

def scores(dtype, width):
    bits = np.random.default_rng(0).integers(0, 256, (300, width), np.uint8)
    if dtype != "bfloat16":
        return bits.view(dtype), bits.view(dtype)
    halves = bits.view(np.uint16)
    return halves.view(BFLOAT16), (halves.astype(np.uint32) << 16).view(np.float32)

def tally(dtype):
    short, long = (tally_of_rows(*scores(dtype, width)) for width in (48, 160))
    return short[0] + long[0], short[1] + long[1]

def tally_of_rows(stored, values):
    labels = np.arange(300) % values.shape[1]
    correct, *_, undefined = tally_ranks(
        Rows(stored, labels, 1), Credit(np.array([1, 2, 4])), groups=None
    )
    hits, missing = [0, 0, 0], 0
    for row, label in zip(values.tolist(), labels.tolist()):  # R4, R5
        own, rivals = row[label], row[:label] + row[label + 1:]
        rank = sum(s > own or s != s for s in rivals) + row[:label].count(own)
        hits = [hit + (own == own and rank < k) for hit, k in zip(hits, (1, 2, 4))]
        missing += own != own
    return [*correct.tolist(), int(undefined)], [*hits, missing]

def sides(dtype):
    stored, values = scores(dtype, 48)
    labels = np.arange(values.size).reshape(values.shape) % 2
    bound = native(9.0, stored.dtype)
    correct, *_ = tally_sides(Rows(stored, labels, 2), bound, None, at_is_above=False)
    pairs = zip(values.ravel().tolist(), labels.ravel().tolist())
    return int(correct), sum(s > 9.0 if label else s <= 9.0 for s, label in pairs)

for dtype in sys.argv[2:]:
    found, expected = globals()[sys.argv[1]](dtype)
    print(dtype, found == expected, found, expected)
print("compiled", sum(getattr(compiled, sys.argv[1]).stats.cache_misses.values()))
"""


def run(code: str, *arguments: str, **settings: str) -> list[list[str]]:
    done = subprocess.run(  # noqa: S603  # code of this file
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "ACCORD_KERNELS": "1", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def check_processes(function: str, dtypes: tuple[str, ...], folder: Path) -> None:
    """Compile for each dtype in a process of its own, then use every ordered pair of them."""
    settings = {"NUMBA_CACHE_DIR": str(folder)}
    with ThreadPoolExecutor(os.cpu_count()) as callers:  # and at once, as test workers do
        made = list(callers.map(lambda dtype: run(SCAN, function, dtype, **settings), dtypes))
    assert [lines[-1] for lines in made] == [["compiled", "1"]] * len(dtypes)
    orders = (dtypes, dtypes[::-1])
    pairs = {(one[i], one[j]) for one in orders for j in range(len(one)) for i in range(j)}
    assert pairs == set(permutations(dtypes, 2))
    for order in orders:
        *counts, compiled = run(SCAN, function, *order, **settings)
        assert compiled == ["compiled", "0"]
        assert [right[:2] for right in counts] == [[dtype, "True"] for dtype in order], counts


@pytest.mark.slow
def test_r20_code_of_one_process_is_never_run_for_another_dtype_in_the_next(tmp_path: Path) -> None:
    check_processes("sides", HALVES, tmp_path)  # the exhaustive tests rank, too


@pytest.mark.exhaustive
def test_r20_every_pair_of_dtypes_is_told_apart_whichever_process_compiled(tmp_path: Path) -> None:
    check_processes("sides", DTYPES, tmp_path)


@pytest.mark.exhaustive
def test_r20_every_pair_of_dtypes_is_told_apart_when_ranking(tmp_path: Path) -> None:
    check_processes("tally", DTYPES, tmp_path)


AHEAD = """
import numpy as np, accord
print(int(accord.standing([0] * 99, np.array([[0.9, 0.1]] * 99, np.float32)).ahead[0]))
print(sum(accord.scan.compiled.stand.stats.cache_misses.values()))
"""


def upgrade(source: Path, old: str, new: str) -> None:
    """Change a file, but neither its size nor its times."""
    text, times = source.read_text(), source.stat()
    assert text.count(old) == 1
    assert len(old) == len(new)
    source.write_text(text.replace(old, new))
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.slow
def test_code_from_before_an_upgrade_is_never_run(tmp_path: Path) -> None:
    package = tmp_path / "accord"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    settings = {"PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    assert run(AHEAD, **settings) == [["0"], ["1"]]
    assert run(AHEAD, **settings) == [["0"], ["0"]]
    # A change that shows: scores below the label's count as ahead of it.
    upgrade(
        package / "scan" / "simd_flags.py", '_flags(">", start.dtype)', '_flags("<", start.dtype)'
    )
    assert run(AHEAD, **settings) == [["0"], ["0"]]  # Python runs its .pyc: it saw no change
    for stale in (package / "scan" / "__pycache__").glob("simd_flags.*"):
        stale.unlink()
    assert run(AHEAD, **settings) == [["1"], ["1"]]


@pytest.mark.slow
def test_code_is_kept_where_the_package_is_in_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packages.zip", "w") as archive:
        for source in PACKAGE.rglob("*.py"):
            archive.write(source, source.relative_to(PACKAGE.parent))
    path = os.pathsep.join([str(tmp_path / "packages.zip"), os.environ.get("PYTHONPATH", "")])
    settings = {"PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path)}
    code = f"{AHEAD}\nprint('.zip' in accord.__file__)"
    assert run(code, **settings) == [["0"], ["1"], ["True"]]
    assert run(code, **settings) == [["0"], ["0"], ["True"]]


def values_imported_from_accord(module: str) -> set[str]:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text())
    whole = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert not any(name.name.startswith("accord") for node in whole for name in node.names)
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        str(node.module)
        for node in nodes
        if str(node.module).startswith("accord")
        # A type, and what says when code is loaded: no code is made of them.
        and [name.name for name in node.names] not in (["Array"], ["dispatch"])
    }


def test_every_module_that_the_code_is_made_of_is_known() -> None:
    assert "accord.scan.compiled" in code_cache.SOURCES
    for module in code_cache.SOURCES:
        assert values_imported_from_accord(module) <= set(code_cache.SOURCES)


@pytest.mark.parametrize("library", ["numba", "llvmlite", "numpy"])
def test_another_version_of_the_compiler_or_of_numpy_compiles_again(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_cache.origin.__wrapped__()
    assert code_cache.origin.__wrapped__() == before
    monkeypatch.setattr(f"{library}.__version__", "0.0")
    assert code_cache.origin.__wrapped__() != before


Make = Callable[[], Any]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Return what compiles a small function as a new process would: nothing but its cache is left."""
    (tmp_path / "small.py").write_text("def plus(x):\n    return x + x\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))

    def made() -> Any:
        from small import plus  # type: ignore[import-not-found]

        dispatcher = numba.njit(plus)
        dispatcher._cache = code_cache.CodeCache(plus)  # noqa: SLF001  # as the scan does
        return dispatcher

    yield made
    sys.modules.pop("small", None)


def compiled(dispatcher: Any, *arguments: Any) -> tuple[list[Any], int]:
    """Call a function, and tell for how many signatures it was compiled, not found on disk."""
    return [dispatcher(each) for each in arguments], sum(dispatcher.stats.cache_misses.values())


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "cache").rglob("*") if path.is_file())


def test_code_is_compiled_once_for_each_type_and_then_found(make: Make, tmp_path: Path) -> None:
    assert compiled(make(), 1, 1.5) == ([2, 3.0], 2)
    assert compiled(make(), 1.5, 1) == ([3.0, 2], 0)
    assert len(files(tmp_path)) == 2


DAMAGE: dict[str, Callable[[bytes, bytes], bytes]] = {
    "empty": lambda _own, _other: b"",
    "cut short": lambda own, _other: own[: len(own) // 2],
    "cut within its digest": lambda own, _other: own[:9],
    "a bit flipped": lambda own, _other: own[:-99] + bytes([own[-99] ^ 1]) + own[-98:],
    "code of another type": lambda _own, other: other,
    "not code": lambda own, _other: b"x" * len(own),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_compiled_again_and_replaced(
    damage: str, make: Make, tmp_path: Path
) -> None:
    assert compiled(make(), 1, 1.5) == ([2, 3.0], 2)
    one, two = files(tmp_path)
    contents = one.read_bytes(), two.read_bytes()
    one.write_bytes(DAMAGE[damage](*contents))
    two.write_bytes(DAMAGE[damage](*contents[::-1]))
    assert compiled(make(), 1, 1.5) == ([2, 3.0], 2)
    assert compiled(make(), 1, 1.5) == ([2, 3.0], 0)


def test_code_of_another_origin_is_compiled_again_and_replaced(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(make(), 1)
    monkeypatch.setattr(code_cache, "origin", lambda: "an upgrade")
    assert compiled(make(), 1) == ([2], 1)
    assert compiled(make(), 1) == ([2], 0)
    assert len(files(tmp_path)) == 1  # so a cache does not grow by each upgrade


def test_nothing_is_kept_where_the_origin_is_unknown(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_cache, "origin", lambda: None)
    assert compiled(make(), 1) == ([2], 1)
    assert compiled(make(), 1) == ([2], 1)
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_costs_the_cache_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert compiled(make(), 1) == ([2], 1)
    assert compiled(make(), 1) == ([2], 1)


def test_a_full_disk_costs_the_cache_alone(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: bytes) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert compiled(make(), 1) == ([2], 1)
    assert files(tmp_path) == []


def test_an_interrupted_write_leaves_no_file(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            make()(1)
    assert files(tmp_path) == []
    assert compiled(make(), 1) == ([2], 1)


def test_without_a_setting_code_is_kept_beside_the_source(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    compiled(make(), 1)
    assert len(list((tmp_path / "__pycache__").glob("*.nbc"))) == 1
    assert files(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="names the user's folder as Linux does")
def test_a_package_that_cannot_be_written_to_is_served_from_the_users_folder(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "__pycache__").write_text("no folder")
    assert compiled(make(), 1) == ([2], 1)
    assert compiled(make(), 1) == ([2], 0)
    assert len(files(tmp_path)) == 1
