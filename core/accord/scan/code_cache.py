"""Compiled code on disk, which is run only for what it was compiled from.

numba's own cache is not enough here. It follows one source file, in older versions by its time and
size alone. Processes that compile for two types at once may give both one file name, so that code
for one type is run for the other. And a file that was cut short raises an error.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import pickle
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

_SETTINGS: Any = numba.config  # whose attributes are made as it is imported

SOURCES = tuple(
    f"accord.scan.{name}"
    for name in (
        *("compiled", "rows", "labels", "sets", "best_classes", "candidates", "planes", "sums"),
        *("simd", "simd_flags", "simd_largest", "simd_planes", "simd_sides", "code_cache"),
    )
)
"""The modules that the compiled code is made from, and this one, which says how it is kept."""

_DIGEST = 32  # bytes of a SHA-256

# What a code object does; not where it is in its file, which may move without a change.
_FIELDS = (
    *("co_code", "co_consts", "co_names", "co_varnames", "co_freevars", "co_cellvars"),
    *("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_exceptiontable"),
    "co_qualname",
)


class CodeCache:
    """Where numba looks for the code of a function before it compiles it, and keeps it after.

    Each signature has its own file. The file begins with a digest of everything that shapes the
    code, and of the code itself. A file whose digest differs is ignored and written again, so
    that neither code from before an upgrade nor a damaged file is ever run.

    Parameters
    ----------
    function : function
        What is compiled; its source file says where the cache is.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._name = function.__name__
        self._folder = Path(function.__code__.co_filename).absolute().parent
        self._origin = origin()

    @property
    def cache_path(self) -> str:
        """The folders that are tried, first the one that is written to if it can be."""
        return os.pathsep.join(map(str, self._folders()))

    def load_overload(self, signature: Any, target: Any) -> Any:
        """Return the code for a signature, or None."""
        target.refresh()  # as numba does first
        name, shaped_by = self._entry(signature, target.codegen())
        for folder in self._folders():
            with contextlib.suppress(OSError):
                content = (folder / name).read_bytes()
                digest, code = content[:_DIGEST], content[_DIGEST:]
                if digest == hashlib.sha256(shaped_by + code).digest():
                    return CompileResult._rebuild(target, *pickle.loads(code))  # noqa: S301, SLF001  # as numba does
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keep the code for a signature in the first folder that can be written to."""
        if result.library.has_dynamic_globals:
            return  # it holds addresses of this process
        name, shaped_by = self._entry(signature, result.codegen)
        code = dumps(result._reduce())  # noqa: SLF001  # as numba does
        for folder in self._folders():
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                _write(folder / name, hashlib.sha256(shaped_by + code).digest() + code)
                return

    def flush(self) -> None:
        """Do nothing: numba calls this before it compiles again, which replaces each file."""

    def _entry(self, signature: Any, codegen: Any) -> tuple[str, bytes]:
        """Return the file name of a signature, and what shapes the code that belongs in it."""
        key = repr((signature, codegen.magic_tuple(), sys.version, _SETTINGS.BOUNDSCHECK))
        name = f"accord.{self._name}-{hashlib.sha256(key.encode()).hexdigest()[:32]}.nbc"
        return name, f"{self._name} {key} {self._origin}".encode()

    def _folders(self) -> list[Path]:
        """Return the folders to try: ``NUMBA_CACHE_DIR``, or beside the source and the user's."""
        if self._origin is None:
            return []
        mine = f"accord_{hashlib.sha256(str(self._folder).encode()).hexdigest()[:32]}"
        if _SETTINGS.CACHE_DIR:
            return [Path(_SETTINGS.CACHE_DIR) / mine]
        users = Path(AppDirs(appname="numba", appauthor=False).user_cache_dir)
        return [self._folder / "__pycache__", users / mine]


@functools.cache
def origin() -> str | None:
    """Return a digest of the code and the versions that shape machine code; None if unknown.

    The code is what Python imports, not the text of its files: an archive or a frozen program may
    have no such files, and Python itself runs an old ``.pyc`` of a file whose time and size are
    as they were.
    """
    codes = [_code(name) for name in SOURCES]
    if None in codes:
        return None
    versions = numba.__version__, llvmlite.__version__, np.__version__
    return hashlib.sha256(repr((versions, list(map(_content, codes)))).encode()).hexdigest()


def _code(name: str) -> CodeType | None:
    spec = importlib.util.find_spec(name)
    get_code = getattr(spec and spec.loader, "get_code", None)
    try:
        found: CodeType | None = get_code and get_code(name)
    except (ImportError, OSError):
        return None
    return found


def _content(constant: Any) -> Any:
    """Return what a code object or another constant holds, with the same repr in every process."""
    if isinstance(constant, CodeType):
        return [_content(getattr(constant, field)) for field in _FIELDS]
    if isinstance(constant, tuple):
        return [_content(each) for each in constant]
    if isinstance(constant, frozenset):  # whose order differs
        return sorted(map(repr, constant))
    return constant


def _write(path: Path, content: bytes) -> None:
    """Write a file that others see whole or not at all, even if this process is killed."""
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:16]}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
