"""Laws of counts by group, and of classes that do not take part (R24, R25)."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np

import accord
from accord_conformance import reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6
GROUPS = 4

# One of each kind of label, with its scan: ranks, a threshold, and sets.
GROUPED: tuple[accord.Measure, ...] = (
    accord.TopK((1, 3), ties="last"),
    accord.Binary(0.5),
    accord.Multilabel("hamming", threshold=0.5),
    accord.Multilabel("jaccard", k=2),
)


def samples(measure: accord.Measure, n: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return labels and scores with many ties, of the shapes that a measure takes."""
    rng = np.random.default_rng(24)
    table = rng.integers(0, 4, (n, 6)) / 4
    if measure.label_kind == "class":
        return rng.integers(0, 6, n), table
    truth = rng.integers(0, 2, (n, 6))
    return (truth[:, 0], table[:, 0]) if measure.label_kind == "binary" else (truth, table)


@law("R24", heavy=True)
def the_counts_of_a_group_are_those_of_its_samples_alone(subject: Subject) -> None:
    groups = np.random.default_rng(2).integers(0, GROUPS - 1, 40)  # the last group is empty
    for measure in GROUPED:
        truth, table = samples(measure, 40)

        def grouped(y_true: Any, y_score: Any, ids: Any, measure: accord.Measure = measure) -> Any:
            return measure.tally(y_true, y_score, groups=ids, n_groups=GROUPS)

        given = subject.array(truth), subject.array(table)
        found = subject.run(grouped, *given, subject.array(groups))
        for group in range(GROUPS):
            own = groups == group
            alone = measure.tally(truth[own], table[own].astype(np.float32))
            for name in ("correct", "floor", "ceiling", "total"):
                count = getattr(found, name)[..., group]
                np.testing.assert_allclose(count, getattr(alone, name), rtol=NEAR)
        whole = measure.tally(truth, table.astype(np.float32))
        for name in ("correct", "floor", "ceiling", "total"):
            summed = getattr(found, name).sum(-1)
            np.testing.assert_allclose(summed, getattr(whole, name), rtol=NEAR)


@law("R24 R13 R14")
def what_is_left_out_and_what_is_weighed_is_so_in_its_group(subject: Subject) -> None:
    def grouped(y_true: Any, y_score: Any, ids: Any, mask: Any, weight: Any) -> Any:
        return accord.TopK(1, ignore_index=-1).tally(
            y_true, y_score, groups=ids, n_groups=3, mask=mask, sample_weight=weight
        )

    found = subject.run(
        grouped,
        subject.array([0, 1, 1, -1, 0, 1]),
        subject.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.9], [0.5, 0.5], [nan, 0.1], [0.1, 0.9]]),
        subject.array([2, 0, 2, 9, 0, -5]),  # those left out may be of no group
        subject.array([True, True, True, True, True, False]),
        subject.array([2.0, 1.0, 0.5, 1.0, 0.25, 3.0]),
    )
    assert found.correct.tolist() == [0, 0, 2]
    assert found.ceiling.tolist() == [0, 0, 2.5]
    assert found.total.tolist() == [1.25, 0, 2.5]
    assert (float(found.invalid), float(found.undefined)) == (0, 0.25)


@law("R24 R22")
def a_sample_of_a_bad_group_is_refused_or_counted_in_none(subject: Subject) -> None:
    def grouped(y_true: Any, y_score: Any, ids: Any) -> Any:
        return accord.TopK(1).tally(y_true, y_score, groups=ids, n_groups=2)

    for bad in (-1, 2, 2**30):
        arrays = (
            subject.array([0, 1, 1]),
            subject.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]),
            subject.array([1, bad, 0]),
        )
        if subject.reads_values:
            with subject.refused(ValueError, rf"groups\[1\] is {bad}, .* pass ids from 0 to 1"):
                subject.run(grouped, *arrays)
            continue
        found = subject.run(grouped, *arrays)
        assert found.correct.tolist() == found.total.tolist() == [1, 1]
        assert int(found.invalid) == 1


@law("R24 R15 R16")
def averages_over_groups_are_as_those_over_classes(subject: Subject) -> None:
    def shares(y_true: Any, y_score: Any, ids: Any) -> Any:
        return tuple(
            accord.top_k_accuracy(y_true, y_score, 1, groups=ids, n_groups=3, average=average)
            for average in ("none", "macro", "micro")
        )

    scores = subject.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.9, 0.1]])
    found = subject.run(shares, subject.array([0, 0, 0, 0]), scores, subject.array([0, 0, 2, 2]))
    np.testing.assert_allclose(found[0], [0.5, nan, 1], rtol=NEAR)
    np.testing.assert_allclose(found[1:], [0.75, 0.75], rtol=NEAR)


@law("R25")
def a_class_that_takes_no_part_is_as_if_it_were_not_there(subject: Subject) -> None:
    def credits_(y_true: Any, y_score: Any, candidates: Any) -> Any:
        return tuple(
            accord.TopK((1, 2, 6), ties=ties).credit(y_true, y_score, candidates=candidates)
            for ties in ("first", "last", "optimistic", "pessimistic", "expected")
        )

    rng = np.random.default_rng(25)
    table = rng.choice([nan, -inf, inf, 0.0, 0.25, 0.5], (40, 6))
    labels = rng.integers(0, 6, 40)
    candidates = rng.random((40, 6)) < 0.6
    candidates[np.arange(40), labels] = True
    given = subject.array(labels), subject.array(table), subject.array(candidates)
    found = subject.run(credits_, *given)
    for ties, credit in zip(
        ("first", "last", "optimistic", "pessimistic", "expected"), found, strict=True
    ):
        for place, k in enumerate((1, 2, 6)):
            for sample, label in enumerate(labels.tolist()):
                there = np.flatnonzero(candidates[sample]).tolist()
                row = [table[sample, each] for each in there]
                own = reference.credit(row, there.index(label), min(k, len(row)), ties)
                assert abs(float(credit[place, sample]) - float(own)) < NEAR, (ties, k, sample)


@law("R25 R22")
def a_label_that_takes_no_part_is_refused_or_counted_as_invalid(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any, candidates: Any, mask: Any) -> Any:
        return accord.TopK(2).tally(y_true, y_score, candidates=candidates, mask=mask)

    candidates = subject.array([[True, True, False], [False, False, False], [False, True, False]])
    arrays = (
        subject.array([0, 1, 0]),
        subject.array([[0.1, 0.2, 0.9], [0.1, 0.9, 0.2], [0.9, 0.1, 0.2]]),
        candidates,
    )
    mask = subject.array([True, False, True])  # a sample that is left out needs no candidate
    if subject.reads_values:
        with subject.refused(ValueError, r"y_true\[2\] is 0, .* not among the candidates"):
            subject.run(tally, *arrays, mask)
        return
    assert tuple(subject.run(tally, *arrays, mask)) == (1, 1, 1, 2, 1, 0)


@law("R25 R12 R24", modes=("eager", "compiled"))
def candidates_follow_the_class_axis_and_go_with_groups(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any, candidates: Any, ids: Any) -> Any:
        return accord.TopK(1, axis=1).tally(
            y_true, y_score, candidates=candidates, groups=ids, n_groups=2
        )

    rng = np.random.default_rng(12)
    table = rng.integers(0, 3, (5, 4, 3)) / 4
    labels, groups = rng.integers(0, 4, (5, 3)), rng.integers(0, 2, (5, 3))
    candidates = rng.random((5, 4, 3)) < 0.7
    np.put_along_axis(candidates, labels[:, None], values=True, axis=1)
    given = map(subject.array, (labels, table, candidates, groups))
    found = subject.run(tally, *given)
    expected = [Fraction(0), Fraction(0)]
    for n, place in np.ndindex(labels.shape):
        there = np.flatnonzero(candidates[n, :, place]).tolist()
        row = [table[n, each, place] for each in there]
        expected[groups[n, place]] += reference.credit(
            row, there.index(int(labels[n, place])), 1, "first"
        )
    assert found.correct.tolist() == expected
    assert found.total.tolist() == [int((groups == 0).sum()), int((groups == 1).sum())]
