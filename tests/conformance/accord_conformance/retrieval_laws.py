"""Laws of the measures by which every rank of the true class is worth something (R26)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, log2, nan
from typing import Any

import numpy as np

import accord
from accord.credit.ties import RULES
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6  # relative, of sums of fractions (R20)
CUTS = (1, 2, drawn.CLASSES)

WORTH: dict[Any, Callable[[int], float]] = {
    accord.ReciprocalRank: lambda rank: 1 / rank,
    accord.NDCG: lambda rank: 1 / log2(1 + rank),
}

SECOND, THIRD, FOURTH = 0.6309297535714575, 0.5, 0.43067655807339306  # of NDCG, by rank

# A row of scores; by tie rule, what 1 / rank and NDCG give to each class as the label.
WORKED = (
    (
        [0.5, 0.5, 0.2, 0.1],
        {
            "first": ([1, 1 / 2, 1 / 3, 1 / 4], [1, SECOND, THIRD, FOURTH]),
            "last": ([1 / 2, 1, 1 / 3, 1 / 4], [SECOND, 1, THIRD, FOURTH]),
            "optimistic": ([1, 1, 1 / 3, 1 / 4], [1, 1, THIRD, FOURTH]),
            "pessimistic": ([1 / 2, 1 / 2, 1 / 3, 1 / 4], [SECOND, SECOND, THIRD, FOURTH]),
            "expected": (
                [3 / 4, 3 / 4, 1 / 3, 1 / 4],
                [0.8154648767857287, 0.8154648767857287, THIRD, FOURTH],
            ),
        },
    ),
    (
        [nan, 0.3, 0.3, 0.3],
        {
            "first": ([0, 1 / 2, 1 / 3, 1 / 4], [0, SECOND, THIRD, FOURTH]),
            "last": ([0, 1 / 4, 1 / 3, 1 / 2], [0, FOURTH, THIRD, SECOND]),
            "optimistic": ([0, 1 / 2, 1 / 2, 1 / 2], [0, SECOND, SECOND, SECOND]),
            "pessimistic": ([0, 1 / 4, 1 / 4, 1 / 4], [0, FOURTH, FOURTH, FOURTH]),
            "expected": (
                [0, 13 / 36, 13 / 36, 13 / 36],
                [0, 0.5205354372149502, 0.5205354372149502, 0.5205354372149502],
            ),
        },
    ),
    (
        [-inf, 2.0, inf, -inf],
        {
            "first": ([1 / 3, 1 / 2, 1, 1 / 4], [THIRD, SECOND, 1, FOURTH]),
            "last": ([1 / 4, 1 / 2, 1, 1 / 3], [FOURTH, SECOND, 1, THIRD]),
            "optimistic": ([1 / 3, 1 / 2, 1, 1 / 3], [THIRD, SECOND, 1, THIRD]),
            "pessimistic": ([1 / 4, 1 / 2, 1, 1 / 4], [FOURTH, SECOND, 1, FOURTH]),
            "expected": (
                [7 / 24, 1 / 2, 1, 7 / 24],
                [0.46533827903669653, SECOND, 1, 0.46533827903669653],
            ),
        },
    ),
)


def worth_of(measure: accord.RankMeasure, row: Any, label: int, k: int | None) -> float:
    """Return the credit of a sample by the rule, from its row and its label."""
    worth = WORTH[type(measure)]
    return reference.rank_credit(
        row, label, measure.ties, lambda rank: worth(rank) if k is None or rank <= k else 0.0
    )


@law("R26", heavy=True)
def worked_rows_are_worth_what_is_written_out(subject: Subject) -> None:
    def each_credit(y_true: Any, y_score: Any) -> Any:
        return tuple(
            kind(ties=rule).credit(y_true, y_score)
            for rule in RULES
            for kind in (accord.ReciprocalRank, accord.NDCG)
        )

    labels = subject.array(list(range(4)) * len(WORKED))
    scores = subject.array([row for row, _ in WORKED for _ in range(4)])
    found = iter(subject.run(each_credit, labels, scores))
    for rule in RULES:
        for place in range(2):
            expected = [value for _, by_rule in WORKED for value in by_rule[rule][place]]
            np.testing.assert_allclose(next(found), expected, rtol=NEAR, err_msg=rule)


@law("R26", heavy=True)
def every_rank_has_its_credit_under_every_tie_rule(subject: Subject) -> None:
    kinds: tuple[Any, ...] = (accord.ReciprocalRank, accord.NDCG)
    made = [kind(k, ties=rule) for kind in kinds for rule in RULES for k in (None, CUTS)]

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(measure.tally(y_true, y_score) for measure in made)

    @drawn.tried(drawn.rows(), drawn.labels(), examples=15)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        pairs = list(zip(drawn.rounded(table), labels, strict=True))
        for measure, tally in zip(
            made,
            subject.run(tallies, subject.array(labels), subject.array(table)),
            strict=True,
        ):
            for field, ties in (
                ("floor", "pessimistic"),
                ("ceiling", "optimistic"),
                ("correct", ""),
            ):
                by = type(measure)(ties=ties or measure.ties)
                expected = [
                    sum(worth_of(by, row, label, k) for row, label in pairs)
                    for k in measure.several or (None,)
                ]
                found = np.atleast_1d(getattr(tally, field))
                np.testing.assert_allclose(found, expected, rtol=NEAR, err_msg=f"{measure} {field}")
            assert tally.total == drawn.SAMPLES
            assert tally.undefined == sum(row[label] != row[label] for row, label in pairs)


@law("R26 R15", heavy=True)
def rank_measures_are_averaged_by_class_with_weights_and_a_mask(subject: Subject) -> None:
    averages = ("micro", "macro", "weighted", None)
    measures: tuple[Any, ...] = (
        accord.ReciprocalRank(ignore_index=4),
        accord.NDCG(3, ties="expected", axis=1),
    )

    def figures(y_true: Any, y_score: Any, moved: Any, weight: Any, mask: Any) -> Any:
        rank, gain = measures
        extra = {"sample_weight": weight, "mask": mask}
        return tuple(
            figure
            for average in averages
            for figure in (
                rank.accuracy(y_true, y_score, average=average, **extra),
                gain.accuracy(y_true, moved, average=average, **extra),
            )
        )

    rng = np.random.default_rng(26)
    scores = rng.integers(0, 4, (3, 7, 5)).astype(np.float32)
    labels, mask = rng.integers(0, 5, (3, 7)), rng.random((3, 7)) < 0.8
    weight = rng.integers(0, 5, (3, 7)).astype(np.float32)
    arrays = (labels, scores, np.moveaxis(scores, -1, 1), weight, mask)
    found = iter(subject.run(figures, *map(subject.array, arrays)))
    credits_: list[list[Fraction]] = [[], []]
    weights: list[list[Fraction]] = [[], []]
    for place in np.ndindex(3, 7):
        row, label = scores[place].tolist(), int(labels[place])
        for which, measure in enumerate(measures):
            credits_[which].append(Fraction(worth_of(measure, row, label, (None, 3)[which])))
            left_out = which == 0 and label == 4
            kept = mask[place] and not left_out
            weights[which].append(Fraction(float(weight[place]) if kept else 0))
    flat = labels.reshape(-1).tolist()
    for average in averages:
        for each, whole in zip(credits_, weights, strict=True):
            by_class = reference.by_class(each, whole, flat, 5)
            expected: Any = reference.mean(each, whole)
            if average in ("macro", None):
                expected = np.nanmean(by_class) if average else by_class
            np.testing.assert_allclose(next(found), expected, rtol=NEAR, err_msg=f"{average}")


@law("R26 R22", modes=("compiled",), heavy=True)
def a_label_that_is_no_class_has_no_credit_at_any_rank(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.ReciprocalRank(ties=rule).tally(y_true, y_score)
            for rule in ("first", "optimistic", "expected")
        )

    scores = [[0.1, 0.9, 0.5]] * 4
    for tally in subject.run(tallies, subject.array([-1, 3, 0, 1]), subject.array(scores)):
        assert (tally.total, tally.invalid) == (4, 2)
        np.testing.assert_allclose(tally[:3], [1 + 1 / 3] * 3, rtol=NEAR)


@law("R26 R20", modes=("eager", "compiled"), heavy=True)
def ties_at_far_ranks_keep_their_precision(subject: Subject) -> None:
    classes = 3000

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            kind(ties="expected").tally(y_true, y_score)
            for kind in (accord.ReciprocalRank, accord.NDCG)
        )

    row = [float(2 * classes - place // 2) for place in range(classes)]  # ties in pairs
    labels = [classes - 1, classes - 2, classes - 40]
    found = subject.run(tallies, subject.array(labels), subject.array([row] * 3))
    for kind, tally in zip((accord.ReciprocalRank, accord.NDCG), found, strict=True):
        worth = WORTH[kind]
        firsts = (classes - 1, classes - 1, classes - 39)
        expected = sum((worth(rank) + worth(rank + 1)) / 2 for rank in firsts)
        np.testing.assert_allclose(tally.correct, expected, rtol=NEAR)


@law("R26 R17", modes=("eager",))
def the_metric_of_the_framework_counts_rank_measures_over_batches(subject: Subject) -> None:
    rng = np.random.default_rng(17)
    scores, labels = rng.integers(0, 4, (9, 5)).astype(np.float32), rng.integers(0, 5, 9)
    batches = [
        (subject.array(labels[part]), subject.array(scores[part]))
        for part in (slice(0, 2), slice(2, 9))
    ]
    for measure in (accord.ReciprocalRank((1, 5)), accord.NDCG(ties="expected")):
        tally = subject.adapter.streamed(measure, batches)
        expected = [
            sum(
                worth_of(measure, row.tolist(), int(label), k)
                for row, label in zip(scores, labels, strict=True)
            )
            for k in measure.several or (None,)
        ]
        np.testing.assert_allclose(np.atleast_1d(tally.correct), expected, rtol=NEAR)
        assert int(tally.total) == len(labels)


@law("R26 R6")
def a_last_rank_beyond_the_classes_is_refused(subject: Subject) -> None:
    def figure(y_true: Any, y_score: Any) -> Any:
        return accord.mean_reciprocal_rank(y_true, y_score, k=4)

    with subject.refused(
        ValueError, "k=4 exceeds the 3 classes in y_score; pass k between 1 and 3"
    ):
        subject.run(figure, subject.array([0]), subject.array([[0.1, 0.2, 0.7]]))
