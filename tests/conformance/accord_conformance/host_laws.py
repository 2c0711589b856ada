"""Laws of Python lists and NumPy arrays passed with the scores of a framework (R21, R22)."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np

import accord
from accord_conformance.law import law
from accord_conformance.subject import Subject

S = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.4, 0.6]]
Y, MASK, WEIGHT = [0, 1, 1, 0], [True, True, False, True], [1.0, 3.0, 1.0, 0.5]

_KINDS: tuple[Callable[[Any], Any], ...] = (list, tuple, np.asarray)


def _integers(tally: Any) -> list[float]:
    return [float(field) for field in tally]


@law("R3 R21", heavy=True)
def labels_may_be_lists_and_numpy_arrays(subject: Subject) -> None:
    def tallies(y_score: Any) -> Any:
        kinds = [kind(Y) for kind in _KINDS]
        narrow = [np.asarray(Y, dtype) for dtype in ("uint8", "int32", "uint32", "float64")]
        return tuple(accord.TopK(1).tally(labels, y_score) for labels in (*kinds, *narrow))

    for found in subject.run(tallies, subject.array(S)):
        assert _integers(found) == [2, 2, 2, 4, 0, 0]


@law("R13 R21")
def masks_may_be_lists_and_numpy_arrays(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.TopK(1).tally(y_true, y_score, mask=kind(MASK)) for kind in _KINDS)

    for found in subject.run(tallies, subject.array(Y), subject.array(S)):
        assert _integers(found) == [1, 1, 1, 3, 0, 0]


@law("R14 R21")
def weights_may_be_lists_and_numpy_arrays(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        measure = accord.TopK(1)
        return tuple(measure.tally(y_true, y_score, sample_weight=kind(WEIGHT)) for kind in _KINDS)

    for found in subject.run(tallies, subject.array(Y), subject.array(S)):
        assert _integers(found) == [2, 2, 2, 5.5, 0, 0]


@law("R9 R10 R11 R21", heavy=True)
def labels_of_every_measure_may_be_lists_and_numpy_arrays(subject: Subject) -> None:
    def figures(y_score: Any) -> Any:
        dense = [[1, 0], [0, 1], [0, 1], [1, 0]]
        found = [
            accord.top_k_accuracy(kind(Y), y_score, 1, average="macro", sample_weight=kind(WEIGHT))
            for kind in _KINDS
        ]
        for kind in _KINDS:
            found += [
                accord.categorical_accuracy(kind(dense), y_score, mask=kind(MASK)),
                accord.binary_accuracy(kind(Y), y_score[:, 0], sample_weight=kind(WEIGHT)),
                accord.multilabel_accuracy(kind(dense), y_score, mask=kind(MASK)),
            ]
        return tuple(found)

    found = subject.run(figures, subject.array(S))
    np.testing.assert_allclose(found[:3], [(1 / 1.5 + 1 / 4) / 2] * 3, rtol=1e-6)
    # In the binary accuracy, 0.9 and 0.9 (labels 0 and 1) are above the threshold, 0.1 and 0.4 not.
    np.testing.assert_allclose(found[3:], [1 / 3, 3.5 / 5.5, 1 / 3] * 3, rtol=1e-6)


@law("R22")
def bad_values_on_the_host_are_refused_unless_the_scores_are_traced(subject: Subject) -> None:
    def labelled(y_score: Any) -> Any:
        return accord.TopK(1).tally(np.asarray([0, 7, -1, 0]), y_score)

    def listed(y_score: Any) -> Any:
        return accord.TopK(1).tally([0, 7, -1, 0], y_score)

    def weighted(y_score: Any) -> Any:
        return accord.TopK(1).tally(Y, y_score, sample_weight=[1.0, -1.0, nan, 0.5])

    def left_out(y_score: Any) -> Any:
        return accord.TopK(1).tally([0, 7, -1, 0], y_score, mask=[True, False, False, True])

    scores = subject.array(S)
    for function in (labelled, listed):
        if subject.reads_values:
            with subject.refused(ValueError, r"y_true\[1\] is 7, outside 0\.\.1"):
                subject.run(function, scores)
        else:
            assert _integers(subject.run(function, scores)) == [1, 1, 1, 4, 2, 0]
    if subject.reads_values:
        with subject.refused(ValueError, r"sample_weight\[1\] is -1\.0"):
            subject.run(weighted, scores)
    else:
        assert _integers(subject.run(weighted, scores)) == [1, 1, 1, 1.5, 0, 0]
    assert _integers(subject.run(left_out, scores)) == [1, 1, 1, 2, 0, 0]
