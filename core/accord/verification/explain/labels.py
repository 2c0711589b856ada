"""What libraries report for multilabel scores: those of which it is known, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.measures import Multilabel
from accord.measures.base import Measure
from accord.verification.by_k import by_k
from accord.verification.dialects.dialect import Dialect
from accord.verification.dialects.rows import DialectError
from accord.verification.dialects.table import dialects
from accord.verification.explain.causes import (
    LOGITS,
    NAN,
    SCORES,
    SIGMOID,
    THRESHOLD,
    TIE,
    equals_threshold,
    is_nan,
    ours,
    read_otherwise,
)
from accord.verification.explain.data import Told
from accord.verification.explain.result import Explanation
from accord.verification.handover import in_dtype, threshold_in
from accord.verification.reference import CRITERIA

HostArray = npt.NDArray[Any]

EMPTY = "two empty sets"


@dataclass(frozen=True)
class _Known:
    """How a library, whose binary rules its dialect has, is called for a criterion."""

    calls: dict[str, str]
    best: str | None = None
    empty: float = 1.0

    def call(self, measure: Multilabel) -> str | None:
        """Return the function that counts as the measure does; None if none is known."""
        if measure.k is not None:
            return self.best and self.best.format(criteria=measure.criteria)
        return self.calls.get(measure.criteria)


_TORCHEVAL = "torcheval.metrics.functional.multilabel_accuracy(criteria={!r})"
_BY_LABEL = _Known({"hamming": "keras.metrics.BinaryAccuracy"})

_KNOWN: dict[str, _Known] = {
    "sklearn": _Known(
        {
            "exact_match": "sklearn.metrics.accuracy_score",
            "hamming": "1 - sklearn.metrics.hamming_loss",
            "jaccard": "sklearn.metrics.jaccard_score(average='samples')",
        },
        empty=0.0,
    ),
    **{
        name: _BY_LABEL
        for name, dialect in dialects.items()
        if name.startswith("keras-") and dialect.at_threshold is not None
    },
    "torchmetrics": _Known(
        {
            "exact_match": "torchmetrics.functional.classification.multilabel_exact_match",
            "hamming": "torchmetrics.functional.classification.multilabel_accuracy(average='micro')",
        }
    ),
    "torcheval": _Known(
        {
            criteria: _TORCHEVAL.format(criteria)
            for criteria in ("exact_match", "hamming", "overlap", "contain", "belong")
        },
        best="torcheval.metrics.functional.topk_multilabel_accuracy(criteria={criteria!r})",
    ),
}
_BEST = ("exact_match", "hamming", "overlap", "contain", "belong")  # criteria of torcheval


def explain_labels(
    measure: Multilabel, truth: HostArray, scores: HostArray, dtype: str | None
) -> Explanation:
    """Explain multilabel scores by the rules of each library that has the criterion.

    Raises
    ------
    ValueError, TypeError
        As the measure raises.
    """
    own = in_dtype(measure, dtype or scores.dtype.name)
    asked = replace(measure, threshold=threshold_in(measure.threshold, dtype))
    tally = own.tally(truth, scores)
    rows = scores.reshape(-1, scores.shape[-1])
    true = truth.reshape(rows.shape) == 1
    counts = [by_k(measure, each) for each in (tally.correct, tally.floor, tally.ceiling)]
    total = int(tally.total)
    told = []
    for name, known in _KNOWN.items():
        call = known.call(measure)
        if call is None or (measure.k is not None and measure.criteria not in _BEST):
            continue
        if measure.k is None:
            told.append(_by_threshold(name, call, known, asked, own, true, rows, total))
        else:
            told.append(_of_the_best(name, call, counts, rows, total))
    return Explanation(
        ties=measure.at_threshold if measure.k is None else measure.ties,
        samples=len(rows),
        classes=rows.shape[1],
        correct=counts[0],
        floor=counts[1],
        ceiling=counts[2],
        threshold=measure.threshold if measure.k is None else None,
        told=tuple(told),
        looked_at=(),
        measure=measure,
        total=total,
        notes=(_note(measure, [each.name for each in told]),),
    )


def _note(measure: Multilabel, names: list[str]) -> str:
    what = f"the criterion {measure.criteria!r}" + (" of the k best labels" * bool(measure.k))
    if not names:
        return f"No library is known to have {what}, so there is nothing to compare with."
    return (
        f"Libraries known to have {what}: {', '.join(names)}. Nothing is known of others, and none"
        " was run: these are figures by their rules."
    )


def _by_threshold(
    name: str,
    call: str,
    known: _Known,
    measure: Multilabel,
    mine: Measure,
    true: HostArray,
    scores: HostArray,
    total: int,
) -> Told:
    dialect = replace(dialects[name], binary_call=call)
    positive = np.ones(scores.shape, np.int8)
    try:
        chosen = dialect.binary_hits(positive, scores, measure.threshold)
    except DialectError as error:
        return Told(name, call, refused={1: str(error)})
    credit = CRITERIA[measure.criteria](chosen, true)
    unlike = measure.criteria == "jaccard" and known.empty == 0
    empty = np.asarray(~(chosen | true).any(axis=-1)) & unlike
    credit = np.where(empty, 0.0, credit) if empty.any() else credit
    own = np.asarray(mine.credit(true, scores))
    figure = float(credit.sum() / total) if total else float("nan")
    apart = np.flatnonzero(credit != own)
    return Told(
        name,
        call,
        least={1: figure},
        most={1: figure},
        differs={1: len(apart)},
        causes={1: _causes(measure, scores[apart], empty[apart], dialect)},
    )


def _causes(
    measure: Multilabel, scores: HostArray, empty: HostArray, dialect: Dialect
) -> dict[str, int]:
    """Count samples that all are judged otherwise by the first cause that each has."""
    nan = is_nan(scores)
    mine = replace(ours("first"), at_threshold=measure.at_threshold)
    read = read_otherwise(dialect, mine, scores, measure.threshold)
    at = equals_threshold(scores, measure.threshold) & (not measure.from_logits)
    left = np.ones(len(scores), bool)
    found: dict[str, int] = {}
    others = SIGMOID if dialect.sigmoid or not measure.from_logits else LOGITS
    for cause, has in (
        (NAN, nan.any(axis=-1)),
        (EMPTY, empty),
        (SCORES, read.any(axis=-1)),
        (THRESHOLD, at.any(axis=-1)),
        (others, left),
    ):
        counted = int((left & has).sum())
        if counted:
            found[cause] = counted
        left = left & ~has
    return found


def _of_the_best(
    name: str, call: str, counts: list[dict[int, Any]], scores: HostArray, total: int
) -> Told:
    """Bound what a library reports that picks the k best by torch.topk, which promises no order."""
    told = Told(name, call)
    broken = is_nan(scores).any(axis=-1)
    ranked = np.sort(scores, axis=-1)[:, ::-1]
    _, floor, ceiling = counts
    for k in floor:
        if k == 1:
            told.refused[k] = f"{call} refuses k=1"
            continue
        tied = np.zeros(len(scores), bool)
        if k < scores.shape[1]:
            tied = (ranked[:, k - 1] == ranked[:, k]) & ~broken
        room = int(broken.sum()) * (total // len(scores) if len(scores) else 1)
        told.least[k] = floor[k] / total if total else float("nan")
        told.most[k] = (ceiling[k] + room) / total if total else float("nan")
        told.differs[k] = int(tied.sum() + broken.sum())
        causes = {TIE: int(tied.sum()), NAN: int(broken.sum())}
        told.causes[k] = {cause: count for cause, count in causes.items() if count}
    return told
