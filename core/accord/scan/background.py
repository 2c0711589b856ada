"""Jobs that another thread does, so that no caller waits for a compiler."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

_FORK = 30.0  # seconds that a fork waits for a job


class Background:
    """A thread that does jobs, each of them once, in the order they come, while there are any.

    A job that fails is done, too: whoever needs its result does it again, and gets the error.
    """

    def __init__(self) -> None:
        self._done: set[Hashable] = set()
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._pause, after_in_parent=self._go_on, after_in_child=self._begin
            )

    def _begin(self) -> None:
        """Begin without jobs and without a thread, as a child process does after a fork."""
        self._jobs: deque[tuple[Hashable, Callable[[], object]]] = deque()
        self._known = set(self._done)
        self._lock = threading.Lock()
        self._working = threading.RLock()
        self._thread: threading.Thread | None = None
        self._paused = False

    def done(self, key: Hashable) -> bool:
        """Tell whether the job of that key is done."""
        return key in self._done

    def has(self, key: Hashable) -> bool:
        """Tell whether the job of that key is done or will be."""
        return key in self._known

    def add(self, key: Hashable, job: Callable[[], object]) -> None:
        """Do a job soon, unless there is one of that key."""
        with self._lock:
            if key in self._known:
                return
            self._known.add(key)
            self._jobs.append((key, job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="accord-loading")
                try:
                    self._thread.start()
                except RuntimeError:  # no thread can be started now
                    self._jobs.clear()
                    self._known, self._thread = set(self._done), None

    @property
    def idle(self) -> bool:
        """Whether every job is done."""
        return self._thread is None

    def give_way(self) -> None:
        """Let the thread go on, if it has jobs.

        A caller that counts small batches in a loop would hold Python's lock nearly all the time:
        the thread asks for it after each read of a file, and waits for 5 ms.
        """
        if self._thread is not None:
            time.sleep(0)

    def wait(self) -> None:
        """Wait until every job is done."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._working:
                with self._lock:
                    # Jobs that were not begun when the program ends are left.
                    if not self._jobs or not threading.main_thread().is_alive():
                        self._thread = None
                        return
                    key, job = self._jobs.popleft()
                with contextlib.suppress(Exception):
                    job()
                self._done.add(key)

    def _pause(self) -> None:
        """Let a job end before a fork: its locks would be held in the child for ever."""
        self._paused = self._working.acquire(timeout=_FORK)

    def _go_on(self) -> None:
        """Go on in the parent process."""
        if self._paused:
            self._working.release()
