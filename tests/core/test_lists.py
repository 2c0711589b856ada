"""Ranked lists and predicted labels: figures, text, and every remedy followed (R28)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import accord
from accord.credit.ties import RULES

LABELS = np.array([0, 1, 2, 1])
LISTS = np.array([[0, 3], [4, 1], [2, 1], [0, 2]])  # ranks 1, 2, 1 and none
SCORES = np.array([[0.9, 0.1], [0.8, 0.3], [0.7, 0.6], [0.5, 0.4]])
TEXT = np.array(["cat", "dog", "elk", "dog"])


def top(y_true: Any = LABELS, classes: Any = LISTS, scores: Any = None, **more: Any) -> Any:
    return accord.top_k_from_lists(y_true, classes, scores, **{"k": 2, **more})


def test_the_figure_is_the_share_of_lists_that_hold_the_true_class() -> None:
    assert top(k=(1, 2)).tolist() == [0.5, 0.75]
    assert top(scores=SCORES, k=(1, 2)).tolist() == [0.5, 0.75]


def test_predicted_labels_need_no_axis_and_may_be_plain_lists() -> None:
    assert top([0, 1, 2, 1], [0, 4, 2, 0], k=1) == 0.5
    assert top(LABELS[:, None], LISTS[:, :1], k=1) == 0.5  # a column each
    assert top(1, [4, 1]) == 1.0  # one sample


def test_a_short_list_is_a_list_of_which_less_was_kept() -> None:
    tally = accord.TopK((1, 2)).tally_from_lists([7, 0, 7], [[7, -1], [3, -1], [-1, -1]])
    assert tally.correct.tolist() == [1, 1]
    assert tally.floor.tolist() == [1, 1]
    assert tally.ceiling.tolist() == [2, 3]  # the missing entries may be the true class


def test_without_scores_the_bounds_are_the_figure() -> None:
    for rule in RULES:
        tally = accord.TopK((1, 2), ties=rule).tally_from_lists(LABELS, LISTS)
        assert tally.floor.tolist() == tally.correct.tolist() == tally.ceiling.tolist() == [2, 3]


def test_without_k_the_rank_of_a_class_that_was_not_kept_is_open() -> None:
    tally = accord.ReciprocalRank().tally_from_lists(LABELS, LISTS)
    assert float(tally.correct) == float(tally.floor) == 1 + 1 / 2 + 1
    assert float(tally.ceiling) == pytest.approx(1 + 1 / 2 + 1 + 1 / 3)
    cut = accord.ReciprocalRank(2).tally_from_lists(LABELS, LISTS)
    assert float(cut.floor) == float(cut.ceiling) == 2.5


def test_a_list_that_holds_every_class_has_no_ties_outside_of_it() -> None:
    classes, scores = [[2, 0, 1]], [[0.5, 0.5, 0.5]]
    open_, closed = (
        accord.TopK(3).tally_from_lists([0], classes, scores, n_classes=n) for n in (None, 3)
    )
    assert (int(open_.floor), int(closed.floor)) == (0, 1)


def test_text_is_compared_as_it_is_and_ties_follow_its_order() -> None:
    assert top(["cat"], ["dog"], k=1) == 0.0
    lists = np.array([["cat", "ant"], ["yak", "dog"], ["elk", ""], ["cat", "elk"]], object)
    assert top(TEXT, lists, k=(1, 2)).tolist() == [0.5, 0.75]
    tied = [["b", "a"]], [[0.5, 0.5]]
    assert top(["b"], *tied, k=1, ties="first") == 0.0
    assert top(["b"], *tied, k=1, ties="last") == 1.0


def test_labels_say_which_classes_are_counted_in_which_order() -> None:
    figures = top(average=None, labels=[2, 1])
    assert figures.tolist() == [1.0, 0.5]
    assert top(labels=[2, 1]) == pytest.approx(2 / 3)  # the sample of class 0 is left out
    assert top(average="macro", labels=[2, 1, 4]) == 0.75  # no sample is of class 4
    assert top(TEXT, TEXT[[0, 0, 2, 0]], k=1, labels=["elk", "dog"], average=None).tolist() == [
        1,
        0,
    ]
    assert top(labels=np.array([2.0, 1.0]), average=None).tolist() == [1.0, 0.5]


def test_what_is_left_out_may_hold_anything() -> None:
    classes = np.array([[0, 3], [9, 9], [-1, 4], [-7, 2]])
    scores = np.array([[0.9, 0.1], [0.1, 0.9], [np.nan, np.nan], [0.0, 1.0]])
    kept = np.array([True, False, False, False])
    assert top(np.array([0, -5, 77, 1]), classes, scores, mask=kept, n_classes=5) == 1.0
    assert top([0, 1, 1, 1], classes, scores, ignore_index=1, n_classes=5) == 1.0
    assert top([0, 1, 1, 1], classes, scores, sample_weight=[1, 0, 0, 0], n_classes=5) == 1.0
    assert top([0, 1, 1, 1], classes, scores, labels=[0], n_classes=5) == 1.0


def test_large_batches_are_counted_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = accord.backends.registry.load("numpy").backend
    monkeypatch.setattr(type(backend), "host_block", 4)  # two lists at a time
    rng = np.random.default_rng(4)
    classes = np.array([rng.permutation(6)[:2] for _ in range(20)]).reshape(5, 4, 2)
    labels, weight = rng.integers(0, 6, (5, 4)), rng.integers(0, 3, (5, 4))
    found = top(labels, classes, sample_weight=weight)
    hits = (classes == labels[..., None]).any(-1)
    assert found == pytest.approx(np.average(hits, weights=weight))
    classes[3, 1] = classes[3, 1, 0]
    with pytest.raises(ValueError, match=r"classes\[3, 1, 1\] is \d, which is in its list already"):
        top(labels, classes)


def test_a_metric_counts_lists_and_scores_in_one_state() -> None:
    metric = accord.Metric(accord.TopK((1, 2)), average="macro")
    metric.update_from_lists(LABELS[:2], LISTS[:2], n_classes=5)
    metric.update(LABELS[2:], np.eye(5)[[2, 0]])
    whole = accord.TopK((1, 2)).tally_from_lists(LABELS[:2], LISTS[:2], n_classes=5, per_class=True)
    whole += accord.TopK((1, 2)).tally(LABELS[2:], np.eye(5)[[2, 0]], per_class=True)
    assert [each.tolist() for each in metric.tally] == [each.tolist() for each in whole]
    before = [each.tolist() for each in metric.tally]
    with pytest.raises(ValueError, match="the batch has 6 classes but the batches before had 5"):
        metric.update_from_lists(LABELS, LISTS, n_classes=6)
    with pytest.raises(ValueError, match="in its list already"):
        metric.update_from_lists([1], [[1, 1]], n_classes=5)
    assert [each.tolist() for each in metric.tally] == before


def test_groups_are_counted_from_lists_too() -> None:
    metric = accord.Metric(accord.TopK(2), average=None, n_groups=2)
    metric.update_from_lists(LABELS, LISTS, groups=[0, 1, 1, 1])
    assert metric.compute().tolist() == pytest.approx([1, 2 / 3])


class Case(NamedTuple):
    """A mistake: what is passed, what the message says, and the remedy followed."""

    given: dict[str, Any]
    says: str
    remedy: dict[str, Any]
    figure: float = 0.75


SPOILED = np.array([[0, 3], [4, 4], [2, 1], [0, 2]])
MASKED = np.ma.masked_equal(np.array([[0, 3], [5, 1], [2, 1], [0, 9]]), 9)
BAD: dict[str, Case] = {
    "swapped": Case(
        {"y_true": LISTS, "classes": LABELS},
        "seem to be swapped",
        {"y_true": LABELS, "classes": LISTS},
    ),
    "a column of labels": Case(
        {"y_true": LABELS[:, None]}, "drop the last axis of y_true", {"y_true": LABELS}
    ),
    "transposed": Case({"classes": LISTS.T}, "perhaps transposed", {"classes": LISTS.T.T}),
    "others": Case(
        {"y_true": LABELS[:3]}, r"pass y_true of shape \(4,\), the true class", {"y_true": LABELS}
    ),
    "k of predicted labels": Case(
        {"classes": LISTS[:, 0]}, "k=2 exceeds the 1 entries .* pass k=1", {"k": 1}, 0.5
    ),
    "k": Case({"k": (1, 9)}, "k=9 exceeds the 2 entries .* pass k between 1 and 2", {"k": 2}),
    "ragged": Case(
        {"classes": [[0, 3], [4, 1], [2], [0, 2]]},
        "ragged list; make its rows as long as the longest by -1 at their ends",
        {"classes": [[0, 3], [4, 1], [2, -1], [0, 2]]},
    ),
    "masked": Case(
        {"classes": MASKED}, r"pass classes.filled\(-1\)", {"classes": MASKED.filled(-1)}
    ),
    "repeated": Case(
        {"classes": SPOILED},
        r"classes\[1, 1\] is 4, which is in its list already; pass each class of a list once",
        {"classes": LISTS},
    ),
    "behind a missing one": Case(
        {"classes": [[0, 3], [-1, 1], [2, 1], [0, 2]]},
        r"classes\[1, 1\] is 1, behind an entry of -1; pass the classes of a list first",
        {"classes": [[0, 3], [1, -1], [2, 1], [0, 2]]},
    ),
    "no class": Case(
        {"n_classes": 4},
        r"classes\[1, 0\] is 4, which is not a class; pass class indices from 0 to 3",
        {"n_classes": 5},
    ),
    "no true class": Case(
        {"y_true": LABELS - 1, "classes": [[0, 2], [3, 0], [1, 0], [4, 1]]},
        r"y_true\[0\] is -1, which is not a class.* pass ignore_index=-1",
        {"ignore_index": -1},
        2 / 3,
    ),
    "distances": Case(
        {"scores": -SCORES},
        r"scores\[0, 1\] is -0.1, above the score before it; .* -scores if these are distances",
        {"scores": SCORES},
    ),
    "scores for classes": Case(
        {"classes": SCORES},
        r"classes\[0, 0\] is 0.9, not a whole number; pass class",
        {"classes": LISTS},
    ),
    "shape of scores": Case(
        {"scores": SCORES[:, :1]}, r"pass scores of shape \(4, 2\)", {"scores": SCORES}
    ),
    "by class": Case(
        {"average": "macro"}, "pass n_classes=C .* or labels=", {"n_classes": 5}, 2.5 / 3
    ),
    "by class of text": Case(
        {"y_true": TEXT, "classes": TEXT, "k": 1, "average": "macro", "n_classes": 3},
        "n_classes=3 .* pass labels=, the list",
        {"n_classes": None, "labels": ["cat", "dog", "elk"]},
        1.0,
    ),
    "text beside numbers": Case(
        {"y_true": TEXT, "k": 1},
        "y_true holds text and classes does not; pass both as text",
        {"classes": TEXT},
        1.0,
    ),
    "bytes": Case(
        {"y_true": TEXT.astype(bytes), "classes": TEXT.astype(bytes), "k": 1},
        r"pass classes.astype\(str\), and y_true likewise",
        {"y_true": TEXT.astype(bytes).astype(str), "classes": TEXT},
        1.0,
    ),
    "k in the place of scores": Case({"scores": 2}, "pass k=2 by name", {"scores": None, "k": 2}),
    "several k there": Case(
        {"scores": (1, 2)}, r"pass k=\(1, 2\) by name", {"scores": None, "k": 2}
    ),
    "labels twice": Case(
        {"labels": [1, 2, 1]}, r"labels\[2\] is 1, as labels\[0\] is", {"labels": [1, 2]}, 2 / 3
    ),
    "labels of others": Case(
        {"labels": [1, 8], "n_classes": 5},
        r"labels\[1\] is 8, outside the n_",
        {"n_classes": 9},
        0.5,
    ),
    "one label": Case(
        {"labels": 1}, r"labels=1 is not a list .* pass labels=\[1\]", {"labels": [1]}, 0.5
    ),
    "no labels": Case({"labels": []}, "labels is empty; .* leave it out", {"labels": None}),
    "labels below": Case({"labels": [-1]}, r"labels\[0\] is -1; pass", {"labels": [1]}, 0.5),
    "no classes": Case({"n_classes": 0}, "n_classes=0 is not allowed", {"n_classes": 5}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_named_and_its_remedy_works(name: str) -> None:
    case = BAD[name]
    with pytest.raises((ValueError, TypeError), match=case.says):
        top(**case.given)
    assert top(**{**case.given, **case.remedy}) == pytest.approx(case.figure)


def test_a_mistake_in_text_is_named_by_the_text() -> None:
    with pytest.raises(ValueError, match=r"classes\[0, 1\] is 'cat', which is in its list already"):
        top(["cat"], [["cat", "cat"]])
    with pytest.raises(ValueError, match=r"y_true\[1\] is '', which is not a class; .* by mask"):
        top(["cat", ""], ["cat", "cat"], k=1)
    with pytest.raises(TypeError, match=r"classes\[1\] is None beside text; pass '' for no entry"):
        top(["cat", "dog"], np.array(["cat", None]), k=1)
    with pytest.raises(ValueError, match=r"labels\[0\] is '', which marks no entry"):
        top(["cat"], ["cat"], k=1, labels=["", "cat"])


@pytest.mark.parametrize(
    ("measure", "says"),
    [
        (accord.Binary(), "this is binary accuracy, which needs all scores"),
        (accord.Multilabel(), "this is multilabel accuracy, which needs all scores"),
        (accord.TopKCategorical(1), "takes one-hot labels, and lists go with integer labels"),
    ],
)
def test_other_measures_refuse_lists(measure: accord.Measure, says: str) -> None:
    with pytest.raises(ValueError, match=f"{says}; use a measure .* accord.TopK"):
        measure.tally_from_lists([0], [0])
    with pytest.raises(ValueError, match=says):
        accord.Metric(measure).update_from_lists([0], [0])


def test_counts_are_by_group_or_by_class() -> None:
    more: dict[str, Any] = {"groups": [0], "n_groups": 1, "n_classes": 3, "per_class": True}
    with pytest.raises(ValueError, match="counts are by group or by class"):
        accord.TopK(1).tally_from_lists([0], [0], **more)


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8", "uint64", "bool"])
def test_scores_of_every_kind_order_a_list(dtype: str) -> None:
    scores = np.array([[1, 1, 0], [1, 0, 0]]).astype(dtype)
    classes = [[2, 0, 1], [2, 1, 0]]
    tally = accord.TopK((1, 2)).tally_from_lists([0, 0], classes, scores, n_classes=3)
    assert tally.correct.tolist() == [1, 2]
    assert tally.ceiling.tolist() == [1, 2]
    assert tally.floor.tolist() == [0, 1]


def test_r6_all_k_are_those_of_the_entries() -> None:
    assert top(k="all").tolist() == top(k=(1, 2)).tolist() == [0.5, 0.75]
