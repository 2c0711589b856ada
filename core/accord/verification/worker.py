"""What runs in a process of its own, told on stdin what to do.

What it finds goes to the file ``said`` of its folder, a line of JSON each, so that what was found
before a crash stays found. Frameworks may print what they like.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np

from accord import measures
from accord.backends import registry, small_floats
from accord.counts.tally import Tally
from accord.measures.base import Measure
from accord.testing import Adapter

PEERS = "accord.peers"
"""The entry-point group of the libraries that can be asked what they report."""


def main() -> None:
    """Read what to do, and do it."""
    spec = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    folder = Path(spec.pop("folder"))
    with (folder / "said").open("a", encoding="utf-8") as file:

        def say(**found: Any) -> None:
            file.write(json.dumps(found) + "\n")
            file.flush()

        _TASKS[spec.pop("task")](say, folder, **spec)


def _end_with_the_parent() -> None:
    sys.stdin.read()
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)  # this is a session of its own
    os._exit(1)


Say = Callable[..., None]


def _list(say: Say, _: Path) -> None:
    """Tell which adapters have their framework here."""
    say(backends=installed())


def installed() -> list[str]:
    """Return the adapters whose framework is installed, importing none."""
    return [name for name in registry.adapters() if _is_there(name)]


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _peer(
    say: Say,
    _: Path,
    *,
    name: str,
    truth: str,
    scores: str,
    ks: list[int],
    average: str = "micro",
) -> None:
    """Ask a peer for its figure at each k; one that has only micro averages takes no ``average``."""
    labels, values = _map(truth), _map(scores)
    [entry] = entry_points(group=PEERS, name=name)
    peer = entry.load()
    how = {} if average == "micro" else {"average": average}
    for k in ks:
        try:
            say(k=k, figure=peer(labels, values, k, **how))
        except Exception as error:  # noqa: BLE001  # what a peer refuses is part of what it does
            say(k=k, refused=_brief(error))


def _backend(
    say: Say,
    folder: Path,
    *,
    name: str,
    truth: str,
    scores: str,
    dtype: str | None,
    measure: dict[str, Any],
) -> None:
    """Count the same samples in every mode of an adapter."""
    started = time.perf_counter()
    adapter = cast("Adapter", registry.load(name))
    say(version=_version(name), import_seconds=round(time.perf_counter() - started, 3))
    counted = read_measure(measure)
    for device in adapter.devices():
        arrays = _arrays(adapter, _map(truth), _map(scores), dtype, device)
        if (served := registry.backend_of(arrays[1])) is not adapter.backend:
            raise TypeError(
                f"arrays of {name} are served by the adapter {served.name}, not by its own"
            )
        # TensorFlow's names start with the job, the replica and the task.
        place = str(getattr(arrays[1], "device", device)).rpartition("device:")[2].lower()
        for mode, work in _ways(adapter, counted):
            say(start=mode, device=place)
            started = time.perf_counter()
            try:
                credit, *counts = work(*arrays)
                tally = Tally(*(_host(adapter, each) for each in counts))
                file = None
                if credit is not None:
                    file = str(folder / f"{mode}-{place.replace(':', '-')}.npy")
                    np.save(file, _host(adapter, credit))
            except Exception as error:  # noqa: BLE001  # a backend that raises is a row
                say(mode=mode, device=place, error=_brief(error))
                continue
            seconds = round(time.perf_counter() - started, 3)
            tally_ = {field: np.asarray(n).tolist() for field, n in tally._asdict().items()}
            say(mode=mode, device=place, tally=tally_, credit=file, seconds=seconds)


def _ways(adapter: Adapter, measure: Measure) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every way its users count: each mode, and its metric class over three batches."""

    def count(truth: Any, scores: Any) -> Any:
        return measure.credit(truth, scores), *measure.tally(truth, scores)

    for mode, transform in adapter.modes().items():
        # Mapped, a file's samples would be counted twice over, from a second copy of the scores;
        # the conformance laws try it.
        if mode != "vmapped":
            yield mode, transform(count)

    def stream(truth: Any, scores: Any) -> Any:
        n = scores.shape[0]
        cuts = [0, n // 7, n // 2, n]
        batches = [
            (truth[start:stop], scores[start:stop])
            for start, stop in pairwise(cuts)
            if start < stop
        ]
        return None, *adapter.streamed(measure, batches)

    yield "streamed", stream


def _arrays(
    adapter: Adapter, truth: Any, scores: Any, dtype: str | None, device: Any
) -> tuple[Any, Any]:
    """Make arrays of the framework, in the scores' own dtype, or a wider one that keeps order."""
    wanted = dtype or scores.dtype.name
    if wanted in ("float16", *small_floats.LIMITS) and wanted not in adapter.dtypes:
        scores, wanted = scores.astype(np.float32), "float32"
    if wanted not in adapter.dtypes:
        raise TypeError(f"{adapter.name} ranks no {wanted} scores here")
    return (
        adapter.backend.from_host(truth, device=device),
        adapter.backend.from_host(scores, dtype=wanted if dtype else None, device=device),
    )


def told_measure(measure: Measure) -> dict[str, Any]:
    """Return a measure as JSON holds it."""
    options = measure.options()
    options.pop("_", None)
    return {"kind": type(measure).__name__, "options": options}


def read_measure(told: dict[str, Any]) -> Measure:
    """Return the measure that was told."""
    options = dict(told["options"])
    if isinstance(options.get("k"), list):
        options["k"] = tuple(options["k"])
    made: Measure = getattr(measures, told["kind"])(**options)
    return made


def _map(path: str) -> Any:
    array = np.load(path, mmap_mode="r")
    return np.asarray(array)


def _host(adapter: Adapter, array: Any) -> Any:
    return (
        array if isinstance(array, (np.ndarray, np.generic)) else adapter.backend.to_host(array)[0]
    )


def _version(name: str) -> str | None:
    with contextlib.suppress(PackageNotFoundError):
        return version(name)
    return getattr(sys.modules.get(name), "__version__", None)


def _brief(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:300] if text else 'no message'}"


_TASKS: dict[str, Callable[..., None]] = {"list": _list, "peer": _peer, "backend": _backend}
