"""Every remedy is followed: what is refused, the words, the remedy as code, and its figure (R23)."""

from __future__ import annotations

import importlib
import re
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import numpy.lib.recfunctions  # a remedy names it
import pytest

import accord
from accord.backends.refusals import named


class Case(NamedTuple):
    """A mistake: arrays by name, the call, what the message says, and the remedy followed."""

    arrays: dict[str, Any]
    call: str
    says: str
    remedy: str
    figure: float = 0.75


LABELS = np.array([0, 1, 2, 1])
SCORES = np.eye(3)[[0, 1, 2, 0]]  # three of four are right
SIDES = np.array([1, 0, 1, 1])
CHANCES = np.array([0.9, 0.2, 0.8, 0.1])  # three of four are right
IMAGES = np.moveaxis(np.broadcast_to(SCORES, (2, 5, 4, 3)), -1, 1)  # (2, 3, 5, 4)
TOP, BINARY = "top_k_accuracy(y_true, y_score, k=1)", "binary_accuracy(y_true, y_score)"
PAIR = {"y_true": LABELS, "y_score": SCORES}
COIN = {"y_true": SIDES, "y_score": CHANCES}
NAN = np.array([np.nan, 0, 0])


def pair(**other: Any) -> dict[str, Any]:
    return {**PAIR, **other}


def coin(**other: Any) -> dict[str, Any]:
    return {**COIN, **other}


def top(y_true: str = "y_true", y_score: str = "y_score", **options: str) -> str:
    more = "".join(f", {name}={value}" for name, value in options.items())
    return f"top_k_accuracy({y_true}, {y_score}, k=1{more})"


def binary(y_true: str = "y_true", y_score: str = "y_score", **options: str) -> str:
    return (
        top(y_true, y_score, **options)
        .replace("top_k_accuracy", "binary_accuracy")
        .replace(", k=1", "")
    )


MASKED = np.ma.masked_array(LABELS, [False, False, False, True])
STRUCTURED = np.array([tuple(row) for row in SCORES], [("a", "f8"), ("b", "f8"), ("c", "f8")])
PROBA = [np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([[0.3, 0.7], [0.4, 0.6]])]
ENCODED = "[list(classes).index(each) for each in y_true]"
WORDS = {"classes": ["ant", "bee", "cat"]}
OBJECTS = np.empty(4, object)
OBJECTS[:] = list(SCORES)

CASES = {
    # None
    "no labels": Case(pair(given=None), top("given"), "y_true is None; pass the true labels", TOP),
    "no scores": Case(
        pair(given=None), top("y_true", "given"), "y_score is None; pass the sc", TOP
    ),
    # What is an array, but counts differently
    "matrix of scores": Case(
        pair(y_score=SCORES.view(np.matrix)),
        TOP,
        "pass numpy.asarray(y_score)",
        top("y_true", "numpy.asarray(y_score)"),
    ),
    "matrix of labels": Case(
        pair(y_true=LABELS.view(np.matrix)),
        TOP,
        "y_true is a numpy.matrix; pass numpy.asarray(y_true)",
        top("numpy.asarray(y_true).reshape(4)"),
    ),
    "matrix of weights": Case(
        pair(w=np.ones(4).view(np.matrix)),
        top(sample_weight="w"),
        "sample_weight is a numpy.matrix",
        top(sample_weight="numpy.asarray(w).reshape(4)"),
    ),
    "matrix for a mask": Case(
        pair(m=np.ones(4, bool).view(np.matrix)),
        top(mask="m"),
        "mask is a numpy.matrix; pass numpy.asarray(mask)",
        top(mask="numpy.asarray(m).reshape(4)"),
    ),
    "matrix of one-hot rows": Case(
        pair(y_true=np.eye(3)[LABELS].view(np.matrix)),
        "categorical_accuracy(y_true, y_score)",
        "pass numpy.asarray(y_true)",
        "categorical_accuracy(numpy.asarray(y_true), y_score)",
    ),
    "masked labels": Case(
        pair(y_true=MASKED),
        TOP,
        "pass y_true.data, and mask=~numpy.ma.getmaskarray(y_true)",
        top("y_true.data", mask="~numpy.ma.getmaskarray(y_true)"),
        1.0,
    ),
    "masked labels without a mask": Case(
        pair(y_true=np.ma.masked_array(LABELS)),
        TOP,
        "pass y_true.data, and mask=~numpy.ma.getmaskarray(y_true)",
        top("y_true.data", mask="~numpy.ma.getmaskarray(y_true)"),
    ),
    "masked labels of in_top_k": Case(
        pair(y_true=MASKED),
        "in_top_k(y_true, y_score, 1)",
        "pass y_true.data, and mask=~numpy.ma.getmaskarray(y_true)",
        "in_top_k(y_true.data, y_score, 1, mask=~numpy.ma.getmaskarray(y_true)).sum() / 3",
        1.0,
    ),
    "masked scores of classes": Case(
        pair(y_score=np.ma.masked_array(SCORES.astype(int), SCORES > 2)),
        TOP,
        "pass y_score.astype(float).filled(-numpy.inf) to rank what is masked last",
        top("y_true", "y_score.astype(float).filled(-numpy.inf)"),
    ),
    "masked scores of samples": Case(
        coin(y_score=np.ma.masked_array(CHANCES, CHANCES < 0.15)),
        BINARY,
        "pass y_score.data, and mask=~numpy.ma.getmaskarray(y_score)",
        binary("y_true", "y_score.data", mask="~numpy.ma.getmaskarray(y_score)"),
        1.0,
    ),
    # What is no array
    "list of scores": Case(
        pair(y_score=SCORES.tolist()),
        TOP,
        "numpy.asarray(y_score)",
        top("y_true", "numpy.asarray(y_score)"),
    ),
    "generator of labels": Case(
        pair(),
        top("iter(list(y_true))"),
        "pass numpy.asarray(list(y_true))",
        top("numpy.asarray(list(iter(list(y_true))))"),
    ),
    "range of labels": Case(
        pair(y_true=range(3), y_score=SCORES[:3]),
        TOP,
        "numpy.asarray(y_true)",
        top("numpy.asarray(y_true)"),
        1.0,
    ),
    "output of a model": Case(
        pair(y_score=OrderedDict(loss=0.5, logits=SCORES)),
        TOP,
        "pass one of its arrays, for instance y_score['logits']",
        top("y_true", "y_score['logits']"),
    ),
    "predict_proba of several outputs": Case(
        {"y_true": np.array([[1, 1], [0, 0]]), "y_score": PROBA},
        "multilabel_accuracy(y_true, y_score, criteria='hamming')",
        "pass numpy.stack([each[:, 1] for each in y_score], axis=1)",
        "multilabel_accuracy(y_true, numpy.stack([each[:, 1] for each in y_score], axis=1),"
        " criteria='hamming')",
    ),
    "batches": Case(
        pair(y_score=[SCORES[:1], SCORES[1:]]),
        TOP,
        "pass numpy.concatenate(y_score) if these are batches",
        top("y_true", "numpy.concatenate(y_score)"),
    ),
    "outputs of different widths": Case(
        pair(y_score=[SCORES, SCORES[:, :2]]),
        TOP,
        "pass one of them, y_score[0]",
        top("y_true", "y_score[0]"),
    ),
    "list of rows": Case(
        pair(y_score=list(SCORES)),
        TOP,
        "pass numpy.stack(y_score)",
        top("y_true", "numpy.stack(y_score)"),
    ),
    # dtypes
    "text for labels": Case(
        {**WORDS, "y_true": ["ant", "bee", "cat", "bee"], "y_score": SCORES},
        TOP,
        ENCODED,
        top(ENCODED),
    ),
    "text in objects": Case(
        {**WORDS, "y_true": np.array(["ant", "bee", "cat", "bee"], object), "y_score": SCORES},
        TOP,
        ENCODED,
        top(ENCODED),
    ),
    "bytes for labels": Case(
        {
            "classes": [b"ant", b"bee", b"cat"],
            "y_true": np.array([b"ant", b"bee", b"cat", b"bee"]),
            "y_score": SCORES,
        },
        TOP,
        ENCODED,
        top(ENCODED),
    ),
    "digits as text": Case(
        pair(y_true=["0", "1", "2", "1"]), TOP, ENCODED, top(ENCODED.replace("classes", "'012'"))
    ),
    "labels as objects": Case(
        pair(y_true=LABELS.astype(object)),
        TOP,
        "pass y_true.astype(int)",
        top("y_true.astype(int)"),
    ),
    "scores as objects": Case(
        pair(y_score=SCORES.astype(object)),
        TOP,
        "pass y_score.astype(float)",
        top("y_true", "y_score.astype(float)"),
    ),
    "rows as objects": Case(
        pair(y_score=OBJECTS),
        TOP,
        "pass numpy.stack(y_score)",
        top("y_true", "numpy.stack(y_score)"),
    ),
    "scores as text": Case(
        pair(y_score=SCORES.astype(str)),
        TOP,
        "pass y_score.astype(float)",
        top("y_true", "y_score.astype(float)"),
    ),
    "complex": Case(
        pair(y_score=SCORES + 0j),
        TOP,
        "y_score.real or abs(y_score)",
        top("y_true", "y_score.real"),
    ),
    "dates": Case(
        pair(y_score=(SCORES * 9).astype("M8[s]")),
        TOP,
        "pass y_score.astype('int64')",
        top("y_true", "y_score.astype('int64')"),
    ),
    "durations": Case(
        pair(y_score=(SCORES * 9).astype("m8[s]")),
        TOP,
        "pass y_score.astype('int64')",
        top("y_true", "y_score.astype('int64')"),
    ),
    "fields": Case(
        pair(y_score=STRUCTURED),
        TOP,
        "pass numpy.lib.recfunctions.structured_to_unstructured(y_score)",
        top("y_true", "numpy.lib.recfunctions.structured_to_unstructured(y_score)"),
    ),
    "mask of integers": Case(
        pair(m=np.ones(4, int)), top(mask="m"), "pass mask != 0", top(mask="m != 0")
    ),
    "list with nothing in places": Case(
        pair(w=[1, 1, None, 1]),
        top(sample_weight="w"),
        "pass numpy.asarray(sample_weight).astype(float)",
        top(sample_weight="numpy.nan_to_num(numpy.asarray(w).astype(float))"),
        2 / 3,
    ),
    "labels from 1 to 2": Case(
        coin(y_true=SIDES + 1),
        BINARY,
        "pass 1 where it is 2 and 0 elsewhere, if that is the positive class",
        binary("(y_true == 2)"),
    ),
    "probabilities for labels": Case(
        coin(y_true=np.array([0.8, 0.1, 0.9, 0.7])),
        BINARY,
        "pass 1 where it is above 0.5, and 0 elsewhere",
        binary("y_true > 0.5"),
    ),
    "list for a mask": Case(
        pair(m=[1, 1, 1, 1]),
        top(mask="m"),
        "pass numpy.asarray(mask) != 0",
        top(mask="numpy.asarray(m) != 0"),
    ),
    "weights of bools": Case(
        pair(w=np.ones(4, bool)), top(sample_weight="w"), "by a bool, pass mask=", top(mask="w")
    ),
    # shapes
    "predicted labels": Case(
        pair(y_score=np.argmax(SCORES, axis=1)),
        TOP,
        "predicted labels seem to have been passed for y_score",
        TOP.replace("y_score", "scores"),
    ),
    "predicted labels in a column": Case(
        pair(y_score=np.argmax(SCORES, axis=1)[:, None]),
        TOP,
        "predicted labels seem to",
        TOP.replace("y_score", "scores"),
    ),
    "scores of the positive class": Case(
        COIN, TOP, "for scores of the positive class of two use a binary measure", BINARY
    ),
    "one-hot labels": Case(
        pair(y_true=np.eye(3)[LABELS]),
        TOP,
        "for one-hot rows use categorical_accuracy",
        "categorical_accuracy(y_true, y_score)",
    ),
    "labels of a dense measure": Case(
        PAIR,
        "categorical_accuracy(y_true, y_score)",
        "use the sparse or top-k measure for labels",
        "sparse_categorical_accuracy(y_true, y_score)",
    ),
    "swapped": Case(PAIR, top("y_score", "y_true"), "y_true and y_score seem to be swapped", TOP),
    "swapped images": Case(
        {"y_true": np.broadcast_to(LABELS, (2, 5, 4)), "y_score": IMAGES},
        top("y_score", "y_true", axis="1"),
        "seem to be swapped",
        top(axis="1"),
    ),
    "class axis forgotten": Case(
        {"y_true": np.broadcast_to(LABELS, (2, 5, 4)), "y_score": IMAGES},
        TOP,
        "pass axis=1 if",
        top(axis="1"),
    ),
    "classes before samples": Case(
        pair(y_score=SCORES.T.copy()), TOP, "pass axis=0 if", top(axis="0")
    ),
    "column of labels": Case(
        pair(y_true=LABELS[:, None]), TOP, "drop the last axis of y_true", top("y_true[:, 0]")
    ),
    "row of labels": Case(
        pair(y_true=LABELS[None]), TOP, "reshape y_true to (4,)", top("y_true.reshape((4,))")
    ),
    "weights of classes": Case(
        pair(w=np.array([1.0, 1.0, 2.0])),
        top(sample_weight="w"),
        "pass sample_weight[y_true]",
        top(sample_weight="w[y_true]"),
        0.8,
    ),
    "weights in a column": Case(
        pair(w=np.ones((4, 1))),
        top(sample_weight="w"),
        "drop the last axis of sample_weight",
        top(sample_weight="w[:, 0]"),
    ),
    "two columns for binary": Case(
        coin(y_score=np.stack([1 - CHANCES, CHANCES], axis=1)),
        BINARY,
        "pass y_score[..., 1], the scores of class 1",
        binary("y_true", "y_score[..., 1]"),
    ),
    "two channels for binary": Case(
        {
            "y_true": np.broadcast_to(SIDES, (2, 5, 4)),
            "y_score": np.broadcast_to(np.stack([1 - CHANCES, CHANCES])[:, None], (2, 2, 5, 4)),
        },
        BINARY,
        "pass y_score[:, 1], the scores of class 1",
        binary("y_true", "y_score[:, 1]"),
    ),
    "one column for binary": Case(
        coin(y_score=CHANCES[:, None]),
        BINARY,
        "pass y_score[..., 0]",
        binary("y_true", "y_score[..., 0]"),
    ),
    "scores of classes for binary": Case(
        PAIR, BINARY, "for scores of 3 classes use a top-k measure", TOP
    ),
    "one-hot labels for binary": Case(
        coin(y_true=np.eye(2, dtype=int)[SIDES]),
        BINARY,
        "pass y_true[..., 1] if its rows are one-hot",
        binary("y_true[..., 1]"),
    ),
    "axis beyond": Case(PAIR, top(axis="2"), "pass an axis from -2 to 1", top(axis="1")),
    # values
    "one column for classes": Case(
        coin(y_score=CHANCES[:, None]),
        TOP,
        "drop its axis and use a binary measure",
        binary("y_true", "y_score[:, 0]"),
    ),
    "label outside": Case(
        pair(y_true=np.array([0, 1, 2, 9])),
        TOP,
        "y_true[3] is 9, outside 0..2; if it marks samples to leave out, pass ignore_index=9",
        top(ignore_index="9"),
        1.0,
    ),
    "label outside in floats": Case(
        pair(y_true=np.array([0.0, 1, 2, -1])),
        TOP,
        "pass ignore_index=-1",
        top(ignore_index="-1"),
        1.0,
    ),
    "label outside for in_top_k": Case(
        pair(y_true=np.array([0, 1, 2, 9])),
        "in_top_k(y_true, y_score, 1)",
        "outside 0..2; if it marks samples to leave out, pass ignore_index=9",
        "in_top_k(y_true, y_score, 1, ignore_index=9).sum() / 3",
        1.0,
    ),
    "label outside for standing": Case(
        pair(y_true=np.array([0, 1, 2, 9])),
        "standing(y_true, y_score)",
        "outside 0..2; pass only samples whose label is one of these",
        "(standing(y_true[y_true < 3], y_score[y_true < 3]).ahead == 0).mean()",
        1.0,
    ),
    "label that is NaN": Case(
        pair(y_true=np.array([0, 1, 2, np.nan])),
        TOP,
        "pass class indices, or only samples that have one",
        top(mask="~numpy.isnan(y_true)"),
        1.0,
    ),
    "minus one for negative": Case(
        coin(y_true=2 * SIDES - 1),
        BINARY,
        "pass 1 where it is above 0, and 0 elsewhere",
        binary("numpy.where(y_true > 0, 1, 0)"),
    ),
    "binary label that marks": Case(
        coin(y_true=np.array([1, 0, 1, -100])),
        BINARY,
        "pass ignore_index=-100",
        binary(ignore_index="-100"),
        1.0,
    ),
    "binary label that is NaN": Case(
        coin(y_true=np.array([1, 0, 1, np.nan])),
        BINARY,
        "pass only samples that have a label",
        binary(mask="~numpy.isnan(y_true)"),
        1.0,
    ),
    "one-hot row of NaN": Case(
        pair(y_true=np.array([*np.eye(3), NAN])),
        "categorical_accuracy(y_true, y_score)",
        "leave it out by mask",
        "categorical_accuracy(y_true, y_score, mask=~numpy.isnan(y_true).any(axis=1))",
        1.0,
    ),
    "weight below zero": Case(
        pair(w=np.array([1.0, 1.0, 1.0, -1.0])),
        top(sample_weight="w"),
        "0 leaves a sample out",
        top(sample_weight="numpy.maximum(w, 0)"),
        1.0,
    ),
    # options
    "k beyond": Case(
        PAIR,
        "top_k_accuracy(y_true, y_score)",
        "k=5 exceeds the 3 classes in y_score; pass k between 1 and 3",
        TOP,
    ),
    "k of zero": Case(PAIR, top(k="0").replace("k=1, ", ""), "pass an int from 1 to C", TOP),
    "unknown rule": Case(PAIR, top(ties="'frist'"), "pass one of 'first'", top(ties="'first'")),
    "threshold of a logit": Case(
        coin(y_score=np.array([2.0, -1, 3, -2])),
        binary(threshold="0.0", from_logits="True"),
        "or from_logits=False to compare scores as they are",
        binary(threshold="0.0", from_logits="False"),
    ),
    "threshold in an array": Case(
        COIN,
        binary(threshold="numpy.array([0.5])"),
        "pass a Python float",
        binary(threshold="float(numpy.array([0.5])[0])"),
    ),
    "index in text": Case(
        PAIR,
        top(ignore_index="'9'"),
        "ignore_index='9' is a str; pass an int",
        top(ignore_index="9"),
    ),
    "labels by class": Case(
        {"y_true": np.eye(3)[LABELS], "y_score": SCORES},
        "Multilabel('belong').accuracy(y_true, y_score, average='macro')",
        "pass average='micro', or for figures by label criteria='hamming'",
        "Multilabel('hamming').accuracy(y_true, y_score, average='macro')",
        10 / 12,
    ),
    "best labels by a threshold": Case(
        {"y_true": np.eye(3)[LABELS], "y_score": SCORES},
        "multilabel_accuracy(y_true, y_score, k=1, threshold=0.3)",
        "pass it without threshold, at_threshold and from_logits, or leave it out",
        "multilabel_accuracy(y_true, y_score, k=1)",
    ),
    "tally without classes": Case(
        PAIR,
        "TopK(1).tally(y_true, y_score).accuracy('macro')",
        "make the tally with per_class=True",
        "TopK(1).tally(y_true, y_score, per_class=True).accuracy('macro')",
        5 / 6,
    ),
    "k beside a measure": Case(
        PAIR,
        "evaluate(y_true, y_score, 1, measure=TopK(2))",
        "pass them to the measure",
        "evaluate(y_true, y_score, measure=TopK(1)).tally.accuracy()",
    ),
    "metric of a name": Case(
        PAIR,
        "Metric('top-k')",
        "pass a measure, for instance accord.TopK(k=5)",
        "TopK(k=1).accuracy(y_true, y_score)",
    ),
    # a layer
    "layer transposed": Case(
        {**PAIR, "layer": np.array([[1.0, 2, 3, 4, 5], *np.zeros((2, 5))])},
        "top_k_from_features(y_true, y_score, layer.T[:, :2], k=1)",
        "pass weights of shape (classes, 3), perhaps transposed",
        "top_k_from_features(y_true, y_score, numpy.eye(3), k=1)",
    ),
    "labels of other samples than features": Case(
        pair(y_score=np.stack([SCORES, SCORES])),
        "top_k_from_features(numpy.array([0, 1]), y_score, numpy.eye(3), k=1)",
        "features[..., 0] (2, 4); pass y_true of shape (2, 4)",
        "top_k_from_features(numpy.stack([y_true, y_true]), y_score, numpy.eye(3), k=1)",
    ),
    "features of integers": Case(
        pair(y_score=SCORES.astype(int)),
        "top_k_from_features(y_true, y_score, numpy.eye(3), k=1)",
        "pass floats, as the layer has",
        "top_k_from_features(y_true, y_score.astype(float), numpy.eye(3), k=1)",
    ),
    "layer of another dtype": Case(
        PAIR,
        "top_k_from_features(y_true, y_score, numpy.eye(3, dtype='float32'), k=1)",
        "weights has dtype float32, features float64; pass one dtype",
        "top_k_from_features(y_true, y_score, numpy.eye(3, dtype='float32').astype(float), k=1)",
    ),
    "matrix of features": Case(
        pair(y_score=SCORES.view(np.matrix)),
        "top_k_from_features(y_true, y_score, numpy.eye(3), k=1)",
        "pass numpy.asarray(features)",
        "top_k_from_features(y_true, numpy.asarray(y_score), numpy.eye(3), k=1)",
    ),
    "own score of another dtype": Case(
        pair(own=SCORES[np.arange(4), LABELS].astype("float32")),
        "standing_in_block(y_true, y_score, own, offset=0)",
        "own_score has dtype float32, y_score float64; pass scores of one dtype",
        "(standing_in_block(y_true, y_score, own.astype(float), offset=0).ahead == 0).mean()",
    ),
}


def value_of(code: str, arrays: dict[str, Any]) -> Any:
    offered = {name: getattr(accord, name) for name in accord.__all__}
    return eval(code, {"numpy": np, "scores": SCORES, **offered, **arrays})  # noqa: S307  # code of this file


@pytest.mark.parametrize("name", CASES)
def test_the_message_names_a_remedy_that_works(name: str) -> None:
    case = CASES[name]
    with pytest.raises((TypeError, ValueError), match=re.escape(case.says)):
        value_of(case.call, case.arrays)
    assert value_of(case.remedy, case.arrays) == pytest.approx(case.figure)


PREDICTED = [
    (np.array([0, 1, 2, 0, 1]), np.array([0, 1, 2, 1, 0])),
    (np.array([[0], [1], [2], [0]]), np.array([[0], [1], [2], [1]])),
    (np.array([0, 1, 2, 0]), np.array([[0], [1], [2], [1]])),
    (np.array([[0, 1, 2], [2, 1, 0]]), np.array([[0, 1, 2], [1, 1, 0]])),
    (np.array([True, False, True]), np.array([True, True, True])),
    (np.array([0, 1, 2, 0, 1]), np.array([0.0, 1.0, 2.0, 1.0, 0.0])),
]


@pytest.mark.parametrize("labels", PREDICTED, ids=str)
def test_predicted_labels_are_never_taken_for_scores(labels: tuple[Any, Any]) -> None:
    y_true, predicted = labels
    calls: list[Any] = [
        lambda: accord.top_k_accuracy(y_true, predicted, 1),
        lambda: accord.sparse_categorical_accuracy(y_true, predicted),
        lambda: accord.in_top_k(y_true, predicted, 1),
        lambda: accord.standing(y_true, predicted),
        lambda: accord.evaluate(y_true, predicted),
        lambda: accord.Metric(accord.TopK(1)).update(y_true, predicted),
    ]
    if y_true.shape == predicted.shape and (y_true.ndim == 1 or y_true.shape[-1] == 1):
        calls += [
            lambda: accord.categorical_accuracy(y_true, predicted),
            lambda: accord.top_k_categorical_accuracy(y_true, predicted, 1),
            lambda: accord.evaluate(y_true, predicted, measure=accord.Categorical()),
            lambda: accord.Metric(accord.Categorical()).update(y_true, predicted),
        ]
    for call in calls:
        with pytest.raises(ValueError, match="predicted labels seem to have been passed for y_sc"):
            call()


def test_r12_a_single_one_hot_sample_needs_no_axis_of_samples() -> None:
    assert accord.categorical_accuracy(np.array([0, 1, 0]), np.array([0.1, 0.8, 0.1])) == 1.0
    assert accord.categorical_accuracy(np.array([0.5, 0.2, 0.3]), np.array([1.0, 2.0, 0.0])) == 0.0
    assert accord.top_k_accuracy(2, np.array([3, 1, 7]), 1) == 1.0


def test_a_caller_may_have_other_names_for_the_arguments() -> None:
    said = r"target has shape \(3,\), preds without its class axis"
    with pytest.raises(ValueError, match=said), named(y_true="target", y_score="preds"):
        accord.top_k_accuracy(np.array([0, 1, 2]), np.eye(2), 1)


def test_names_of_arguments_are_replaced_as_whole_words_alone() -> None:
    with pytest.raises(ValueError, match=r"^my_true target y_trues$"), named(y_true="target"):
        raise ValueError("my_true y_true y_trues")


TABLES = {
    "pandas.DataFrame(y_score)": ("y_score", "y_score.to_numpy()"),
    "pandas.DataFrame(y_score).convert_dtypes()": ("y_score", "y_score.to_numpy("),
    "pandas.Series(y_true)": ("y_true", "y_true.to_numpy()"),
    "pandas.Series(y_true, dtype='Int64')": ("y_true", "y_true.to_numpy("),
    "pandas.Index(y_true)": ("y_true", "y_true.to_numpy()"),
    "pandas.Series(y_true > 0, dtype='boolean')": ("mask", "mask.to_numpy("),
    "pandas.Series([1, 1, None, 1], dtype='Float64')": ("sample_weight", "sample_weight.to_numpy("),
    "polars.DataFrame(y_score)": ("y_score", "y_score.to_numpy()"),
    "polars.LazyFrame(y_score)": ("y_score", "y_score.collect().to_numpy()"),
    "polars.Series(y_true)": ("y_true", "y_true.to_numpy()"),
    "pyarrow.array(y_true)": ("y_true", "y_true.to_numpy()"),
    "xarray.DataArray(y_score)": ("y_score", "y_score.to_numpy()"),
    "xarray.DataArray(y_true)": ("y_true", "y_true.to_numpy()"),
    "sparse.COO.from_numpy(y_score)": ("y_score", "y_score.todense()"),
    "scipy.sparse.csr_matrix(y_score)": ("y_score", "y_score.toarray()"),
    "scipy.sparse.coo_array(y_score)": ("y_score", "y_score.toarray()"),
}


@pytest.mark.parametrize("made", TABLES)
def test_a_table_or_sparse_array_is_refused_with_the_call_that_reads_it(made: str) -> None:
    for module in ("pandas", "polars", "pyarrow", "xarray", "sparse", "scipy.sparse"):
        if made.startswith(module):
            found = pytest.importorskip(module)
    root = made.partition(".")[0]
    libraries = {root: importlib.import_module(root), found.__name__: found}
    name, call = TABLES[made]
    arrays: dict[str, Any] = {"y_true": LABELS, "y_score": SCORES}
    arrays |= {name: eval(made, {**libraries, **arrays})}  # noqa: S307  # code of this file
    with pytest.raises(TypeError, match=re.escape(call)) as error:
        accord.top_k_accuracy(k=1, **arrays)
    remedy = str(error.value).partition("; pass ")[2]
    arrays[name] = eval(remedy, {"numpy": np, **arrays})  # noqa: S307  # what accord says
    if name == "sample_weight":  # a missing weight is NaN then, which is not a weight
        arrays[name] = np.nan_to_num(arrays[name])
    figure = {"mask": 2 / 3, "sample_weight": 2 / 3}.get(name, 0.75)
    assert accord.top_k_accuracy(k=1, **arrays) == pytest.approx(figure)


@pytest.mark.parametrize("made", ["pandas.Series(words)", "pandas.Series(words, dtype='category')"])
def test_text_in_a_column_is_refused_with_its_encoding(made: str) -> None:
    words = ["ant", "bee", "cat", "bee"]
    y_true = eval(made, {"pandas": pytest.importorskip("pandas"), "words": words})  # noqa: S307  # code of this file
    with pytest.raises(TypeError, match=re.escape(ENCODED)):
        accord.top_k_accuracy(y_true, SCORES, 1)
    encoded = [list(WORDS["classes"]).index(each) for each in y_true]
    assert accord.top_k_accuracy(encoded, SCORES, 1) == 0.75


def test_r1_integers_of_ml_dtypes_are_refused_with_a_remedy_that_works() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    scores = SCORES.astype(ml_dtypes.int4)
    with pytest.raises(TypeError, match=r"y_score has dtype int4.*pass y_score\.astype\('int8'\)"):
        accord.top_k_accuracy(LABELS, scores, 1)
    assert accord.top_k_accuracy(LABELS, scores.astype("int8"), 1) == 0.75


def test_features_of_a_small_float_are_refused_with_a_remedy_that_works() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    small, layer = SCORES.astype(ml_dtypes.bfloat16), np.eye(3).astype(ml_dtypes.bfloat16)
    with pytest.raises(TypeError, match=r"pass features and the layer by astype\('float32'\)"):
        accord.top_k_from_features(LABELS, small, layer, k=1)
    wide = small.astype("float32"), layer.astype("float32")
    assert accord.top_k_from_features(LABELS, *wide, k=1) == 0.75


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn"])
def test_bytes_that_numpy_has_saved_are_refused_with_the_view_that_reads_them(name: str) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    scores = SCORES.astype(getattr(ml_dtypes, name)).view(f"V{2 if name == 'bfloat16' else 1}")
    with pytest.raises(TypeError, match=rf"pass y_score\.view\(ml_dtypes\.{name}\)"):
        accord.top_k_accuracy(LABELS, scores, 1)
    assert accord.top_k_accuracy(LABELS, scores.view(getattr(ml_dtypes, name)), 1) == 0.75


def test_a_list_of_tensors_is_joined_by_their_own_library() -> None:
    torch = pytest.importorskip("torch")
    scores = torch.as_tensor(SCORES)
    with pytest.raises(TypeError, match=r"pass torch\.cat\(y_score\) if these are batches"):
        accord.top_k_accuracy(LABELS, [scores[:1], scores[1:]], 1)
    assert accord.top_k_accuracy(LABELS, torch.cat([scores[:1], scores[1:]]), 1) == 0.75
    with pytest.raises(TypeError, match=r"pass torch\.stack\(y_score\)"):
        accord.top_k_accuracy(LABELS, list(scores), 1)
    assert accord.top_k_accuracy(LABELS, torch.stack(list(scores)), 1) == 0.75


@pytest.mark.parametrize("measure", [accord.Categorical(), accord.TopKCategorical(2)])
def test_predicted_labels_of_sequences_are_never_taken_for_scores_r21(measure: Any) -> None:
    truth, predicted = np.array([[0, 1, 2], [2, 1, 0]]), np.array([[0, 1, 1], [2, 1, 0]])
    with pytest.raises(ValueError, match=r"y_true\[0\] is 2, .*predicted labels seem"):
        measure.tally(truth, predicted)


def test_one_hot_rows_beside_integer_votes_are_labels_r9() -> None:
    one_hot, votes = np.array([[0, 1, 0], [1, 0, 0]]), np.array([[3, 5, 2], [1, 9, 0]])
    assert accord.categorical_accuracy(one_hot, votes) == 0.5


def test_a_row_left_out_may_hold_anything_r13() -> None:
    rows, votes = np.array([[0, 1, 0], [7, 8, 9]]), np.array([[3, 5, 2], [1, 9, 0]])
    assert accord.categorical_accuracy(rows, votes, mask=[True, False]) == 1.0


def test_text_for_scores_is_not_answered_with_a_call_that_fails_again_r23() -> None:
    with pytest.raises(TypeError, match=r"dtype <U1; it must hold real numbers; pass numbers"):
        accord.top_k_accuracy([0], np.array([["a", "b"]]), 1)


def test_the_class_of_a_measure_in_the_place_of_k_is_named_r23() -> None:
    with pytest.raises(TypeError, match=r"pass measure=Binary\(\)"):
        accord.evaluate([0, 1], np.array([0.1, 0.9]), accord.Binary)  # type: ignore[arg-type]  # refused
