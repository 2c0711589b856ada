"""accord compare: flips, which of them rounding explains, and McNemar's test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest

import accord
from accord.cli import main
from accord.verification.compare.margins import margin
from accord.verification.compare.run import mcnemar

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(200, 12)).astype(np.float32)
LABELS = RNG.integers(0, 12, 200)


def swapped(rows: list[int], near: float = 0.0) -> Any:
    """Return scores whose label wins or loses the top place in some rows, by a small margin."""
    other = SCORES.copy()
    for row in rows:
        best, label = SCORES[row].argmax(), LABELS[row]
        other[row, [best, label]] = other[row, [label, best]]
    return other + near


class TestFlips:
    def test_equal_scores_agree(self) -> None:
        found = accord.compare(LABELS, SCORES, SCORES, k=(1, 5))
        assert found.agrees
        assert found.largest == (0.0, 0, 0)
        assert "judge each of 200 samples alike" in str(found)

    def test_flips_beyond_rounding_are_real_and_named(self) -> None:
        misses = [row for row in range(200) if SCORES[row].argmax() != LABELS[row]][:3]
        found = accord.compare(LABELS, SCORES, swapped(misses), k=1)
        at = found.at[1]
        assert (at.gained, at.lost, at.real) == (tuple(misses), (), tuple(misses))
        assert not found.agrees
        assert {sample.place for sample in found.in_b} == set(misses)

    def test_rounding_flips_only_near_ties(self) -> None:
        tied = np.round(SCORES, 1)
        noise = RNG.normal(scale=1e-7, size=tied.shape).astype(np.float32)
        found = accord.compare(LABELS, tied, tied + noise, k=(1, 5))
        assert found.agrees
        assert any(at.numerical for at in found.at.values())

    def test_a_given_tolerance_is_absolute(self) -> None:
        misses = [row for row in range(200) if SCORES[row].argmax() != LABELS[row]][:3]
        assert accord.compare(LABELS, SCORES, swapped(misses), k=1, tolerance=100).agrees

    def test_coarser_dtypes_are_given_more_room(self) -> None:
        half = SCORES.astype(np.float16)
        assert accord.compare(LABELS, SCORES, half, k=1).tolerance == pytest.approx(
            0.00984, rel=1e-2
        )

    def test_nan_flips_are_real(self) -> None:
        broken = np.full_like(SCORES, np.nan)
        found = accord.compare(LABELS, SCORES, broken, k=1)
        assert len(found.at[1].real) == found.at[1].correct[0] > 0
        assert found.largest is None

    def test_the_margin_is_to_the_rival_at_the_boundary(self) -> None:
        scores = np.array([[0.5, 0.3, 0.1]] * 3)
        assert margin(np.array([0, 1, 2]), scores, 1).tolist() == pytest.approx([0.2, 0.2, 0.4])
        assert margin(np.array([0, 1, 2]), scores, 2).tolist() == pytest.approx([0.4, 0.2, 0.2])

    def test_no_samples_and_one_class_agree(self) -> None:
        assert accord.compare(np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3))).agrees
        assert accord.compare([0], np.zeros((1, 1)), np.ones((1, 1))).agrees


@pytest.mark.parametrize(
    ("lost", "gained"), [(0, 0), (0, 5), (3, 3), (10, 20), (1, 0), (500, 600), (0, 3000)]
)
def test_mcnemar_is_scipys_exact_binomial_test(lost: int, gained: int) -> None:
    peer = binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    assert mcnemar(lost, gained) == pytest.approx(peer, rel=1e-9, abs=1e-300)


class TestRefusals:
    def test_other_shapes_are_refused(self) -> None:
        with pytest.raises(ValueError, match=r"scores_a has shape \(200, 12\) and scores_b"):
            accord.compare(LABELS, SCORES, SCORES[:, :5])

    def test_a_bad_label_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"y_true\[0\] is 12, outside 0\.\.11"):
            accord.compare([12], SCORES[:1], SCORES[:1])


class TestCommand:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        misses = [row for row in range(200) if SCORES[row].argmax() != LABELS[row]][:3]
        np.savez("a", y_true=LABELS, y_score=SCORES)
        np.savez("same", y_true=LABELS, y_score=SCORES + np.float32(1e-8))
        np.savez("other", y_true=LABELS, y_score=swapped(misses))
        np.savez("relabelled", y_true=(LABELS + 1) % 12, y_score=SCORES)
        np.savez("short", y_true=LABELS[:9], y_score=SCORES[:9])

    def run(self, *words: str) -> int:
        with pytest.raises(SystemExit) as end:
            main(["compare", *words])
        assert isinstance(end.value.code, int)
        return end.value.code

    def test_the_status_is_the_verdict(self) -> None:
        assert self.run("a.npz", "same.npz") == 0
        assert self.run("a.npz", "other.npz") == 1

    def test_other_labels_are_refused_at_the_first_place(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run("a.npz", "relabelled.npz") == 2
        assert "differ in 200 places, first at 0" in capsys.readouterr().err

    def test_other_shapes_are_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run("a.npz", "short.npz") == 2
        assert "labels of shape (200,) and short.npz (9,)" in capsys.readouterr().err

    def test_json_has_lost_and_gained_by_k(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run("a.npz", "other.npz", "-k", "1", "--json") == 1
        found = json.loads(capsys.readouterr().out)
        assert found["agrees"] is False
        assert len(found["at"]["1"]["gained"]) == 3
