"""Laws of which samples count, and of counts and results (R12 to R20)."""

from __future__ import annotations

import copy
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

import accord
from accord.counts.averages import AVERAGES
from accord.credit.ties import Ties
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

COUNTED: tuple[Ties, ...] = ("first", "last", "optimistic", "pessimistic")
WEIGHED: tuple[Ties, ...] = ("first", "expected")


@law("R12", modes=("eager", "compiled"))
def any_axis_can_hold_the_classes(subject: Subject) -> None:
    rng = np.random.default_rng(12)
    table = rng.integers(0, 4, (2, 3, 4, 5)) / 4
    labels = rng.integers(0, 5, (2, 3, 4))
    expected = [
        float(reference.credit(row, int(y), 2, "first"))
        for row, y in zip(table.reshape(-1, 5).tolist(), labels.flat, strict=True)
    ]
    for axis in (-1, 0, 1, 2, 3, -4):

        def hits(y_true: Any, y_score: Any, axis: int = axis) -> Any:
            return accord.in_top_k(y_true, y_score, 2, axis=axis)

        moved = np.moveaxis(table, -1, axis)
        found = subject.run(hits, subject.array(labels), subject.array(moved))
        assert found.shape == (2, 3, 4)
        assert found.ravel().tolist() == expected, axis


@law("R12")
def a_single_sample_needs_no_axis_of_samples(subject: Subject) -> None:
    def measured(y_true: Any, y_score: Any) -> Any:
        return (
            accord.in_top_k(y_true, y_score, 1),
            accord.TopK(1).tally(y_true, y_score),
            accord.TopK(1).tally(y_true, y_score, per_class=True),
        )

    hit, tally, by = subject.run(measured, subject.array(1), subject.array([0.1, 0.9]))
    assert hit.shape == ()
    assert (bool(hit), tally.correct, tally.total) == (True, 1, 1)
    assert (by.correct.tolist(), by.total.tolist()) == ([0, 1], [0, 1])


@law("R12 R13", modes=("eager", "compiled"))
def padding_never_changes_a_figure(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any, mask: Any) -> Any:
        return accord.SparseCategorical().tally(y_true, y_score, mask=mask)

    for length in (4, 8, 100):
        scores = np.full((1, length, 3), nan)
        scores[0, :4] = [[0.1, 0.9, 0], [0.1, 0.9, 0], [0.9, 0.1, 0], [0.9, 0.1, 0]]
        labels = np.full((1, length), 77)
        labels[0, :4] = [1, 0, 0, 1]
        mask = np.arange(length)[None] < 4
        found = subject.run(
            tally, subject.array(labels), subject.array(scores), subject.array(mask)
        )
        assert tuple(found) == (2, 2, 2, 4, 0, 0)


@law("R13")
def samples_left_out_count_nowhere_whatever_they_hold(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any, mask: Any, weight: Any) -> Any:
        return accord.TopK(1, ignore_index=-100).tally(
            y_true, y_score, mask=mask, sample_weight=weight
        )

    scores = subject.array([[0.1, 0.9], [nan, nan], [0.9, 0.1], [nan, 1.0], [0.9, 0.1]])
    labels = subject.array([1, -100, 99, -7, 1])
    mask = subject.array([True, True, False, True, True])
    weight = subject.array([2.0, 1.0, nan, 0.0, 0.5])
    found = subject.run(tally, labels, scores, mask, weight)
    assert tuple(found) == (2.0, 2.0, 2.0, 2.5, 0.0, 0.0)


@law("R13")
def an_ignored_label_may_be_one_of_the_classes(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.TopK(1, ignore_index=index).tally(y_true, y_score) for index in (0, 255, 2**40)
        )

    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    zero, outside, huge = subject.run(tallies, subject.array([0, 1, 1]), scores)
    assert (zero.correct, zero.total) == (1, 2)
    assert (outside.correct, outside.total) == (huge.correct, huge.total) == (2, 3)


@law("R13")
def a_binary_label_can_be_ignored(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Binary(ignore_index=-1).tally(y_true, y_score)

    found = subject.run(tally, subject.array([1, -1, 0]), subject.array([0.9, 0.9, 0.9]))
    assert tuple(found) == (1, 1, 1, 2, 0, 0)


@law("R14 R15 R20", heavy=True)
def weighted_averages_equal_exact_fractions(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any, weight: Any) -> Any:
        return tuple(
            accord.top_k_accuracy(
                y_true, y_score, 2, ties=ties, average=average, sample_weight=weight
            )
            for ties in WEIGHED
            for average in AVERAGES
        )

    weights = drawn.each_sample((0.0, 0.5, 1.0, 3.0))

    @drawn.tried(drawn.rows(), drawn.labels(), weights, examples=25)
    def compare(table: list[list[float]], labels: list[int], weight: list[float]) -> None:
        arrays = subject.array(labels), subject.array(table), subject.array(weight)
        found = iter(subject.run(figures, *arrays))
        rows, exact = drawn.rounded(table), [Fraction(w) for w in weight]
        for ties in WEIGHED:
            credits_ = [reference.credit(r, y, 2, ties) for r, y in zip(rows, labels, strict=True)]
            micro = reference.mean(credits_, exact)
            each = reference.by_class(credits_, exact, labels, drawn.CLASSES)
            occur = [share for share in each if share == share]
            n, macro = len(occur), sum(occur) / len(occur) if occur else nan
            adjusted = (macro - 2 / n) / (1 - 2 / n) if n > 2 else nan
            for expected in (micro, macro, micro, each, each, adjusted):
                near = 1e-6 * (expected is adjusted)  # a difference, perhaps of equal numbers
                np.testing.assert_allclose(next(found), expected, rtol=1e-6, atol=near)


@law("R15")
def every_measure_of_classes_can_be_averaged_over_them(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any, binary: Any, p: Any, dense: Any) -> Any:
        return (
            accord.sparse_categorical_accuracy(y_true, y_score, average="macro"),
            accord.categorical_accuracy(dense, y_score, average="none"),
            accord.binary_accuracy(binary, p, average="macro"),
            accord.binary_accuracy(binary, p, average=None),
        )

    scores = [[0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.9, 0.1, 0.0], [0.1, 0.8, 0.1]]
    labels = [0, 0, 1, 1]  # class 0: 2 of 2; class 1: 1 of 2; class 2 does not occur
    macro, each, balanced, both = subject.run(
        figures,
        subject.array(labels),
        subject.array(scores),
        subject.array([1, 1, 1, 0]),
        subject.array([0.9, 0.9, 0.1, 0.1]),
        subject.array(np.eye(3)[labels]),
    )
    np.testing.assert_allclose(macro, 0.75, rtol=1e-6)
    np.testing.assert_allclose(each, [1, 0.5, nan], rtol=1e-6)
    np.testing.assert_allclose(balanced, (2 / 3 + 1) / 2, rtol=1e-6)
    np.testing.assert_allclose(both, [1, 2 / 3], rtol=1e-6)


@law("R16", modes=("eager", "compiled"))
def nothing_to_count_gives_nan(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.top_k_accuracy(y_true, y_score, 1, average=how) for how in AVERAGES)

    def masked(y_true: Any, y_score: Any, mask: Any) -> Any:
        return accord.top_k_accuracy(y_true, y_score, (1, 2), mask=mask)

    empty = subject.array(np.zeros((0,), np.int32)), subject.array(np.zeros((0, 3)))
    for figure in subject.run(figures, *empty):
        assert np.isnan(figure).all()
    scores, mask = subject.array([[0.1, 0.9]]), subject.array([False])
    assert np.isnan(subject.run(masked, subject.array([0]), scores, mask)).tolist() == [True, True]


@law("R17")
def the_tally_of_a_whole_is_the_sum_of_its_parts(subject: Subject) -> None:
    def parts(y_true: Any, y_score: Any) -> Any:
        measure = accord.TopK((1, 3), ties="last")
        cuts = ((0, 1), (1, 1), (1, 4), (4, drawn.SAMPLES))
        return (
            measure.tally(y_true, y_score, per_class=True),
            sum(
                measure.tally(y_true[a:b], y_score[a:b, :], per_class=True)
                for a, b in reversed(cuts)
            ),
        )

    @drawn.tried(drawn.rows(), drawn.labels(), examples=15)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        whole, summed = subject.run(parts, subject.array(labels), subject.array(table))
        for name, mine, theirs in zip(whole._fields, whole, summed, strict=True):
            assert mine.tolist() == theirs.tolist(), name
            assert mine.dtype.kind in "iu", name


@law("R17")
def a_tally_by_class_gives_the_averages_over_samples_too(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any) -> Any:
        tally = accord.TopK(1).tally(y_true, y_score, per_class=True)
        return tally.accuracy("micro"), tally.accuracy("weighted")

    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    micro, weighted = subject.run(figures, subject.array([0, 1, 1]), scores)
    np.testing.assert_allclose([micro, weighted], [2 / 3, 2 / 3], rtol=1e-6)


@law("R18", modes=("eager", "compiled"))
def counts_are_exact_past_the_precision_of_float32(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.TopK(1).tally(y_true, y_score)

    samples = 2**24 + 3
    scores = np.zeros((samples, 2), np.int8)
    scores[:, 0] = 1
    found = subject.run(tally, subject.array(np.zeros(samples, np.int32)), subject.array(scores))
    assert tuple(int(field) for field in found) == (samples,) * 4 + (0, 0)


@law("R18", modes=("eager",))
def a_stream_is_counted_exactly_past_the_precision_of_float64(subject: Subject) -> None:
    metric = accord.Metric(accord.TopK(1))
    metric.update(subject.array([0, 0, 1]), subject.array([[0.9, 0.1]] * 3))
    for _ in range(57):
        metric.merge(copy.copy(metric))
    metric.update(subject.array([0]), subject.array([[0.9, 0.1]]))
    assert int(metric.tally.total) == 3 * 2**57 + 1
    assert int(metric.tally.correct) == 2 * 2**57 + 1


@law("R19", modes=("eager", "compiled"))
def a_figure_is_an_array_of_the_framework_of_the_scores(subject: Subject) -> None:
    for dtype in (*subject.float_dtypes, "int32"):
        labels, scores = subject.array([0, 1]), subject.array([[2, 1], [1, 2]], dtype)
        figure = subject.adapter.modes()[subject.mode](accord.sparse_categorical_accuracy)(
            labels, scores
        )
        namespace = subject.backend.namespace(scores)
        assert figure.dtype == subject.backend.numbers(scores).result, dtype
        assert subject.backend.namespace(figure) is namespace
        assert tuple(figure.shape) == ()


@law("R20")
def many_tied_scores_are_counted_alike(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.TopK((1, 4, 9), ties=ties).tally(y_true, y_score) for ties in COUNTED)

    rng = np.random.default_rng(20)
    table = (rng.integers(-3, 4, (96, 16)) / 2).tolist()
    labels = rng.integers(0, 16, 96).tolist()
    found = subject.run(tallies, subject.array(labels), subject.array(table))
    for ties, tally in zip(COUNTED, found, strict=True):
        for place, k in enumerate((1, 4, 9)):
            pairs = zip(table, labels, strict=True)
            expected = sum(reference.credit(row, y, k, ties) for row, y in pairs)
            assert tally.correct[place] == expected, (ties, k)


@law("R13 R15 R20", modes=("eager",))
def lists_and_numpy_arrays_are_moved_to_the_scores(subject: Subject) -> None:
    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    for wrap in (list, np.asarray):
        figure = accord.top_k_accuracy(
            wrap([0, 1, 2]),
            scores,
            1,
            mask=wrap([True, True, False]),
            sample_weight=wrap([1.0, 3.0, 1.0]),
        )
        assert subject.backend.to_host(figure)[0] == 0.25
