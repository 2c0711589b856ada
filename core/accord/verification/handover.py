"""Arrays on their way to other processes: as NumPy files, to be mapped and not copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord import small_floats
from accord.registry import adapter_of

HostArray = npt.NDArray[Any]


class Handed(NamedTuple):
    """A folder for the run, the files in it, and a dtype that NumPy has no name for."""

    folder: Path
    truth: str
    scores: str


def on_host(values: Any, name: str) -> tuple[HostArray, str | None]:
    """Return an array of any framework as NumPy's; small floats in float32, and what they were."""
    if isinstance(values, (list, tuple)):
        values = np.asarray(values)
    array = adapter_of(values, name).to_host(values)
    wide = small_floats.widened(array)
    return wide, None if wide is array else array.dtype.name


@contextmanager
def handed(truth: HostArray, scores: HostArray) -> Iterator[Handed]:
    """Write arrays to a folder that is deleted at the end."""
    # What a killed process may still hold open is no fault.
    with TemporaryDirectory(prefix="accord-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        np.save(folder / "truth.npy", truth)
        np.save(folder / "scores.npy", scores)
        yield Handed(folder, str(folder / "truth.npy"), str(folder / "scores.npy"))
