"""When the compiled scan is used (extra ``fast``).

numba is loaded in the background when enough work was seen to be worth it, and so is the code of
each function for the dtypes that it meets; until then, calls are counted without the scan. Where
the scan is asked for, by ``ACCORD_KERNELS=1`` or `using`, a call waits for both.
``ACCORD_KERNELS=0`` and ``using(False)`` switch the scan off.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from accord.backends.small_floats import BFLOAT16, is_small
from accord.scan.background import Background

Given = ParamSpec("Given")
Counts = TypeVar("Counts")

_WORTH_IT = 1 << 25  # scores, some 30 ms without the scan: a later call is likely to be as large
_CALL = 1 << 16  # what a call costs without the scan in addition to its scores, in scores

_SETTING = {"0": False, "1": True}.get(os.environ.get("ACCORD_KERNELS", ""))
_MODULE = "accord.scan.compiled"

_asked: ContextVar[bool | None] = ContextVar("accord_kernels", default=_SETTING)
_seen = 0

loading = Background()
"""Loads the scan."""


class NotLoadedError(Exception):
    """What a scan needs is being loaded: the caller counts without it."""


@contextlib.contextmanager
def using(on: bool) -> Iterator[None]:
    """Switch the compiled row scan on, whatever the size of the work, or off, in this context.

    A call that needs what is not loaded yet waits for it.

    Parameters
    ----------
    on : bool
        Where numba is not installed, True changes nothing.

    Examples
    --------
    >>> import accord, numpy as np
    >>> from accord import scan
    >>> with scan.using(False):
    ...     accord.top_k_accuracy([0], np.array([[0.9, 0.1]]), k=1)
    np.float64(1.0)
    """
    token = _asked.set(on)
    try:
        yield
    finally:
        _asked.reset(token)


@functools.cache
def available() -> bool:
    """Tell whether numba is installed, importing nothing."""
    return importlib.util.find_spec("numba") is not None


def allowed() -> bool:
    """Tell whether the scan can be used, once the work is worth it."""
    return available() and _asked.get() is not False


def wanted(scores: npt.NDArray[Any]) -> bool:
    """Tell whether scores are to be scanned: it can be done, is worth it by now, and is loaded.

    Scores that are not to be scanned are added to the work that was seen.
    """
    asked = _asked.get()
    if asked is False or not can_scan(scores.dtype):
        return False
    if asked or loading.done(_MODULE):
        return compiled() is not None
    global _seen  # noqa: PLW0603  # how much there was in this process so far
    _seen += scores.size + _CALL
    if _seen >= _WORTH_IT and available():
        loading.add(_MODULE, functools.partial(importlib.import_module, _MODULE))
        loading.give_way()
    return False


def attempt(
    scan: Callable[Given, Counts], *given: Given.args, **options: Given.kwargs
) -> Counts | None:
    """Return what a scan counts; None while the code that it needs is loaded in the background."""
    try:
        return scan(*given, **options)
    except NotLoadedError:
        return None


def load(key: tuple[object, ...], compile_now: Callable[[], Callable[[], object]]) -> None:
    """Load code in the background, once for each key, unless this context waits for it.

    ``compile_now`` returns what does that.

    Raises
    ------
    NotLoadedError
        Until it is loaded.
    """
    if _asked.get() or loading.done(key):
        return
    if not loading.has(key):
        loading.add(key, compile_now())
    loading.give_way()
    raise NotLoadedError


@functools.cache
def can_scan(dtype: np.dtype[Any]) -> bool:
    """Tell whether compiled code reads numbers of a dtype."""
    if dtype == BFLOAT16:
        return True
    if dtype.kind not in "biuf" or is_small(dtype):
        return False
    return dtype.itemsize <= np.dtype(np.float64).itemsize


@functools.cache
def compiled() -> Any:
    """Return the compiled functions, or None where there is no numba that can be imported."""
    if not available():
        return None
    try:
        functions = _imported(_MODULE)
    except Exception as error:  # noqa: BLE001  # one that does not fit NumPy raises many kinds
        warnings.warn(
            f"numba is installed but cannot be imported ({error}), so accord counts without its"
            " compiled scan; install a numba that fits your NumPy, or set ACCORD_KERNELS=0",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    return None if sys.modules["numba"].config.DISABLE_JIT else functions  # NUMBA_DISABLE_JIT=1


def _imported(name: str) -> Any:
    """Import a module in another thread, where Ctrl-C can't interrupt it.

    A numba that was imported by half fails in every later call, and can't be imported again.
    """
    try:
        with ThreadPoolExecutor(1) as other:
            return other.submit(importlib.import_module, name).result()
    except RuntimeError:  # no thread can be started
        return importlib.import_module(name)
