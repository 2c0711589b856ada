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
    NDCG,
    Binary,
    Categorical,
    Multilabel,
    ReciprocalRank,
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


Credit = Callable[[ranks.RankCounts, Any, str], HostArray]  # at one k, by a tie rule


def _ranked(
    measure: TopK | TopKCategorical | ReciprocalRank | NDCG,
    labels: HostArray,
    scores: HostArray,
    kept: HostArray,
    credit_of: Credit = ranks.credit,
) -> Judged:
    shape = (*measure.lead, len(labels))
    credit = np.zeros(shape, np.float64 if measure.fractional else bool)
    hits = credit_of is ranks.credit
    floor, ceiling = np.zeros((2, *shape), bool if hits else np.float64)
    for part in blocks(scores):
        mine = np.where(kept[part], labels[part], 0)
        counts = rank_counts(scores[part], mine)
        own = np.take_along_axis(scores[part], mine[:, None], axis=1)[:, 0]
        defined = kept[part] & (own == own)
        for at, k in enumerate(measure.ks or (scores.shape[1],)):
            to = (at, part) if measure.lead else (part,)
            credit[to] = np.where(defined, credit_of(counts, k, measure.ties), 0)
            floor[to] = np.where(defined, credit_of(counts, k, "pessimistic"), 0)
            ceiling[to] = np.where(defined, credit_of(counts, k, "optimistic"), 0)
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
    kept = ~np.isnan(credit[0]) if credit.dtype.kind == "f" else np.ones(len(scores), bool)
    credit = np.where(kept, credit, 0)  # a sample whose figure is 0 / 0 is left out (R27)
    return Judged(credit if measure.several else credit[0], None, None, kept)


def _divided(part: HostArray, whole: HostArray) -> HostArray:
    return np.where(whole == 0, np.nan, part / np.maximum(whole, 1))


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
    "precision": lambda chosen, true: _divided(
        (chosen & true).sum(axis=-1), chosen.sum(axis=-1) + 0 * true.sum(axis=-1)
    ),
    "recall": lambda chosen, true: _divided(
        (chosen & true).sum(axis=-1), true.sum(axis=-1) + 0 * chosen.sum(axis=-1)
    ),
    "f1": lambda chosen, true: _divided(
        2 * (chosen & true).sum(axis=-1), chosen.sum(axis=-1) + true.sum(axis=-1)
    ),
}


def _judge_classes(measure: TopK, truth: HostArray, scores: HostArray) -> Judged:
    labels = truth.reshape(-1).astype(np.int64)
    return _ranked(measure, labels, _rows(scores), labels != measure.ignore_index)


# What a rank is worth up to the last that has credit (R26).
WORTH: dict[type[Measure], Callable[[HostArray], Any]] = {
    ReciprocalRank: lambda rank: 1 / rank,
    NDCG: lambda rank: 1 / np.log2(1 + rank),
}


def _judge_ranks(measure: ReciprocalRank | NDCG, truth: HostArray, scores: HostArray) -> Judged:
    rank = np.arange(1, scores.shape[-1] + 1)
    of_all = WORTH[type(measure)](rank)

    def credit_of(counts: ranks.RankCounts, k: int, ties: str) -> HostArray:
        return ranks.worth(counts, np.where(rank <= k, of_all, 0), ties)

    labels = truth.reshape(-1).astype(np.int64)
    return _ranked(measure, labels, _rows(scores), labels != measure.ignore_index, credit_of)


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
    ReciprocalRank: _judge_ranks,
    NDCG: _judge_ranks,
}
