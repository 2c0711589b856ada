"""What a report says beside its figures: of NaN, of -inf, of labels, and of what it leaves out."""

from __future__ import annotations

import io
import itertools
import json
import math
import tracemalloc
from pathlib import Path
from typing import Any, cast

import array_api_strict
import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console

import accord
from accord.cli import main, score
from accord.credit.ties import RULES, Ties

Floats = npt.NDArray[np.floating[Any]]


def plain(report: accord.Report) -> str:
    return " ".join(str(report).split())


def broken(
    samples: int = 40, classes: int = 7, *, seed: int = 14
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return labels and scores full of ties, NaN and -inf."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(-2, 3, (samples, classes)) / 2
    scores[rng.random(scores.shape) < 0.1] = np.nan
    scores[rng.random(scores.shape) < 0.1] = -np.inf
    return rng.integers(0, classes, samples), scores


def credit(row: list[float], label: int, k: int, ties: str, *, nan_is_ahead: bool) -> float:
    """Return what R4 and R5 give a sample, in plain Python."""
    own = row[label]
    if math.isnan(own):
        return 0
    rivals = [(place, score) for place, score in enumerate(row) if place != label]
    ahead = sum(score > own or (nan_is_ahead and math.isnan(score)) for _, score in rivals)
    before = sum(score == own and place < label for place, score in rivals)
    after = sum(score == own and place > label for place, score in rivals)
    if ties == "expected":
        return min(max((k - ahead) / (before + after + 1), 0), 1)
    counted = {"first": before, "last": after, "optimistic": 0, "pessimistic": before + after}
    return ahead + counted[ties] < k


def lost(labels: Any, scores: Any, k: int, ties: str) -> float:
    """Return the credit lost to NaN rivals, in plain Python."""
    rows = list(zip(labels.tolist(), scores.tolist(), strict=True))
    without = (credit(row, label, k, ties, nan_is_ahead=False) for label, row in rows)
    return sum(without) - sum(credit(row, label, k, ties, nan_is_ahead=True) for label, row in rows)


def with_nan(rival: bool) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return 68 samples that are right, with a NaN for 6: of a rival's score, or their own."""
    scores = np.eye(10)[np.arange(68) % 10]
    labels = np.arange(68) % 10
    scores[np.arange(6), (labels[:6] + rival) % 10] = np.nan
    return labels, scores


class TestNaN:
    def test_r2_samples_lost_to_a_nan_rival_are_counted(self) -> None:
        report = accord.evaluate(*with_nan(rival=True), k=(1, 2))
        assert report.correct == {1: 62, 2: 68}
        assert report.lost_to_nan == {1: 6, 2: 0}
        assert (report.nan, report.undefined) == (6, 0)

    def test_r4_a_nan_of_the_own_class_is_not_lost_to_a_rival(self) -> None:
        report = accord.evaluate(*with_nan(rival=False), k=1)
        assert report.lost_to_nan == {1: 0}
        assert (report.nan, report.undefined) == (6, 6)

    @pytest.mark.parametrize("ties", RULES)
    @pytest.mark.parametrize("batch", range(5))
    def test_r5_what_is_lost_follows_the_tie_rule(self, ties: Ties, batch: int) -> None:
        labels, scores = broken(seed=batch)
        found = accord.evaluate(labels, scores, (1, 3), ties=ties).lost_to_nan
        assert found is not None
        assert dict(found) == {k: pytest.approx(lost(labels, scores, k, ties)) for k in (1, 3)}

    def test_r13_samples_left_out_have_no_nan(self) -> None:
        labels, scores = with_nan(rival=True)
        assert accord.evaluate(labels, scores, mask=labels != 0).nan == 5
        assert accord.evaluate(labels, scores, ignore_index=0).lost_to_nan == {1: 5, 5: 0}
        assert accord.evaluate(labels, scores, sample_weight=(labels > 0) * 1).nan == 5

    def test_r14_counts_are_weights_where_weights_are_given(self) -> None:
        report = accord.evaluate(*with_nan(rival=True), k=1, sample_weight=np.full(68, 0.5))
        assert (report.nan, report.lost_to_nan) == (3.0, {1: 3.0})

    def test_r9_dense_labels_are_counted_alike(self) -> None:
        labels, scores = with_nan(rival=True)
        measure = accord.TopKCategorical((1, 2))
        report = accord.evaluate(np.eye(10)[labels], scores, measure=measure)
        assert report.lost_to_nan == {1: 6, 2: 0}

    @pytest.mark.parametrize("dtype", ["<f2", ">f2", "<f4", ">f4", "<f8", "g"])
    @pytest.mark.parametrize("bad", [np.nan, -np.nan, -np.inf])
    def test_r1_one_bad_score_of_every_float_is_seen(self, dtype: str, bad: float) -> None:
        scores = np.array([[1, -65504, np.inf], [0, -0.0, 3], [2, 1, 0]], dtype)
        assert accord.evaluate([0, 0, 0], scores).to_dict()["minus_inf"] == 0
        scores[1, 1] = bad
        report = accord.evaluate([0, 0, 0], scores)
        assert (report.nan, report.minus_inf) == ((1, 0) if np.isnan(bad) else (0, 1))

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_r12_the_class_axis_may_be_anywhere(self, axis: int) -> None:
        labels, scores = broken(24)
        expected = accord.evaluate(labels, scores, 2)
        moved = np.moveaxis(scores.reshape(4, 6, 7), -1, axis)
        report = accord.evaluate(labels.reshape(4, 6), moved, 2, axis=axis)
        assert (report.nan, report.lost_to_nan) == (expected.nan, expected.lost_to_nan)

    def test_r20_the_array_api_counts_alike(self) -> None:
        labels, scores = broken()
        arrays = array_api_strict.asarray(labels), array_api_strict.asarray(scores)
        assert accord.evaluate(*arrays, (1, 3)).to_dict() == (
            accord.evaluate(labels, scores, (1, 3)).to_dict()
        )

    @pytest.mark.parametrize("measure", [accord.TopK(2), accord.TopK((1, 2), ties="expected")])
    def test_integers_have_none(self, measure: accord.Measure) -> None:
        report = accord.evaluate([0, 1], np.array([[3, 1, 2], [3, 1, 2]]), measure=measure)
        assert (report.nan, report.minus_inf, set((report.lost_to_nan or {}).values())) == (
            *(0, 0),
            {0},
        )

    def test_many_samples_are_counted_without_a_copy_of_their_scores(self) -> None:
        scores = np.zeros((20_000, 200), np.float32)
        scores[::7, 3] = np.nan
        labels = np.zeros(20_000, int)
        accord.evaluate(labels, scores, 1)  # whatever is imported and compiled once
        tracemalloc.start()
        report = accord.evaluate(labels, scores, 1)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report.nan == 2858
        assert peak < 8 << 20  # flags of all scores, a byte each, are 4 MB, twice

    def test_the_command_counts_them_in_chunks(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        labels, scores = with_nan(rival=True)
        np.save(tmp_path / "scores.npy", scores)
        np.save(tmp_path / "labels.npy", labels)
        monkeypatch.setattr(score, "CHUNK", 40)  # four rows at a time
        with pytest.raises(SystemExit):
            main(["score", str(tmp_path / "scores.npy"), str(tmp_path / "labels.npy"), "--json"])
        found = json.loads(capsys.readouterr().out)
        assert (found["nan"], found["lost_to_nan"]) == (6, {"1": 6, "5": 0})

    def test_every_form_of_the_report_says_so(self) -> None:
        report = accord.evaluate(*with_nan(rival=True), k=1)
        screen = io.StringIO()
        Console(file=screen, width=200).print(report)
        forms = (str(report), screen.getvalue(), report.to_html(), report.to_markdown())
        for text in (*forms, str(report._repr_html_())):
            shown = " ".join(text.split())
            assert "There is a NaN among the scores of 6 of 68 samples." in shown
            assert "costs 6 samples at k=1" in shown
        assert report.to_dict()["lost_to_nan"] == {"1": 6}

    def test_without_a_nan_nothing_is_said(self) -> None:
        assert "NaN" not in str(accord.evaluate([0], np.eye(3)[:1]))

    def test_r10_a_binary_score_has_no_own_class(self) -> None:
        report = accord.evaluate([1, 0], np.array([np.nan, 0.1]), measure=accord.Binary())
        assert "1 sample with a NaN score counts as a miss." in plain(report)
        assert (report.nan, report.lost_to_nan) == (1, None)

    def test_r11_a_nan_among_the_k_best_costs_every_label_of_its_sample(self) -> None:
        scores = np.array([[np.nan, 0.2, 0.1], [0.9, 0.2, 0.1]])
        truth = [[1, 0, 0], [1, 0, 0]]
        report = accord.evaluate(truth, scores, measure=accord.Multilabel("hamming", k=1))
        assert (report.correct, report.nan) == ({1: 3}, None)
        assert "1 label with a NaN score counts as a miss, and so do all other labels" in (
            plain(report)
        )

    def test_r11_a_multilabel_sample_with_a_nan_is_a_miss(self) -> None:
        report = accord.evaluate([[1, 0]], np.array([[np.nan, 0]]), measure=accord.Multilabel())
        assert "1 sample with a NaN among their scores counts as a miss." in plain(report)


class TestChance:
    def test_padding_by_minus_inf_leaves_no_chance_level(self) -> None:
        scores = np.array([[0.3, 0.1, -np.inf, -np.inf], [0.3, 0.1, 0.2, -np.inf]])
        report = accord.evaluate([0, 0], scores, k=1)
        assert (report.chance, report.minus_inf) == (None, 2)
        assert "\nchance level" not in str(report)
        assert "No chance level is given, because 2 of 2 samples have scores of -inf." in (
            plain(report)
        )

    def test_r13_a_sample_left_out_may_hold_minus_inf(self) -> None:
        scores = np.array([[0.3, -np.inf], [0.3, 0.1]])
        assert accord.evaluate([0, 0], scores, mask=[False, True]).chance == {1: 0.5}

    def test_a_nan_does_not_hide_a_minus_inf(self) -> None:
        assert accord.evaluate([0], np.array([[0.0, np.nan, -np.inf]])).minus_inf == 1

    def test_plus_inf_is_an_ordinary_score(self) -> None:
        assert accord.evaluate([0], np.array([[0.0, np.inf]])).chance == {1: 0.5}

    def test_r10_minus_inf_is_an_ordinary_logit(self) -> None:
        measure = accord.Binary(from_logits=True)
        assert accord.evaluate([0], np.array([-np.inf]), measure=measure).chance == {1: 0.5}

    def test_r22_guessing_hits_no_invalid_label(self) -> None:
        tally = accord.Tally(*(np.int64(n) for n in (3, 3, 3, 8, 2, 0)))
        report = accord.Report(accord.TopK(1), tally, classes=4)
        assert report.chance == {1: 6 / 8 / 4}

    def test_r16_there_is_none_for_no_samples(self) -> None:
        assert accord.evaluate(np.zeros(0, int), np.zeros((0, 3))).chance is None


class TestInterval:
    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ({"average": "macro"}, "none: a macro average is a mean of shares"),
            ({"sample_weight": np.ones(6)}, "none: samples are weighted"),
            ({"ties": "expected"}, "none: the credit of a sample is a fraction"),
            ({"mask": np.zeros(6, bool)}, "none: there are no samples"),
        ],
    )
    def test_a_report_without_one_says_why(self, options: dict[str, Any], why: str) -> None:
        report = accord.evaluate(np.arange(6), np.eye(6), 1, **options)
        assert (report.interval, report.to_dict()["interval"]) == (None, None)
        assert f"95 % interval {why}" in plain(report)

    def test_jaccard_credit_is_a_fraction(self) -> None:
        measure = accord.Multilabel("jaccard")
        assert accord.evaluate(np.eye(3), np.eye(3), measure=measure).interval is None


class TestWords:
    def test_a_k_asked_twice_is_shown_once(self) -> None:  # R6
        report = accord.evaluate([0, 1], np.eye(3)[[0, 2]], k=(2, 1, 2))
        assert (report.k, report.correct) == ((2, 1), {2: 1, 1: 1})
        assert "2 " in str(report)

    def test_r15_a_macro_average_says_how_many_classes_occur(self) -> None:
        report = accord.evaluate([0, 1], np.eye(4)[[0, 1]], 1, average="macro")
        assert "classes 4, 2 of which occur among the labels" in plain(report)

    @pytest.mark.parametrize(
        ("measure", "said"),
        [
            (accord.Binary(0.123456789), "positive above 0.123456789"),
            (accord.Binary(0.25, from_logits=True), "positive above the logit of 0.25"),
            (accord.Binary(np.float64(0.3)), "positive above 0.3,"),
        ],
    )
    def test_r10_the_threshold_is_said_in_full(self, measure: accord.Measure, said: str) -> None:
        assert said in str(accord.evaluate([0], np.array([0.9]), measure=measure))

    def test_r14_weights_are_not_called_samples(self) -> None:
        scores = np.full((2, 2), 0.5)
        text = plain(accord.evaluate([0, 1], scores, 1, sample_weight=[1e-3, 2e-3]))
        assert "weight of samples 0.003" in text
        assert "decide a weight of 0.003 of 0.003 at k=1 (100.00 points)" in text

    def test_r11_fractions_are_not_called_samples(self) -> None:
        measure = accord.Multilabel("jaccard")
        text = plain(accord.evaluate([[1, 1]], np.array([[0.9, 0.5]]), measure=measure))
        assert "decide a credit of 0.5 of 1 samples" in text

    @pytest.mark.parametrize(
        ("measure", "said"),
        [
            (accord.TopK(1), "2 samples with a label outside 0..3 count as misses; pass ignore"),
            (accord.TopKCategorical(1), "with a row of labels that has a NaN or nothing above"),
            (accord.Binary(), "2 samples with a label other than 0 and 1 count as misses; pass i"),
            (accord.Multilabel(), "2 samples with a label other than 0 and 1 count as misses; p"),
            (accord.Multilabel("hamming"), "2 labels other than 0 and 1 count as misses; pass i"),
        ],
    )
    def test_r22_invalid_labels_are_named_by_their_measure(
        self, measure: accord.Measure, said: str
    ) -> None:
        tally = accord.Tally(*(np.int64(n) for n in (4, 4, 4, 8, 2, 0)))
        text = plain(accord.Report(measure, tally, classes=4))
        assert said in text
        assert ("ignore_index" in text) == ("ignore_index" in measure.options())

    def test_r15_invalid_labels_do_not_lower_a_macro_average(self) -> None:
        by_class = (np.array([2, 2]),) * 4
        tally = accord.Tally(*by_class, np.int64(1), np.int64(0))
        report = accord.Report(accord.TopK(1), tally, classes=2, average="macro")
        assert report.accuracy == {1: 1.0}
        assert "they do not lower the macro average" in plain(report)

    def test_text_fits_79_columns_whatever_it_says(self) -> None:
        labels, scores = broken()
        for ties, average in itertools.product(RULES, ("micro", "macro")):
            text = str(accord.evaluate(labels, scores, ties=ties, average=cast("Any", average)))
            assert max(map(len, text.splitlines())) <= 79
            assert text.isascii()


class TestRefusals:
    def test_a_measure_in_the_place_of_k_is_refused_by_name(self) -> None:
        with pytest.raises(TypeError, match=r"is a measure; pass it by name, measure=Binary\("):
            accord.evaluate([0], np.array([0.1]), cast("Any", accord.Binary()))
