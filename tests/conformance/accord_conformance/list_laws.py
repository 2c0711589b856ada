"""Laws of ranked lists, of which only the best classes were kept (R28)."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np

import accord
from accord.credit.ties import RULES
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6  # relative, of sums of fractions (R20)
KEPT = 3

# A list, its scores, the tie rules with the hits at k = 2 of classes 0 to 5, and how many classes
# there are, where that is known. Classes 0 to 5 that are not in the list score at most its last.
WORKED: tuple[tuple[list[int], list[float] | None, dict[str, str], int | None], ...] = (
    (
        [4, 1, 3],
        None,
        dict.fromkeys(RULES, "010010"),
        None,
    ),
    (
        [4, 1, 3],
        [0.9, 0.5, 0.2],
        dict.fromkeys(RULES, "010010"),
        None,
    ),
    (  # class 0 can tie with 1 and 3, at rank 2
        [4, 3, 1],
        [0.9, 0.5, 0.5],
        {
            "first": "010010",
            "last": "000110",
            "optimistic": "111111",
            "pessimistic": "000010",
        },
        None,
    ),
    (  # nothing tells how many classes tie
        [0, 1, 2],
        [0.5, 0.5, 0.5],
        {
            "first": "110000",
            "last": "011000",
            "optimistic": "111111",
            "pessimistic": "000000",
        },
        6,
    ),
    (  # the second entry was not kept: it may be any class
        [2, -1, -1],
        None,
        {
            "first": "001000",
            "last": "001000",
            "expected": "001000",
            "optimistic": "111111",
            "pessimistic": "001000",
        },
        None,
    ),
    (  # an undefined class is a miss, and others are behind it
        [5, 0, 2],
        [nan, inf, 0.5],
        {
            "first": "100000",
            "last": "100000",
            "optimistic": "100000",
            "pessimistic": "100000",
        },
        None,
    ),
    (
        [5, 0, 2],
        [nan, nan, nan],
        dict.fromkeys(RULES, "000000"),
        None,
    ),
)


def lists_of(table: Any, kept: int, prefer: Any) -> tuple[list[list[int]], list[list[float]]]:
    """Return the best classes of each row, and their scores; ``prefer`` orders ties."""
    classes = [reference.order(row, prefer)[:kept] for row in table]
    return classes, [[row[each] for each in best] for row, best in zip(table, classes, strict=True)]


def list_credit(classes: list[int], scores: list[float], label: int, k: int, ties: str) -> Fraction:
    """Return the credit of a list under a rule that is not a bound, in which a miss is out of it."""
    if label not in classes:
        return Fraction(0)
    by_index = sorted(range(len(classes)), key=classes.__getitem__)
    row = [scores[place] for place in by_index]
    return reference.credit(row, [classes[place] for place in by_index].index(label), k, ties)


@law("R28", heavy=True)
def worked_lists_give_the_hits_that_are_written_out(subject: Subject) -> None:
    for classes, scores, hits, n_classes in WORKED:

        def counted(
            y_true: Any,
            given: Any,
            *more: Any,
            rules: tuple[Any, ...] = tuple(hits),
            n_classes: int | None = n_classes,
        ) -> Any:
            each = np.arange(6)
            return tuple(
                accord.TopK(2, ties=rule).tally_from_lists(
                    y_true, given, *more, n_classes=n_classes, groups=each, n_groups=6
                )
                for rule in rules
            )

        arrays = [subject.array(list(range(6))), subject.array([classes] * 6)]
        arrays += [] if scores is None else [subject.array([scores] * 6)]
        found = subject.run(counted, *arrays)
        for rule, tally in zip(hits, found, strict=True):
            expected = [int(hit) for hit in hits[rule]]
            assert tally.correct.tolist() == expected, (classes, scores, rule)
            assert tally.floor.tolist() == [int(hit) for hit in hits["pessimistic"]], rule
            assert tally.ceiling.tolist() == [int(hit) for hit in hits["optimistic"]], rule
            nans = 0 if scores is None else sum(score != score for score in scores)
            assert (int(tally.invalid), int(tally.undefined)) == (0, nans)


@law("R28", heavy=True)
def bounds_of_lists_hold_the_figure_of_all_scores_under_every_tie_rule(subject: Subject) -> None:
    made: list[Any] = [accord.TopK((1, 2, KEPT), ties=rule) for rule in RULES]
    made += [accord.ReciprocalRank((2, KEPT), ties=rule) for rule in RULES]
    made += [accord.NDCG(ties=rule) for rule in RULES]
    each = np.arange(drawn.SAMPLES)

    def tallies(y_true: Any, classes: Any, scores: Any) -> Any:
        return tuple(
            measure.tally_from_lists(y_true, classes, scores, groups=each, n_groups=drawn.SAMPLES)
            for measure in made
        )

    def whole(measure: Any, row: list[float], label: int, k: int | None) -> float:
        if isinstance(measure, accord.TopK):
            assert k is not None
            return float(reference.credit(row, label, k, measure.ties))
        one = type(measure)(k)
        return reference.rank_credit(row, label, measure.ties, one.credit_at)

    orders = {"first": int, "last": lambda each: -each, "neither": lambda each: (each * 3) % 5}

    @drawn.tried(drawn.rows(), drawn.labels(), examples=8)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        rows = drawn.rounded(table)
        for name, prefer in orders.items():
            classes, scores = lists_of(rows, KEPT, prefer)
            given = subject.array(labels), subject.array(classes), subject.array(scores)
            for measure, tally in zip(made, subject.run(tallies, *given), strict=True):
                several = measure.several or (None,)
                found, floor, ceiling = (
                    np.reshape(part, (len(several), drawn.SAMPLES)) for part in tally[:3]
                )
                for at, k in enumerate(several):
                    for sample, (row, label) in enumerate(zip(rows, labels, strict=True)):
                        figure = whole(measure, row, label, k)
                        low, high = floor[at, sample] - NEAR, ceiling[at, sample] + NEAR
                        where = (measure, k, row, label, name)
                        assert low <= figure <= high, where
                        assert low <= found[at, sample] <= high, where
                        if isinstance(measure, accord.TopK) and name == measure.ties:
                            assert found[at, sample] == figure, where


@law("R28", heavy=True)
def ties_in_a_list_follow_the_rule_by_class_index(subject: Subject) -> None:
    rules = ("first", "last", "expected")
    each = np.arange(drawn.SAMPLES)

    def tallies(y_true: Any, classes: Any, scores: Any) -> Any:
        return tuple(
            accord.TopK((1, 2, KEPT), ties=rule).tally_from_lists(
                y_true, classes, scores, groups=each, n_groups=drawn.SAMPLES
            )
            for rule in rules
        )

    @drawn.tried(drawn.rows(), drawn.labels(), examples=8)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        classes, scores = lists_of(drawn.rounded(table), KEPT, lambda each: (each * 3) % 5)
        given = subject.array(labels), subject.array(classes), subject.array(scores)
        for rule, tally in zip(rules, subject.run(tallies, *given), strict=True):
            for at, k in enumerate((1, 2, KEPT)):
                expected = [
                    float(list_credit(best, row, label, k, rule))
                    for best, row, label in zip(classes, scores, labels, strict=True)
                ]
                np.testing.assert_allclose(tally.correct[at], expected, rtol=NEAR, err_msg=rule)


@law("R28", heavy=True)
def lists_of_every_class_count_as_the_scores_do(subject: Subject) -> None:
    made: list[Any] = [
        kind(k, ties=rule)
        for rule in RULES
        for kind, k in ((accord.TopK, (1, 3, 5)), (accord.ReciprocalRank, None))
    ]

    def tallies(y_true: Any, y_score: Any, classes: Any, scores: Any) -> Any:
        return tuple(
            tally
            for measure in made
            for tally in (
                measure.tally(y_true, y_score),
                measure.tally_from_lists(y_true, classes, scores, n_classes=drawn.CLASSES),
            )
        )

    @drawn.tried(drawn.rows(), drawn.labels(), examples=8)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        lists = lists_of(drawn.rounded(table), drawn.CLASSES, lambda each: (each * 3) % 5)
        arrays = (labels, table, *lists)
        found = iter(subject.run(tallies, *map(subject.array, arrays)))
        for measure, whole, listed in zip(made, found, found, strict=True):
            for one, other in zip(whole, listed, strict=True):
                np.testing.assert_allclose(other, one, rtol=NEAR, err_msg=f"{measure}")


@law("R28 R13 R14 R15")
def lists_are_averaged_by_class_with_weights_and_a_mask(subject: Subject) -> None:
    averages = ("micro", "macro", "weighted", None)
    order = [4, 0, 2]

    def figures(y_true: Any, classes: Any, weight: Any, mask: Any) -> Any:
        more = {"sample_weight": weight, "mask": mask, "ignore_index": 1, "k": 2}
        return tuple(
            accord.top_k_from_lists(y_true, classes, average=average, **known, **more)
            for average in averages
            for known in ({"n_classes": 6}, {"labels": order})
        )

    rng = np.random.default_rng(28)
    classes = np.array([[rng.permutation(5)[:3] for _ in range(7)] for _ in range(3)])
    labels, mask = rng.integers(0, 5, (3, 7)), rng.random((3, 7)) < 0.8
    weight = rng.integers(0, 4, (3, 7)).astype(np.float32)
    classes[~mask] = 9  # what is left out may hold anything
    arrays = map(subject.array, (labels, classes, weight, mask))
    found = iter(subject.run(figures, *arrays))
    kept = mask & (labels != 1)
    hits = [Fraction(bool(hit)) for hit in (classes[..., :2] == labels[..., None]).any(-1).flat]
    weights = [Fraction(float(each)) for each in (weight * kept).flat]
    of_these = [
        each if label in order else Fraction(0)
        for each, label in zip(weights, labels.flat, strict=True)
    ]
    by_class = reference.by_class(hits, weights, labels.reshape(-1).tolist(), 6)
    for average in averages:
        for whole, each in ((weights, by_class), (of_these, [by_class[c] for c in order])):
            expected: Any = reference.mean(hits, whole)
            if average in ("macro", None):
                expected = np.nanmean(each) if average else each
            np.testing.assert_allclose(next(found), expected, rtol=NEAR, err_msg=f"{average}")


@law("R28 R21")
def a_list_of_one_may_leave_out_its_axis(subject: Subject) -> None:
    def counted(y_true: Any, predicted: Any, one: Any, scores: Any) -> Any:
        measure = accord.TopK(1)
        return (
            measure.tally_from_lists(y_true, predicted),
            measure.tally_from_lists(y_true, one),
            measure.tally_from_lists(y_true, predicted, scores),
        )

    labels, predicted = [[0, 3, 1], [2, 2, 5]], [[0, 1, 1], [2, 0, -1]]
    arrays = (labels, predicted, np.array(predicted)[..., None], np.ones((2, 3)))
    first, second, third = subject.run(counted, *map(subject.array, arrays))
    assert tuple(map(int, first)) == tuple(map(int, second)) == (3, 3, 4, 6, 0, 0)
    assert tuple(map(int, third)) == (3, 0, 6, 6, 0, 0)  # any class may tie with a list of one


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


@law("R28 R18")
def class_indices_need_not_be_small(subject: Subject) -> None:
    def counted(y_true: Any, classes: Any) -> Any:
        return accord.top_k_from_lists(y_true, classes, k=(1, 2), labels=(2**30, 7), average=None)

    large = 2**30
    arrays = [large, 7, large, 3], [[large, 7], [large, 7], [large + 1, 8], [3, 7]]
    found = subject.run(counted, *map(subject.array, arrays))
    np.testing.assert_allclose(found, [[0.5, 0], [0.5, 1]], rtol=NEAR)


@law("R28 R17", modes=("eager",))
def the_metric_of_the_framework_counts_lists_over_batches(subject: Subject) -> None:
    rng = np.random.default_rng(17)
    labels = rng.integers(0, 6, 9)
    table = rng.integers(0, 4, (9, 6)).astype(np.float32)
    classes, scores = map(np.asarray, lists_of(table.tolist(), KEPT, int))
    batches = [
        tuple(subject.array(each[part]) for each in (labels, classes, scores.astype(np.float32)))
        for part in (slice(0, 2), slice(2, 9))
    ]
    for measure in (accord.TopK((1, KEPT)), accord.NDCG(ties="expected")):
        streamed = subject.adapter.streamed_lists(measure, batches)
        whole = measure.tally_from_lists(labels, classes, scores)
        for one, other in zip(streamed, whole, strict=True):
            np.testing.assert_allclose(one, other, rtol=NEAR)


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
