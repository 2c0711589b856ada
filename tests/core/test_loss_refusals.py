"""What losses refuse, and what they don't read (R22, R23, R31)."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from accord.losses import list_mle, smooth_top_k, top_k_distillation

RNG = np.random.default_rng(18)
SAMPLES, CLASSES = 12, 7
LOGITS = RNG.normal(size=(SAMPLES, CLASSES)) * 3
TEACHER = RNG.normal(size=(SAMPLES, CLASSES))
RELEVANCE = RNG.integers(0, 3, (SAMPLES, CLASSES))
LABELS = RNG.integers(0, CLASSES, SAMPLES)


def wrong(value: Any) -> Any:
    """Return what type checkers refuse too."""
    return value


REFUSED: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (
        lambda: list_mle(RELEVANCE, RELEVANCE),
        TypeError,
        "y_score has dtype int64; it must hold floating-point numbers.*; cast y_score to float32",
    ),
    (
        lambda: list_mle(LABELS, LOGITS),
        ValueError,
        r"relevance has shape \(12,\), y_score \(12, 7\); pass relevance of shape \(12, 7\)",
    ),
    (
        lambda: smooth_top_k(np.eye(CLASSES)[LABELS], LOGITS, 2),
        ValueError,
        r"class axis \(12,\); pass the class of each sample; of one-hot rows, their argmax",
    ),
    (
        lambda: top_k_distillation(TEACHER[:, :-1], LOGITS, 2),
        ValueError,
        r"teacher has shape \(12, 6\), student \(12, 7\); pass teacher of shape \(12, 7\)",
    ),
    (
        lambda: top_k_distillation(LABELS[:, None] == np.arange(CLASSES), LOGITS, 2),
        TypeError,
        "teacher has dtype bool; it must hold logits as floats",
    ),
    (
        lambda: list_mle(RELEVANCE, LOGITS, mask=LABELS > 2),
        ValueError,
        r"y_score \(12, 7\); pass True for each entry that takes part; to leave whole samples out,",
    ),
    (
        lambda: list_mle(RELEVANCE, LOGITS, k=8),
        ValueError,
        "k=8 exceeds the 7 classes in y_score; pass k between 1 and 7",
    ),
    (
        lambda: top_k_distillation(TEACHER, LOGITS, 8),
        ValueError,
        "k=8 exceeds the 7 classes in student; pass k between 1 and 7",
    ),
    (lambda: smooth_top_k(LABELS, LOGITS, 0), ValueError, "k=0 is not a number of classes"),
    (
        lambda: smooth_top_k(LABELS, LOGITS, wrong((1, 2))),
        ValueError,
        r"k=\(1, 2\) is a tuple; pass one",
    ),
    (
        lambda: smooth_top_k(LABELS, LOGITS, 2, temperature=0),
        ValueError,
        "temperature=0 is not above 0; pass a positive number",
    ),
    (
        lambda: top_k_distillation(TEACHER, LOGITS, 2, temperature=nan),
        ValueError,
        "temperature=nan is not a finite number",
    ),
    (
        lambda: list_mle(RELEVANCE, LOGITS, ties=wrong("last")),
        ValueError,
        "ties='last' is unknown; pass one of 'first', 'bound'",
    ),
    (
        lambda: top_k_distillation(TEACHER, LOGITS, 2, rest=wrong("pool")),
        ValueError,
        "rest='pool' is unknown; pass one of 'other', 'drop'",
    ),
    (
        lambda: list_mle(RELEVANCE, LOGITS, reduction=wrong("avg")),
        ValueError,
        "reduction='avg' is unknown; pass one of 'mean', 'sum', 'none'",
    ),
    (
        lambda: list_mle([[1, nan, 0]], LOGITS[:1, :3]),
        ValueError,
        r"relevance\[0, 1\] is nan, which has no order; pass finite numbers, or leave the entry",
    ),
    (
        lambda: list_mle([[1], [nan], [0]], LOGITS[:1, :3].T, axis=0),
        ValueError,
        r"numpy.moveaxis\(relevance, 0, -1\)\[0, 1\] is nan, which has no order",
    ),
    (
        lambda: smooth_top_k(LABELS + 3, LOGITS, 2),
        ValueError,
        r"y_true\[\d+\] is \d+, outside 0..6; pass only samples whose label is one of these",
    ),
    (
        lambda: smooth_top_k([1], LOGITS[:1], 2, mask=[[True] + [False] * 6]),
        ValueError,
        r"y_true\[0\] is 1, a class that the mask leaves out; keep it, or pass sample_weight with 0",
    ),
    (
        lambda: list_mle(RELEVANCE, LOGITS, sample_weight=-np.ones(SAMPLES)),
        ValueError,
        r"sample_weight\[0\] is -1.0, which is no weight",
    ),
    (lambda: list_mle(None, LOGITS), TypeError, "relevance is None; pass it as an array"),
    (
        lambda: list_mle(RELEVANCE, LOGITS, axis=2),
        ValueError,
        r"axis=2 is no axis of y_score, which has shape \(12, 7\); pass an axis from -2 to 1",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED)
def test_what_is_refused_is_named_with_a_remedy(
    call: Callable[[], Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_bad_values_of_samples_that_are_left_out_are_not_read() -> None:
    weight = np.array([1.0, 0.0])
    labels, logits = [0, 99], LOGITS[:2]
    assert_allclose(
        smooth_top_k(labels, logits, 2, sample_weight=weight), smooth_top_k([0], logits[:1], 2)
    )
    mask = np.ones((2, CLASSES), bool)
    mask[1] = False
    assert_allclose(smooth_top_k(labels, logits, 2, mask=mask), smooth_top_k([0], logits[:1], 2))
