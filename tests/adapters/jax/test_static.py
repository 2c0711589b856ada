"""Options that a transformation has traced are refused with a remedy, and what needs the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

import accord
import accord_jax

RNG = np.random.default_rng(6)
SCORES = RNG.normal(size=(40, 8)).astype(np.float32)
LABELS = RNG.integers(0, 8, 40)
HOT = np.eye(8, dtype=np.float32)[LABELS]
OWN = SCORES[np.arange(40), LABELS]
STANDING = accord.standing(LABELS, SCORES)

OPTIONS: list[tuple[Callable[..., Any], tuple[Any, ...], str, Any]] = [
    (accord.top_k_accuracy, (LABELS, SCORES), "k", 5),
    (accord.top_k_accuracy, (LABELS, SCORES), "k", (1, 5)),
    (accord.top_k_categorical_accuracy, (HOT, SCORES), "k", 5),
    (accord.in_top_k, (LABELS, SCORES), "k", 5),
    (accord.multilabel_accuracy, (HOT, SCORES), "k", 2),
    (accord.top_k_from_features, (LABELS, SCORES, HOT[:8]), "k", 2),
    (accord.top_k_from_features, (LABELS, SCORES, HOT[:8]), "block", 2),
    (accord.sparse_categorical_accuracy, (LABELS, SCORES), "axis", 1),
    (accord.standing, (LABELS, SCORES), "axis", 1),
    (accord.sparse_categorical_accuracy, (LABELS, SCORES), "ignore_index", 2),
    (accord.binary_accuracy, (LABELS > 3, OWN), "threshold", 0.2),
    (accord.binary_accuracy, (LABELS > 3, OWN), "from_logits", True),
    (accord.multilabel_accuracy, (HOT, SCORES), "from_logits", True),
    (accord.TopK(1).tally, (LABELS, SCORES), "per_class", True),
    (accord.TopK(1).tally_of, (STANDING, LABELS), "classes", 8),
    (accord.standing_in_block, (LABELS, SCORES, OWN), "offset", 0),
]


@pytest.mark.parametrize(("function", "arrays", "name", "value"), OPTIONS)
def test_r23_a_traced_option_is_refused_with_the_remedy(
    function: Callable[..., Any], arrays: tuple[Any, ...], name: str, value: Any
) -> None:
    extra = {"k": 1} if name in ("axis", "ignore_index") and "top_k" in function.__name__ else {}
    with pytest.raises(
        (ValueError, TypeError), match=f'{name} is traced.*static_argnames="{name}"'
    ):
        jax.jit(function)(*arrays, **{name: value}, **extra)
    found = jax.jit(function, static_argnames=name)(*arrays, **{name: value}, **extra)
    expected = function(*arrays, **{name: value}, **extra)
    jax.tree.map(np.testing.assert_allclose, found, expected)


def test_r23_k_may_be_positional_and_static() -> None:
    with pytest.raises(ValueError, match='static_argnames="k"'):
        jax.jit(accord.top_k_accuracy)(LABELS, SCORES, 5)
    static = jax.jit(accord.top_k_accuracy, static_argnames="k")
    assert float(static(LABELS, SCORES, 5)) == pytest.approx(
        float(accord.top_k_accuracy(LABELS, SCORES, 5))
    )


@pytest.mark.parametrize(("name", "value"), [("ties", "last"), ("average", "macro")])
def test_options_that_are_text_are_static_by_name(name: str, value: str) -> None:
    static = jax.jit(accord.top_k_accuracy, static_argnames=("k", name))
    found = static(LABELS, SCORES, 2, **{name: value})
    options: Any = {name: value}
    assert float(found) == pytest.approx(float(accord.top_k_accuracy(LABELS, SCORES, 2, **options)))


def test_r23_a_state_made_in_a_trace_needs_a_static_number_of_classes() -> None:
    metric = accord_jax.TopKAccuracy(1, average="macro")
    with pytest.raises(TypeError, match='static_argnames="classes"'):
        jax.jit(metric.init)(classes=8)
    state = jax.jit(metric.init, static_argnames="classes")(classes=8)
    assert metric.tally(state).total.shape == (8,)


def test_r23_the_tally_of_a_traced_state_is_refused_with_the_remedy() -> None:
    metric = accord_jax.TopKAccuracy(1)

    def inside(labels: Any, scores: Any) -> Any:
        return metric.tally(metric.update(metric.init(), labels, scores))

    def outside(labels: Any, scores: Any) -> Any:
        return metric.update(metric.init(), labels, scores)

    for transform in (jax.jit, jax.vmap):
        rows = (LABELS, SCORES) if transform is jax.jit else (LABELS[None], SCORES[None])
        with pytest.raises(TypeError, match="return the state from the traced function, and call"):
            transform(inside)(*rows)
    assert int(metric.tally(jax.jit(outside)(LABELS, SCORES)).total) == 40


@pytest.mark.parametrize(
    "needs_host",
    [
        lambda labels, scores: accord.evaluate(labels, scores).accuracy[1],
        lambda labels, scores: streamed(labels, scores).compute(),
    ],
)
def test_r23_a_report_inside_of_a_trace_is_refused_with_the_remedy(
    needs_host: Callable[..., Any],
) -> None:
    with pytest.raises(
        TypeError, match=r"outside of the traced function, or use a measure's tally"
    ):
        jax.jit(needs_host)(LABELS, SCORES)
    found = jax.jit(lambda labels, scores: accord.TopK(1).tally(labels, scores).accuracy())
    assert float(found(LABELS, SCORES)) == pytest.approx(needs_host(LABELS, SCORES))


def streamed(labels: Any, scores: Any) -> accord.Metric:
    metric = accord.Metric(accord.TopK(1))
    metric.update(labels, scores)
    return metric
