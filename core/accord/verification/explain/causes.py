"""Why a dialect and accord differ on a sample: which rule of the dialect makes the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from accord.verification.dialects.dialect import AVERAGES, Dialect
from accord.verification.dialects.judged import Hits
from accord.verification.dialects.rules import Ties

HostArray = npt.NDArray[Any]

NAN = "NaN"
SCORES = "rounding of scores"
TIE = "tie at the boundary"
THRESHOLD = "score at the threshold"
SIGMOID = "sigmoid of a batch"
LOGITS = "logits compared with the threshold as they are"
COUNTER = "counter precision"
CLASSES = "classes that accord does not count"

# Rules of a dialect, which accord's replace one after the other until both agree on a sample. The
# last rule replaced is its cause.
_RULES: dict[str, tuple[str, ...]] = {
    "conversion of labels": ("label_dtype",),
    "bad label": ("label_below", "label_beyond"),
    NAN: ("nan",),
    "infinity": ("infinities",),
    SCORES: ("reads", "order"),
    TIE: ("ties",),
}


_OF_INTEGERS = {SCORES: "conversion of scores"}  # wrapped, or rounded to floats


def ours(ties: Ties) -> Dialect:
    """Return accord's own rules as a dialect; labels that can't be refused are misses (R22)."""
    return Dialect(
        name="accord",
        call="accord.top_k_accuracy",
        ties=ties,
        nan="misses",
        averages=AVERAGES,
        macro_bad_label="left out",
        at_threshold="negative",
    )


def differing(hits: Hits, own: HostArray) -> HostArray:
    """Return the samples on which a dialect differs from accord, or may differ."""
    return np.flatnonzero((hits.least != own) | (hits.most != own))


def causes(
    dialect: Dialect, mine: Dialect, truth: HostArray, scores: HostArray, k: int
) -> dict[str, int]:
    """Count the causes of samples on which a dialect and accord differ, one for each sample."""
    rules = dialect.at_1 if dialect.at_1 and k == 1 else dialect
    rules = replace(rules, k_above_classes="counts", fewest_classes=1)
    own = mine.hits(truth, scores, k).least
    found: dict[str, int] = {}
    left = np.ones(len(truth), bool)
    for cause, fields in _RULES.items():
        rules = replace(rules, **{field: getattr(mine, field) for field in fields})
        hits = rules.hits(truth[left], scores[left], k)
        agrees = (hits.least == own[left]) & (hits.most == own[left])
        if agrees.any():
            name = cause if scores.dtype.kind == "f" else _OF_INTEGERS.get(cause, cause)
            found[name] = int(agrees.sum())
            left[np.flatnonzero(left)[agrees]] = False
    return found


def binary_causes(
    dialect: Dialect, mine: Dialect, scores: HostArray, threshold: float
) -> dict[str, int]:
    """Count the causes of binary samples on which a dialect and accord differ."""
    nan = is_nan(scores)
    rounded = ~nan & read_otherwise(dialect, mine, scores, threshold)
    at = ~nan & ~rounded & equals_threshold(scores, threshold)
    other = int((~nan & ~rounded & ~at).sum())
    found = {
        NAN: int(nan.sum()),
        SCORES: int(rounded.sum()),
        THRESHOLD: int(at.sum()),
        SIGMOID: other,
    }
    return {cause: count for cause, count in found.items() if count}


def read_otherwise(
    dialect: Dialect, mine: Dialect, scores: HostArray, threshold: float
) -> npt.NDArray[np.bool_]:
    """Return which scores change sides of a threshold because of how a dialect reads numbers."""
    read = replace(dialect, sigmoid=False, integers="scores", at_threshold=mine.at_threshold)
    one = np.ones(scores.shape, np.int8)
    own = mine.binary_hits(one, scores, threshold)
    return np.asarray(read.binary_hits(one, scores, threshold) != own)


def equals_threshold(scores: HostArray, threshold: float) -> npt.NDArray[np.bool_]:
    """Return which scores equal the threshold, which is rounded to the dtype of floats (R10)."""
    border = scores.dtype.type(threshold) if scores.dtype.kind == "f" else threshold
    return np.asarray(scores == border)


def is_nan(scores: HostArray) -> npt.NDArray[np.bool_]:
    """Return which scores are NaN; integers and bools never are."""
    return np.isnan(scores) if scores.dtype.kind == "f" else np.zeros(scores.shape, bool)
