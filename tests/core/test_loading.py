"""Loading the compiled scan in the background: no call waits for it, and none counts differently."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from accord.scan.background import Background

pytest.importorskip("numba")

WAIT = 60.0  # seconds until a test that hangs fails


def run(code: str, **settings: str) -> list[str]:
    done = subprocess.run(  # noqa: S603  # code of this file
        [sys.executable, "-c", CALL + code],
        env={**os.environ, "ACCORD_KERNELS": "", **settings},
        capture_output=True,
        text=True,
        timeout=10 * WAIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


CALL = """
import os, sys, threading, time, warnings
import numpy as np, accord
from accord.scan import dispatch

def call(samples=32, dtype=np.int8):
    # The label ties with every third class before it: 3 of them at 10 classes.
    scores = np.tile(np.arange(10) % 3 == 0, (samples, 1)).astype(dtype)
    tally = accord.TopK((1, 4), ties="first").tally(np.full(samples, 9), scores)
    assert [int(each) for each in tally.correct] == [0, samples], tally
    assert [int(each) for each in tally.ceiling] == [samples, samples], tally

def worth_it():
    call(4_000_000)
"""


def test_numba_is_loaded_when_the_work_is_worth_it_and_then_serves_every_call() -> None:
    code = """
call(); dispatch.loading.wait(); print("numba" in sys.modules)
worth_it(); dispatch.loading.wait(); print("numba" in sys.modules)
call(); dispatch.loading.wait()  # its dtype
counted = dispatch.compiled().tally
before = len(counted.signatures); call(); print(before, len(counted.signatures))
"""
    assert run(code) == ["False", "True", "1", "1"]
    assert run(code.split("counted", maxsplit=1)[0], ACCORD_KERNELS="0") == ["False", "False"]


WAITING = """
class Held:  # numba is imported only when it is let go
    go, came = threading.Event(), threading.Event()
    def find_spec(self, name, *_):
        if name == "numba" and threading.current_thread() is not threading.main_thread():
            self.came.set()
            self.go.wait()
sys.meta_path.insert(0, Held())
worth_it(); Held.came.wait()
"""


def test_calls_are_counted_while_numba_is_loaded() -> None:
    code = "call(); worth_it(); print('numba' in sys.modules)\nHeld.go.set(); dispatch.loading.wait()\n"
    assert run(WAITING + code + "call(); print('numba' in sys.modules)") == ["False", "True"]


def test_calls_are_counted_while_the_code_of_a_dtype_is_compiled() -> None:
    code = """
worth_it(); dispatch.loading.wait(); call(); dispatch.loading.wait()
tally = dispatch.compiled().tally
compile, go = tally.compile, threading.Event()
def held(types):
    go.wait()
    return compile(types)
tally.compile = held
call(dtype=np.float32); call(dtype=np.float32); call()
print(len(tally.signatures))
go.set(); dispatch.loading.wait()
print(len(tally.signatures)); call(dtype=np.float32); print(len(tally.signatures))
"""
    assert run(code) == ["1", "2", "2"]


def test_code_that_cannot_be_compiled_is_an_error_of_the_call_that_needs_it() -> None:
    code = """
worth_it(); dispatch.loading.wait()
def broken(types):
    raise RuntimeError("no compiler")
dispatch.compiled().tally.compile = broken
call(); dispatch.loading.wait()
try:
    call()
except RuntimeError as error:
    print(*error.args)
"""
    assert run(code) == ["no", "compiler"]


def test_who_asks_for_the_scan_waits_for_it_on_every_thread() -> None:
    code = """
with accord.scan.using(True):
    worth_it()
print(len(dispatch.compiled().tally.signatures), dispatch.loading.done("accord.scan.compiled"))
"""
    assert run(code, ACCORD_THREADS="3") == ["1", "False"]


def test_many_threads_count_the_same_before_and_after_it_is_loaded() -> None:
    code = """
def calls():
    while not any(key != "accord.scan.compiled" for key in dispatch.loading._done):
        call(); time.sleep(0.001)
    for _ in range(50):
        call()
    right.append(True)
right = []
threads = [threading.Thread(target=calls) for _ in range(16)]
[each.start() for each in threads]; worth_it(); [each.join() for each in threads]
print(len(right))
"""
    assert run(code) == ["16"]


def test_a_numba_that_cannot_be_imported_is_warned_of_by_a_call(tmp_path: Path) -> None:
    (tmp_path / "numba.py").write_text('raise ImportError("Numba needs NumPy 2.3 or less")')
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code = """
with warnings.catch_warnings(record=True) as found:
    warnings.simplefilter("always")
    worth_it(); dispatch.loading.wait(); print(len(found)); call(); call()
print(len(found), "fits your NumPy" in str(found[0].message))
"""
    assert run(code, PYTHONPATH=path) == ["0", "1", "True"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_child_that_was_forked_while_numba_was_loaded_loads_it_itself() -> None:
    code = """
worth_it()  # a fork waits until what is being loaded is there
warnings.simplefilter("ignore")  # of forks beside threads
child = os.fork()
if not child:
    call(); dispatch.loading.wait(); call(); dispatch.loading.wait(); call()
    os._exit(7 if dispatch.compiled().tally.signatures else 8)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
dispatch.loading.wait(); call()
"""
    assert run(code) == ["7"]


def test_a_program_ends_without_what_was_not_begun() -> None:
    code = """
began = threading.Event()
dispatch.loading.add("first", lambda: (began.set(), threading.main_thread().join()))
dispatch.loading.add("second", lambda: print("not left"))
began.wait()
print("over")
"""
    assert run(code) == ["over"]


class TestJobs:
    def test_each_is_done_once_and_in_order(self) -> None:
        jobs, found, go = Background(), list[Any](), threading.Event()
        jobs.add("wait", lambda: go.wait(WAIT))
        for place in (1, 2, 1, 3):
            jobs.add(place, lambda place=place: found.append(place))  # type: ignore[misc]  # its default binds
        assert jobs.has(3)
        assert not jobs.done(3)
        go.set()
        jobs.wait()
        jobs.add(2, lambda: found.append("again"))
        jobs.wait()
        assert found == [1, 2, 3]
        assert jobs.done(3)

    def test_one_that_fails_is_done_and_the_next_follow(self) -> None:
        jobs, found = Background(), list[str]()
        jobs.add("fails", lambda: 1 / 0)
        jobs.add("next", lambda: found.append("next"))
        jobs.wait()
        assert jobs.done("fails")
        assert found == ["next"]

    def test_without_a_thread_it_is_tried_again_later(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        jobs, found = Background(), list[str]()

        def full(self: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", full)
            jobs.add("job", lambda: found.append("job"))
        assert not jobs.has("job")
        jobs.add("job", lambda: found.append("job"))
        jobs.wait()
        assert found == ["job"]
