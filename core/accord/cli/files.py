"""Reading arrays from files: nothing is unpickled, and .npy files stay on disk."""

from __future__ import annotations

import functools
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, TextIO

import numpy as np
import numpy.typing as npt

from accord.cli.saved_floats import seen_as

HostArray = npt.NDArray[Any]

STDIN = Path("-")

LABELS, SCORES = "y_true", "y_score"
"""The names of labels and scores in an .npz, and in what the core says."""


class FileError(Exception):
    """A file that can't be used, in one line that names it."""


class MisfitError(FileError):
    """Options or arrays that do not go together, told in words of the command line."""


@dataclass(frozen=True)
class Loaded:
    """Arrays by what the core calls them, what the user calls each, and its name in an .npz."""

    arrays: Mapping[str, HostArray]
    names: dict[str, str] = field(default_factory=dict)
    inside: Mapping[str, str] = field(default_factory=dict)

    @property
    def truth(self) -> HostArray:
        """The labels."""
        return self.arrays[LABELS]

    @property
    def scores(self) -> HostArray:
        """The scores."""
        return self.arrays[SCORES]

    def seen_as(self, score_dtype: str | None) -> Loaded:
        """Return the same arrays, the scores as the float that NumPy saved as bytes."""
        scores = seen_as(self.scores, score_dtype)
        return replace(self, arrays={**self.arrays, SCORES: scores})


def load(files: Sequence[Path], wanted: Mapping[str, str | None]) -> Loaded:
    """Return labels and scores, of FILE.npz or of SCORES.npy and LABELS.npy; and what else is asked.

    Parameters
    ----------
    files : sequence of Path
        What the user named; ``-`` is standard input.
    wanted : mapping
        For each array, its name in FILE.npz, None if the user gave none. An array besides labels
        and scores is read only if it is named; beside .npy files, it is a .npy file too.

    Raises
    ------
    FileError
        If a file is missing, broken, of another kind, or lacks the arrays asked for.
    """
    more = {name: value for name, value in wanted.items() if value is not None}
    match files:
        case [archive]:
            inside = {LABELS: LABELS, SCORES: SCORES, **more}
            names = {name: _option(name) for name in inside}
            return Loaded(_read_archive(archive, inside), names, inside)
        case [scores, labels]:
            _refuse_names(more)
            paths = {SCORES: scores, LABELS: labels}
            paths |= {name: Path(value) for name, value in more.items()}
            if list(paths.values()).count(STDIN) > 1:
                raise FileError("standard input holds one array; name a file for the other")
            arrays = {name: map_array(path) for name, path in paths.items()}
            if arrays[SCORES].ndim < arrays[LABELS].ndim and arrays[LABELS].shape[-1] > 1:
                raise FileError(
                    f"{scores} has shape {arrays[SCORES].shape} and {labels}"
                    f" {arrays[LABELS].shape}; pass the scores first, then the labels"
                )
            return Loaded(arrays, {name: called(path) for name, path in paths.items()})
    raise FileError(f"got {len(files)} files; pass FILE.npz, or SCORES.npy LABELS.npy")


def called(path: Path, *, short: bool = False) -> str:
    """Return what messages call a file; what titles do, without its folder, if ``short``."""
    return "standard input" if path == STDIN else path.name if short else str(path)


def is_archive(path: Path) -> bool:
    """Tell whether a file is an .npz, by its first bytes.

    Raises
    ------
    FileError
        If it is neither an .npz nor a .npy file.
    """
    return _kind(path) == "npz"


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _refuse_names(more: Mapping[str, str]) -> None:
    for name in (LABELS, SCORES):
        if name in more:
            raise FileError(
                f"{_option(name)} names an array in FILE.npz, and two files were passed;"
                f" leave {_option(name)} out"
            )


def _read_archive(path: Path, names: Mapping[str, str]) -> dict[str, HostArray]:
    if not is_archive(path):
        raise FileError(
            f"{called(path)} holds one array; pass SCORES.npy LABELS.npy, or a FILE.npz"
        )
    try:
        # Opened here, because NumPy leaves a broken archive open.
        with _opened(path) as file, np.load(file, allow_pickle=False) as archive:
            missing = [name for name in names if names[name] not in archive]
            if not missing:
                return {name: _as_array(path, archive[names[name]]) for name in names}
            held = ", ".join(archive) or "none"
    except Exception as error:  # a broken archive raises almost anything
        raise FileError(_fault(path, error)) from error
    first = missing[0]
    raise FileError(
        f"{called(path)} has no array {names[first]!r}; it has {held};"
        f" name yours by {_option(first)}"
    )


def map_array(path: Path) -> HostArray:
    """Return the array of a .npy file, left on disk.

    Raises
    ------
    FileError
        If it is missing, broken or of another kind.
    """
    if is_archive(path):
        raise FileError(f"{called(path)} is an .npz file; pass it alone, or two .npy files")
    try:
        if path == STDIN:
            return np.asarray(np.load(_stdin(), allow_pickle=False))
        return np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except Exception as error:  # a broken header raises almost anything
        raise FileError(_fault(path, error)) from error


def _opened(path: Path) -> IO[bytes]:
    return _stdin() if path == STDIN else path.open("rb")


def _stdin() -> IO[bytes]:
    """Return standard input, which can be read once, as a file that can be opened again."""
    if sys.stdin.isatty():
        raise FileError("standard input is a terminal; pipe a file into it, or name the file")
    return io.BytesIO(_all_of(sys.stdin))


@functools.lru_cache(1)
def _all_of(stream: TextIO) -> bytes:
    return stream.buffer.read()


def _kind(path: Path) -> str:
    """Tell by its first bytes what a file is, so that nothing else reaches NumPy."""
    try:
        with _opened(path) as file:
            start = file.read(6)
    except OSError as error:
        raise FileError(f"{called(path)}: {error.strerror}") from error
    if start == b"\x93NUMPY":
        return "npy"
    if start.startswith(b"PK"):
        return "npz"
    raise FileError(f"{called(path)} is neither a .npy nor an .npz file")


def _as_array(path: Path, member: object) -> HostArray:
    if not isinstance(member, np.ndarray):  # NumPy returns other files of an archive as bytes
        raise FileError(f"{called(path)} holds something other than arrays")
    return member


def _fault(path: Path, error: Exception) -> str:
    if isinstance(error, FileError):
        return str(error)
    said = " ".join(str(error).split()) or type(error).__name__
    if "bject" in said:  # NumPy says "Object arrays" or "Python objects", by kind of file
        return (
            f"{called(path)} holds Python objects; save plain numbers, because objects are never"
            " unpickled"
        )
    if "'<f1'" in said:  # so NumPy saves this one float of ml_dtypes, and can't read it back
        return (
            f"{called(path)} holds float8_e5m2, which NumPy can't read back; save"
            " scores.view(numpy.uint8) and pass --score-dtype float8_e5m2"
        )
    return f"{called(path)} can't be read ({said})"
