"""Laws of what is refused in ranked lists, or counted as invalid (R28, R22)."""

from __future__ import annotations

from math import nan
from typing import Any

import accord
from accord_conformance.law import law
from accord_conformance.subject import Subject

BAD = (  # a list, its scores, and what is said of it
    ([1, 3, 1], [0.5, 0.4, 0.3], r"classes\[1, 2\] is 1, which is in its list already"),
    ([1, -1, 0], [0.5, 0.4, 0.3], r"classes\[1, 2\] is 0, behind an entry of -1"),
    ([1, -2, 0], [0.5, 0.4, 0.3], r"classes\[1, 1\] is -2, which is not a class"),
    ([1, 9, 0], [0.5, 0.4, 0.3], r"classes\[1, 1\] is 9, which is not a class; .* 0 to 4"),
    ([1, 3, 0], [0.5, 0.3, 0.4], r"scores\[1, 2\] is 0.4\d*, above the score before it"),
    ([1, 3, 0], [0.5, nan, 0.4], r"scores\[1, 1\] is nan, above the score before it"),
)


@law("R28 R22")
def a_bad_list_is_refused_or_counted_as_invalid(subject: Subject) -> None:
    def counted(y_true: Any, classes: Any, scores: Any, mask: Any) -> Any:
        measure = accord.TopK((1, 3), ties="optimistic")
        return measure.tally_from_lists(y_true, classes, scores, n_classes=5, mask=mask)

    good = [2, 1, 0], [0.9, 0.5, 0.5]
    for classes, scores, message in BAD:
        arrays = (
            subject.array([1, 1, 1, 1]),
            subject.array([good[0], classes, good[0], classes]),
            subject.array([good[1], scores, good[1], scores]),
            subject.array([True, True, True, False]),
        )
        if subject.reads_values:
            with subject.refused(ValueError, message):
                subject.run(counted, *arrays)
            continue
        found = subject.run(counted, *arrays)
        assert found.correct.tolist() == found.ceiling.tolist() == [0, 2], message
        assert found.floor.tolist() == [0, 0], message
        assert tuple(map(int, found[3:])) == (3, 1, 0), message


@law("R28 R22")
def a_true_class_that_is_none_is_refused_or_counted_as_invalid(subject: Subject) -> None:
    def counted(y_true: Any, classes: Any) -> Any:
        return accord.TopK(2).tally_from_lists(y_true, classes, n_classes=5, per_class=True)

    for bad in (-1, 5):
        arrays = subject.array([0, bad, 4]), subject.array([[0, 1], [3, -1], [2, 4]])
        if subject.reads_values:
            with subject.refused(ValueError, rf"y_true\[1\] is {bad}, outside 0..4"):
                subject.run(counted, *arrays)
            continue
        found = subject.run(counted, *arrays)
        assert found.correct.tolist() == found.ceiling.tolist() == [1, 0, 0, 0, 1]
        assert found.total.tolist() == [1, 0, 0, 0, 1]
        assert (int(found.invalid), int(found.undefined)) == (1, 0)


@law("R28 R6")
def a_k_beyond_the_list_is_refused(subject: Subject) -> None:
    def figure(y_true: Any, classes: Any) -> Any:
        return accord.top_k_from_lists(y_true, classes, k=(1, 4))

    with subject.refused(ValueError, "k=4 exceeds the 3 entries of a list in classes; pass k betw"):
        subject.run(figure, subject.array([0]), subject.array([[0, 1, 2]]))


@law("R28 R15")
def counts_by_class_need_to_know_the_classes(subject: Subject) -> None:
    def figure(y_true: Any, classes: Any) -> Any:
        return accord.top_k_from_lists(y_true, classes, k=1, average="macro")

    with subject.refused(ValueError, "pass n_classes=C .* or labels="):
        subject.run(figure, subject.array([0]), subject.array([[0, 1, 2]]))
