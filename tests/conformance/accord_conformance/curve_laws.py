"""Laws of figures at every k, ``k="all"``: the cumulative match curve (R6)."""

from __future__ import annotations

import functools
from fractions import Fraction
from math import inf, log2, nan
from typing import Any

import numpy as np
import pytest

import accord
from accord.credit.ties import RULES
from accord_conformance import reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6  # relative, of sums of fractions and weights (R20)
SAMPLES, CLASSES, GROUPS = 45, 9, 3
EVERY = tuple(range(1, CLASSES + 1))
FIELDS = (("correct", ""), ("floor", "pessimistic"), ("ceiling", "optimistic"))


def samples() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return labels, and scores with many ties and with NaN and infinities."""
    rng = np.random.default_rng(6)
    values = [nan, -inf, inf, 0.0, -0.0, 0.25, 0.5, 0.5]
    return rng.integers(0, CLASSES, SAMPLES), rng.choice(values, (SAMPLES, CLASSES))


def curve(rows: Any, labels: Any, ties: str, weights: Any = None) -> list[Fraction]:
    """Return the credit at each k from 1 to C in plain Python."""
    each = [Fraction(1)] * len(labels) if weights is None else list(map(Fraction, weights))
    return [
        sum(
            (
                weight * reference.credit(row, label, k, ties)
                for row, label, weight in zip(rows, labels, each, strict=True)
            ),
            start=Fraction(0),
        )
        for k in EVERY
    ]


def compare(found: Any, rows: Any, labels: Any, ties: str, weights: Any = None) -> None:
    """Compare a tally at every k with plain Python: integer for integer where it has integers."""
    for field, rule in FIELDS:
        counts = getattr(found, field)
        expected = np.asarray(curve(rows, labels, rule or ties, weights), float)
        if counts.dtype.kind == "f":
            np.testing.assert_allclose(counts, expected, rtol=NEAR, err_msg=f"{ties} {field}")
        else:
            assert counts.tolist() == expected.tolist(), (ties, field)


@law("R6 R5", heavy=True)
def every_k_counts_what_a_tuple_of_all_k_and_plain_python_count(subject: Subject) -> None:
    several: tuple[Any, ...] = ("all", EVERY, range(1, CLASSES + 1))

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.TopK(k, ties=ties).tally(y_true, y_score) for ties in RULES for k in several
        )

    labels, table = samples()
    found = iter(subject.run(tallies, subject.array(labels), subject.array(table)))
    for ties in RULES:
        for _ in several:
            tally = next(found)
            compare(tally, table.tolist(), labels.tolist(), ties)
            assert int(tally.total) == SAMPLES
            assert int(tally.undefined) == np.isnan(table[np.arange(SAMPLES), labels]).sum()
            assert (tally.floor <= tally.correct).all()
            assert (tally.correct <= tally.ceiling).all()


@law("R6")
def the_curve_of_worked_rows_is_as_written_out(subject: Subject) -> None:
    def curves(y_true: Any, y_score: Any) -> Any:
        return accord.top_k_accuracy(y_true, y_score, "all"), accord.top_k_accuracy(
            y_true, y_score, "all", ties="expected"
        )

    labels = subject.array([0, 1, 2, 3])
    rows = [[0.9, 0.1, 0.1, 0], [0.5, 0.2, 0.9, 0], [0.4, 0.4, 0.4, 0.4], [0, 0.1, 0.2, nan]]
    first, expected = subject.run(curves, labels, subject.array(rows))
    np.testing.assert_allclose(first, [0.25, 0.25, 0.75, 0.75], rtol=NEAR)
    np.testing.assert_allclose(expected, [0.3125, 0.375, 0.6875, 0.75], rtol=NEAR)


@law("R6 R13 R14 R22", heavy=True)
def samples_left_out_and_weights_count_at_every_k(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any, weight: Any, mask: Any) -> Any:
        return tuple(
            accord.TopK("all", ties=ties, ignore_index=-1).tally(
                y_true, y_score, sample_weight=weight, mask=mask
            )
            for ties in RULES
        )

    labels, table = samples()
    rng = np.random.default_rng(7)
    weight, mask = rng.integers(0, 9, SAMPLES) / 4, rng.random(SAMPLES) < 0.8
    labels[::7] = -1
    kept = mask & (labels >= 0)
    given = subject.array(labels), subject.array(table), subject.array(weight), subject.array(mask)
    for ties, tally in zip(RULES, subject.run(tallies, *given), strict=True):
        compare(tally, table[kept].tolist(), labels[kept].tolist(), ties, weight[kept].tolist())


@law("R6 R24 R15", heavy=True)
def groups_and_classes_have_a_curve_each(subject: Subject) -> None:
    rules: tuple[Any, ...] = ("last", "expected")

    def tallies(y_true: Any, y_score: Any, ids: Any) -> Any:
        return tuple(
            tally
            for measure in (accord.TopK("all", ties=ties) for ties in rules)
            for tally in (
                measure.tally(y_true, y_score, groups=ids, n_groups=GROUPS),
                measure.tally(y_true, y_score, per_class=True),
            )
        )

    labels, table = samples()
    groups = np.random.default_rng(8).integers(0, GROUPS, SAMPLES)
    given = subject.array(labels), subject.array(table), subject.array(groups)
    found = iter(subject.run(tallies, *given))
    for ties in rules:
        for ids, places in ((groups, GROUPS), (labels, CLASSES)):
            tally = next(found)
            assert tally.correct.shape == (CLASSES, places)
            for place in range(places):
                own = ids == place
                one = tally._replace(**{name: getattr(tally, name)[:, place] for name, _ in FIELDS})
                compare(one, table[own].tolist(), labels[own].tolist(), ties)
                assert int(tally.total[place]) == own.sum()


@law("R6 R25", heavy=True)
def every_k_is_a_hit_once_it_reaches_the_candidates(subject: Subject) -> None:
    asked: tuple[Any, ...] = ("all", *EVERY)
    rules: tuple[Any, ...] = ("first", "expected")

    def tallies(y_true: Any, y_score: Any, candidates: Any) -> Any:
        return tuple(
            accord.TopK(k, ties=ties).tally(y_true, y_score, candidates=candidates)
            for ties in rules
            for k in asked
        )

    labels, table = samples()
    candidates = np.random.default_rng(9).random((SAMPLES, CLASSES)) < 0.5
    candidates[np.arange(SAMPLES), labels] = True
    given = subject.array(labels), subject.array(table), subject.array(candidates)
    found = iter(subject.run(tallies, *given))
    for _ in rules:
        whole = next(found)
        each = [next(found) for _ in EVERY]
        for field, _ in FIELDS:
            expected = [float(getattr(one, field)) for one in each]
            np.testing.assert_allclose(getattr(whole, field), expected, rtol=NEAR)


@law("R6 R9 R12", heavy=True)
def dense_labels_and_a_class_axis_elsewhere_have_the_same_curve(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any, rows: Any) -> Any:
        return (
            accord.TopK("all", axis=1).tally(y_true, y_score),
            accord.TopKCategorical("all", axis=1).tally(rows, y_score),
        )

    labels, table = samples()
    images = np.moveaxis(table.reshape(5, 9, CLASSES), -1, 1)
    rows = np.moveaxis(np.eye(CLASSES)[labels].reshape(5, 9, CLASSES), -1, 1)
    given = subject.array(labels.reshape(5, 9)), subject.array(images), subject.array(rows)
    for tally in subject.run(tallies, *given):
        compare(tally, table.tolist(), labels.tolist(), "first")


@law("R6 R26", heavy=True)
def measures_of_every_rank_end_at_every_k(subject: Subject) -> None:
    made: tuple[Any, ...] = tuple(
        kind("all", ties=ties) for kind in (accord.ReciprocalRank, accord.NDCG) for ties in RULES
    )

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(measure.tally(y_true, y_score) for measure in made)

    def worth(measure: accord.RankMeasure, rank: int, k: int) -> float:
        each = 1 / rank if isinstance(measure, accord.ReciprocalRank) else 1 / log2(1 + rank)
        return each if rank <= k else 0.0

    labels, table = samples()
    pairs = list(zip(table.tolist(), labels.tolist(), strict=True))
    arrays = subject.array(labels), subject.array(table)
    for measure, tally in zip(made, subject.run(tallies, *arrays), strict=True):
        for field, rule in FIELDS:
            expected = []
            for k in EVERY:
                at_k = functools.partial(worth, measure, k=k)
                each = [reference.rank_credit(*pair, rule or measure.ties, at_k) for pair in pairs]
                expected.append(sum(each))
            np.testing.assert_allclose(getattr(tally, field), expected, rtol=NEAR)


@law("R6", heavy=True)
def many_k_are_counted_in_the_order_asked(subject: Subject) -> None:
    asked = (9, 1, 2, 2, 5, 4, 3, 8, 7)  # enough to be counted by rank

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(accord.TopK(asked, ties=ties).tally(y_true, y_score) for ties in RULES)

    labels, table = samples()
    found = subject.run(tallies, subject.array(labels), subject.array(table))
    for ties, tally in zip(RULES, found, strict=True):
        for field, rule in FIELDS:
            whole = curve(table.tolist(), labels.tolist(), rule or ties)
            expected = [float(whole[k - 1]) for k in asked]
            np.testing.assert_allclose(getattr(tally, field), expected, rtol=NEAR)


@law("R6")
def a_sample_has_credit_at_every_k(subject: Subject) -> None:
    def credits_(y_true: Any, y_score: Any) -> Any:
        return (
            accord.in_top_k(y_true, y_score, "all"),
            accord.in_top_k(y_true, y_score, "all", ties="expected"),
        )

    labels, table = samples()
    found = subject.run(credits_, subject.array(labels), subject.array(table))
    for ties, credit in zip(("first", "expected"), found, strict=True):
        assert credit.shape == (CLASSES, SAMPLES)
        for k in EVERY:
            for sample, (row, label) in enumerate(zip(table.tolist(), labels, strict=True)):
                expected = float(reference.credit(row, int(label), k, ties))
                assert abs(float(credit[k - 1, sample]) - expected) < NEAR


@law("R6 R16", heavy=True)
def one_class_has_one_k_and_no_samples_have_no_figure(subject: Subject) -> None:
    def one(y_true: Any, y_score: Any) -> Any:
        return (accord.TopK("all", ties="expected").tally(y_true, y_score),)

    def none(y_true: Any, y_score: Any, mask: Any) -> Any:
        return (accord.top_k_accuracy(y_true, y_score, "all", mask=mask),)

    (tally,) = subject.run(one, subject.array([0, 0]), subject.array([[0.5], [nan]]))
    assert [tally.correct.tolist(), tally.floor.tolist(), int(tally.total)] == [[1], [1], 2]
    labels, scores = subject.array([0, 1]), subject.array([[0.5, 0.1], [0.1, 0.2]])
    (figures,) = subject.run(none, labels, scores, subject.array([False, False]))
    assert np.isnan(figures).tolist() == [True, True]


@law("R6 R17", modes=("eager",))
def a_metric_keeps_the_curve_of_a_stream(subject: Subject) -> None:
    labels, table = samples()
    rules: tuple[Any, ...] = ("first", "expected")
    for ties in rules:
        measure = accord.TopK("all", ties=ties)
        batches = [
            (subject.array(labels[some]), subject.array(table[some]))
            for some in (slice(0, 20), slice(20, 21), slice(21, None))
        ]
        compare(subject.adapter.streamed(measure, batches), table.tolist(), labels.tolist(), ties)


@law("R6 R21")
def k_beyond_the_classes_and_sets_at_every_k_are_refused(subject: Subject) -> None:
    def beyond(y_true: Any, y_score: Any) -> Any:
        return accord.top_k_accuracy(y_true, y_score, range(1, 5))

    arrays = subject.array([0, 1]), subject.array([[0.5, 0.1, 0.2], [0.1, 0.2, 0.3]])
    with subject.refused(ValueError, r"k=\(1, 2, 3, 4\) exceeds the 3 classes in y_score"):
        subject.run(beyond, *arrays)
    every: Any = "all"
    for kind in (accord.PrecisionRecall, accord.Multilabel):
        with pytest.raises(ValueError, match=r"k='all' is for .*pass .* k=range\(1, 6\)"):
            kind(k=every)
