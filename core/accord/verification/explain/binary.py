"""What libraries report for binary scores, by their dialects alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.measures import Binary
from accord.verification.dialects.dialect import Dialect
from accord.verification.dialects.rows import DialectError
from accord.verification.dialects.table import dialects
from accord.verification.explain.causes import LOGITS, SIGMOID, binary_causes, ours
from accord.verification.explain.data import Told
from accord.verification.explain.result import Explanation
from accord.verification.handover import in_dtype, kept_places, threshold_in
from accord.verification.samples import SHOWN, Scored

HostArray = npt.NDArray[Any]


def explain_binary(
    measure: Binary, truth: HostArray, scores: HostArray, dtype: str | None
) -> Explanation:
    """Explain binary scores by each dialect that has a threshold.

    Raises
    ------
    ValueError
        If labels and scores differ in shape.
    """
    if truth.shape != scores.shape:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape}; pass binary scores and"
            " labels of one shape, or scores of shape (N, C)"
        )
    places, truth, scores = kept_places(measure.ignore_index, truth.reshape(-1), scores.reshape(-1))
    counted = in_dtype(measure, dtype or scores.dtype.name)
    positive = truth == 1  # other labels count as 0
    own, tally = counted.credit(positive, scores), counted.tally(positive, scores)
    threshold = threshold_in(measure.threshold, dtype)
    told = []
    first: set[int] = set()
    for dialect in dialects.values():
        if dialect.name == "accord" or dialect.at_threshold is None:
            continue
        found, apart = _told(dialect, measure, truth, scores, own, threshold)
        told.append(found)
        first.update(apart[:SHOWN].tolist())
    samples = [
        Scored(int(places[at]), int(truth[at]), ((1, float(scores[at])),))
        for at in sorted(first)[:SHOWN]
    ]
    return Explanation(
        ties=measure.at_threshold,
        samples=len(truth),
        classes=2,
        correct={1: int(tally.correct)},
        floor={1: int(tally.floor)},
        ceiling={1: int(tally.ceiling)},
        threshold=measure.threshold,
        told=tuple(told),
        looked_at=tuple(samples),
        measure=measure,
        total=len(truth),
    )


def _told(
    dialect: Dialect,
    measure: Binary,
    truth: HostArray,
    scores: HostArray,
    own: HostArray,
    threshold: float,
) -> tuple[Told, HostArray]:
    """Evaluate a dialect; return also the samples on which it and accord differ."""
    told = Told(dialect.name, dialect.binary_call)
    try:
        hits = dialect.binary_hits(truth, scores, threshold)
        figure = dialect.figure(int(hits.sum()), hits.size)
    except DialectError as error:
        return replace(told, refused={1: str(error)}), np.zeros(0, int)
    apart = np.flatnonzero(hits != own)
    mine = replace(ours("first"), at_threshold=measure.at_threshold)
    causes = binary_causes(dialect, mine, scores[apart], threshold)
    if measure.from_logits and not dialect.sigmoid:  # what is left has one cause
        causes = {LOGITS if cause == SIGMOID else cause: n for cause, n in causes.items()}
    told = replace(
        told, least={1: figure}, most={1: figure}, differs={1: len(apart)}, causes={1: causes}
    )
    return told, apart
