import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import accord
from accord import scan
from accord.scan import threads
from accord_conformance.reference import standing

pytest.importorskip("numba")

RULES = ("first", "last", "optimistic", "pessimistic", "expected")
DTYPES = (*(f"int{bits}" for bits in (8, 16, 32, 64)), *(f"uint{bits}" for bits in (8, 16, 32, 64)))


def tie_rich(
    samples: int, classes: int, dtype: str = "float32"
) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 4, (samples, classes)).astype(dtype)
    if scores.dtype.kind == "f":
        scores[rng.random(scores.shape) < 0.05] = np.nan
        scores[rng.random(scores.shape) < 0.05] = np.inf
        scores[rng.random(scores.shape) < 0.05] = -0.0
        scores[rng.random(scores.shape) < 0.05] = np.finfo(dtype).smallest_subnormal
    return rng.integers(0, classes, samples), scores


def both(function: Callable[..., Any], *arrays: Any, **extra: Any) -> tuple[Any, Any]:
    with scan.using(True):
        scanned = function(*arrays, **extra)
    with scan.using(False):
        return scanned, function(*arrays, **extra)


def assert_same(function: Callable[..., Any], *arrays: Any, **extra: Any) -> None:
    for mine, theirs in zip(*both(function, *arrays, **extra), strict=True):
        exact = np.asarray(theirs).dtype.kind == "i"
        assert (np.asarray(mine).dtype.kind == "i") == exact
        np.testing.assert_allclose(mine, theirs, rtol=0 if exact else 1e-12)


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [
        (dtype, shape)
        for dtype in ("float16", "float32", "float64", "bool", *DTYPES)
        for shape in ((0, 3), (1, 1), (7, 1), (40, 6), (9, 2500))
        if shape[1] > 1 or "float" in dtype  # a column of whole numbers is refused
    ],
)
def test_r20_the_scan_counts_what_the_plain_path_counts(dtype: str, shape: tuple[int, int]) -> None:
    labels, scores = tie_rich(*shape, dtype)
    several = (1,) if shape[1] == 1 else (2, 1, shape[1])
    for ties in RULES:
        measure = accord.TopK(several, ties=ties)  # type: ignore[arg-type]  # one of RULES
        assert_same(measure.tally, labels, scores)
        assert_same(measure.tally, labels, scores, per_class=True)
    assert_same(accord.standing, labels, scores)


# A line of 64 bytes, a tile of 1024 samples and a run of 256 scores each begin anew somewhere.
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8"])
@pytest.mark.parametrize("classes", [7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 256, 257, 525])
def test_r4_rows_of_any_length_are_counted_to_their_end(dtype: str, classes: int) -> None:
    labels, scores = tie_rich(20 if classes > 65 else 1040, classes, dtype)
    labels[-classes:] = np.arange(classes)[-labels.size :]  # among them the first and the last
    with scan.using(True):
        found = accord.standing(labels, scores)
        tally = accord.TopK((1, classes // 2)).tally(labels, scores)
    rows = zip(scores.tolist(), labels.tolist(), strict=True)
    expected = [standing(row, label) for row, label in rows]
    assert list(zip(*(field.tolist() for field in found), strict=True)) == expected
    ranks = [ahead + before for ahead, before, _ in expected]
    assert tally.correct.tolist() == [sum(r < k for r in ranks) for k in (1, classes // 2)]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "float16"])
def test_r4_ties_are_counted_in_rows_longer_than_a_narrow_counter_holds(dtype: str) -> None:
    classes = 40_000
    scores, labels = np.ones((3, classes), dtype), np.array([0, 20_000, classes - 1])
    with scan.using(True):
        found = accord.standing(labels, scores)
    assert [field.tolist() for field in found] == [
        [0, 0, 0],
        [0, 20_000, 39_999],
        [39_999, 19_999, 0],
    ]


@pytest.mark.parametrize("on", [False, True])
def test_r4_an_undefined_sample_is_counted_where_its_row_can_be_left_early(on: bool) -> None:
    scores = np.zeros((3, 5000), np.float32)
    scores[1, 7] = np.nan
    with scan.using(on):
        tally = accord.TopK(1).tally([7, 7, 0], scores)
    assert [field.item() for field in tally] == [1, 0, 2, 3, 0, 1]  # the second is undefined


def test_r4_the_scan_stands_each_sample_where_the_reference_does() -> None:
    labels, scores = tie_rich(60, 7)
    with scan.using(True):
        found = accord.standing(labels, scores)
    expected = [
        standing(row.tolist(), int(label)) for row, label in zip(scores, labels, strict=True)
    ]
    assert list(zip(*(field.tolist() for field in found), strict=True)) == [
        tuple(each) for each in expected
    ]


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "bool", "int8", "uint16", "int64", "uint64"]
)
def test_r10_scores_beside_a_threshold_count_alike(dtype: str, per_class: bool) -> None:
    _, scores = tie_rich(50, 44, dtype)
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, scores.shape)
    extra = {"mask": rng.random(scores.shape) < 0.7}
    more = {**extra, "sample_weight": rng.integers(0, 4, scores.shape) / 4}  # sums are exact
    for threshold, side in (
        (1.0, "negative"),
        (1.0, "positive"),
        (0.5, "negative"),
        (-9.0, "positive"),
    ):
        measure = accord.Binary(threshold, at_threshold=side, ignore_index=7)  # type: ignore[arg-type]  # a side
        for truth in (labels, labels.astype(bool), labels.astype(np.float32), labels.T.copy().T):
            assert_same(measure.tally, truth, scores, per_class=per_class)
        left_out = np.where(extra["mask"], labels, 7)
        assert_same(measure.tally, left_out, scores, per_class=per_class)
        assert_same(measure.tally, left_out, scores, per_class=per_class, **more)
        assert_same(measure.tally, labels, scores[::-1, ::-1], per_class=per_class, **extra)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_r10_wide_integers_are_not_rounded_beside_a_threshold(dtype: str) -> None:
    scores = np.array([2**53 - 1, 2**53, 2**53 + 1], dtype)
    for found in both(accord.Binary(2.0**53).tally, np.array([0, 0, 1]), scores):
        assert [int(each) for each in found[:4]] == [3, 2, 3, 3]


@pytest.mark.parametrize("bad", [2, -1, 0.5, np.nan, 5e-324])
def test_r22_a_bad_binary_label_is_refused_by_the_scan_too(bad: float) -> None:
    labels, scores = np.array([0, 1, bad]), np.full(3, 0.25, np.float32)
    with scan.using(True):
        with pytest.raises(ValueError, match=r"y_true\[2\] is .*, which is neither 0 nor 1"):
            accord.binary_accuracy(labels, scores)
        assert accord.binary_accuracy(labels, scores, mask=np.array([True, True, False])) == 0.5


@pytest.mark.parametrize("bad", [0.5, np.nan, 1e300, -3.0])
def test_r3_r22_bad_labels_of_floats_are_refused_by_the_scan_too(bad: float) -> None:
    scores = np.eye(3, dtype=np.float32)
    with scan.using(True):
        assert accord.top_k_accuracy(np.array([0.0, 1.0, 0.0]), scores, 1) == 2 / 3
        with pytest.raises((ValueError, TypeError), match=r"y_true\[1\]"):
            accord.top_k_accuracy(np.array([0.0, bad, 2.0]), scores, 1)


@pytest.mark.parametrize("per_class", [False, True])
@pytest.mark.parametrize("ties", RULES)
def test_r13_r14_masks_ignored_labels_and_weights_count_alike(ties: Any, per_class: bool) -> None:
    labels, scores = tie_rich(1100, 6)
    rng = np.random.default_rng(1)
    labels[rng.random(1100) < 0.2] = -100
    mask, weight = rng.random(1100) < 0.7, rng.integers(0, 4, 1100) / 4  # sums are exact
    measure = accord.TopK((1, 3), ties=ties, ignore_index=-100)
    extras: list[dict[str, Any]] = [{"mask": mask}, {"sample_weight": weight, "mask": mask}]
    for extra in extras:
        assert_same(measure.tally, labels, scores, per_class=per_class, **extra)


LAYOUTS: dict[str, Callable[[npt.NDArray[Any]], npt.NDArray[Any]]] = {
    "fortran": np.asfortranarray,
    "reversed": lambda scores: np.ascontiguousarray(scores[:, ::-1])[:, ::-1],
    "every other": lambda scores: np.repeat(np.repeat(scores, 2, 0), 2, 1)[::2, ::2],
    "byte-swapped": lambda scores: scores.astype(scores.dtype.newbyteorder()),
    "misaligned": lambda scores: (
        np.frombuffer(b"x" + scores.tobytes(), np.uint8)[1:]
        .view(scores.dtype)
        .reshape(scores.shape)
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_is_read_as_the_values_it_holds(layout: str) -> None:
    labels, scores = tie_rich(3000, 130)  # more than is copied at a time
    other = LAYOUTS[layout](scores)
    other.setflags(write=False)
    measure = accord.TopK((1, 5))
    with scan.using(True):
        for mine, theirs in zip(
            (*measure.tally(labels, other), *accord.standing(labels, other)),
            (*measure.tally(labels, scores), *accord.standing(labels, scores)),
            strict=True,
        ):
            assert mine.tolist() == theirs.tolist()


def test_r12_a_class_axis_elsewhere_and_labels_of_any_integer_dtype() -> None:
    labels, scores = tie_rich(60, 7)
    image = np.moveaxis(scores.reshape(3, 4, 5, 7), -1, 1)
    for dtype in DTYPES:
        truth = labels.reshape(3, 4, 5).astype(dtype)
        assert_same(accord.TopK(2, axis=1).tally, truth, image)


def test_nothing_beyond_the_scores_is_read() -> None:
    labels, scores = tie_rich(50, 9)
    guarded = np.full((54, 9), np.inf, np.float32)
    guarded[2:52] = scores
    with scan.using(True):
        inside = accord.TopK((1, 3)).tally(labels, guarded[2:52])
        alone = accord.TopK((1, 3)).tally(labels, scores.copy())
    assert [field.tolist() for field in inside] == [field.tolist() for field in alone]


GUARDED = """
import ctypes, mmap, numpy as np, accord
page = mmap.PAGESIZE
memory = mmap.mmap(-1, 2 * page)
start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(start + page), page, 0) == 0
inside = np.frombuffer(memory, np.uint8, page)
for dtype in ("int8", "float16", "float32", "float64"):
    for classes in (1, 3, 7, 10, 16, 17, 33, 65):
        if classes == 1 and dtype == "int8":
            continue  # taken for predicted labels
        rows = inside[-5 * classes * np.dtype(dtype).itemsize:].view(dtype).reshape(5, classes)
        rows[:] = 0
        assert int(accord.TopK(1).tally([classes - 1] * 5, rows).ceiling) == 5
        assert accord.standing([classes - 1] * 5, rows).tied_before.tolist() == [classes - 1] * 5
print("alive")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="protects a page of memory as Linux does")
@pytest.mark.slow
def test_no_line_reaches_into_memory_past_the_scores() -> None:
    assert run(GUARDED, ACCORD_KERNELS="1") == ["alive"]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_no_temporary_grows_with_the_samples_counted_by_class(dtype: type) -> None:
    labels = np.zeros(4000, int)
    scores: npt.NDArray[Any] = np.zeros((4000, 10_000), dtype)
    with scan.using(True):
        accord.TopK(1).tally(labels[:9], scores[:9])  # what is compiled stays
        tracemalloc.start()
        try:
            tally = accord.TopK(1).tally(labels, scores, per_class=True)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert tally.total[0] == 4000
    assert peak < scores.nbytes / 8


@pytest.mark.parametrize("bad", [-1, 6, 2**40])
def test_r22_a_bad_label_is_refused_before_its_row_is_read(bad: int) -> None:
    labels, scores = tie_rich(20, 6)
    labels[13] = bad
    with scan.using(True), pytest.raises(ValueError, match=rf"y_true\[13\] is {bad}, outside"):
        accord.top_k_accuracy(labels, scores, 2)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_r22_a_bad_weight_is_refused(bad: float) -> None:
    labels, scores = tie_rich(20, 6)
    weight = np.ones(20)
    weight[7] = bad
    with scan.using(True), pytest.raises(ValueError, match=r"sample_weight\[7\] is"):
        accord.top_k_accuracy(labels, scores, 2, sample_weight=weight)


def test_work_is_shared_by_threads_and_by_many_callers_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCORD_THREADS", "3")
    labels, scores = tie_rich(150_000, 10)
    measure = accord.TopK((1, 3))
    with scan.using(False):
        expected = [field.tolist() for field in measure.tally(labels, scores)]
    start = threading.Barrier(4)

    def call(_: int) -> list[Any]:
        start.wait()
        with scan.using(True):
            return [field.tolist() for field in measure.tally(labels, scores)]

    with ThreadPoolExecutor(4) as callers:
        assert list(callers.map(call, range(4))) == [expected] * 4


def run(code: str, **settings: str) -> list[str]:
    done = subprocess.run(  # noqa: S603  # code of this file
        [sys.executable, "-c", code],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


FORKED = """
import os, numpy as np, accord
labels, scores = np.zeros(400_000, int), np.zeros((400_000, 10), np.float32)
print(int(accord.TopK(1).tally(labels, scores).correct), flush=True)
child = os.fork()
if not child:
    print(int(accord.TopK(1).tally(labels, scores).correct), flush=True)
    os._exit(0)
raise SystemExit(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.slow
def test_a_forked_process_counts_with_threads_of_its_own() -> None:
    settings = {"ACCORD_KERNELS": "1", "ACCORD_THREADS": "2", "PYTHONWARNINGS": "ignore"}
    assert run(FORKED, **settings) == ["400000", "400000"]


CHECKED = """
import numpy as np, accord
for classes in (1, 5, 2048, 2049):
    labels = np.arange(classes)
    scores = np.zeros((classes, classes), np.float32)
    measure = accord.TopK(1)
    print(int(measure.tally(labels, scores, per_class=True).correct.sum()))
    print(int(accord.standing(labels, scores).tied_after[0]))
"""


@pytest.mark.exhaustive
def test_no_index_is_out_of_bounds_where_numba_checks_them(tmp_path: Path) -> None:
    settings = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path), "ACCORD_KERNELS": "1"}
    assert run(CHECKED, **settings) == ["1", "0", "1", "4", "1", "2047", "1", "2048"]


def test_threads_are_as_many_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_THREADS", "5")
    assert threads.threads() == 5
    monkeypatch.delenv("ACCORD_THREADS")
    assert 1 <= threads.threads() <= (os.cpu_count() or 1)


BROKEN = """
import warnings, numpy as np, accord
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(2):
        print(int(accord.TopK(1).tally([0], np.array([[0.9, 0.1]])).correct))
print(*(each.category.__name__ for each in caught))
"""


@pytest.mark.parametrize("error", ["ImportError", "SystemError"])
def test_a_numba_that_cannot_be_imported_is_warned_of_once_and_not_needed(
    error: str, tmp_path: Path
) -> None:
    (tmp_path / "numba.py").write_text(f'raise {error}("Numba needs NumPy 2.3 or less")')
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    settings = {"PYTHONPATH": path, "ACCORD_KERNELS": "1"}
    assert run(BROKEN, **settings) == ["1", "1", "RuntimeWarning"]


def test_a_child_process_scans_with_one_thread() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as child:
        assert child.apply(threads.threads) == 1


ONE = """
import numpy as np, accord
print(int(accord.TopK(1).tally([0], np.array([[0.9, 0.1]])).correct))
"""


@pytest.mark.exhaustive
def test_the_scan_is_compiled_where_no_folder_can_be_written_to() -> None:
    assert run(ONE, ACCORD_KERNELS="1", NUMBA_CACHE_DIR=f"{__file__}/no-folder") == ["1"]


def test_without_a_compiler_the_scan_is_not_used() -> None:
    assert run(ONE, ACCORD_KERNELS="1", NUMBA_DISABLE_JIT="1") == ["1"]


INTERRUPTED = """
import signal, sys, threading, numpy as np, accord
from accord import scan

def stop(*_):
    raise KeyboardInterrupt

class Interrupting:
    # Presses Ctrl-C once numba's first modules are there, and waits for it to arrive.
    def find_spec(self, name, *_):
        if name == "numba.core.typing":
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, stop)
sys.meta_path.insert(0, Interrupting())
try:
    accord.TopK(1).tally([0], np.array([[0.9, 0.1]]))
    print("not stopped")
except KeyboardInterrupt:
    print("stopped")
print(int(accord.TopK(1).tally([0], np.array([[0.9, 0.1]])).correct), scan.dispatch.compiled() is not None)
"""


@pytest.mark.slow
def test_a_scan_that_was_interrupted_as_numba_was_imported_serves_the_next_call() -> None:
    assert run(INTERRUPTED, ACCORD_KERNELS="1") == ["stopped", "1", "True"]


def test_what_nobody_has_begun_is_not_begun_after_an_interrupt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCORD_THREADS", "2")
    caller, helping, done = threading.current_thread(), threading.Event(), []

    def work(part: int) -> None:
        if threading.current_thread() is caller:
            helping.wait()
            raise KeyboardInterrupt
        helping.set()
        time.sleep(0.005)
        done.append(part)

    with pytest.raises(KeyboardInterrupt):
        threads.shared(work, range(1000))  # no scan is long enough to be sure
    assert len(done) < 999  # the helper stopped, too, and nobody still works
    count = len(done)
    assert threads.shared(lambda part: part, range(4)) == [0, 1, 2, 3]
    assert len(done) == count


CTRL_C = """
import random, signal, numpy as np, accord
rng = np.random.default_rng(0)
scores, labels = rng.integers(0, 4, (300_000, 8)).astype(np.float32), rng.integers(0, 8, 300_000)
metric, one = accord.Metric(accord.TopK(2)), accord.TopK(2).tally(labels, scores)

def stop(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGALRM, stop)
random.seed(0)
for _ in range(100):
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-5, 6e-3))
        metric.update(labels, scores)
        metric.tally
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        pass
signal.setitimer(signal.ITIMER_REAL, 0)
batches = int(metric.tally.total) // 300_000
print([int(mine) for mine in metric.tally] == [batches * int(each) for each in one])
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such timer on this platform")
@pytest.mark.slow
def test_an_interrupted_update_counts_its_batch_as_a_whole_or_not_at_all() -> None:
    assert run(CTRL_C, ACCORD_KERNELS="1", ACCORD_THREADS="3") == ["True"]


AT_EXIT = """
import atexit, threading, numpy as np, accord
labels, scores = np.zeros(400_000, int), np.zeros((400_000, 10), np.float32)

def count():
    print(int(accord.TopK(1).tally(labels, scores).correct), flush=True)

def late():
    threading.main_thread().join()
    count()

count()
threading.Thread(target=late).start()
atexit.register(count)
"""


@pytest.mark.slow
def test_the_scan_serves_threads_that_outlive_the_main_one_and_callbacks_at_exit() -> None:
    settings = {"ACCORD_KERNELS": "1", "ACCORD_THREADS": "2"}
    assert run(AT_EXIT, **settings) == ["400000"] * 3


AT_ONCE = """
import threading, numpy as np, accord
labels, scores = np.arange(50) % 7, np.tile(np.arange(7, dtype=np.float32), (50, 1))
start, found = threading.Barrier(4), []

def call():
    start.wait()
    found.append(accord.TopK(2).tally(labels, scores))

callers = [threading.Thread(target=call) for _ in range(4)]
for each in callers:
    each.start()
for each in callers:
    each.join()
print(*(int(each.correct) for each in found))
"""


@pytest.mark.exhaustive
def test_threads_may_import_and_compile_the_scan_at_once(tmp_path: Path) -> None:
    hits = str(sum(label >= 5 for label in np.arange(50) % 7))  # the best two of 0..6
    settings = {"ACCORD_KERNELS": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert run(AT_ONCE, **settings) == [hits] * 4
