"""The reference in plain NumPy: what `verify` compares every framework with.

It shares no code with the measures. It is fast enough for the scores of a test set (seconds for
50,000 x 1000), and works in blocks of rows.
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
from accord.verification import ranks
from accord.verification.dialects.rows import blocks
from accord.verification.ranks import best_first, k_best, rank_counts
from accord.verification.thresholds import sides

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
    return by_kind(measure, truth, scores)


def _ranked(
    measure: TopK | TopKCategorical, labels: HostArray, scores: HostArray, kept: HostArray
) -> Judged:
    dtype = np.float64 if measure.ties == "expected" else bool
    credit = np.zeros((*measure.lead, len(labels)), dtype)
    floor, ceiling = np.zeros((2, *credit.shape), bool)
    for part in blocks(scores):
        mine = np.where(kept[part], labels[part], 0)
        counts = rank_counts(scores[part], mine)
        own = np.take_along_axis(scores[part], mine[:, None], axis=1)[:, 0]
        defined = kept[part] & (own == own)
        for at, k in enumerate(measure.ks):
            to = (at, part) if measure.lead else (part,)
            credit[to] = np.where(defined, ranks.credit(counts, k, measure.ties), 0)
            floor[to] = defined & ranks.credit(counts, k, "pessimistic")
            ceiling[to] = defined & ranks.credit(counts, k, "optimistic")
    return Judged(credit, floor, ceiling, kept)


def _binary(measure: Binary, truth: HostArray, scores: HostArray) -> Judged:
    truth, scores = truth.reshape(-1), scores.reshape(-1)
    kept = truth != measure.ignore_index
    above, at = sides(measure, scores)
    defined = (scores == scores) & kept
    right = (above == (truth == 1)) & ~at & defined
    won = at & ((truth == 1) == (measure.at_threshold == "positive")) & defined
    return Judged(right | won, right, right | (at & defined), kept)


def _multilabel(measure: Multilabel, truth: HostArray, scores: HostArray) -> Judged:
    truth, scores = _rows(truth), _rows(scores)
    nan = np.isnan(scores) if scores.dtype.kind == "f" else np.zeros(scores.shape, bool)
    true = truth == 1
    if measure.k is None:
        above, at = sides(measure, scores)
        chosen = (above | (at & (measure.at_threshold == "positive")))[None]
    else:
        order = best_first(scores, measure.ties)
        chosen = np.stack([k_best(order, k) for k in measure.ks])
    if measure.criteria == "hamming" and measure.k is None:
        credit = ((chosen == true) & ~nan).sum(axis=-1)
    else:
        credit = np.where(nan.any(axis=-1), 0, CRITERIA[measure.criteria](chosen, true))
    credit = credit if measure.several else credit[0]
    return Judged(credit, None, None, np.ones(len(scores), bool))


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
    return _ranked(measure, labels, _rows(scores), labels != measure.ignore_index)


def _judge_dense(measure: TopKCategorical, truth: HostArray, scores: HostArray) -> Judged:
    labels = np.argmax(_rows(truth), axis=1)
    return _ranked(measure, labels, _rows(scores), np.ones(len(labels), bool))


def _rows(values: HostArray) -> HostArray:
    return values.reshape(-1, values.shape[-1])


# By type, because the reference knows what each of accord's own computes.
_JUDGES: dict[type[Measure], Callable[[Any, HostArray, HostArray], Judged]] = {
    Binary: _binary,
    Multilabel: _multilabel,
    TopK: _judge_classes,
    SparseCategorical: _judge_classes,
    TopKCategorical: _judge_dense,
    Categorical: _judge_dense,
}
