"""The threads that scan: this one, and helpers that all callers share."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


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


def shared(work: Callable[[Job], Result], parts: Sequence[Job]) -> list[Result]:
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
            context = contextvars.copy_context()
            helping.append(_helpers(threads() - 1).submit(context.run, run))
    try:
        run()
    finally:
        for _ in left:  # after an error or Ctrl-C, what nobody has begun is not begun
            pass
        for each in helping:
            if not each.cancel():
                each.result()
    return [results[place] for place in range(len(parts))]
