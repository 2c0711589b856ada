"""Laws of the counts by true and predicted class (R27)."""

from __future__ import annotations

from typing import Any

import numpy as np

import accord
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject


def table_of(rows: Any, labels: Any, weights: Any, k: int, sign: int = 1) -> list[list[float]]:
    """Return how often each class is among the k best of each class, found by sorting."""
    table = [[0.0] * len(rows[0]) for _ in rows[0]]
    for row, label, weight in zip(rows, labels, weights, strict=True):
        if row[label] == row[label]:  # an undefined sample predicts nothing
            for c in reference.order(row, lambda j: sign * j)[:k]:
                table[label][c] += weight
    return table


@law("R27", heavy=True)
def the_confusion_of_the_k_best_is_what_sorting_finds(subject: Subject) -> None:
    def tables(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.confusion(y_true, y_score, k, ties=ties)
            for k in (1, 3)
            for ties in ("first", "last")
        )

    @drawn.tried(drawn.rows(), drawn.labels(), examples=25)
    def compare(table: list[list[float]], labels: list[int]) -> None:
        found = iter(subject.run(tables, subject.array(labels), subject.array(table)))
        for k in (1, 3):
            for sign in (1, -1):
                rows, ones = drawn.rounded(table), [1] * len(labels)
                expected = table_of(rows, labels, ones, k, sign)
                assert next(found).tolist() == expected, (k, sign)


@law("R27 R13 R14", heavy=True)
def confusion_sums_the_weights_of_the_samples_that_are_kept(subject: Subject) -> None:
    def table(y_true: Any, y_score: Any, weight: Any, mask: Any) -> Any:
        return accord.confusion(
            y_true, y_score, 2, axis=1, sample_weight=weight, mask=mask, ignore_index=-1
        )

    rng = np.random.default_rng(27)
    scores, labels = rng.random((3, 5, 7)).astype(np.float32), rng.integers(-1, 5, (3, 7))
    weight, mask = rng.integers(0, 4, (3, 7)).astype(np.float32), rng.random((3, 7)) < 0.8
    found = subject.run(table, *map(subject.array, (labels, scores, weight, mask)))
    kept = mask & (labels >= 0)
    rows = np.moveaxis(scores, 1, -1)[kept].tolist()
    expected = table_of(rows, labels[kept].tolist(), weight[kept].tolist(), 2)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@law("R27 R22", modes=("eager",))
def the_pairs_that_occur_are_those_of_the_table(subject: Subject) -> None:
    rng = np.random.default_rng(27)
    scores, labels = rng.integers(0, 3, (40, 9)).astype(np.float32), rng.integers(0, 9, 40)
    arrays = subject.array(labels), subject.array(scores)
    pairs = accord.confusion(*arrays, 3, pairs=True)
    table = np.zeros((9, 9), int)
    table[pairs.true, pairs.predicted] = pairs.counts
    expected = table_of(scores.tolist(), labels.tolist(), [1] * 40, 3)
    assert table.tolist() == expected
    assert (pairs.counts > 0).all()


@law("R27 R21")
def a_table_of_too_many_classes_is_refused_with_a_remedy(subject: Subject) -> None:
    def table(y_true: Any, y_score: Any) -> Any:
        return accord.confusion(y_true, y_score)

    scores = subject.array(np.zeros((1, 4097), np.float32))
    with subject.refused(ValueError, "4,097 classes.* pass pairs=True"):
        subject.run(table, subject.array([0]), scores)


@law("R27 R25", heavy=True)
def only_candidates_are_among_the_k_best(subject: Subject) -> None:
    def tables(y_true: Any, y_score: Any, candidates: Any) -> Any:
        return tuple(
            accord.confusion(y_true, y_score, k, ties=ties, candidates=candidates)
            for k in (1, 3)
            for ties in ("first", "last")
        )

    rng = np.random.default_rng(25)
    table = rng.choice([np.nan, -np.inf, 0.0, 0.25, 0.5], (30, 5)).astype(np.float32)
    labels = rng.integers(0, 5, 30)
    there = rng.random((30, 5)) < 0.5  # some samples have fewer than 3 candidates
    there[np.arange(30), labels] = True
    arrays = subject.array(labels), subject.array(table), subject.array(there)
    found = iter(subject.run(tables, *arrays))
    for k in (1, 3):
        for sign in (1, -1):
            expected = np.zeros((5, 5))
            for row, label, part in zip(table.tolist(), labels.tolist(), there, strict=True):
                names = np.flatnonzero(part).tolist()
                own = names.index(label)
                alone = table_of([[row[each] for each in names]], [own], [1], k, sign)[own]
                expected[label, names] += alone
            assert next(found).tolist() == expected.tolist(), (k, sign)
