"""Figures by group, and candidates, in reports, files and metrics (R24, R25)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from typer.testing import CliRunner

import accord
from accord import scan
from accord.cli.app import app
from accord.reporting.intervals import wilson

RNG = np.random.default_rng(24)
SCORES = RNG.integers(0, 9, (300, 7)).astype(np.float32)
LABELS = np.where(RNG.random(300) < 0.5, SCORES.argmax(1), RNG.integers(0, 7, 300))
SITES = RNG.choice(["north", "south", "east"], 300)
THERE = RNG.random((300, 7)) < 0.7
THERE[np.arange(300), LABELS] = True


@pytest.fixture(params=[False, True], autouse=True)
def engine(request: pytest.FixtureRequest) -> Any:
    with scan.using(request.param):
        yield


class TestReport:
    def test_r24_a_group_has_the_figures_of_its_samples(self) -> None:
        report = accord.evaluate(LABELS, SCORES, (1, 3), groups=SITES)
        figures = report.by_group()
        assert [each.group for each in figures] == ["east", "north", "south"]
        for each in figures:
            own = each.group == SITES
            alone = accord.evaluate(LABELS[own], SCORES[own], (1, 3))
            assert each.support == own.sum()
            assert each.correct == alone.correct
            assert each.accuracy[1] == accuracy_score(LABELS[own], SCORES[own].argmax(1))
            assert (each.floor, each.ceiling) == (alone.floor, alone.ceiling)
            assert each.interval == alone.interval
            others = accord.evaluate(LABELS[~own], SCORES[~own], (1, 3)).accuracy
            difference = {k: each.accuracy[k] - others[k] for k in (1, 3)}
            assert each.difference == pytest.approx(difference)

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"per_class": True},
            {"average": "macro"},
            {"sample_weight": RNG.random(300)},
            {"mask": RNG.random(300) < 0.5},
            {"candidates": THERE},
            {"measure": accord.TopK(2, ties="expected")},
            {"measure": accord.ReciprocalRank()},
        ],
    )
    def test_r24_the_whole_is_reported_as_without_groups(self, options: dict[str, Any]) -> None:
        plain = accord.evaluate(LABELS, SCORES, **options)
        grouped = accord.evaluate(LABELS, SCORES, groups=SITES, **options)
        assert sum(each.support for each in grouped.by_group()) == pytest.approx(plain.total)
        ours, theirs = grouped.to_dict(), plain.to_dict()
        del ours["by_group"]
        assert ours.keys() == theirs.keys()
        if plain.weighted or plain.measure.fractional:  # sums of floats
            assert ours["accuracy"] == pytest.approx(theirs["accuracy"])
        else:
            assert ours == theirs

    @pytest.mark.parametrize(
        "groups", [[3, 1, 2] * 100, np.repeat([2.5, -1.0, 0.0], 100), [True, False, True] * 100]
    )
    def test_r24_a_group_may_be_any_label(self, groups: Any) -> None:
        found = [each.group for each in accord.evaluate(LABELS, SCORES, groups=groups).by_group()]
        assert found == sorted(set(np.asarray(groups).tolist()))

    def test_r13_a_sample_that_is_left_out_needs_no_group(self) -> None:
        groups, mask = np.array([1.0, np.nan, 1.0] * 100), np.array([True, False, True] * 100)
        (only,) = accord.evaluate(LABELS, SCORES, groups=groups, mask=mask).by_group()
        assert (only.group, only.support) == (1.0, 200)

    def test_r24_many_groups_are_counted_and_the_table_names_how_many(self) -> None:
        groups = np.arange(300) % 120
        report = accord.evaluate(LABELS, SCORES, 1, groups=groups)
        assert len(report.by_group()) == len(report.to_dict()["by_group"]) == 120
        assert "50 of 120 groups" in str(report).replace("\n", " ")

    def test_r24_100000_groups_take_memory_of_their_number(self) -> None:
        groups = np.arange(100_000)
        scores = np.tile(np.array([0.1, 0.9], np.float32), (100_000, 1))
        report = accord.evaluate(groups % 2, scores, 1, groups=groups)
        assert [each.accuracy[1] for each in report.by_group()[:4]] == [0, 1, 0, 1]

    def test_without_samples_there_is_no_group(self) -> None:
        assert accord.evaluate(LABELS[:0], SCORES[:0], groups=SITES[:0]).by_group() == ()

    def test_r25_the_chance_is_that_among_the_candidates(self) -> None:
        report = accord.evaluate(LABELS, SCORES, (1, 5), candidates=THERE)
        count = THERE.sum(1)
        expected = {k: float(np.mean(np.minimum(k, count) / count)) for k in (1, 5)}
        assert report.chance == pytest.approx(expected)

    def test_r25_a_nan_that_takes_no_part_is_not_reported(self) -> None:
        scores = np.where(THERE, SCORES, np.nan)
        report = accord.evaluate(LABELS, scores, 1, candidates=THERE)
        assert (report.nan, report.minus_inf) == (0, 0)
        assert report.correct == accord.evaluate(LABELS, SCORES, 1, candidates=THERE).correct

    def test_r24_an_interval_is_that_of_the_group(self) -> None:
        each = accord.evaluate(LABELS, SCORES, 1, groups=SITES).by_group()[0]
        assert each.interval == {1: wilson(each.correct[1], each.support)}
        weighted = accord.evaluate(LABELS, SCORES, 1, groups=SITES, sample_weight=np.ones(300))
        assert weighted.by_group()[0].interval is None


class TestRefusals:
    @pytest.mark.parametrize(
        ("groups", "said"),
        [
            ([None] * 300, r"groups\[0\] is None, which is not a label"),
            (np.full(300, np.nan), r"groups\[0\] is nan, which is not a label"),
            (SITES[:5], r"groups has shape \(5,\)"),
        ],
    )
    def test_r24_a_report_refuses_what_is_not_a_label(self, groups: Any, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            accord.evaluate(LABELS, SCORES, groups=groups)

    @pytest.mark.parametrize(
        ("groups", "remedy"),
        [
            ("a Series", lambda groups: groups.to_numpy()),
            ([1, "a"] * 150, lambda groups: [str(each) for each in groups]),
        ],
    )
    def test_r23_the_remedy_for_labels_of_a_report_works(
        self, groups: Any, remedy: Callable[[Any], Any]
    ) -> None:
        if groups == "a Series":
            groups = pytest.importorskip("pandas").Series(SITES)
        with pytest.raises(TypeError, match=r"to_numpy\(\)|str\(each\) for each in groups"):
            accord.evaluate(LABELS, SCORES, groups=groups)
        assert accord.evaluate(LABELS, SCORES, groups=remedy(groups)).by_group()

    @pytest.mark.parametrize("groups", [SITES, list(SITES), SITES == "east", SITES.astype(object)])
    def test_r23_the_remedy_for_labels_in_the_place_of_ids_works(self, groups: Any) -> None:
        with pytest.raises(TypeError, match=r"numpy\.unique\(.*return_inverse=True\)\[1\]"):
            accord.TopK(1).tally(LABELS, SCORES, groups=groups, n_groups=3)
        ids = np.unique(groups, return_inverse=True)[1]
        tally = accord.TopK(1).tally(LABELS, SCORES, groups=ids, n_groups=3)
        assert tally.total.sum() == 300

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"groups": LABELS}, "pass n_groups=G"),
            ({"n_groups": 3}, "n_groups=3 needs the group of each sample"),
            ({"groups": LABELS, "n_groups": 0}, "n_groups=0 is not allowed; pass at least 1"),
            ({"groups": LABELS, "n_groups": 7, "per_class": True}, "by group or by class"),
            ({"groups": LABELS[:, None], "n_groups": 7}, r"groups has shape \(300, 1\)"),
            ({"candidates": THERE[0]}, r"candidates has shape \(7,\)"),
        ],
    )
    def test_r21_static_faults_are_refused(self, given: dict[str, Any], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            accord.TopK(1).tally(LABELS, SCORES, **given)

    def test_r25_candidates_are_for_measures_that_rank_classes(self) -> None:
        with pytest.raises(ValueError, match="candidates is for measures that rank classes"):
            accord.Binary().tally(LABELS > 3, SCORES[:, 0], candidates=THERE)

    def test_r22_the_first_bad_group_is_named_and_the_metric_unchanged(self) -> None:
        metric = accord.Metric(accord.TopK(1), n_groups=3)
        metric.update(LABELS, SCORES, groups=LABELS % 3)
        before = metric.tally
        with pytest.raises(ValueError, match=r"groups\[0\] is \d, outside the n_groups=3 groups"):
            metric.update(LABELS, SCORES, groups=LABELS % 3 + 3)
        assert metric.tally.total.tolist() == before.total.tolist()


@pytest.mark.parametrize("measure", [accord.Multilabel(), accord.Multilabel(k=2), accord.TopK(1)])
def test_r16_no_samples_give_a_tally_of_nothing(measure: accord.Measure) -> None:
    labels = np.zeros((0, 7), int) if measure.label_kind == "set" else LABELS[:0]
    assert measure.tally(labels, SCORES[:0]).total == 0
    grouped = measure.tally(labels, SCORES[:0], groups=LABELS[:0], n_groups=2)
    assert grouped.total.tolist() == [0, 0]


@pytest.mark.parametrize("ties", ["first", "expected"])
def test_r25_a_sample_that_is_left_out_may_have_a_label_that_takes_no_part(ties: Any) -> None:
    there = THERE.copy()
    there[::3] = False
    kept = np.arange(300) % 3 > 0
    measure = accord.TopK(2, ties=ties)
    found = measure.tally(LABELS, SCORES, candidates=there, mask=kept)
    alone = measure.tally(LABELS[kept], SCORES[kept], candidates=there[kept])
    np.testing.assert_allclose(found, alone, rtol=1e-12)
    assert not measure.credit(LABELS, SCORES, candidates=there, mask=kept)[~kept].any()


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "bool"])
def test_r25_both_engines_count_the_same_among_candidates(layout: Any, dtype: str) -> None:
    scores, rivals = layout((SCORES > 4).astype(dtype)), layout(THERE)
    for measure in (accord.TopK((1, 4), ties="last"), accord.NDCG(ties="expected")):
        tallies = []
        for on in (False, True):
            with scan.using(on):
                tallies.append(measure.tally(LABELS, scores, candidates=rivals))
        expected, found = tallies
        for mine, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_r13_padding_has_no_credit_of_its_own() -> None:
    kept = RNG.random(300) < 0.5
    expected = accord.in_top_k(LABELS, SCORES, 2) & kept
    padded = np.where(kept, LABELS, -1)
    assert (accord.in_top_k(LABELS, SCORES, 2, mask=kept) == expected).all()
    assert (accord.in_top_k(padded, SCORES, 2, ignore_index=-1) == expected).all()
    assert (accord.TopK(2).credit(LABELS, SCORES, mask=kept) == expected).all()
    sides = accord.Binary(4.0).credit(LABELS % 2, SCORES[:, 0], mask=kept)
    assert (sides == (accord.Binary(4.0).credit(LABELS % 2, SCORES[:, 0]) & kept)).all()


class TestFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "preds.npz"
        np.savez(path, y_true=LABELS, y_score=SCORES, site=SITES, there=THERE, bad=SITES[:9])
        return path

    def test_r24_r25_score_reports_each_group_among_candidates(self, path: Path) -> None:
        options = ["-k", "1,3", "--by", "site", "--candidates", "there"]
        ended = CliRunner().invoke(app, ["score", str(path), *options, "--json"])
        assert ended.exit_code == 0, ended.stderr
        report = accord.evaluate(LABELS, SCORES, (1, 3), groups=SITES, candidates=THERE)
        assert json.loads(ended.stdout) == json.loads(json.dumps(report.to_dict()))
        shown = CliRunner().invoke(app, ["score", str(path), *options]).stdout
        assert "By group" in shown

    def test_r24_groups_are_counted_in_chunks_too(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = CliRunner().invoke(app, ["score", str(path), "--by", "site", "--json"])
        monkeypatch.setattr("accord.cli.score.CHUNK", 100)
        chunks = CliRunner().invoke(app, ["score", str(path), "--by", "site", "--json"])
        assert chunks.stdout == whole.stdout != ""

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--by", "bad"], "--by has shape (9,), and the samples (300,)"),
            (["--by", "nowhere"], "has no array 'nowhere'"),
            (["--candidates", "site"], "--candidates has shape (300,), and --y-score (300, 7)"),
        ],
    )
    def test_r23_what_does_not_fit_is_one_line_on_stderr(
        self, path: Path, options: list[str], said: str
    ) -> None:
        ended = CliRunner().invoke(app, ["score", str(path), *options])
        assert ended.exit_code == 2
        assert said in ended.stderr
        assert ended.stderr.count("\n") == 1
