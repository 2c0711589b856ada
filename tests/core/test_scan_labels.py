"""The compiled scan of dense labels, label sets and class planes, beside the plain-Python rules."""

from __future__ import annotations

import threading
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import accord
from accord import scan
from accord.measures.multilabel import CRITERIA
from accord_conformance import reference

pytest.importorskip("numba")

SCORES = ("float16", "float32", "float64", "int8", "uint8", "int64", "bool")
LABELS = ("bool", "uint8", "int32", "int64", "float16", "float64")

# A line of 64 bytes holds 8 to 64 scores: shorter rows, whole lines, and lines that are cut.
LENGTHS = (2, 7, 16, 17, 64, 80)


def tie_rich(shape: tuple[int, ...], dtype: str, seed: int = 0) -> npt.NDArray[Any]:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, shape).astype(dtype)
    if values.dtype.kind == "f":
        for special in (np.nan, np.inf, -np.inf, -0.0, np.finfo(dtype).smallest_subnormal):
            values[rng.random(shape) < 0.02] = special
    return values


def true_labels(shape: tuple[int, ...], dtype: str, seed: int = 1) -> npt.NDArray[Any]:
    return (np.random.default_rng(seed).random(shape) < 0.4).astype(dtype)


def scanned(measure: accord.Measure, *arrays: Any, **extra: Any) -> accord.Tally:
    with scan.using(True):
        return measure.tally(*arrays, **extra)


def assert_same(measure: accord.Measure, *arrays: Any, **extra: Any) -> None:
    """Compare the scan with the array functions: counts, dtypes and shapes."""
    with scan.using(False):
        expected = measure.tally(*arrays, **extra)
    for mine, theirs in zip(scanned(measure, *arrays, **extra), expected, strict=True):
        assert np.asarray(mine).dtype == np.asarray(theirs).dtype
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_r11_sets_past_a_threshold_are_credited_as_the_rules_say(dtype: str, length: int) -> None:
    scores, labels = tie_rich((30, length), dtype), true_labels((30, length), "int64")
    for criteria in CRITERIA:
        if criteria in ("hamming", "precision", "recall", "f1"):
            continue  # it counts labels, or leaves samples out: the laws of R11 and R27 do that
        expected = [Fraction(0)] * 3
        for row, true in zip(scores.tolist(), labels.tolist(), strict=True):
            if any(score != score for score in row):
                continue
            wanted = {place for place, label in enumerate(true) if label}
            sets = {
                "correct": {place for place, score in enumerate(row) if score > 1},
                "at": {place for place, score in enumerate(row) if score == 1},
            }
            credits_ = [
                reference.set_credit(sets["correct"] | some, wanted, length, criteria)
                for some in (set(), sets["at"] & wanted, sets["at"] - wanted, sets["at"])
            ]
            for place, each in enumerate((credits_[0], min(credits_), max(credits_))):
                expected[place] += each
        found = scanned(accord.Multilabel(criteria, threshold=1.0), labels, scores)
        assert [float(each) for each in found[:3]] == pytest.approx([float(e) for e in expected])


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("length", LENGTHS)
def test_r11_the_k_best_labels_are_those_that_a_sort_gives(dtype: str, length: int) -> None:
    scores, labels = tie_rich((30, length), dtype), true_labels((30, length), "uint8")
    ks = tuple(sorted({1, 2, min(5, length), min(length, 32)}))
    for ties in ("first", "last"):
        expected = [0] * len(ks)
        for row, true in zip(scores.tolist(), labels.tolist(), strict=True):
            if any(score != score for score in row):
                continue
            places = range(length) if ties == "first" else range(length - 1, -1, -1)
            ranked = sorted(places, key=lambda place: -row[place])
            wanted = {place for place, label in enumerate(true) if label}
            for each, k in enumerate(ks):
                expected[each] += set(ranked[:k]) <= wanted
        found = scanned(accord.Multilabel("belong", k=ks, ties=ties), labels, scores)
        assert found.correct.tolist() == expected
        assert (found.floor <= found.correct).all()
        assert (found.correct <= found.ceiling).all()


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("length", LENGTHS)
def test_r11_k_labels_that_tie_for_the_best_are_not_k_levels(dtype: str, length: int) -> None:
    scores = np.full((4, length), 3, dtype)
    scores[np.arange(4), np.arange(4) % length] = 1
    labels, last = true_labels(scores.shape, "int64"), min(length - 1, 32)
    for ties in ("first", "last"):
        k = tuple(sorted({1, min(2, last), last}))
        assert_same(accord.Multilabel("overlap", k=k, ties=ties), labels, scores)


@pytest.mark.parametrize("dtype", SCORES)
def test_r10_a_few_ties_and_nans_among_many_scores_are_counted(dtype: str) -> None:
    rng = np.random.default_rng(3)
    scores = np.where(rng.random(40_000) < 0.5, 1, 0).astype(dtype)
    odd = rng.integers(0, scores.size, 3)
    scores[odd] = [np.nan, 0.5, 0.5] if scores.dtype.kind == "f" else 1
    labels = true_labels(scores.shape, "uint8")
    kept = rng.random(scores.size) < 0.9999
    for threshold in (0.5, 0.0):
        assert_same(accord.Binary(threshold), labels, scores)
        assert_same(accord.Binary(threshold), labels, scores, mask=kept)


@pytest.mark.parametrize("labelled", LABELS)
@pytest.mark.parametrize("dtype", SCORES)
def test_r20_sets_of_every_dtype_count_as_without_the_scan(dtype: str, labelled: str) -> None:
    rng = np.random.default_rng(2)
    scores, labels = tie_rich((40, 19), dtype), true_labels((40, 19), labelled)
    mask, weight = rng.random(40) < 0.7, rng.integers(0, 4, 40) / 4
    for criteria in ("exact_match", "hamming", "jaccard"):
        for extra in ({}, {"mask": mask}, {"mask": mask, "sample_weight": weight}):
            assert_same(accord.Multilabel(criteria, threshold=1.0), labels, scores, **extra)
            assert_same(accord.Multilabel(criteria, threshold=0.5), labels, scores, **extra)
            assert_same(accord.Multilabel(criteria, k=(1, 3)), labels, scores, **extra)


@pytest.mark.parametrize("dtype", ["float16", "float32", "int64", "bool"])
@pytest.mark.parametrize("classes", LENGTHS)
def test_r9_dense_labels_are_the_first_largest_entry(dtype: str, classes: int) -> None:
    labels = tie_rich((60, classes), "float32" if dtype == "float16" else dtype, seed=3)
    if labels.dtype.kind != "f":
        labels = np.eye(classes, dtype=dtype)[np.arange(60) % classes]
    scores = tie_rich((60, classes), "float32")
    found = [reference.dense_label(row) for row in labels.tolist()]
    good = np.array([label >= 0 for label in found])
    for ties in ("first", "last"):
        tally = scanned(accord.TopKCategorical(2, ties=ties), labels, scores, mask=good)
        rows = [row for row, keep in zip(scores.tolist(), good, strict=True) if keep]
        kept = [label for label in found if label >= 0]
        expected = sum(reference.credit(r, y, 2, ties) for r, y in zip(rows, kept, strict=True))
        assert (int(tally.correct), int(tally.total)) == (expected, len(kept))
    assert_same(accord.Categorical(), labels, scores, mask=good, per_class=True)
    weight = np.where(good, 0.5, 0.0)
    assert_same(
        accord.TopKCategorical((1, 2), ties="expected"), labels, scores, sample_weight=weight
    )


def test_r9_r21_rows_that_are_no_label_are_refused_with_their_place() -> None:
    scores = np.eye(3, dtype=np.float32)
    for bad in (0.0, np.nan):
        labels = np.eye(3)
        labels[1] = bad
        with scan.using(True), pytest.raises(ValueError, match=r"y_true\[1\] is"):
            accord.categorical_accuracy(labels, scores)
    several = np.ones((3, 3), np.int64)
    with scan.using(True), pytest.raises(ValueError, match=r"y_true\[0\] is 1, the largest"):
        accord.categorical_accuracy(several, scores.astype(np.int8))
    credit = accord.Categorical().credit(np.eye(3), scores)
    assert credit.tolist() == [True, True, True]


@pytest.mark.parametrize("bad", [2, -1])
def test_r22_a_bad_label_in_a_set_is_refused_unless_left_out(bad: int) -> None:
    labels, scores = np.zeros((3, 20), np.int64), np.zeros((3, 20), np.float32)
    labels[2, 18] = bad
    with scan.using(True):
        with pytest.raises(ValueError, match=rf"y_true\[2, 18\] is {bad}"):
            accord.multilabel_accuracy(labels, scores)
        kept = np.array([True, True, False])
        assert accord.multilabel_accuracy(labels, scores, mask=kept) == 1.0
        with pytest.raises(ValueError, match=r"sample_weight\[0\] is -1"):
            accord.multilabel_accuracy(labels, scores, mask=kept, sample_weight=[-1.0, 1.0, 1.0])


@pytest.mark.parametrize("dtype", SCORES)
@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 5, 70), 1), ((2, 9, 8, 40), 1), ((33, 200), 0), ((2, 4, 3, 5), 1)]
)
def test_r12_planes_of_classes_are_ranked_as_rows_are(
    dtype: str, shape: tuple[int, ...], axis: int
) -> None:
    scores = tie_rich(shape, dtype)
    samples = shape[:axis] + shape[axis + 1 :]
    labels = np.random.default_rng(4).integers(0, shape[axis], samples)
    mask = np.random.default_rng(5).random(samples) < 0.7
    rows = np.moveaxis(scores, axis, -1).reshape(-1, shape[axis]).tolist()
    expected = [
        reference.standing(row, y) for row, y in zip(rows, labels.ravel().tolist(), strict=True)
    ]
    with scan.using(True):
        found = accord.standing(labels, scores, axis=axis)
    assert list(zip(*(field.ravel().tolist() for field in found), strict=True)) == expected
    for ties in ("first", "last", "expected"):
        measure = accord.TopK((1, 2), ties=ties, axis=axis)
        assert_same(measure, labels, scores, per_class=True, mask=mask)


def test_r12_planes_are_not_copied() -> None:
    scores = np.zeros((2, 3, 64, 64), np.float32)
    rows = scan.arrays.Rows(np.moveaxis(scores, 1, -1), np.zeros((2, 64, 64), np.int64), 3)
    pieces = list(rows.pieces())
    assert [piece.flat()[2] for piece in pieces] == [64 * 64] * 2
    assert all(np.shares_memory(piece.flat()[0], scores) for piece in pieces)


@pytest.mark.parametrize("labelled", LABELS)
@pytest.mark.parametrize("threshold", [0.5, 1.0, -9.0, 9.0])
def test_r10_binary_labels_of_every_dtype_count_alike(labelled: str, threshold: float) -> None:
    scores, labels = tie_rich((700,), "float32"), true_labels((700,), labelled)
    for side in ("negative", "positive"):
        measure = accord.Binary(threshold, at_threshold=side)
        pairs = zip(scores.tolist(), labels.tolist(), strict=True)
        credits_ = [reference.binary_credits(s, int(y), threshold, side) for s, y in pairs]
        expected = [sum(each) for each in zip(*credits_, strict=True)]
        found = scanned(measure, labels, scores)
        assert [int(each) for each in found[:3]] == expected
        assert int(found.undefined) == np.isnan(scores).sum()
        assert_same(measure, labels, scores, per_class=True)
        assert_same(measure, labels, scores, sample_weight=np.arange(700) % 3 / 2)


def test_r11_scores_that_another_thread_writes_meanwhile_are_not_read_past_their_end() -> None:
    scores, labels = np.zeros((4000, 40), np.float32), np.zeros((4000, 40), np.uint8)
    done = threading.Event()

    def write() -> None:
        rng = np.random.default_rng(6)
        while not done.is_set():
            scores[:] = rng.random(40, dtype=np.float32)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(30):
            tally = scanned(accord.Multilabel("belong", k=(1, 32)), labels, scores)
            assert int(tally.total) == 4000
    finally:
        done.set()
        writer.join()
