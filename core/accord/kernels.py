"""The compiled row scan for host memory (extra ``fast``): when it is used, and on which threads.

It counts what `accord.ranking` counts, integer for integer, in one read and without temporaries.
numba is imported when enough work was seen to be worth it, or when the scan is asked for by
``ACCORD_KERNELS=1`` or `using`; ``ACCORD_KERNELS=0`` and ``using(False)`` do without. Arrays must
not be written to by another thread while they are read: the counts would mix both states.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import math
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from types import ModuleType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from accord.arrays import Inputs, split
from accord.registry import Transform
from accord.tally import Tally

Result = TypeVar("Result")

_WORTH_IT = 1 << 22  # scores, some ms of work: from here a call would notice the gain
_CALL = 1 << 12  # what a call costs beside its scores, in scores
_SHARED = 1 << 20  # fewer scores are read before another thread has woken up
_COPIED = 1 << 18  # scores copied at a time, to fit a core's cache
_LABELS = 1 << 18  # samples whose labels are cast at a time

# How many of the ties before and after a label count as ahead of it (R5); -1 is their mean.
_TIED = {
    "first": (1, 0),
    "last": (0, 1),
    "optimistic": (0, 0),
    "pessimistic": (1, 1),
    "expected": (-1, -1),
}
_NONE = np.empty(0)
_NO_LABEL = np.empty(0, np.int64)
_NO_FLAG = np.empty(0, np.bool_)

_SETTING = {"0": False, "1": True}.get(os.environ.get("ACCORD_KERNELS", ""))

_asked: ContextVar[bool | None] = ContextVar("accord_kernels", default=_SETTING)
_seen = 0


@contextlib.contextmanager
def using(on: bool) -> Iterator[None]:
    """Switch the compiled row scan on, whatever the size of the work, or off, in this context.

    Parameters
    ----------
    on : bool
        Where numba is not installed, True changes nothing.

    Examples
    --------
    >>> import accord, numpy as np
    >>> from accord import kernels
    >>> with kernels.using(False):
    ...     accord.top_k_accuracy([0], np.array([[0.9, 0.1]]), k=1)
    np.float64(1.0)
    """
    token = _asked.set(on)
    try:
        yield
    finally:
        _asked.reset(token)


def modes() -> dict[str, Transform]:
    """Return the eager modes of an adapter whose host memory is scanned: without, and with."""

    def mode(on: bool) -> Transform:
        def transform(function: Callable[..., Any]) -> Callable[..., Any]:
            def run(*arrays: Any) -> Any:
                with using(on):
                    return function(*arrays)

            return run

        return transform

    return {"eager": mode(False), **({"eager-kernels": mode(True)} if available() else {})}


@functools.cache
def available() -> bool:
    """Tell whether numba is installed, importing nothing."""
    return importlib.util.find_spec("numba") is not None


def ready(inputs: Inputs) -> bool:
    """Tell whether these inputs are to be scanned: it can be done, and is worth it by now."""
    global _seen  # noqa: PLW0603  # how much was done in this process so far
    scores = inputs.scores
    if not isinstance(scores, np.ndarray):
        return False
    asked = _asked.get()
    if asked is False or not available():
        return False
    if scores.dtype.kind not in "biuf" or scores.dtype.itemsize > np.dtype(np.float64).itemsize:
        return False
    if asked or _scan.cache_info().currsize:
        return True
    _seen += scores.size + _CALL
    return _seen >= _WORTH_IT


@functools.cache
def _scan() -> ModuleType:
    return importlib.import_module("accord.row_scan")


def stand(block: Inputs, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return ahead, tied_before and tied_after of each sample along a first axis.

    Labels are classes; an undefined sample has as many ahead as there are classes.
    """
    counts = np.empty((3, labels.size), np.int32)
    _scan().stand(_flat(block.scores), block.classes, _integers(labels), counts)
    return counts.reshape(3, *labels.shape)


def tally(
    inputs: Inputs,
    k: int | tuple[int, ...],
    ties: str,
    *,
    ignore_index: int | None,
    groups: int | None,
) -> Tally | None:
    """Return the tally of integer labels, or None if a label or a weight is to be refused."""
    several = np.asarray(k if isinstance(k, tuple) else (k,), np.int64)
    tied = np.asarray(_TIED[ties], np.int64)
    scan = _scan().tally

    def work(block: Inputs) -> list[npt.NDArray[np.float64]] | None:
        sums = [np.zeros((3, several.size, groups or 1)), *np.zeros((2, groups or 1))]
        sound = scan(
            _flat(block.scores),
            block.classes,
            _integers(block.truth),
            _NO_FLAG if block.mask is None else np.ascontiguousarray(block.mask).reshape(-1),
            _NONE
            if block.weight is None
            else np.ascontiguousarray(block.weight, np.float64).reshape(-1),
            _NO_LABEL if ignore_index is None else _saturated(ignore_index, block.truth.dtype),
            several,
            tied,
            *sums,
        )
        return sums if sound else None

    credit: Any = 0.0
    total: Any = 0.0
    undefined: Any = 0.0
    for part in _shared(work, _blocks(inputs)):
        if part is None:
            return None
        credit, total, undefined = credit + part[0], total + part[1], undefined + part[2]
    return _tally(
        credit, total, undefined, weighed=inputs.weight is not None, k=k, ties=ties, groups=groups
    )


def _tally(
    credit: Any, total: Any, undefined: Any, *, weighed: bool, k: Any, ties: str, groups: int | None
) -> Tally:
    """Give sums the shapes and dtypes that `accord.tally.count` gives."""
    whole = np.float64 if weighed else np.int64
    kinds = (np.float64 if ties == "expected" else whole, whole, whole)
    place = (slice(None) if isinstance(k, tuple) else 0, slice(None) if groups else 0)
    correct, floor, ceiling = (kind(each[place]) for each, kind in zip(credit, kinds, strict=True))
    counted = whole(total[place[1]])
    return Tally(correct, floor, ceiling, counted, whole(0), whole(undefined.sum()))


def _saturated(index: int, labels: np.dtype[Any]) -> npt.NDArray[np.int64]:
    """Return an index as labels hold it: see `accord.labels`."""
    info = np.iinfo(np.int32 if labels == np.int32 else np.int64)
    return np.asarray([min(max(index, int(info.min)), int(info.max))])


def _flat(scores: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return scores in one piece as the scan reads them: a copy only where they are not."""
    dtype = scores.dtype
    if dtype.kind != "b" and _as_they_are(scores):
        return scores.reshape(-1)
    if dtype.kind == "b":
        return np.ascontiguousarray(scores).view(np.uint8).reshape(-1)
    if dtype == np.float16:
        dtype = np.dtype(np.float32)  # which holds all its values
    return np.require(scores, dtype.newbyteorder("="), ["C", "A"]).reshape(-1)


def _integers(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if labels.dtype == np.int64 and _as_they_are(labels):
        return labels.reshape(-1)
    return np.require(labels, np.int64, ["C", "A"]).reshape(-1)


def _blocks(inputs: Inputs) -> list[Inputs]:
    """Split into as much as a thread takes at a time; where scores are copied, into little."""
    scores, samples = inputs.scores, math.prod(inputs.sample_shape)
    as_they_are = _as_they_are(scores)
    if scores.size <= (_SHARED if as_they_are else _COPIED):
        return [inputs]
    if as_they_are:
        step = min(-(-samples // (2 * threads())), _LABELS)
    else:
        step = max(1, _COPIED // inputs.classes)
    return [inputs.at(index) for index in split(inputs.sample_shape, step)]


def _as_they_are(array: npt.NDArray[Any]) -> bool:
    flags, dtype = array.flags, array.dtype
    return flags.c_contiguous and flags.aligned and dtype.isnative and dtype != np.float16


def threads() -> int:
    """Return how many threads scan: ``ACCORD_THREADS``, or the cores that this process may use.

    One in a child process, whose siblings have the other cores.
    """
    setting = os.environ.get("ACCORD_THREADS", "")
    if setting.isdecimal() and int(setting) > 0:
        return int(setting)
    if multiprocessing.parent_process() is not None:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _helpers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix="accord")


if hasattr(os, "register_at_fork"):  # a child has none of its parent's threads
    os.register_at_fork(after_in_child=_helpers.cache_clear)


def _shared(work: Callable[[Inputs], Result], blocks: Sequence[Inputs]) -> list[Result]:
    """Run work on each block, here and on the helpers that are free; results are in order.

    Nobody waits for a helper that has not begun: many callers at once share the helpers.
    """
    if len(blocks) == 1 or (count := min(threads(), len(blocks))) == 1:
        return [work(block) for block in blocks]
    results: dict[int, Result] = {}
    left = iter(enumerate(blocks))

    def run() -> None:
        for place, block in left:
            results[place] = work(block)

    helping = [_helpers(threads() - 1).submit(run) for _ in range(count - 1)]
    try:
        run()
    finally:
        for each in helping:
            if not each.cancel():
                each.result()
    return [results[place] for place in range(len(blocks))]
