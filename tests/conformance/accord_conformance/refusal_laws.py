"""Laws of errors: what is refused, when, and with which message (R21 to R23)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np

import accord
from accord_conformance.law import law
from accord_conformance.subject import Subject

Y, S = [0, 1], [[0.9, 0.1], [0.2, 0.8]]


def _top(k: Any = 1, **options: Any) -> Callable[..., Any]:
    return lambda y_true, y_score: accord.top_k_accuracy(y_true, y_score, k, **options)


@law("R6 R21 R23")
def a_k_out_of_range_is_refused_by_name(subject: Subject) -> None:
    labels, scores = subject.array(Y), subject.array(S)
    too_large: tuple[Any, ...] = (3, (1, 3))
    for k in too_large:
        with subject.refused(
            ValueError, r"exceeds the 2 classes in y_score; pass k between 1 and 2"
        ):
            subject.run(_top(k), labels, scores)
    no_number: tuple[Any, ...] = (0, -1, True, 1.0, "1", None, (), (1, 0), [1])
    for k in no_number:
        with subject.refused(ValueError, r"k=.* is not a number of classes.*from 1 to C"):
            subject.run(_top(k), labels, scores)


@law("R21 R23")
def unknown_options_are_refused_with_the_known_ones(subject: Subject) -> None:
    labels, scores = subject.array(Y), subject.array(S)
    with subject.refused(ValueError, r"ties='frist' is unknown; pass one of 'first', 'last'"):
        subject.run(_top(ties="frist"), labels, scores)
    with subject.refused(ValueError, r"average='median' is unknown; pass one of 'micro'"):
        subject.run(_top(average="median"), labels, scores)
    with subject.refused(
        ValueError, r"axis=2 is not an axis of y_score.*pass an axis from -2 to 1"
    ):
        subject.run(_top(axis=2), labels, scores)
    with subject.refused(ValueError, r"threshold=nan is not a finite number"):
        subject.run(lambda y, s: accord.binary_accuracy(y, s, threshold=nan), labels, labels)
    with subject.refused(ValueError, r"threshold=1\.5 is not a probability"):
        subject.run(
            lambda y, s: accord.binary_accuracy(y, s, threshold=1.5, from_logits=True),
            labels,
            labels,
        )


@law("R12 R21 R23")
def shapes_that_do_not_match_are_refused(subject: Subject) -> None:
    scores = subject.array(S)
    with subject.refused(ValueError, r"y_true has shape \(2, 1\).*drop the last axis of y_true"):
        subject.run(_top(), subject.array([[0], [1]]), scores)
    with subject.refused(ValueError, r"y_true has shape \(3,\), y_score without.*\(2,\)"):
        subject.run(_top(), subject.array([0, 1, 1]), scores)
    with subject.refused(ValueError, r"y_true has shape \(2, 2\).*use categorical_accuracy"):
        subject.run(_top(), subject.array([[0, 1], [1, 0]]), scores)
    with subject.refused(ValueError, r"y_true has shape \(2,\).*sparse"):
        subject.run(accord.categorical_accuracy, subject.array(Y), scores)
    with subject.refused(ValueError, r"y_true has shape \(2, 1\), y_score \(2,\)"):
        subject.run(accord.binary_accuracy, subject.array([[0], [1]]), subject.array([0.1, 0.9]))
    for name in ("mask", "sample_weight"):
        spoiled = subject.array([[True], [True]] if name == "mask" else [[1.0], [1.0]])

        def figure(y: Any, s: Any, extra: Any, name: str = name) -> Any:
            return accord.top_k_accuracy(y, s, 1, **{name: extra})

        with subject.refused(ValueError, rf"{name} has shape \(2, 1\)"):
            subject.run(figure, subject.array(Y), scores, spoiled)


@law("R12 R21 R23", modes=("eager", "compiled"))
def predicted_labels_are_never_taken_for_scores(subject: Subject) -> None:
    def refused(function: Any, labels: Any, predicted: Any) -> None:
        with subject.refused(ValueError, r"predicted labels seem to have been passed for y_score"):
            subject.run(function, subject.array(labels), subject.array(predicted))

    labels, column = [0, 1, 2, 0], [[0], [1], [2], [1]]
    for function in (_top(), accord.sparse_categorical_accuracy, accord.standing):
        refused(function, labels, [0, 1, 2, 1])
        refused(function, labels, column)
        refused(function, column, column)
        refused(function, [[0, 1, 2], [2, 1, 0]], [[0, 1, 2], [1, 1, 0]])
    for predicted in ([0, 1, 2, 1], column):
        refused(accord.categorical_accuracy, predicted, predicted)
    refused(accord.categorical_accuracy, np.asarray(column, float), np.asarray(column, float))
    if subject.reads_values:  # floats may be one sample's scores; only the labels tell
        refused(accord.categorical_accuracy, labels, [0.0, 1.0, 2.0, 1.0])


@law("R9 R12")
def a_single_sample_may_have_a_one_hot_row(subject: Subject) -> None:
    scores = subject.array([0.1, 0.7, 0.2])
    for row, share in (([0, 1, 0], 1.0), ([0.2, 0.3, 0.5], 0.0)):
        assert subject.run(accord.categorical_accuracy, subject.array(row), scores) == share


@law("R12 R21 R23", modes=("eager", "compiled"))
def a_shape_that_does_not_match_names_the_likely_mistake(subject: Subject) -> None:
    def refused(function: Any, labels: Any, scores: Any, says: str) -> None:
        with subject.refused(ValueError, says):
            subject.run(function, subject.array(labels), subject.array(scores))

    labels, image = np.zeros((2, 5, 4), int), np.zeros((2, 3, 5, 4))
    refused(_top(), S, Y, r"y_true and y_score seem to be swapped")
    refused(_top(), labels, image, r"pass axis=1 if that is the class axis of y_score")
    refused(accord.binary_accuracy, Y, S, r"pass y_score\[\.\.\., 1\], the scores of class 1")
    refused(accord.binary_accuracy, Y, [[0.1], [0.9]], r"pass y_score\[\.\.\., 0\]")
    refused(accord.binary_accuracy, labels, image[:, :2], r"pass y_score\[:, 1\]")
    refused(accord.binary_accuracy, Y, np.eye(3)[:2], r"scores of 3 classes use a top-k measure")


@law("R21 R23", modes=("eager", "compiled"))
def none_for_labels_is_a_type_error(subject: Subject) -> None:
    def without_labels(y_score: Any) -> Any:
        return accord.top_k_accuracy(None, y_score, 1)

    with subject.refused(TypeError, r"y_true is None; pass the true labels as an array"):
        subject.run(without_labels, subject.array(S))


@law("R1 R21 R23", modes=("eager",))
def arrays_that_count_differently_are_refused(subject: Subject) -> None:
    labels, scores = np.asarray([Y]).view(np.matrix), subject.array(S)
    with subject.refused(TypeError, r"y_true is a numpy.matrix; pass numpy.asarray\(y_true\)"):
        accord.top_k_accuracy(labels, scores, 1)
    with subject.refused(TypeError, r"y_true is a masked array; pass y_true.data, and mask="):
        accord.top_k_accuracy(np.ma.masked_array(Y), scores, 1)
    with subject.refused(TypeError, r"y_score is None; pass the scores as an array"):
        accord.top_k_accuracy(Y, None, 1)
    with subject.refused(TypeError, r"pass class indices, for instance"):
        accord.top_k_accuracy(["a", "b"], scores, 1)


@law("R21 R23", modes=("eager", "compiled"))
def scores_without_a_class_are_refused(subject: Subject) -> None:
    with subject.refused(ValueError, r"y_score has no classes.*length 0"):
        subject.run(_top(), subject.array(Y), subject.array(np.zeros((2, 0))))


@law("R1 R13 R21 R23")
def dtypes_that_do_not_fit_are_a_type_error(subject: Subject) -> None:
    labels, scores = subject.array(Y), subject.array(S)
    with subject.refused(TypeError, r"y_score has dtype .*complex.*must hold real numbers"):
        subject.run(_top(), labels, subject.array(np.zeros((2, 2), np.complex64)))

    def masked(y: Any, s: Any, mask: Any) -> Any:
        return accord.top_k_accuracy(y, s, 1, mask=mask)

    with subject.refused(TypeError, r"mask has dtype .*must hold bool"):
        subject.run(masked, labels, scores, labels)

    def weighted(y: Any, s: Any, weight: Any) -> Any:
        return accord.top_k_accuracy(y, s, 1, sample_weight=weight)

    with subject.refused(TypeError, r"sample_weight has dtype .*must hold real numbers"):
        subject.run(weighted, labels, scores, subject.array([True, False]))


class _OtherArray:
    """An array of an unknown framework."""

    __module__ = "otherframework"

    def __array_namespace__(self, **_: Any) -> Any: ...


@law("R21 R23", modes=("eager",))
def arrays_of_two_frameworks_are_refused(subject: Subject) -> None:
    with subject.refused(TypeError, r"but mask is a otherframework array; pass both from one"):
        accord.top_k_accuracy(Y, subject.array(S), 1, mask=_OtherArray())
    with subject.refused(TypeError, r"y_score is a list.*not an array of a known framework"):
        accord.top_k_accuracy(Y, S, 1)
    with subject.refused(TypeError, r"y_true is a str"):
        accord.top_k_accuracy("ab", subject.array(S), 1)
    with subject.refused(ValueError, r"y_true is a ragged list"):
        accord.top_k_accuracy([[0], [1, 2]], subject.array(S), 1)
    with subject.refused(TypeError, r"y_true has dtype"):
        accord.top_k_accuracy(["a", "b"], subject.array(S), 1)


@law("R3 R22 R23")
def a_label_out_of_range_is_refused_or_counted(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.TopK(2).tally(y_true, y_score)

    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    for bad in (2, -1, 2**31 - 1, -(2**31), 99):
        labels = subject.array(np.asarray([0, bad, 1]))
        if subject.reads_values:
            with subject.refused(
                ValueError, rf"y_true\[1\] is {bad}, outside 0\.\.1.*pass ignore_index={bad}"
            ):
                subject.run(tally, labels, scores)
            with subject.refused(ValueError, rf"is {bad}, outside 0\.\.1; pass only samples"):
                subject.run(accord.standing, labels, scores)
        else:
            assert tuple(subject.run(tally, labels, scores)) == (2, 2, 2, 3, 1, 0), bad


@law("R3 R22 R23")
def a_label_that_is_no_whole_number_is_refused_or_counted(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.TopK(2).tally(y_true, y_score)

    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]])
    for bad in (0.5, nan, inf):
        labels = subject.array([0.0, 1.0, bad])
        if subject.reads_values:
            with subject.refused((TypeError, ValueError), r"y_true\[2\] is"):
                subject.run(tally, labels, scores)
        else:
            assert tuple(subject.run(tally, labels, scores)) == (2, 2, 2, 3, 1, 0), bad


@law("R22 R23")
def a_binary_label_other_than_0_and_1_is_refused_or_counted(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Binary().tally(y_true, y_score)

    scores = subject.array([0.9, 0.9, 0.1])
    for bad in (2.0, -1.0, 0.5, nan):
        labels = subject.array([1.0, bad, 0.0])
        if subject.reads_values:
            with subject.refused(ValueError, r"y_true\[1\] is .*neither 0 nor 1"):
                subject.run(tally, labels, scores)
        else:
            assert tuple(subject.run(tally, labels, scores)) == (2, 2, 2, 3, 1, 0), bad


@law("R22 R23")
def a_bad_multilabel_entry_is_refused_or_counted(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(*how).tally(y_true, y_score) for how in (("hamming",), ("contain",))
        )

    labels, scores = subject.array([[1, 0], [1, 7]]), subject.array([[0.9, 0.1], [0.9, 0.1]])
    if subject.reads_values:
        with subject.refused(ValueError, r"y_true\[1, 1\] is 7, which is neither 0 nor 1"):
            subject.run(tallies, labels, scores)
    else:
        hamming, contain = subject.run(tallies, labels, scores)
        assert tuple(hamming) == (3, 3, 3, 4, 1, 0)
        assert tuple(contain) == (1, 1, 1, 2, 1, 0)


@law("R14 R22 R23")
def a_bad_weight_is_refused_or_counts_as_zero(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any, weight: Any) -> Any:
        return accord.TopK(1).tally(y_true, y_score, sample_weight=weight)

    labels, scores = subject.array([0, 0, 1]), subject.array([[0.9, 0.1]] * 3)
    for bad in (-1.0, nan, inf, -inf):
        weight = subject.array([2.0, bad, 0.5])
        if subject.reads_values:
            with subject.refused(
                ValueError, r"sample_weight\[1\] is .*finite numbers of at least 0"
            ):
                subject.run(tally, labels, scores, weight)
        else:
            assert tuple(subject.run(tally, labels, scores, weight)) == (2, 2, 2, 2.5, 0, 0), bad


@law("R22", modes=("compiled",))
def invalid_labels_belong_to_no_class(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        by_class = accord.TopK(1).tally(y_true, y_score, per_class=True)
        return (*by_class, by_class.accuracy("micro"), by_class.accuracy("macro"))

    scores = subject.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    found = subject.run(tally, subject.array([0, -1, 1]), scores)
    assert [field.tolist() for field in found[:6]] == [[1, 1], [1, 1], [1, 1], [1, 1], 1, 0]
    np.testing.assert_allclose(found[6:], [2 / 3, 1.0], rtol=1e-6)


@law("R22", modes=("eager",))
def a_refused_update_leaves_a_metric_as_it_was(subject: Subject) -> None:
    metric = accord.Metric(accord.TopK(1))
    metric.update(subject.array([0, 1]), subject.array(S))
    before = metric.tally
    refused: list[tuple[Any, Any, dict[str, Any]]] = [
        (subject.array([[0], [1]]), subject.array(S), {}),
        (subject.array(Y), subject.array(S), {"mask": [1, 0]}),
        (subject.array(Y), subject.array(S), {"sample_weight": [1.0]}),
    ]
    if subject.reads_values:
        refused.append((subject.array([0, 9]), subject.array(S), {}))
    for y_true, y_score, options in refused:
        with subject.refused((TypeError, ValueError), "y_true|mask|sample_weight"):
            metric.update(y_true, y_score, **options)
        assert metric.tally == before
