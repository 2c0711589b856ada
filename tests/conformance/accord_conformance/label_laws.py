"""Laws of unknown labels, of figures by label, and of averages less chance (R11, R13, R15)."""

from __future__ import annotations

from fractions import Fraction
from math import nan
from typing import Any

import numpy as np

import accord
from accord.credit.ties import Ties
from accord.measures.multilabel import SHARES, Criteria
from accord_conformance import drawn, reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6
UNKNOWN = -1
SOME: tuple[Criteria, ...] = ("hamming", "belong", "jaccard", "precision")
BEST: tuple[Criteria, ...] = ("hamming", "f1")
ENDS: tuple[Ties, ...] = ("first", "last")

Row = list[float]


def worth(predicted: set[int], truth: Row, known: list[int], criteria: str) -> Fraction | None:
    """Return the credit of a sample by the labels of it that are known; None if it has none."""
    true = {j for j in known if truth[j] == 1}
    if criteria in SHARES:
        return reference.share(predicted, true, criteria)
    return reference.set_credit(predicted, true, len(known), criteria)


def expected(truth: list[Row], sets: list[set[int]], criteria: str) -> tuple[float, int]:
    """Return the credit and the total of samples, those without a known label left out."""
    credit, total = Fraction(0), 0
    for row, one in zip(truth, sets, strict=True):
        known = [j for j, label in enumerate(row) if label != UNKNOWN]
        found = worth(one & set(known), row, known, criteria) if known else None
        if found is not None:
            credit, total = credit + found, total + (len(known) if criteria == "hamming" else 1)
    return float(credit), total


def k_best_known(row: Row, truth: Row, k: int, ties: str) -> set[int]:
    """Return the k best of the labels that are known, or all of them if they are fewer."""
    known = [j for j, label in enumerate(truth) if label != UNKNOWN]
    sign = -1 if ties == "last" else 1
    best = reference.order([row[j] for j in known], lambda place: sign * place)[:k]
    return {known[place] for place in best}


@law("R11 R13", heavy=True)
def an_unknown_label_is_neither_predicted_nor_true(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(criteria, ignore_index=UNKNOWN).tally(y_true, y_score)
            for criteria in SOME
        )

    labels = drawn.rows((0, 1, UNKNOWN, UNKNOWN))

    @drawn.tried(labels, drawn.rows(drawn.NUMBERS), examples=20)
    def compare(truth: list[Row], table: list[Row]) -> None:
        truth[0] = [UNKNOWN] * len(truth[0])
        found = subject.run(tallies, subject.array(truth, "int32"), subject.array(table))
        sets = [{j for j, score in enumerate(row) if score > 0.5} for row in table]
        for criteria, tally in zip(SOME, found, strict=True):
            credit, total = expected(truth, sets, criteria)
            np.testing.assert_allclose(tally.correct, credit, rtol=NEAR, err_msg=criteria)
            assert tally.total == total, criteria
            assert tally.floor <= tally.correct + NEAR, criteria
            assert tally.correct <= tally.ceiling + NEAR, criteria


@law("R11 R13", heavy=True)
def only_known_labels_are_among_the_k_best(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            accord.Multilabel(criteria, k=(1, 3), ties=ties, ignore_index=UNKNOWN).tally(
                y_true, y_score
            )
            for criteria in BEST
            for ties in ENDS
        )

    labels = drawn.rows((0, 1, UNKNOWN, UNKNOWN))

    @drawn.tried(labels, drawn.rows(drawn.NUMBERS), examples=15)
    def compare(truth: list[Row], table: list[Row]) -> None:
        found = iter(subject.run(tallies, subject.array(truth, "int32"), subject.array(table)))
        pairs = list(zip(drawn.rounded(table), truth, strict=True))
        for criteria in BEST:
            for ties in ENDS:
                tally = next(found)
                for place, k in enumerate((1, 3)):
                    sets = [k_best_known(row, names, k, ties) for row, names in pairs]
                    credit, total = expected(truth, sets, criteria)
                    np.testing.assert_allclose(tally.correct[place], credit, rtol=NEAR)
                    assert tally.total == total, criteria


@law("R13 R12", modes=("eager", "compiled"))
def a_mask_of_the_scores_shape_marks_unknown_labels_on_any_axis(subject: Subject) -> None:
    rng = np.random.default_rng(13)
    table, truth = rng.integers(0, 5, (2, 4, 3)) / 4, rng.integers(0, 2, (2, 4, 3))
    known = rng.random((2, 4, 3)) < 0.6
    known[0, :, 0] = False
    wrong = np.where(known, truth, 7)  # what an unknown label holds does not matter
    for criteria, axis in zip(BEST, (1, -1), strict=True):

        def tally(
            y_true: Any, y_score: Any, mask: Any, criteria: Criteria = criteria, axis: int = axis
        ) -> Any:
            return accord.Multilabel(criteria, axis=axis).tally(y_true, y_score, mask=mask)

        found = subject.run(tally, *map(subject.array, (wrong, table, known)))
        rows = [np.moveaxis(each, axis, -1) for each in (np.where(known, truth, UNKNOWN), table)]
        labels, scores = (each.reshape(-1, each.shape[-1]).tolist() for each in rows)
        sets = [{j for j, score in enumerate(row) if score > 0.5} for row in scores]
        credit, total = expected(labels, sets, criteria)
        np.testing.assert_allclose(found.correct, credit, rtol=NEAR)
        assert found.total == total


@law("R13 R11 R14", heavy=True)
def a_nan_score_of_an_unknown_label_spoils_nothing(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any, mask: Any, weight: Any) -> Any:
        return tuple(
            accord.Multilabel(criteria, k=k).tally(y_true, y_score, mask=mask, sample_weight=weight)
            for criteria in ("hamming", "exact_match")
            for k in (None, 1)
        )

    found = subject.run(
        tallies,
        subject.array([[1, 0, 0], [1, 0, 1], [1, 0, 0]]),
        subject.array([[0.9, nan, 0.1], [nan, 0.9, 0.1], [0.9, 0.1, 0.2]]),
        subject.array([[True, False, True], [False, False, False], [True, True, True]]),
        subject.array([2.0, 3.0, 1.0]),
    )
    for tally, labels in zip(found, (7, 7, 3, 3), strict=True):
        assert tuple(map(float, tally)) == (labels, labels, labels, labels, 0, 0)


@law("R11 R17", heavy=True)
def figures_by_label_are_those_of_each_label_alone(subject: Subject) -> None:
    def tallies(y_true: Any, y_score: Any, weight: Any) -> Any:
        measure = accord.Multilabel("hamming", ignore_index=UNKNOWN)
        tally = measure.tally(y_true, y_score, sample_weight=weight, per_class=True)
        plain: Any = measure.tally(y_true, y_score, per_class=True)
        return (
            tally,
            plain,
            plain.figures("none"),
            *(
                accord.multilabel_accuracy(
                    y_true,
                    y_score,
                    criteria="hamming",
                    average=average,
                    ignore_index=UNKNOWN,
                    sample_weight=weight,
                )
                for average in ("none", "macro", "weighted", "micro")
            ),
        )

    weights = drawn.each_sample((0.0, 0.5, 1.0, 3.0))

    @drawn.tried(
        drawn.rows((0, 1, 1, UNKNOWN)), drawn.rows((-1.0, 0.0, 0.5, 0.5, 1.0)), weights, examples=15
    )
    def compare(truth: list[Row], table: list[Row], weight: Row) -> None:
        arrays = subject.array(truth, "int32"), subject.array(table), subject.array(weight)
        by_weight, plain, figures, *averages = subject.run(tallies, *arrays)
        y, s, w = np.asarray(truth), np.asarray(table, np.float32), np.asarray(weight)
        totals, each = [], []
        for label in range(y.shape[1]):
            alone = accord.Binary(ignore_index=UNKNOWN)
            one = alone.tally(y[:, label], s[:, label])
            for name in ("correct", "floor", "ceiling", "total"):
                assert getattr(plain, name)[label] == getattr(one, name), name
            true, chosen = y[:, label] == 1, (s[:, label] > 0.5) & (y[:, label] != UNKNOWN)
            assert plain.right[label] == (true & chosen).sum()
            assert plain.predicted[label] == chosen.sum()
            assert plain.positive[label] == true.sum()
            share = float((true & chosen).sum() / chosen.sum()) if chosen.sum() else nan
            np.testing.assert_allclose(figures.precision[label], share, rtol=NEAR)
            known = y[:, label] != UNKNOWN
            right = known & ((s[:, label] > 0.5) == true)
            totals.append((float(w[known].sum()), float(w[true].sum()), float(w[right].sum())))
            np.testing.assert_allclose(by_weight.correct[label], totals[-1][2], rtol=NEAR)
            each.append(totals[-1][2] / totals[-1][0] if totals[-1][0] else nan)
        some = [share for share in each if share == share]
        macro = sum(some) / len(some) if some else nan
        positive = sum(true for _, true, _ in totals)
        weighed = sum(
            share * true for share, (_, true, _) in zip(each, totals, strict=True) if true
        )
        whole, right_ = sum(one[0] for one in totals), sum(one[2] for one in totals)
        micro = right_ / whole if whole else nan
        weighted = weighed / positive if positive else nan
        expected_: tuple[Any, ...] = (each, macro, weighted, micro)
        for found, wanted in zip(averages, expected_, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=NEAR)


@law("R11 R17", heavy=True)
def counts_by_label_add_up_to_those_of_samples(subject: Subject) -> None:
    ks: tuple[Any, ...] = (1, 3), 2
    measures = [
        accord.Multilabel("hamming", k=k, ties=ties, ignore_index=UNKNOWN)
        for k, ties in zip(ks, ENDS, strict=True)
    ]

    def tallies(y_true: Any, y_score: Any) -> Any:
        return tuple(
            measure.tally(y_true, y_score, per_class=by_label)
            for measure in measures
            for by_label in (False, True)
        )

    rng = np.random.default_rng(17)
    table = rng.choice([0.0, 0.25, 0.5, nan], (40, 6), p=[0.3, 0.3, 0.35, 0.05])
    truth = rng.choice([0, 1, UNKNOWN], (40, 6))
    found = subject.run(tallies, subject.array(truth), subject.array(table))
    for whole, by_label in (found[:2], found[2:]):
        assert np.asarray(by_label.correct.sum(-1) == whole.correct).all()
        assert by_label.total.sum() == whole.total == (truth != UNKNOWN).sum()
        assert by_label.undefined == whole.undefined
        assert (by_label.floor.sum(-1) <= whole.floor).all()
        assert (whole.ceiling <= by_label.ceiling.sum(-1)).all()


@law("R11 R22")
def a_bad_label_is_refused_or_counted_in_no_label(subject: Subject) -> None:
    def tally(y_true: Any, y_score: Any) -> Any:
        return accord.Multilabel("hamming", ignore_index=UNKNOWN).tally(
            y_true, y_score, per_class=True
        )

    arrays = subject.array([[1, 2], [UNKNOWN, 0]]), subject.array([[0.9, 0.9], [0.9, 0.1]])
    if subject.reads_values:
        with subject.refused(ValueError, r"y_true\[0, 1\] is 2, .* unknown labels, pass ignore_i"):
            subject.run(tally, *arrays)
        return
    found = subject.run(tally, *arrays)
    assert (found.correct.tolist(), found.total.tolist()) == ([1, 1], [1, 1])
    assert (int(found.invalid), int(found.undefined)) == (1, 0)


@law("R15", heavy=True)
def an_adjusted_average_is_macro_less_what_guessing_gives(subject: Subject) -> None:
    def figures(y_true: Any, y_score: Any, binary: Any, p: Any) -> Any:
        return (
            accord.balanced_accuracy(y_true, y_score, (1, 2, 3), adjusted=True),
            accord.balanced_accuracy(y_true, y_score, (1, 2, 3)),
            accord.top_k_accuracy(y_true, y_score, 2, ties="expected", average="adjusted"),
            accord.binary_accuracy(binary, p, average="adjusted"),
            accord.binary_accuracy(binary * 0, p, average="adjusted"),
        )

    rng = np.random.default_rng(15)
    table = rng.integers(0, 4, (30, 5)) / 4
    labels = rng.choice([0, 1, 3], 30)  # three of five classes occur
    binary = np.array([1, 1, 1, 0])
    p = np.array([0.9, 0.9, 0.1, 0.6])
    arrays = (subject.array(each) for each in (labels, table, binary, p))
    adjusted, macro, expected_, of_two, of_one = subject.run(figures, *arrays)

    def balanced(k: int, ties: str) -> float:
        credits_ = [
            reference.credit(row, int(y), k, ties)
            for row, y in zip(table.tolist(), labels, strict=True)
        ]
        each = reference.by_class(credits_, [Fraction(1)] * 30, labels.tolist(), 5)
        occur = [share for share in each if share == share]
        return sum(occur) / len(occur)

    shares = [balanced(k, "first") for k in (1, 2, 3)]
    np.testing.assert_allclose(macro, shares, rtol=NEAR)
    less = [(share - k / 3) / (1 - k / 3) for k, share in zip((1, 2), shares, strict=False)]
    np.testing.assert_allclose(adjusted, [*less, nan], rtol=10 * NEAR, atol=NEAR)
    np.testing.assert_allclose(expected_, (balanced(2, "expected") - 2 / 3) * 3, atol=10 * NEAR)
    np.testing.assert_allclose(of_two, (1 / 3 - 1 / 2) * 2, rtol=10 * NEAR)
    assert np.isnan(of_one)
