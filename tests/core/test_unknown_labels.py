"""Unknown labels, figures by label and adjusted averages: what is refused, and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import accord
from accord import scan
from accord.measures.multilabel import CRITERIA

SCORES = np.array([[0.9, 0.2, 0.7], [0.1, 0.8, 0.6], [0.3, 0.4, 0.1]])
LABELS = np.array([[1, 0, -1], [0, 1, 1], [-1, -1, -1]])
CLASSES, PAIR = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]])


def multilabel(*criteria: Any, **options: Any) -> accord.Multilabel:
    return accord.Multilabel(*criteria, **options)


# What is refused, what the message says, and the call that follows it.
REFUSED: dict[str, tuple[Callable[[], Any], str, Callable[[], Any]]] = {
    "a label": (
        lambda: multilabel(ignore_index=1),
        "ignore_index=1 is a label; .* such as ignore_index=-1",
        lambda: multilabel(ignore_index=-1),
    ),
    "no number": (
        lambda: multilabel(ignore_index=0.5),
        r"ignore_index=0\.5 is a float; pass an int",
        lambda: multilabel(ignore_index=5),
    ),
    "a mark without its option": (
        lambda: multilabel().tally(LABELS, SCORES),
        r"y_true\[0, 2\] is -1, .* if it marks unknown labels, pass ignore_index=-1",
        lambda: multilabel(ignore_index=-1).tally(LABELS, SCORES),
    ),
    "nan": (
        lambda: multilabel().tally(np.where(LABELS < 0, np.nan, LABELS), SCORES),
        r"y_true\[0, 2\] is nan, .* a mask of y_true's shape that is False there",
        lambda: multilabel().tally(
            np.where(LABELS < 0, np.nan, LABELS), SCORES, mask=LABELS.clip(0) == LABELS
        ),
    ),
    "a mask of another shape": (
        lambda: multilabel().tally(LABELS, SCORES, mask=np.ones((3, 2), bool)),
        r"mask has shape \(3, 2\), y_score \(3, 3\); pass mask of shape \(3, 3\)",
        lambda: multilabel().tally(LABELS, SCORES, mask=LABELS >= 0),
    ),
    "a column": (
        lambda: multilabel().tally(LABELS, SCORES, mask=np.ones((3, 1), bool)),
        r"mask has shape \(3, 1\), .* drop the last axis of mask",
        lambda: multilabel().tally(abs(LABELS), SCORES, mask=np.ones(3, bool)),
    ),
    "a mask of classes": (
        lambda: accord.TopK(1).tally(CLASSES, PAIR, mask=np.ones((3, 2), bool)),
        "if it leaves classes of samples out, pass it as candidates",
        lambda: accord.TopK(1).tally(CLASSES, PAIR, candidates=np.ones((3, 2), bool)),
    ),
    "a set by label": (
        lambda: multilabel("jaccard").accuracy(abs(LABELS), SCORES, average="macro"),
        "no single class to count by; .* for figures by label criteria='hamming'",
        lambda: multilabel("hamming").accuracy(abs(LABELS), SCORES, average="macro"),
    ),
    "a report of sets by label": (
        lambda: accord.evaluate(abs(LABELS), SCORES, measure=multilabel(), per_class=True),
        "for figures by label pass criteria='hamming' to the measure",
        lambda: accord.evaluate(abs(LABELS), SCORES, measure=multilabel("hamming"), per_class=True),
    ),
    "by label and by group": (
        lambda: multilabel("hamming").tally(
            abs(LABELS), SCORES, groups=[0, 1, 1], n_groups=2, per_class=True
        ),
        "pass groups without per_class=True",
        lambda: multilabel("hamming").tally(abs(LABELS), SCORES, groups=[0, 1, 1], n_groups=2),
    ),
    "adjusted sets": (
        lambda: multilabel("hamming").accuracy(abs(LABELS), SCORES, average="adjusted"),
        "multilabel accuracy has none; pass average='macro'",
        lambda: multilabel("hamming").accuracy(abs(LABELS), SCORES, average="macro"),
    ),
    "an adjusted tally of sets": (
        lambda: (
            multilabel("hamming").tally(abs(LABELS), SCORES, per_class=True).accuracy("adjusted")
        ),
        "pass average='macro'",
        lambda: multilabel("hamming").tally(abs(LABELS), SCORES, per_class=True).accuracy("macro"),
    ),
    "adjusted ranks": (
        lambda: accord.mean_reciprocal_rank(CLASSES, PAIR, average="adjusted"),
        "reciprocal rank has none; pass average='macro'",
        lambda: accord.mean_reciprocal_rank(CLASSES, PAIR, average="macro"),
    ),
    "an adjusted metric of ranks": (
        lambda: accord.Metric(accord.NDCG(), average="adjusted"),
        "NDCG has none; pass average='macro'",
        lambda: accord.Metric(accord.NDCG(), average="macro"),
    ),
    "adjusted precision": (
        lambda: accord.precision_recall(CLASSES, PAIR, average="adjusted"),
        "pass average='macro'",
        lambda: accord.precision_recall(CLASSES, PAIR, average="macro"),
    ),
    "adjusted figures of a tally": (
        lambda: accord.PrecisionRecall().tally(CLASSES, PAIR).figures("adjusted"),
        "pass average='macro'",
        lambda: accord.PrecisionRecall().tally(CLASSES, PAIR).figures("macro"),
    ),
    "adjusted groups": (
        lambda: accord.top_k_accuracy(
            CLASSES, PAIR, 1, average="adjusted", groups=[0, 1, 1], n_groups=2
        ),
        "pass average='macro' with groups, or leave groups out",
        lambda: accord.top_k_accuracy(CLASSES, PAIR, 1, average="adjusted"),
    ),
    "several k and no k": (
        lambda: accord.TopK((1, 2)).tally(CLASSES, PAIR, per_class=True).accuracy("adjusted"),
        "k=1 does not fit a tally at 2 values of k; pass the k of the measure",
        lambda: (
            accord.TopK((1, 2)).tally(CLASSES, PAIR, per_class=True).accuracy("adjusted", k=(1, 2))
        ),
    ),
    "a tally without classes": (
        lambda: accord.TopK(1).tally(CLASSES, PAIR).accuracy("adjusted"),
        "make the tally with per_class=True",
        lambda: accord.TopK(1).tally(CLASSES, PAIR, per_class=True).accuracy("adjusted"),
    ),
    "verified": (
        lambda: accord.compare(LABELS, SCORES, SCORES, measure=multilabel(ignore_index=-1)),
        "pass a measure without ignore_index, and the samples whose labels are all known",
        lambda: accord.compare(LABELS[1:2], SCORES[1:2], SCORES[1:2], measure=multilabel()),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_r23_what_is_refused_works_when_the_message_is_followed(case: str) -> None:
    wrong, message, right = REFUSED[case]
    with pytest.raises((ValueError, TypeError), match=message):
        wrong()
    right()


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float16", "float32", "float64"])
def test_r13_a_mark_of_any_dtype_is_found(dtype: str, on: bool) -> None:
    mark = 255 if dtype == "uint8" else -1
    labels = np.where(LABELS < 0, mark, LABELS).astype(dtype)
    for criteria in CRITERIA:
        with scan.using(on):
            tally = multilabel(criteria, ignore_index=mark).tally(labels, SCORES)
        assert (tally.correct, tally.total) == ((5, 5) if criteria == "hamming" else (2, 2))


@pytest.mark.parametrize("on", [False, True])
def test_r13_a_bad_weight_or_group_of_a_sample_without_a_known_label_is_not_refused(
    on: bool,
) -> None:
    more: dict[str, Any] = {"sample_weight": [1.0, 2.0, -1.0], "groups": [0, 1, 9], "n_groups": 2}
    with scan.using(on):
        tally = multilabel("contain", ignore_index=-1).tally(LABELS, SCORES, **more)
    assert tally.total.tolist() == [1, 2]


def test_r13_the_credit_of_a_sample_without_a_known_label_is_0() -> None:
    credit = multilabel(ignore_index=-1).credit(LABELS, SCORES)
    assert credit.tolist() == [True, True, False]


@pytest.mark.parametrize("on", [False, True])
def test_r11_many_samples_are_counted_as_few(on: bool) -> None:
    times = 30_000
    labels, scores = np.tile(LABELS, (times, 1)), np.tile(SCORES, (times, 1))
    measure = multilabel("hamming", ignore_index=-1)
    with scan.using(on):
        whole, by_label = (measure.tally(labels, scores, per_class=by) for by in (False, True))
    assert whole.total == by_label.total.sum() == 5 * times
    assert by_label.correct.tolist() == [2 * times, 2 * times, times]


@pytest.mark.parametrize("dtype", ["float16", "float32", "int16"])
@pytest.mark.parametrize("side", ["negative", "positive"])
def test_r11_r20_the_scan_counts_each_label_as_the_arrays_do(dtype: str, side: Any) -> None:
    rng = np.random.default_rng(20)
    scores = rng.integers(0, 5, (40, 7)).astype(dtype)
    if dtype != "int16":
        scores[rng.random(scores.shape) < 0.1] = np.nan
    labels, known = rng.integers(0, 2, scores.shape), rng.random(scores.shape) < 0.6
    measure = multilabel("hamming", threshold=2, at_threshold=side, ignore_index=-1)
    for given in (
        {"y_true": labels},
        {"y_true": labels, "mask": known},
        {"y_true": labels, "mask": known[:, 0]},
        {"y_true": np.where(known, labels, -1), "mask": known[:, 0]},
    ):
        found = []
        for on in (False, True):
            with scan.using(on):
                found.append(measure.tally(y_score=scores, per_class=True, **given))
        for name, ours, theirs in zip(found[0]._fields, *found, strict=True):
            assert ours.tolist() == theirs.tolist(), name
            assert ours.dtype == theirs.dtype == np.int64, name


def test_r24_with_groups_an_average_is_over_groups() -> None:
    found = multilabel("hamming", ignore_index=-1).accuracy(
        LABELS, 1 - SCORES, groups=[0, 1, 1], n_groups=2, average="none"
    )
    assert found.tolist() == [0, 0]


def test_a_report_counts_samples_and_labels_that_are_known() -> None:
    measure = multilabel("hamming", ignore_index=-1)
    report = accord.evaluate(LABELS, SCORES, measure=measure, average="weighted", per_class=True)
    assert (report.samples, report.total, report.accuracy) == (2, 5, {1: 1.0})
    assert [each.support for each in report.by_class()] == [2, 2, 1]
    assert "By label: correct and accuracy" in str(report)
    weighed = accord.evaluate(LABELS, SCORES, measure=measure, sample_weight=[0.5, 2, 1])
    assert weighed.samples == 2.5
    masked = accord.evaluate(abs(LABELS), SCORES, measure=measure, mask=LABELS >= 0)
    assert masked.samples == 2


def test_r15_a_report_of_an_adjusted_average_has_no_interval_and_a_chance_of_0() -> None:
    labels, scores = np.array([0, 0, 1, 1]), np.array([[0.9, 0.1]] * 2 + [[0.2, 0.8], [0.7, 0.3]])
    report = accord.evaluate(labels, scores, k=1, average="adjusted")
    assert (report.accuracy, report.chance, report.interval) == ({1: 0.5}, {1: 0.0}, None)
    assert report.floor == report.ceiling == {1: 0.5}
    assert "adjusted average" in str(report)


def test_r17_a_stream_by_label_is_that_of_the_whole() -> None:
    metric = accord.Metric(multilabel("hamming", k=(1, 2), ignore_index=-1), average="weighted")
    assert np.isnan(metric.compute()).all()
    for row in range(3):
        metric.update(LABELS[row : row + 1], SCORES[row : row + 1])
    whole = metric.measure.tally(LABELS, SCORES, per_class=True)
    for mine, theirs in zip(metric.tally, whole, strict=True):
        np.testing.assert_array_equal(np.broadcast_to(mine, np.shape(theirs)), theirs)
    np.testing.assert_allclose(metric.compute(), whole.accuracy("weighted"))
