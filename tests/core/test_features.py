"""Top-k accuracy from features: products of small whole numbers are exact, and full of ties."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import accord
from accord import from_features as module
from accord_conformance.reference import credit

RNG = np.random.default_rng(8)
FEATURES = RNG.integers(-2, 3, (40, 3)).astype(np.float32)
WEIGHTS = RNG.integers(-2, 3, (11, 3)).astype(np.float32)
BIAS = RNG.integers(-1, 2, 11).astype(np.float32)
LABELS = RNG.integers(0, 11, 40)
SCORES = (FEATURES.astype(int) @ WEIGHTS.astype(int).T + BIAS.astype(int)).tolist()


def expected(k: int, ties: str, kept: Any = None) -> float:
    kept = np.ones(40, bool) if kept is None else kept
    each = [credit(row, int(label), k, ties) for row, label in zip(SCORES, LABELS, strict=True)]
    return float(sum(np.array(each)[kept]) / int(kept.sum()))


@pytest.mark.parametrize("block", [None, 1, 3, 10, 11, 12])
@pytest.mark.parametrize("ties", ["first", "last", "optimistic", "pessimistic", "expected"])
def test_r5_it_is_the_accuracy_of_the_scores_of_all_blocks(block: int | None, ties: Any) -> None:
    found = accord.top_k_from_features(
        LABELS, FEATURES, WEIGHTS, BIAS, (1, 4), ties=ties, block=block
    )
    assert found == pytest.approx([expected(1, ties), expected(4, ties)], rel=1e-12)


def test_samples_are_taken_in_tiles_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 12)  # four samples at a time, of three classes
    weight = np.arange(40) % 3
    found = accord.top_k_from_features(
        LABELS.reshape(5, 8),
        FEATURES.reshape(5, 8, 3),
        WEIGHTS,
        BIAS,
        2,
        sample_weight=weight.reshape(5, 8),
        block=3,
    )
    hits = [float(credit(row, int(y), 2, "first")) for row, y in zip(SCORES, LABELS, strict=True)]
    assert found == pytest.approx(np.average(hits, weights=weight), rel=1e-12)


def test_r13_masked_and_ignored_samples_are_left_out() -> None:
    kept = np.arange(40) % 4 != 0
    left_out = np.where(kept, LABELS, -100)
    found = accord.top_k_from_features(
        left_out, FEATURES, WEIGHTS, BIAS, 3, ignore_index=-100, mask=np.arange(40) % 5 != 0
    )
    assert found == pytest.approx(expected(3, "first", kept & (np.arange(40) % 5 != 0)))


def test_r4_a_sample_without_a_score_is_a_miss_and_r16_no_samples_give_nan() -> None:
    spoiled = FEATURES.copy()
    spoiled[0] = np.nan
    found = accord.top_k_from_features(LABELS[:2], spoiled[:2], WEIGHTS, BIAS, 11)
    assert found == 0.5
    assert np.isnan(accord.top_k_from_features(LABELS[:0], FEATURES[:0], WEIGHTS, k=1))


def test_rounding_that_differs_between_products_never_turns_a_score_against_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = iter(range(1000))
    exact = module.Layer.scores
    monkeypatch.setattr(
        module.Layer, "scores", lambda layer, x, at: exact(layer, x, at) + next(calls) * 1e-3
    )
    alone = accord.top_k_from_features([0] * 9, FEATURES[:9], WEIGHTS[:1], k=1)
    assert alone == 1  # of one class


def test_no_scores_of_all_classes_exist_at_a_time() -> None:
    features, weights = np.ones((2000, 4), np.float32), np.ones((20_000, 4), np.float32)
    tracemalloc.start()
    try:
        accord.top_k_from_features(np.zeros(2000, int), features, weights, k=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2000 * 20_000 * 4 / 2


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"weights": WEIGHTS.T}, ValueError, r"weights has shape \(3, 11\).*\(classes, 3\)"),
        ({"bias": BIAS[:5]}, ValueError, r"bias has shape \(5,\).*pass bias of shape \(11,\)"),
        ({"weights": WEIGHTS.astype(float)}, TypeError, r"weights has dtype float64, features f"),
        (
            {"y_true": LABELS[:3]},
            ValueError,
            r"y_true has shape \(3,\), features\[\.\.\., 0\] \(40,\);",
        ),
        ({"y_true": LABELS + 0.0}, TypeError, r"y_true has dtype float64; pass integer"),
        ({"y_true": LABELS + 1}, ValueError, r"y_true\[\d+\] is 11, outside 0\.\.10"),
        ({"k": 12}, ValueError, r"k=12 exceeds the 11 classes in weights"),
        ({"candidates": np.ones((40, 10), bool)}, ValueError, r"candidates has shape \(40, 10\)"),
        ({"candidates": np.ones((40, 11), int)}, TypeError, r"candidates has dtype int64"),
        ({"block": 0}, ValueError, r"block=0 is not allowed"),
        ({"features": FEATURES[:, :0]}, ValueError, r"features has shape \(40, 0\)"),
        ({"features": FEATURES.astype("int8")}, TypeError, r"features has dtype int8; .* floats"),
    ],
)
def test_r21_what_does_not_match_is_refused_by_name(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    arrays: dict[str, Any] = {
        "y_true": LABELS,
        "features": FEATURES,
        "weights": WEIGHTS,
        "bias": BIAS,
        "k": 3,
    }
    assert LABELS.max() == 10
    with pytest.raises(error, match=message):
        accord.top_k_from_features(**(arrays | change))


def test_r24_each_group_has_the_accuracy_of_its_samples() -> None:
    groups = np.arange(40) % 3
    found = accord.top_k_from_features(
        LABELS, FEATURES, WEIGHTS, BIAS, 2, groups=groups, n_groups=3, average="none"
    )
    each = [expected(2, "first", groups == group) for group in range(3)]
    assert found == pytest.approx(each)


THERE = RNG.random((40, 11)) < 0.5
THERE[np.arange(40), LABELS] = True


def among(row: int) -> float:
    """Return the hit of a sample at k = 2 among its candidates."""
    there = np.flatnonzero(THERE[row])
    own = int(np.searchsorted(there, LABELS[row]))
    return float(credit([SCORES[row][place] for place in there], own, 2, "first"))


@pytest.mark.parametrize("block", [None, 3])
def test_r25_only_candidates_are_ranked(block: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", 12)  # tiles, in the order of labels
    left_out, mask = THERE.copy(), np.arange(40) != 5
    left_out[5, LABELS[5]] = False
    arrays = LABELS, FEATURES, WEIGHTS, BIAS, 2
    each = [among(row) for row in range(40)]
    whole = accord.top_k_from_features(*arrays, candidates=THERE, block=block)
    assert whole == pytest.approx(np.mean(each)) != expected(2, "first")
    some = accord.top_k_from_features(*arrays, candidates=left_out, mask=mask, block=block)
    assert some == pytest.approx(np.mean(np.asarray(each)[mask]))
    with pytest.raises(ValueError, match=r"y_true\[5\] is \d+, a class that is not among"):
        accord.top_k_from_features(*arrays, candidates=left_out, block=block)


def test_r25_a_trace_counts_a_label_that_is_no_candidate_as_a_miss() -> None:
    jax = pytest.importorskip("jax")
    barred = THERE.copy()
    barred[5, LABELS[5]] = False

    def figure(features: Any, there: Any, k: int) -> Any:
        arrays = LABELS, features, WEIGHTS, BIAS, k
        return accord.top_k_from_features(*arrays, candidates=there, ignore_index=-1, block=3)

    found = jax.jit(figure, static_argnums=2)(FEATURES, barred, 2)
    hits = [0.0 if row == 5 else among(row) for row in range(40)]
    assert float(found) == pytest.approx(np.mean(hits))
    assert float(jax.jit(figure, static_argnums=2)(FEATURES, barred, 11)) == pytest.approx(39 / 40)
