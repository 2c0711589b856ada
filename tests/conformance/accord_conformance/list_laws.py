"""Laws of ranked lists, of which only the best classes were kept (R28)."""

from __future__ import annotations

from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np

import accord
from accord.credit.ties import RULES, Ties
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.ranking_laws import FEW_BITS, STEP
from accord_conformance.subject import Subject

NEAR = 1e-6  # relative, of sums of fractions (R20)
KEPT = 3

# A list, its scores, and by tie rule the hits at k = 2 of classes 0 to 5 as the true one. What the
# list does not hold scores at most its last entry.
WORKED: tuple[tuple[list[int], list[float], Any], ...] = (
    ([4, 1, 3], [0.9, 0.5, 0.2], dict.fromkeys(RULES, "010010")),
    (  # class 0 may tie with 1 and 3
        [4, 3, 1],
        [0.9, 0.5, 0.5],
        {"first": "010010", "last": "000110", "optimistic": "111111", "pessimistic": "000010"},
    ),
    (  # nothing tells how many classes tie
        [0, 1, 2],
        [0.5, 0.5, 0.5],
        {"first": "110000", "last": "011000", "optimistic": "111111", "pessimistic": "000000"},
    ),
    (  # the second entry was not kept: it may be any class, with a score of 0.5 too
        [2, -1, -1],
        [0.5, inf, nan],
        {"first": "001000", "last": "001000", "optimistic": "111111", "pessimistic": "000000"},
    ),
    (  # an undefined class is a miss, and others are behind it
        [5, 0, 2],
        [nan, inf, 0.5],
        dict.fromkeys(RULES, "100000"),
    ),
    ([5, 0, 2], [nan, nan, nan], dict.fromkeys(RULES, "000000")),
    (  # zeros are equal, and a subnormal is above them
        [3, 1, 0],
        [1e-45, 0.0, -0.0],
        {"first": "100100", "last": "010100", "optimistic": "111111", "pessimistic": "000100"},
    ),
)
# The same without scores, where nothing ties: only what was not kept is open.
UNSCORED = (
    ([4, 1, 3], dict.fromkeys(RULES, "010010")),
    ([2, -1, -1], {**dict.fromkeys(RULES, "001000"), "optimistic": "111111"}),
    ([-1, -1, -1], {**dict.fromkeys(RULES, "000000"), "optimistic": "111111"}),
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


def counted_alone(measures: tuple[Any, ...], samples: int = drawn.SAMPLES) -> Any:
    """Return a function that counts each sample of so many alone, by some measures."""

    def tallies(y_true: Any, *lists: Any) -> Any:
        each = np.arange(samples)
        return tuple(
            measure.tally_from_lists(y_true, *lists, groups=each, n_groups=samples)
            for measure in measures
        )

    return tallies


@law("R28", heavy=True)
def worked_lists_give_the_hits_that_are_written_out(subject: Subject) -> None:
    rules: tuple[Ties, ...] = ("first", "last", "optimistic", "pessimistic")
    made = tuple(accord.TopK(2, ties=rule) for rule in rules)
    for cases in (WORKED, UNSCORED):
        labels = subject.array([*range(6)] * len(cases))
        several = [
            [case[part] for case in cases for _ in range(6)] for part in range(len(cases[0]) - 1)
        ]
        counted = counted_alone(made, 6 * len(cases))
        found = subject.run(counted, labels, *map(subject.array, several))
        hits = {
            rule: [int(hit) for *_, by_rule in cases for hit in by_rule[rule]] for rule in rules
        }
        for rule, tally in zip(rules, found, strict=True):
            assert tally.correct.tolist() == hits[rule], rule
            assert tally.floor.tolist() == hits["pessimistic"], rule
            assert tally.ceiling.tolist() == hits["optimistic"], rule
            assert int(tally.invalid) == 0
            assert int(tally.undefined) == (4 if cases is WORKED else 0)


def whole_credit(measure: Any, row: list[float], label: int, k: int | None, ties: str) -> float:
    """Return the credit that the scores of all classes give under a tie rule."""
    if isinstance(measure, accord.TopK):
        assert k is not None
        return float(reference.credit(row, label, k, ties))
    return reference.rank_credit(row, label, ties, type(measure)(k).credit_at)


@law("R28", heavy=True)
def bounds_of_lists_hold_the_figure_of_all_scores_under_every_tie_rule(subject: Subject) -> None:
    made: tuple[Any, ...] = (
        *(accord.TopK((1, 2, KEPT), ties=rule) for rule in RULES),
        accord.ReciprocalRank((2, KEPT), ties="expected"),
        accord.NDCG(ties="last"),
    )
    tallies = counted_alone(made)
    orders = {"first": int, "last": lambda each: -each, "neither": lambda each: (each * 3) % 5}

    @drawn.tried(drawn.rows(), drawn.labels(), examples=8)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        rows = drawn.rounded(table)
        for name, prefer in orders.items():
            lists = lists_of(rows, KEPT, prefer)
            found = subject.run(tallies, *map(subject.array, (labels, *lists)))
            for measure, tally in zip(made, found, strict=True):
                several = measure.several or (None,)
                credits_ = [np.reshape(part, (len(several), -1)).tolist() for part in tally[:3]]
                for at, k in enumerate(several):
                    each = zip(rows, labels, *(part[at] for part in credits_), strict=True)
                    for row, label, correct, floor, ceiling in each:
                        figures = {
                            ties: whole_credit(measure, row, label, k, ties) for ties in RULES
                        }
                        where = (measure, k, row, label, name)
                        for figure in (correct, *figures.values()):
                            assert floor - NEAR <= figure <= ceiling + NEAR, where
                        if isinstance(measure, accord.TopK) and name == measure.ties:
                            assert correct == figures[name], where  # the lists follow the rule


@law("R28", heavy=True)
def ties_in_a_list_follow_the_rule_by_class_index(subject: Subject) -> None:
    rules: tuple[Ties, ...] = ("first", "last", "expected")
    made = tuple(accord.TopK((1, 2, KEPT), ties=rule) for rule in rules)
    tallies = counted_alone(made)

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


@law("R28 R1", modes=("eager", "compiled"), heavy=True)
def scores_of_a_list_are_compared_in_their_own_precision(subject: Subject) -> None:
    tallies = counted_alone((accord.TopK((1, 2)),), 3)
    for dtype in subject.adapter.dtypes:
        row: list[Any] = [True, False, False]
        if "int" in dtype:
            most = int(np.iinfo(dtype).max)  # a float could not tell the two apart
            row = [most, most - 1, most - 1]
        elif "float" in dtype:
            row = [1 + {**STEP, **{n: each[0] for n, each in FEW_BITS.items()}}[dtype], 1, 1]
        scores = subject.array(np.asarray([row] * 3, None if "float" in dtype else dtype), dtype)
        (tally,) = subject.run(
            tallies, subject.array([5, 9, 2]), subject.array([[5, 9, 2]] * 3), scores
        )
        assert tally.correct.tolist() == [[1, 0, 0], [1, 0, 1]], dtype
        assert tally.floor.tolist() == [[1, 0, 0], [1, 0, 0]], dtype
        assert tally.ceiling.tolist() == [[1, 0, 0], [1, 1, 1]], dtype


@law("R28", heavy=True)
def lists_of_every_class_count_as_the_scores_do(subject: Subject) -> None:
    made: list[Any] = [accord.TopK((1, 3, 5), ties=rule) for rule in RULES]
    made.append(accord.ReciprocalRank(ties="expected"))

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


@law("R28 R13 R14 R15", heavy=True)
def lists_are_averaged_by_class_with_weights_and_a_mask(subject: Subject) -> None:
    averages: Any = ("micro", "macro", "weighted", None)
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
