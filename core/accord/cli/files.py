"""Reading arrays from files: nothing is unpickled, and .npy files stay on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.cli.saved_floats import seen_as

HostArray = npt.NDArray[Any]


class FileError(Exception):
    """A file that can't be used, in one line that names it."""


def load(
    files: Sequence[Path], y_true: str, y_score: str, score_dtype: str | None = None
) -> tuple[HostArray, HostArray]:
    """Return labels and scores, of FILE.npz or of SCORES.npy and LABELS.npy.

    ``score_dtype`` names a float that NumPy has saved as bytes.

    Raises
    ------
    FileError
        If a file is missing, broken, of another kind, or has not the arrays asked for.
    """
    match files:
        case [archive]:
            truth, found = _read_archive(archive, (y_true, y_score))
            return truth, seen_as(found, score_dtype)
        case [scores, labels]:
            found, truth = _map(scores), _map(labels)
            if found.ndim < truth.ndim:
                raise FileError(
                    f"{scores} has shape {found.shape} and {labels} {truth.shape};"
                    " pass the scores first, then the labels"
                )
            return truth, seen_as(found, score_dtype)
    raise FileError(f"got {len(files)} files; pass FILE.npz, or SCORES.npy LABELS.npy")


def _read_archive(path: Path, names: tuple[str, str]) -> tuple[HostArray, HostArray]:
    if _kind(path) == "npy":
        raise FileError(f"{path} holds one array; pass SCORES.npy LABELS.npy, or a FILE.npz")
    try:
        # Opened here, for NumPy leaves a broken archive open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            missing = [name for name in names if name not in archive]
            if not missing:
                first, second = (archive[name] for name in names)
                return _as_array(path, first), _as_array(path, second)
            held = ", ".join(archive) or "none"
    except Exception as error:  # a broken archive raises almost anything
        raise FileError(_fault(path, error)) from error
    raise FileError(
        f"{path} has no array {missing[0]!r}; it has {held}; name yours by --y-true and --y-score"
    )


def _map(path: Path) -> HostArray:
    if _kind(path) == "npz":
        raise FileError(f"{path} is an .npz file; pass it alone, or two .npy files")
    try:
        return np.asarray(np.lib.format.open_memmap(path, mode="r"))
    except Exception as error:  # a broken header raises almost anything
        raise FileError(_fault(path, error)) from error


def _kind(path: Path) -> str:
    """Tell by its first bytes what a file is, so that nothing else reaches NumPy."""
    try:
        with path.open("rb") as file:
            start = file.read(6)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    if start == b"\x93NUMPY":
        return "npy"
    if start.startswith(b"PK"):
        return "npz"
    raise FileError(f"{path} is neither a .npy nor an .npz file")


def _as_array(path: Path, member: object) -> HostArray:
    if not isinstance(member, np.ndarray):  # a zip member that is no .npy comes as bytes
        raise FileError(f"{path} holds something else than arrays")
    return member


def _fault(path: Path, error: Exception) -> str:
    if isinstance(error, FileError):
        return str(error)
    said = " ".join(str(error).split()) or type(error).__name__
    if "bject" in said:  # NumPy says "Object arrays" or "Python objects", by kind of file
        return f"{path} holds Python objects; save plain numbers, for objects are never unpickled"
    if "'<f1'" in said:  # so NumPy saves this one float of ml_dtypes, and can't read it back
        return (
            f"{path} holds float8_e5m2, which NumPy can't read back; save scores.view(numpy.uint8)"
            " and pass --score-dtype float8_e5m2"
        )
    return f"{path} can't be read ({said})"
