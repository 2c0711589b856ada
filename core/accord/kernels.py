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
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from accord import small_floats
from accord.arrays import Inputs, split
from accord.labels import saturated
from accord.registry import BFLOAT16, Transform
from accord.tally import Tally

Job = TypeVar("Job")
Result = TypeVar("Result")

_WORTH_IT = 1 << 25  # scores, some 30 ms of work without the scan: there will be more of it
_CALL = 1 << 16  # what a call costs without the scan beside its scores, in scores
_SHARED = 1 << 20  # fewer scores are read before another thread has woken up
_COPIED = 1 << 18  # scores copied at a time, to fit a core's cache
_LABELS = 1 << 18  # samples whose labels are cast at a time

_IN_ONE_PIECE = 0x0001 | 0x0100  # NumPy's flags C_CONTIGUOUS and ALIGNED

_INT32 = 4  # bytes; labels as wide or wider are read as they are
_NO_WEIGHT = np.empty(0)
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


def wanted() -> bool:
    """Tell whether the scan can be used, once the work is worth it."""
    return available() and _asked.get() is not False


def ready(inputs: Inputs) -> bool:
    """Tell whether these inputs are to be scanned: it can be done, and is worth it by now."""
    scores = inputs.scores
    if not isinstance(scores, np.ndarray):
        return False
    if scores.dtype.kind not in "biuf" and scores.dtype != BFLOAT16:
        return False
    if small_floats.is_small(scores.dtype):  # until they are widened, or seen by their bits
        return False
    if scores.dtype.itemsize > np.dtype(np.float64).itemsize:
        return False
    asked = _asked.get()
    if asked is None:
        loaded = "accord.row_scan" in sys.modules
        asked = loaded or _seen + scores.size + _CALL >= _WORTH_IT
    return asked and _scan() is not None


def note(inputs: Inputs) -> None:
    """Take note of work that was done without the scan."""
    global _seen  # noqa: PLW0603  # how much there was in this process so far
    if inputs.adapter.is_concrete(inputs.scores):
        _seen += math.prod(inputs.scores.shape) + _CALL


@functools.cache
def _scan() -> Any:
    """Return the compiled functions, or None where there is no numba that can be imported."""
    if not available():
        return None
    try:
        scan = _imported("accord.row_scan")
    except Exception as error:  # noqa: BLE001  # one that does not fit NumPy raises many kinds
        warnings.warn(
            f"numba is installed but cannot be imported ({error}), so accord counts without its"
            " compiled scan; install a numba that fits your NumPy, or set ACCORD_KERNELS=0",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return None if sys.modules["numba"].config.DISABLE_JIT else scan  # NUMBA_DISABLE_JIT=1


def _imported(name: str) -> Any:
    """Import a module in another thread, where Ctrl-C can't interrupt it.

    A numba that was imported by half fails in every later call, and can't be imported again.
    """
    try:
        with ThreadPoolExecutor(1) as other:
            return other.submit(importlib.import_module, name).result()
    except RuntimeError:  # no thread can be started
        return importlib.import_module(name)


def stand(
    inputs: Inputs, labels: npt.NDArray[np.int64], most: int | None = None
) -> npt.NDArray[np.int32]:
    """Return ahead, tied_before and tied_after of each sample along a first axis.

    Labels are classes; an undefined sample has as many ahead as there are classes. A row may be
    left once ``most`` are ahead: the counts are then of a miss at every k up to that.
    """
    counts = np.empty((3, labels.size), np.int32)
    scan, limit = _scan().stand, inputs.classes + 1 if most is None else most

    def work(job: tuple[int, Inputs]) -> None:
        begin, part = job
        for piece in _pieces(part):
            some = np.ascontiguousarray(piece.truth).reshape(-1)
            scan(*_flat(piece.scores), piece.classes, some, limit, counts, begin)
            begin += some.size

    parts = _parts(replace(inputs, truth=labels, mask=None, weight=None))
    sizes = (math.prod(part.sample_shape) for part in parts)
    _shared(work, list(zip(accumulate(sizes, initial=0), parts, strict=False)))  # one sum more
    return counts.reshape(3, *labels.shape)


def tally(
    inputs: Inputs,
    k: int | tuple[int, ...],
    tied: tuple[int, int] | None,
    *,
    ignore_index: int | None,
    groups: int | None,
) -> Tally | None:
    """Return the tally of integer labels, or None if a label or a weight is to be refused.

    ``tied`` tells whether ties before and after the label count as ahead of it; None asks for the
    mean over all orders.
    """
    several, scan = _array_of(k), _scan().tally
    how = several, *(tied or (0, 0)), tied is None

    def count(piece: Inputs, *arrays: Any) -> bool:
        return bool(scan(*_flat(piece.scores), piece.classes, *arrays[:-1], *how, arrays[-1]))

    sums = _sums(inputs, count, several.size, ignore_index, groups)
    weighed = inputs.weight is not None
    return sums if sums is None else _tally(sums, weighed, tied is None, k, groups)


def tally_sides(
    inputs: Inputs,
    bound: float,
    *,
    at_is_above: bool,
    ignore_index: int | None,
    groups: int | None,
) -> Tally | None:
    """Return the tally of labels 0 and 1 by the side of a bound that scores are on, or None.

    None as in `tally`. The bound is one that float64 compares with scores as their dtype does.
    """
    scan = _scan().tally_sides

    def count(piece: Inputs, *arrays: Any) -> bool:
        return bool(scan(*_flat(piece.scores), *arrays[:-1], bound, at_is_above, arrays[-1]))

    sums = _sums(inputs, count, 1, ignore_index, groups)
    weighed = inputs.weight is not None
    return sums if sums is None else _tally(sums, weighed, False, 1, groups)


def _sums(
    inputs: Inputs,
    count: Callable[..., bool],
    several: int,
    ignore_index: int | None,
    groups: int | None,
) -> npt.NDArray[np.float64] | None:
    """Add up what a scan counts, piece by piece on all threads; None once it finds a fault."""
    ignored = -1 if ignore_index is None else saturated(inputs, ignore_index)

    def work(part: Inputs) -> npt.NDArray[np.float64] | None:
        sums = np.zeros((2 + 3 * several, groups or 1))
        for piece in _pieces(part):
            labels = _integers(piece.truth)
            keep = _NO_FLAG if piece.mask is None else np.ascontiguousarray(piece.mask).reshape(-1)
            weight = _NO_WEIGHT if piece.weight is None else _floats(piece.weight)
            if labels is None or not count(
                piece, labels, keep, weight, ignore_index is not None, ignored, sums
            ):
                return None
        return sums

    found = _shared(work, _parts(inputs))
    parts = [each for each in found if each is not None]
    if len(parts) < len(found):
        return None
    whole: npt.NDArray[np.float64] = parts[0] if len(parts) == 1 else np.add.reduce(parts)
    return whole


@functools.lru_cache
def _array_of(k: int | tuple[int, ...]) -> npt.NDArray[np.int64]:
    return np.asarray(k if isinstance(k, tuple) else (k,), np.int64)


def _tally(
    sums: npt.NDArray[np.float64], weighed: bool, fractions: bool, k: Any, groups: int | None
) -> Tally:
    """Give the sums of the scan the shapes and dtypes that `accord.tally.count` gives."""
    counts = sums if weighed else sums.astype(np.int64)
    credits_ = sums if fractions else counts
    if groups is None:
        counts, credits_ = counts[:, 0], credits_[:, 0]
    total, undefined = counts[0], counts[1] if groups is None else counts[1, 0]
    by_rule, if_lost, if_won, end = (2 + part * (len(sums) - 2) // 3 for part in range(4))
    if isinstance(k, tuple):
        correct = credits_[by_rule:if_lost]
        floor, ceiling = counts[if_lost:if_won], counts[if_won:end]
    else:
        correct, floor, ceiling = credits_[by_rule], counts[if_lost], counts[if_won]
    return Tally(correct, floor, ceiling, total, undefined * 0, undefined)


def _flat(scores: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Any]:
    """Return scores in one piece, a copy only where they are not, and of which half type they are.

    Floats of 16 bits are given as their bits, with the type beside them; for others that is None.
    """
    dtype, half = scores.dtype, None
    if not _as_they_are(scores):
        dtype = dtype.newbyteorder("=")
        scores = np.require(scores, dtype, ["C", "A"])
    if dtype.kind == "b":
        scores = scores.view(np.uint8)
    elif dtype == np.float16:
        scores, half = scores.view(np.uint16), _scan().FLOAT16
    elif dtype == BFLOAT16:
        scores, half = scores.view(np.uint16), _scan().BFLOAT16
    return scores.reshape(-1), half


def _integers(labels: npt.NDArray[Any]) -> npt.NDArray[np.signedinteger[Any]] | None:
    """Return labels in one piece as integers, or None if one is a fraction."""
    if labels.dtype.kind == "i" and labels.dtype.itemsize >= _INT32 and _as_they_are(labels):
        return labels.reshape(-1)
    with np.errstate(invalid="ignore"):
        whole = np.require(labels, np.int64, ["C", "A"])
    if labels.dtype.kind == "f" and not np.array_equal(whole, labels):
        return None
    return whole.reshape(-1)


def _floats(weight: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.require(weight, np.float64, ["C", "A"]).reshape(-1)


def _parts(inputs: Inputs) -> list[Inputs]:
    """Split into two parts for each thread, so that one that is late leaves little to wait for."""
    if inputs.scores.size <= _SHARED or (count := threads()) == 1:
        return [inputs]
    step = -(-math.prod(inputs.sample_shape) // (2 * count))
    return [inputs.at(index) for index in split(inputs.sample_shape, step)]


def _pieces(part: Inputs) -> Iterator[Inputs]:
    """Split further, so that no copy of labels, or of scores, grows with the samples."""
    copied = not _as_they_are(part.scores)
    entries = max(1, math.prod(part.scores.shape[part.sample_axes :]))
    most = max(1, _COPIED // entries) if copied else _LABELS
    if math.prod(part.sample_shape) <= most:
        yield part
        return
    for index in split(part.sample_shape, most):
        yield part.at(index)


def _as_they_are(array: npt.NDArray[Any]) -> bool:
    return array.flags.num & _IN_ONE_PIECE == _IN_ONE_PIECE and array.dtype.isnative


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


def _shared(work: Callable[[Job], Result], parts: Sequence[Job]) -> list[Result]:
    """Run work on each part, here and on the helpers that are free; results are in order.

    Nobody waits for a helper that has not begun: many callers at once share the helpers.
    """
    if len(parts) == 1:
        return [work(parts[0])]
    results: dict[int, Result] = {}
    left = iter(list(enumerate(parts)))  # of a list, which threads can share

    def run() -> None:
        for place, part in left:
            results[place] = work(part)

    helping = []
    with contextlib.suppress(RuntimeError):  # no thread can be started, or the interpreter exits
        for _ in range(threads() - 1):
            helping.append(_helpers(threads() - 1).submit(run))  # noqa: PERF401  # what began is kept
    try:
        run()
    finally:
        for _ in left:  # after an error or Ctrl-C, what nobody has begun is not begun
            pass
        for each in helping:
            if not each.cancel():
                each.result()
    return [results[place] for place in range(len(parts))]
