"""Scores in NumPy arrays of bfloat16 and the smaller floats of ml_dtypes (R1, R2, R10)."""

from __future__ import annotations

import bisect
import functools
import json
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import accord
from accord import scan
from accord.cli.app import run
from accord.inputs.validate import validate

ml_dtypes = pytest.importorskip("ml_dtypes")

RNG = np.random.default_rng(5)


class Format(NamedTuple):
    """How a float is written in bits, and which patterns are special."""

    bits: int
    mantissa: int
    bias: int
    special: str = "ieee"


FORMATS = {
    "bfloat16": Format(16, 7, 127),
    "float8_e3m4": Format(8, 4, 3),
    "float8_e4m3": Format(8, 3, 7),
    "float8_e5m2": Format(8, 2, 15),
    "float8_e4m3fn": Format(8, 3, 7, "one nan"),
    "float8_e4m3fnuz": Format(8, 3, 8, "nan for -0"),
    "float8_e4m3b11fnuz": Format(8, 3, 11, "nan for -0"),
    "float8_e5m2fnuz": Format(8, 2, 16, "nan for -0"),
    "float8_e8m0fnu": Format(8, 0, 127, "powers of two"),
    "float6_e2m3fn": Format(6, 3, 1, "finite"),
    "float6_e3m2fn": Format(6, 2, 3, "finite"),
    "float4_e2m1fn": Format(4, 1, 1, "finite"),
}
SMALL = [name for name in FORMATS if name != "bfloat16"]

# Zeros, subnormals, neighbours around 1, the largest, infinities, NaN of both signs and payloads.
BFLOAT16 = [
    sign | magnitude
    for sign in (0, 0x8000)
    for magnitude in (
        *(0, 1, 2, 0x7F, 0x80, 0x81, 0x3F7F, 0x3F80, 0x3F81, 0x4000),
        *(0x7F7F, 0x7F80, 0x7F81, 0x7FC0, 0x7FFF),
    )
]


def decoded(name: str, bits: int) -> float:
    """Return the value of a bit pattern, in plain Python."""
    how = FORMATS[name]
    if how.special == "powers of two":  # no sign, no zero
        return math.nan if bits == 0xFF else math.ldexp(1, bits - how.bias)
    top = 1 << (how.bits - 1)
    sign, magnitude = (-1 if bits & top else 1), bits & (top - 1)
    exponent, fraction = magnitude >> how.mantissa, magnitude & ((1 << how.mantissa) - 1)
    if how.special == "ieee" and exponent == (top >> how.mantissa) - 1:
        return math.nan if fraction else sign * math.inf
    if (how.special == "one nan" and magnitude == top - 1) or (
        how.special == "nan for -0" and bits == top
    ):
        return math.nan
    whole = fraction + (1 << how.mantissa if exponent else 0)
    return sign * math.ldexp(whole, max(exponent, 1) - how.bias - how.mantissa)


def patterns(name: str) -> list[int]:
    return BFLOAT16 if name == "bfloat16" else list(range(1 << FORMATS[name].bits))


def array_of(name: str, bits: list[int]) -> Any:
    kind = np.uint16 if name == "bfloat16" else np.uint8
    return np.asarray(bits, kind).view(getattr(ml_dtypes, name))


def ranked(row: list[float], label: int) -> tuple[int, int, int]:
    """Return what R4 says of a label, in plain Python."""
    own = row[label]
    if math.isnan(own):
        return len(row), 0, 0
    ahead = sum(score > own or math.isnan(score) for score in row)
    tied = [j for j, score in enumerate(row) if score == own and j != label]
    return ahead, sum(j < label for j in tied), sum(j > label for j in tied)


@functools.cache
def sizes(name: str) -> tuple[list[Fraction], list[int]]:
    """Return the sizes of all finite numbers in order, with their patterns, and the next beyond."""
    how = FORMATS[name]
    known = {decoded(name, bits): bits for bits in range(1 << how.bits)}
    found = sorted((Fraction(size), bits) for size, bits in known.items() if 0 < size < math.inf)
    (least, low), (top, high) = found[-2:]
    step = top if how.special == "powers of two" else top - least
    found = [(Fraction(0), 0), *found, (top + step, high + high - low)]
    return [size for size, _ in found], [bits for _, bits in found]


def nearest(name: str, threshold: float) -> float:
    """Round to a number of the format, ties to the even pattern, past the largest to infinity."""
    each, bits = sizes(name)
    size = min(Fraction(abs(threshold)), each[-1])
    upper = bisect.bisect_left(each, size)
    lower = max(upper - 1, 0)
    low, high = size - each[lower], each[upper] - size
    up = high < low or (high == low and bits[upper] % 2 == 0)
    best = upper if up else lower
    rounded = math.inf if best == len(each) - 1 else float(each[best])
    return math.copysign(rounded, threshold)


@pytest.fixture(params=[False, True], ids=["numpy", "scan"])
def counting(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Count by NumPy's operations, or by the compiled scan."""
    with scan.using(request.param):
        yield request.param


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.usefixtures("counting")
def test_r2_every_bit_pattern_is_ranked_by_its_value(name: str) -> None:
    bits = patterns(name)
    row = [decoded(name, each) for each in bits]
    scores = np.stack([array_of(name, bits)] * len(bits))
    found = accord.standing(np.arange(len(bits)), scores)
    assert [tuple(int(n) for n in each) for each in zip(*found, strict=True)] == [
        ranked(row, label) for label in range(len(row))
    ]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.usefixtures("counting")
def test_r4_blocks_of_classes_add_up_to_the_whole(name: str) -> None:
    bits = patterns(name)
    scores = np.stack([array_of(name, bits)] * len(bits))
    labels, own = np.arange(len(bits)), array_of(name, bits)
    cut = len(bits) // 3
    left = accord.standing_in_block(labels, scores[:, :cut], own, offset=0)
    right = accord.standing_in_block(labels, scores[:, cut:], own, offset=cut)
    whole = accord.standing(labels, scores)
    assert [each.tolist() for each in left + right] == [each.tolist() for each in whole]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.3, 1.0, -0.4, 0.0, 2.75, 1e30, -1e30, 1e-5])
def test_r10_a_threshold_is_rounded_to_the_scores_dtype(name: str, threshold: float) -> None:
    bits = patterns(name)
    row, bound = [decoded(name, each) for each in bits], nearest(name, threshold)
    for at_threshold in ("negative", "positive"):
        found = accord.Binary(threshold, at_threshold=at_threshold).tally(
            np.ones(len(bits), int), array_of(name, bits)
        )
        above, at = sum(score > bound for score in row), sum(score == bound for score in row)
        hits = above + (at if at_threshold == "positive" else 0)
        assert (found.correct, found.floor, found.ceiling) == (hits, above, above + at)
        assert found.undefined == sum(math.isnan(score) for score in row)


MEASURES: dict[str, tuple[accord.Measure, Callable[[Any], Any]]] = {
    "top-k": (accord.TopK((1, 3), ties="last"), lambda scores: np.arange(60) % scores.shape[1]),
    "expected": (accord.TopK(2, ties="expected"), lambda scores: np.arange(60) % scores.shape[1]),
    "categorical": (
        accord.Categorical(),
        lambda scores: np.eye(scores.shape[1])[np.arange(60) % 7],
    ),
    "binary": (
        accord.Binary(0.25),
        lambda scores: np.arange(scores.size).reshape(scores.shape) % 2,
    ),
    "multilabel": (accord.Multilabel("hamming"), lambda _: np.eye(7)[np.arange(60) % 7]),
    "k best labels": (
        accord.Multilabel("jaccard", k=2),
        lambda _: np.eye(7)[np.arange(60) % 7],
    ),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", MEASURES)
@pytest.mark.usefixtures("counting")
def test_r20_every_measure_counts_what_it_counts_in_float64(name: str, kind: str) -> None:
    measure, truth_of = MEASURES[kind]
    values = RNG.choice([0.25, 0.5, 1.0, 2.0], (60, 7))  # numbers of every format
    small, truth = values.astype(getattr(ml_dtypes, name)), truth_of(values)
    for axis_last in (small, np.asfortranarray(small), small[:, ::-1][:, ::-1]):
        found = measure.tally(truth, axis_last)
        for mine, theirs in zip(found, measure.tally(truth, values), strict=True):
            np.testing.assert_allclose(mine, theirs)
    metric = accord.Metric(measure)
    for part in (slice(0, 20), slice(20, 60)):
        metric.update(truth[part], small[part])
    np.testing.assert_allclose(metric.compute(), measure.accuracy(truth, values))
    np.testing.assert_allclose(measure.credit(truth, small), measure.credit(truth, values))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.usefixtures("counting")
def test_r14_labels_and_weights_may_be_small_floats(name: str) -> None:
    scores, dtype = np.array([[0.1, 0.9, 0.2], [0.3, 0.1, 0.2]]), getattr(ml_dtypes, name)
    labels, weight = np.array([1, 2]).astype(dtype), np.array([0.5, 2.0]).astype(dtype)
    assert accord.top_k_accuracy(labels, scores, 1, sample_weight=weight) == 0.2
    if "e8m0" not in name:  # it has no zero
        onehot = np.eye(3)[[1, 2]].astype(dtype)
        assert accord.categorical_accuracy(onehot, scores, sample_weight=weight) == 0.2
        assert accord.binary_accuracy(onehot, scores) == 5 / 6


@pytest.mark.usefixtures("counting")
def test_r3_a_label_that_is_no_whole_number_is_refused_in_small_floats_too() -> None:
    labels = np.array([0.0, 1.5]).astype(ml_dtypes.bfloat16)
    for scores in (np.eye(2), np.eye(2).astype(ml_dtypes.bfloat16)):
        with pytest.raises(TypeError, match=r"y_true\[1\] is 1.5"):
            accord.top_k_accuracy(labels, scores, 1)


def test_bfloat16_scores_are_counted_by_the_compiled_scan_as_they_are() -> None:
    if not scan.available():
        pytest.skip("needs numba")
    scores = np.eye(3).astype(ml_dtypes.bfloat16)
    with scan.using(True):
        seen = validate([0, 1, 2], scores, axis=-1, scans=True)
    assert seen.scanned
    assert np.shares_memory(seen.scores, scores)


@pytest.mark.parametrize("name", FORMATS)
def test_reports_and_verification_take_small_floats(name: str) -> None:
    values = RNG.choice([0.25, 0.5, 1.0, 2.0], (40, 4))
    small, labels = values.astype(getattr(ml_dtypes, name)), RNG.integers(0, 4, 40)
    right = int(accord.TopK(1).tally(labels, values).correct)
    assert int(accord.evaluate(labels, small, 1).tally.correct) == right
    assert accord.explain(labels, small, 1, peers=()).correct == {1: right}
    compared = accord.compare(labels, small, values, 1)
    assert compared.agrees
    assert compared.dtypes == (name, "float64")


@pytest.mark.slow
def test_verify_takes_small_floats() -> None:
    values = RNG.choice([0.25, 0.5, 1.0, 2.0], (40, 4))
    labels = RNG.integers(0, 4, 40)
    for name in ("bfloat16", "float8_e5m2", "float8_e4m3fn"):
        found = accord.verify(
            labels, values.astype(getattr(ml_dtypes, name)), k=1, backends=["numpy"]
        )
        assert found.agrees, str(found)
        assert found.correct == {1: int(accord.TopK(1).tally(labels, values).correct)}


@pytest.mark.slow
def test_r10_verify_rounds_a_threshold_to_the_dtype_that_scores_came_in() -> None:
    scores = np.array([0.7, 0.9, 0.1]).astype(ml_dtypes.bfloat16)
    measure = accord.Binary(0.7, at_threshold="positive")
    found = accord.verify([1, 1, 0], scores, measure=measure, backends=["numpy"])
    assert found.agrees, str(found)
    assert found.correct == {1: 3}


def reported(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["bfloat16", "float8_e5m2", "float8_e4m3fn"])
def test_the_command_line_reads_scores_that_numpy_saved_as_bytes(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    values, labels = RNG.choice([0.25, 0.5, 1.0, 2.0], (40, 4)), RNG.integers(0, 4, 40)
    small = values.astype(getattr(ml_dtypes, name))
    integers = small.view(f"u{small.itemsize}")
    np.savez("plain.npz", y_true=labels, y_score=values)
    np.savez("small.npz", y_true=labels, y_score=small.view(f"V{small.itemsize}"))
    np.savez("integers.npz", y_true=labels, y_score=integers)
    np.save("small.npy", small.view(f"V{small.itemsize}"))
    np.save("labels.npy", labels)
    wanted = reported(capsys, "score", "plain.npz", "-k", "1")["correct"]
    for files in (["small.npz"], ["integers.npz"], ["small.npy", "labels.npy"]):
        found = reported(capsys, "score", *files, "-k", "1", "--score-dtype", name)
        assert found["correct"] == wanted
    explained = ["explain", "small.npz", "--rules-only", "--score-dtype", name, "-k", "1"]
    assert reported(capsys, *explained)["samples"] == 40
    assert reported(capsys, "compare", "small.npz", "small.npz", "--score-dtype", name)


def test_the_command_line_names_the_option_for_scores_saved_as_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "small.npz")
    np.savez(file, y_true=[0, 1], y_score=np.eye(2).astype(ml_dtypes.bfloat16).view("V2"))
    assert run(["score", file]) == 2
    assert "pass --score-dtype bfloat16" in capsys.readouterr().err
    assert run(["score", file, "--score-dtype", "float16"]) == 2
    assert "--score-dtype='float16' is unknown; pass one of 'bfloat16'" in capsys.readouterr().err
    assert run(["score", file, "--score-dtype", "float8_e5m2"]) == 2
    assert "so leave it out" in capsys.readouterr().err
    assert run(["score", file, "--score-dtype", "bfloat16"]) == 0


def test_compare_takes_scores_saved_as_bytes_beside_ordinary_floats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scores = RNG.permuted(np.tile(np.arange(4.0), (20, 1)), axis=1)
    np.savez("wide.npz", y_true=[0] * 20, y_score=scores)
    np.savez("small.npz", y_true=[0] * 20, y_score=scores.astype(ml_dtypes.bfloat16).view("V2"))
    for files in (("wide.npz", "small.npz"), ("small.npz", "wide.npz")):
        found = reported(capsys, "compare", *files, "--score-dtype", "bfloat16")
        assert set(found["dtypes"].values()) == {"float64", "bfloat16"}
    assert run(["compare", "wide.npz", "wide.npz", "--score-dtype", "bfloat16"]) == 2
    assert "so leave it out" in capsys.readouterr().err


def test_the_command_line_says_how_to_save_a_float_that_numpy_cannot_read_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, scores = str(tmp_path / "small.npz"), np.eye(2).astype(ml_dtypes.float8_e5m2)
    np.savez(file, y_true=[0, 1], y_score=scores)
    assert run(["score", file]) == 2
    said = "save scores.view(numpy.uint8) and pass --score-dtype float8_e5m2"
    assert said in capsys.readouterr().err
    np.savez(file, y_true=[0, 1], y_score=scores.view(np.uint8))
    assert reported(capsys, "score", file, "--score-dtype", "float8_e5m2")["correct"] == {"1": 2}


def test_a_mask_of_small_floats_is_refused_with_a_remedy_that_works() -> None:
    mask = np.array([1, 0, 1]).astype(ml_dtypes.bfloat16)
    with pytest.raises(TypeError, match=r"mask has dtype bfloat16; .*; pass mask != 0"):
        accord.top_k_accuracy([0, 1, 2], np.eye(3), 1, mask=mask)
    assert accord.top_k_accuracy([0, 0, 2], np.eye(3), 1, mask=mask != 0) == 1.0


def test_an_own_score_of_another_dtype_than_bfloat16_is_refused_by_their_names() -> None:
    scores = np.eye(3).astype(ml_dtypes.bfloat16)
    with pytest.raises(TypeError, match="own_score has dtype float32, y_score bfloat16; pass"):
        accord.standing_in_block([0, 1, 2], scores, np.ones(3, np.float32), offset=0)
