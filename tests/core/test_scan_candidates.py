"""The compiled scan among the candidates of each sample, beside the plain-Python rules (R25)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import accord
from accord import scan
from accord_conformance import reference

pytest.importorskip("numba")

SAMPLES = 60


def drawn(classes: int, dtype: str) -> tuple[Any, Any, Any]:
    """Return labels, scores that tie, and candidates, of which each label is one."""
    rng = np.random.default_rng(25)
    scores = rng.integers(0, 4, (SAMPLES, classes)).astype(dtype)
    if scores.dtype.kind == "f":
        scores[rng.random(scores.shape) < 0.05] = np.nan
        scores[rng.random(scores.shape) < 0.05] = -np.inf
    labels, there = rng.integers(0, classes, SAMPLES), rng.random(scores.shape) < 0.6
    there[np.arange(SAMPLES), labels] = True
    return labels, scores, there


def hit(row: int, k: int, labels: Any, scores: Any, there: Any) -> bool:
    """Tell by plain Python whether the label of a sample is among its k best candidates."""
    mine, own = np.flatnonzero(there[row]), int(there[row][: labels[row]].sum())
    return bool(reference.credit(scores[row][mine].tolist(), own, k, "first"))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("classes", [2, 3, 16, 70, 300])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "bool"])
def test_r4_standings_are_among_the_candidates(dtype: str, classes: int, order: Any) -> None:
    labels, scores, there = drawn(classes, dtype)
    with scan.using(True):
        found = accord.standing(
            labels, np.asarray(scores, order=order), candidates=np.asarray(there, order=order)
        )
    for row, counts in enumerate(zip(*found, strict=True)):
        mine, own = np.flatnonzero(there[row]), int(there[row][: labels[row]].sum())
        expected = reference.standing(scores[row][mine].tolist(), own)
        undefined = scores[row][labels[row]] != scores[row][labels[row]]
        assert counts == ((classes, 0, 0) if undefined else expected)


def test_r22_a_label_that_is_no_candidate_is_refused_or_left_out() -> None:
    labels, scores, there = drawn(16, "float32")
    hits = [[hit(row, k, labels, scores, there) for row in range(SAMPLES)] for k in (1, 16)]
    there[7, labels[7]] = False
    keep = np.arange(SAMPLES) != 7
    with scan.using(True):
        with pytest.raises(ValueError, match=r"y_true\[7\] is \d+, a class that is not among"):
            accord.in_top_k(labels, scores, 3, candidates=there)
        found = accord.in_top_k(labels, scores, (1, 16), candidates=there, mask=keep)
    assert found.tolist() == (np.array(hits) & keep).tolist()


def test_r15_balanced_accuracy_is_among_the_candidates() -> None:
    labels, scores, there = drawn(5, "float64")
    hits = np.array([hit(row, 1, labels, scores, there) for row in range(SAMPLES)])
    shares = [hits[labels == each].mean() for each in range(5)]
    found = accord.balanced_accuracy(labels, scores, candidates=there)
    assert found == pytest.approx(np.mean(shares))
    assert found != accord.balanced_accuracy(labels, scores)
