"""Which samples a dialect counts as hits: its rules for scores by class, applied."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from accord.verification.dialects.orders import compare, converted, keyed, widened, winner
from accord.verification.dialects.rows import DialectError, Flags, HostArray
from accord.verification.dialects.rules import Rules
from accord.verification.ranks import RankCounts, credit

_UNSPECIFIED = ("pessimistic", "optimistic")  # between these lies the figure of such ties


class Hits(NamedTuple):
    """Which samples are hits at the least and at the most; they differ where nothing is promised."""

    least: Flags
    most: Flags


def judge(rules: Rules, truth: HostArray, scores: HostArray, k: int) -> Hits:
    """Judge a block of samples."""
    if rules.label_dtype == "scores":
        # Both are converted, so that classes that become one number count as one class.
        same = truth.astype(scores.dtype) == predicted(rules, scores).astype(scores.dtype)
        return Hits(same, same)
    given = scores.dtype
    unsorted = given.name in rules.unsorted
    scores = _read(rules, scores)
    _refuse_values(rules, scores)
    label, own, unsure, miss = _labelled(rules, truth, scores, given)
    above, equal = compare(keyed(scores, rules.order), keyed(own, rules.order), rules.nan)
    if rules.nan == "misses":
        miss = miss | np.isnan(own[:, 0])
    if unsorted:
        unsure = unsure | np.isnan(scores).any(axis=1)
    if rules.nan == "spoils":
        miss = miss | np.isnan(scores).any(axis=1)
    if rules.infinities == "spoils":
        miss = miss | np.isinf(scores).any(axis=1)
    place = np.arange(scores.shape[1])
    counts = RankCounts(
        ahead=np.count_nonzero(above, axis=1),
        tied_before=np.count_nonzero(equal & (place < label[:, None]), axis=1),
        tied_after=np.count_nonzero(equal & (place > label[:, None]), axis=1),
    )
    lost, won = _UNSPECIFIED if rules.ties == "unspecified" else (rules.ties, rules.ties)
    least, most = credit(counts, k, lost), credit(counts, k, won)
    return Hits(least & ~miss & ~unsure, (most & ~miss) | unsure)


def predicted(rules: Rules, scores: HostArray) -> HostArray:
    """Return the class that a library predicts for each row, where it takes the first best."""
    return winner(keyed(_read(rules, scores), rules.order), rules.nan)


def _read(rules: Rules, scores: HostArray) -> HostArray:
    return widened(converted(scores, rules.reads.get(scores.dtype.name, "")))


def _refuse_values(rules: Rules, scores: HostArray) -> None:
    if rules.nan == "refused" and np.isnan(scores).any():
        raise DialectError(f"{rules.call} refuses NaN scores")
    if rules.infinities == "refused" and np.isinf(scores).any():
        raise DialectError(f"{rules.call} refuses infinite scores")


def _labelled(
    rules: Rules, truth: HostArray, scores: HostArray, given: np.dtype[Any]
) -> tuple[HostArray, HostArray, Flags, Flags]:
    """Return label, own score, which samples nothing is promised of, and which are misses."""
    classes = scores.shape[1]
    label = truth.astype(np.int64)
    unsure, miss, filled = np.zeros((3, len(truth)), bool)
    if rules.label_below == "wraps":
        label = np.where((label < 0) & (label >= -classes), label + classes, label)
    for bad, rule in ((label < 0, rules.label_below), (label >= classes, rules.label_beyond)):
        if not bad.any():
            continue
        # A wrap has happened above; what is further off does as one beyond.
        match rules.label_beyond if rule == "wraps" else rule:
            case "refused":
                raise DialectError(f"{rules.call} refuses label {truth[bad][0]}")
            case "unspecified":
                unsure |= bad
            case "filled":
                filled |= bad
            case _:
                miss |= bad
    label = np.where((label < 0) | (label >= classes), 0, label)
    own = np.take_along_axis(scores, label[:, None], axis=1)
    if filled.any():
        own = np.where(filled[:, None], _fill(given), own)
    return label, own, unsure, miss


def _fill(given: np.dtype[Any]) -> float:
    """Return what JAX, without x64, reads for an index out of range; NaN ranks last there."""
    if given.kind == "b":
        return 1
    if given.kind in "iu":
        bounds = np.iinfo(f"{given.kind}{min(given.itemsize, 4)}")
        return bounds.min if given.kind == "i" else bounds.max
    return -np.inf
