"""The rules by real sorting, in NumPy: what every backend is compared with.

It shares no code with the measures: they count in one read, this sorts every row. It is fast enough
for the scores of a test set (seconds for 50,000 x 1000), and works in blocks of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.measures import (
    Binary,
    Categorical,
    Multilabel,
    SparseCategorical,
    TopK,
    TopKCategorical,
)
from accord.measures.base import Measure
from accord.verification.dialects.rows import blocks

HostArray = npt.NDArray[Any]


class Judged(NamedTuple):
    """The credit of each sample, (N,) or (K, N), and its bounds; False where not ``kept``.

    ``floor`` and ``ceiling`` are None where no bounds are known without trying every set (R11).
    """

    credit: HostArray
    floor: HostArray | None
    ceiling: HostArray | None
    kept: HostArray


def judge(measure: Measure, truth: HostArray, scores: HostArray) -> Judged:
    """Judge every sample; the class axis of the scores is the last, and labels are good."""
    by_kind = _JUDGES.get(type(measure))
    if by_kind is None:
        raise TypeError(
            f"{measure!r} has no reference to compare with; pass one of accord's measures"
        )
    if measure.label_kind != "binary":
        scores = scores.reshape(-1, scores.shape[-1])
    return by_kind(measure, truth, scores)


class _Slots(NamedTuple):
    """Places of the true class in sorted order, from 0, and those of the first and last equal."""

    own: HostArray
    first: HostArray
    last: HostArray


def _ranked(
    measure: TopK | TopKCategorical, labels: HostArray, scores: HostArray, kept: HostArray
) -> Judged:
    k = measure.k
    lead = (len(k),) if isinstance(k, tuple) else ()
    share = measure.ties == "expected"
    credit = np.zeros((*lead, len(labels)), np.float64 if share else bool)
    floor, ceiling = np.zeros((2, *credit.shape), bool)
    for part in blocks(scores):
        mine = np.where(kept[part], labels[part], 0)
        slots = _slots(scores[part], mine)
        own = np.take_along_axis(scores[part], mine[:, None], axis=1)[:, 0]
        counts = kept[part] & (own == own)
        for at, each in enumerate(k if isinstance(k, tuple) else (k,)):
            to = (at, part) if lead else (part,)
            credit[to] = np.where(counts, _CREDIT[measure.ties](slots, each), 0)
            floor[to] = counts & _CREDIT["pessimistic"](slots, each)
            ceiling[to] = counts & _CREDIT["optimistic"](slots, each)
    return Judged(credit, floor, ceiling, kept)


def _slots(scores: HostArray, labels: HostArray) -> _Slots:
    """Sort rows from best to worst, NaN first and equals by class, and find the label's place."""
    classes = scores.shape[1]
    # A stable sort of the mirrored row, mirrored back: descending, the lower class first (R5).
    order = classes - 1 - np.argsort(scores[:, ::-1], axis=1, kind="stable")[:, ::-1]
    ranked = np.take_along_axis(scores, order, axis=1)
    own = np.argmax(order == labels[:, None], axis=1)
    equal = ranked == np.take_along_axis(ranked, own[:, None], axis=1)
    first = np.argmax(equal, axis=1)
    last = classes - 1 - np.argmax(equal[:, ::-1], axis=1)
    return _Slots(own, first, last)


_CREDIT: dict[str, Callable[[_Slots, int], HostArray]] = {
    "first": lambda slots, k: slots.own < k,
    "last": lambda slots, k: slots.first + slots.last - slots.own < k,
    "optimistic": lambda slots, k: slots.first < k,
    "pessimistic": lambda slots, k: slots.last < k,
    "expected": lambda slots, k: (
        np.clip(k - slots.first, 0, slots.last - slots.first + 1) / (slots.last - slots.first + 1)
    ),
}


def _binary(measure: Binary, truth: HostArray, scores: HostArray) -> Judged:
    kept = truth != measure.ignore_index
    above, at = _sides(measure, scores)
    defined = (scores == scores) & kept
    right = (above == (truth == 1)) & ~at & defined
    won = at & ((truth == 1) == (measure.at_threshold == "positive")) & defined
    return Judged(right | won, right, right | (at & defined), kept)


def _sides(measure: Binary | Multilabel, scores: HostArray) -> tuple[HostArray, HostArray]:
    """Return which scores are above, and which at the threshold (R10)."""
    border: Any = measure.threshold
    if measure.from_logits:
        border = np.log(border / (1 - border))
    if scores.dtype.kind == "f":
        border = scores.dtype.type(border)
    elif scores.dtype.kind == "b":
        scores = scores.astype(np.uint8)
    return scores > border, scores == border


def _multilabel(measure: Multilabel, truth: HostArray, scores: HostArray) -> Judged:
    nan = np.isnan(scores) if scores.dtype.kind == "f" else np.zeros(scores.shape, bool)
    true = truth == 1
    if measure.k is None:
        above, at = _sides(measure, scores)
        chosen = (above | (at & (measure.at_threshold == "positive")))[None]
    else:
        chosen = _k_best(measure, scores)
    if measure.criteria == "hamming" and measure.k is None:
        credit = ((chosen == true) & ~nan).sum(axis=-1)
    else:
        credit = np.where(nan.any(axis=-1), 0, CRITERIA[measure.criteria](chosen, true))
    credit = credit if measure.several else credit[0]
    return Judged(credit, None, None, np.ones(len(scores), bool))


def _k_best(measure: Multilabel, scores: HostArray) -> HostArray:
    turn = slice(None, None, -1 if measure.ties == "first" else 1)
    order = np.argsort(scores[:, turn], axis=1, kind="stable")[:, ::-1]
    place = np.argsort(order, axis=1, kind="stable")[:, turn]
    each = np.atleast_1d(np.asarray(measure.k))
    return np.asarray(place < each[:, None, None])


def _overlap_of_union(chosen: HostArray, true: HostArray) -> HostArray:
    union = (chosen | true).sum(axis=-1)
    return np.where(union == 0, 1.0, (chosen & true).sum(axis=-1) / np.maximum(union, 1))


# The credit of each sample, from the labels predicted and those that are true (R11).
CRITERIA: dict[str, Callable[[HostArray, HostArray], Any]] = {
    "exact_match": lambda chosen, true: (chosen == true).all(axis=-1),
    "hamming": lambda chosen, true: (chosen == true).sum(axis=-1),
    "overlap": lambda chosen, true: (chosen & true).any(axis=-1) | ~(chosen | true).any(axis=-1),
    "contain": lambda chosen, true: (chosen | ~true).all(axis=-1),
    "belong": lambda chosen, true: (~chosen | true).all(axis=-1),
    "jaccard": _overlap_of_union,
}


def _judge_classes(measure: TopK, truth: HostArray, scores: HostArray) -> Judged:
    labels = truth.reshape(-1).astype(np.int64)
    return _ranked(measure, labels, scores, labels != measure.ignore_index)


def _judge_dense(measure: TopKCategorical, truth: HostArray, scores: HostArray) -> Judged:
    labels = np.argmax(truth.reshape(scores.shape), axis=1)
    return _ranked(measure, labels, scores, np.ones(len(scores), bool))


# By the measure, for the reference knows what each of accord's own computes.
_JUDGES: dict[type[Measure], Callable[[Any, HostArray, HostArray], Judged]] = {
    Binary: lambda measure, truth, scores: _binary(measure, truth.reshape(-1), scores.reshape(-1)),
    Multilabel: lambda measure, truth, scores: _multilabel(
        measure, truth.reshape(scores.shape), scores
    ),
    TopK: _judge_classes,
    SparseCategorical: _judge_classes,
    TopKCategorical: _judge_dense,
    Categorical: _judge_dense,
}
