"""The door: NumPy arrays of every kind, work in blocks, and positions named in the whole."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import accord
from accord import scan
from accord.scan.pieces import split

RNG = np.random.default_rng(0)


def hits_by_sorting(labels: npt.NDArray[np.int64], scores: npt.NDArray[np.float64], k: int) -> int:
    """Count hits by a stable sort: among equals, the lower class index comes first."""
    best = np.argsort(-scores, axis=-1, kind="stable")[..., :k]
    return int((best == labels[..., None]).any(axis=-1).sum())


@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 5), (1, 4, 6), (2, 0, 3), (5, 1, 1, 7)])
@pytest.mark.parametrize("samples", [1, 2, 5, 100])
def test_blocks_cover_every_sample_once_in_order(shape: tuple[int, ...], samples: int) -> None:
    places = np.arange(math.prod(shape)).reshape(shape)
    blocks = [places[(*index, ...)] for index in split(shape, samples)]
    assert [place for block in blocks for place in block.ravel()] == places.ravel().tolist()
    assert all(block.size <= samples for block in blocks)


@pytest.mark.parametrize(
    ("shape", "axis"), [((9000, 70), -1), ((3, 70, 60, 50), 1), ((70, 9000), 0)]
)
def test_r12_many_blocks_give_what_one_sort_gives(shape: tuple[int, ...], axis: int) -> None:
    scores = RNG.integers(0, 9, shape) / 8
    last = np.moveaxis(scores, axis, -1)
    labels = RNG.integers(0, 70, last.shape[:-1])
    tally = accord.TopK(5, axis=axis).tally(labels, scores)
    assert tally.correct == hits_by_sorting(labels, last, 5)
    assert tally.total == labels.size
    assert accord.in_top_k(labels, scores, 5, axis=axis).sum() == tally.correct
    assert accord.in_top_k(labels, scores, (1, 5), axis=axis).shape == (2, *labels.shape)


def test_r22_a_bad_label_is_named_by_its_position_in_the_whole_array() -> None:
    scores = RNG.random((3, 70, 60, 50))
    labels = RNG.integers(0, 70, (3, 60, 50))
    labels[2, 31, 7] = 70
    labels[2, 31, 9] = 71
    with pytest.raises(ValueError, match=r"y_true\[2, 31, 7\] is 70, outside 0\.\.69"):
        accord.top_k_accuracy(labels, scores, axis=1)


@pytest.mark.slow
def test_extra_memory_does_not_grow_with_the_scores() -> None:
    scores = RNG.random((40_000, 500), np.float32)  # 80 MB
    labels = RNG.integers(0, 500, 40_000)
    dense = np.zeros_like(scores)
    dense[np.arange(40_000), labels] = 1
    every_kind: list[Callable[[], object]] = [
        lambda: accord.top_k_accuracy(labels, scores, (1, 5), average="macro"),
        lambda: accord.categorical_accuracy(dense, scores),
        lambda: accord.binary_accuracy(dense, scores),
        lambda: accord.multilabel_accuracy(dense, scores, k=3),
        lambda: accord.in_top_k(labels, scores),
    ]
    for work in every_kind:
        with scan.using(False):  # the scan has a test of its own; to load it takes memory, once
            tracemalloc.start()
            try:
                work()
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        assert peak < 32 * 2**20


def every_layout(
    scores: npt.NDArray[np.float64], folder: Path
) -> dict[str, npt.NDArray[np.float64]]:
    read_only = scores.copy()
    read_only.setflags(write=False)
    misaligned = np.frombuffer(b"\0" + scores.tobytes(), np.float64, offset=1)
    np.save(folder / "scores.npy", scores)
    return {
        "columns first": np.asfortranarray(scores),
        "every other column": np.repeat(scores, 2, axis=1)[:, ::2],
        "rows backwards": scores[::-1].copy()[::-1],
        "columns backwards": scores[:, ::-1].copy()[:, ::-1],
        "byte-swapped": scores.astype(np.dtype(">f8")),
        "read-only": read_only,
        "misaligned": misaligned.reshape(scores.shape),
        "memory-mapped": np.load(folder / "scores.npy", mmap_mode="r"),
        "broadcast": np.broadcast_to(scores[:1], scores.shape),
    }


@pytest.mark.slow
def test_scores_of_every_layout_give_the_same_counts(tmp_path: Path) -> None:
    scores = RNG.integers(0, 5, (300, 24)) / 4
    labels = RNG.integers(0, 24, 300)
    for name, laid_out in every_layout(scores, tmp_path).items():
        expected = hits_by_sorting(labels, np.array(laid_out, np.float64), 3)
        assert accord.TopK(3).tally(labels, laid_out).correct == expected, name


def test_labels_may_be_strided_or_byte_swapped() -> None:
    scores = RNG.integers(0, 5, (50, 8)) / 4
    labels = RNG.integers(0, 8, 50)
    expected = hits_by_sorting(labels, scores, 2)
    for laid_out in (np.repeat(labels, 2)[::2], labels.astype(">i4"), labels.astype(np.uint8)):
        assert accord.TopK(2).tally(laid_out, scores).correct == expected


@pytest.mark.parametrize("classes", [1, 2, 7, 8, 9, 255, 256, 257, 1000])
def test_every_number_of_classes_is_counted(classes: int) -> None:
    scores = RNG.integers(0, 4, (40, classes)) / 4
    labels = RNG.integers(0, classes, 40)
    k = (classes + 1) // 2
    assert accord.TopK(k).tally(labels, scores).correct == hits_by_sorting(labels, scores, k)


def test_r6_k_may_be_as_large_as_the_number_of_classes() -> None:
    scores = RNG.random((10, 3000))
    assert accord.top_k_accuracy(RNG.integers(0, 3000, 10), scores, 3000) == 1.0


@pytest.mark.parametrize("dtype", ["complex64", "S1", "U1", "O", "M8[s]", "m8[s]", "V4"])
def test_r1_scores_that_are_no_real_numbers_are_a_type_error(dtype: str) -> None:
    with pytest.raises(TypeError, match=r"y_score has dtype .* must hold real numbers"):
        accord.top_k_accuracy([0], np.zeros((1, 2), dtype), 1)


def test_r21_a_pandas_like_object_is_refused_with_the_remedy() -> None:
    class Series:
        shape = (1,)

        def __array__(self, dtype: object = None, copy: object = None) -> npt.NDArray[np.int64]:
            return np.zeros(1, np.int64)

    with pytest.raises(TypeError, match=r"y_true is a Series.*numpy\.asarray\(y_true\)"):
        accord.top_k_accuracy(Series(), np.zeros((1, 2)), 1)


def test_r21_a_single_number_has_no_class_axis() -> None:
    with pytest.raises(ValueError, match="y_score is a single number"):
        accord.top_k_accuracy(0, np.float64(0.5), 1)


def test_a_subclass_of_ndarray_is_numpy() -> None:
    class Labelled(np.ndarray):
        pass

    scores = np.array([[0.1, 0.9]]).view(Labelled)
    assert accord.top_k_accuracy([1], scores, 1) == 1.0
