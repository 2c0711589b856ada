"""Binary scores on and beside the threshold, in every dtype: dialects beside their libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import accord
from accord.verification.dialects.rows import DialectError

BINARY = [
    name
    for name, dialect in accord.dialects.items()
    if dialect.at_threshold is not None and name != "accord"
]


def allowed(name: str, case: Any) -> float | None:
    """Return what a dialect gives; None for a refusal."""
    try:
        return accord.dialects[name].binary_accuracy(case.truth, case.scores, case.how)
    except DialectError:
        return None


@pytest.mark.parametrize("name", BINARY)
def test_the_peer_does_as_its_dialect_says(
    name: str, asked: Callable[[str, str], list[Any]]
) -> None:
    wrong = [
        (case, answer, expected)
        for case, answer in asked(name, "binary")
        if (answer is None) != ((expected := allowed(name, case)) is None)
        or (answer is not None and answer != pytest.approx(expected, rel=1e-5))
    ]
    assert not wrong, (len(wrong), wrong[:5])


def test_keras_holds_the_threshold_as_float32() -> None:
    score = np.array([0.7])
    assert accord.dialects["keras-tensorflow"].binary_accuracy([1], score, 0.7) == 1
    assert accord.dialects["keras-torch"].binary_accuracy([1], score, 0.7) == 1
    assert accord.dialects["keras-jax"].binary_accuracy([1], score, 0.7) == 0
    assert accord.dialects["keras-numpy"].binary_accuracy([1], score, 0.7) == 0


def test_a_library_without_a_binary_function_says_so() -> None:
    with pytest.raises(ValueError, match=r"jax\.lax\.top_k has no binary accuracy"):
        accord.dialects["jax.lax.top_k"].binary_accuracy([1], np.array([0.5]))


def test_a_binary_label_other_than_0_and_1_counts_as_0_in_explain() -> None:
    scores = np.array([0.9, 0.2, 0.8], np.float32)
    found = accord.explain(np.array([1, 3, 3]), scores, measure=accord.Binary())
    assert found.correct == {1: 2}
    assert found["sklearn"].differs == {1: 0}
