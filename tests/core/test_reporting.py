"""Reports: figures, what they say in JSON, and how they are shown."""

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import array_api_strict
import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console
from scipy.stats import binomtest
from sklearn.metrics import balanced_accuracy_score, recall_score, top_k_accuracy_score

import accord
from accord import scan
from accord.credit.ties import Ties
from accord.reporting.display import Display
from accord.reporting.intervals import wilson

Digits = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"

SIX_EQUAL = np.full((6, 6), 0.25)
DISTINCT = np.random.default_rng(0).permuted(np.tile(np.arange(7.0), (40, 1)), axis=1)
LABELS = np.random.default_rng(1).integers(0, 7, 40)


@pytest.fixture(scope="module")
def digits() -> Digits:
    with np.load(EXAMPLE) as archive:
        return archive["y_true"], archive["y_score"]


def shown_by_rich(thing: Display, width: int) -> str:
    screen = io.StringIO()
    Console(file=screen, width=width).print(thing)
    return screen.getvalue()


class TestDigitsForest:
    @pytest.mark.parametrize(
        ("ties", "top_1", "top_5"),
        [("first", 842, 893), ("last", 847, 894), ("optimistic", 860, 899)],
    )
    def test_each_tie_rule_has_the_count_its_peers_report(
        self, digits: Digits, ties: Ties, top_1: int, top_5: int
    ) -> None:
        report = accord.evaluate(*digits, k=(1, 5), ties=ties)
        assert report.correct == {1: top_1, 5: top_5}
        assert report.samples == 899

    @pytest.mark.parametrize("k", [1, 5])
    def test_last_is_what_scikit_learn_reports(self, digits: Digits, k: int) -> None:
        peer = top_k_accuracy_score(*digits, k=k)
        assert accord.evaluate(*digits, k=k, ties="last").accuracy[k] == peer

    def test_first_is_what_argmax_reports(self, digits: Digits) -> None:
        truth, scores = digits
        assert (scores.argmax(axis=1) == truth).sum() == 842

    def test_the_bounds_hold_whatever_the_rule(self, digits: Digits) -> None:
        truth, scores = digits
        own = scores[np.arange(899), truth][:, None]
        sure = int(((scores >= own).sum(axis=1) == 1).sum())
        report = accord.evaluate(truth, scores, k=1, ties="last")
        assert report.floor[1] == sure / 899
        assert report.ceiling[1] == 860 / 899


class TestFigures:
    @pytest.mark.parametrize(
        ("ties", "correct"),
        [("first", 2), ("last", 2), ("optimistic", 6), ("pessimistic", 0), ("expected", 2.0)],
    )
    def test_six_equal_scores_give_each_rule_its_count(
        self, ties: Ties, correct: float
    ) -> None:  # R5
        report = accord.evaluate(np.arange(6), SIX_EQUAL, k=2, ties=ties)
        assert report.correct[2] == pytest.approx(correct)
        assert (report.floor[2], report.ceiling[2], report.tied[2]) == (0, 1, 6)

    def test_figures_are_in_the_order_k_was_asked(self) -> None:  # R6
        report = accord.evaluate(LABELS, DISTINCT, k=(5, 1, 3))
        assert list(report.accuracy) == [5, 1, 3]
        assert list(report.interval or ()) == [5, 1, 3]

    @pytest.mark.parametrize(("classes", "k"), [(3, (1,)), (5, (1,)), (6, (1, 5))])
    def test_k_is_one_and_five_where_five_says_something(
        self, classes: int, k: tuple[int, ...]
    ) -> None:
        assert accord.evaluate([0], np.zeros((1, classes))).k == k

    def test_chance_is_k_of_the_classes(self) -> None:
        assert accord.evaluate(LABELS, DISTINCT, k=(1, 7)).chance == {1: 1 / 7, 7: 1.0}

    def test_macro_at_1_is_balanced_accuracy(self) -> None:  # R15
        report = accord.evaluate(LABELS, DISTINCT, k=1, average="macro")
        peer = balanced_accuracy_score(LABELS, DISTINCT.argmax(axis=1))
        assert report.accuracy[1] == pytest.approx(peer)

    def test_accuracy_by_class_is_recall(self) -> None:
        by_class = accord.evaluate(LABELS, DISTINCT, k=(1, 7), per_class=True).by_class()
        recall = recall_score(LABELS, DISTINCT.argmax(axis=1), average=None)
        assert [each.accuracy[1] for each in by_class] == pytest.approx(list(recall))
        assert [each.support for each in by_class] == np.bincount(LABELS).tolist()
        assert [each.correct[7] for each in by_class] == np.bincount(LABELS).tolist()

    def test_counting_by_class_leaves_the_other_figures_as_they_are(self) -> None:
        plain = accord.evaluate(LABELS, DISTINCT, k=(1, 3)).to_dict()
        by_class = accord.evaluate(LABELS, DISTINCT, k=(1, 3), per_class=True).to_dict()
        assert {**plain, "per_class": by_class["per_class"]} == by_class

    def test_samples_left_out_are_not_counted(self) -> None:  # R13
        labels = [0, 255, 1, 1]
        report = accord.evaluate(
            labels, np.eye(4, 2), ignore_index=255, mask=[True, True, True, False]
        )
        assert report.samples == 2

    def test_weights_add_up_to_the_samples(self) -> None:  # R14
        report = accord.evaluate([0, 1], np.array([[2.0, 1.0], [2.0, 1.0]]), sample_weight=[3, 0.5])
        assert (report.samples, report.correct) == (3.5, {1: 3.0})

    def test_a_nan_for_the_true_class_is_counted_as_undefined(self) -> None:  # R4
        report = accord.evaluate([0, 1], np.array([[np.nan, 0.0], [np.nan, 0.0]]))
        assert (report.undefined, report.correct[1]) == (1, 0)

    def test_a_binary_report_is_under_1_and_has_no_tie_rule(self) -> None:  # R10
        scores = np.array([0.2, 0.5, 0.7, 0.5])
        report = accord.evaluate([0, 1, 1, 0], scores, measure=accord.Binary())
        assert (report.correct, report.classes, report.ties) == ({1: 3}, 2, None)
        assert (report.floor[1], report.ceiling[1]) == (0.5, 1.0)

    def test_hamming_counts_labels_but_reports_samples(self) -> None:  # R11
        measure = accord.Multilabel("hamming")
        report = accord.evaluate([[1, 0, 1]] * 2, np.array([[0.9, 0.9, 0.9]] * 2), measure=measure)
        assert (report.correct, report.total, report.samples) == ({1: 4}, 6, 2)

    def test_arrays_of_any_framework_give_python_numbers(self) -> None:  # R20
        scores = array_api_strict.asarray(DISTINCT)
        report = accord.evaluate(array_api_strict.asarray(LABELS), scores, k=(1, 3))
        assert report.to_dict() == accord.evaluate(LABELS, DISTINCT, k=(1, 3)).to_dict()

    def test_a_count_by_class_holds_no_tally_of_each_block(self) -> None:
        scores = np.zeros((8192, 4096), np.int8)
        tracemalloc.start()
        with scan.using(False):  # the compiled scan has no blocks
            accord.TopK(1).tally(np.zeros(8192, int), scores, per_class=True)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 8 << 20  # the tallies of its 128 blocks are 16 MiB


class TestInterval:
    @pytest.mark.parametrize(("correct", "total"), [(0, 7), (7, 7), (842, 899), (1, 10**6)])
    def test_it_is_that_of_scipy(self, correct: float, total: int) -> None:
        peer = binomtest(correct, total).proportion_ci(0.95, method="wilson")
        assert wilson(correct, total) == pytest.approx((peer.low, peer.high), abs=1e-12)

    @pytest.mark.parametrize("total", range(1, 60))
    def test_it_stays_within_0_and_1(self, total: int) -> None:
        assert wilson(0, total)[0] == 0
        assert wilson(total, total)[1] == 1

    def test_a_report_has_that_of_its_counts(self, digits: Digits) -> None:
        peer = binomtest(842, 899).proportion_ci(0.95, method="wilson")
        interval = accord.evaluate(*digits, k=1).interval
        assert interval is not None
        assert interval[1] == pytest.approx((peer.low, peer.high))

    @pytest.mark.parametrize(
        "options",
        [{"average": "macro"}, {"sample_weight": np.ones(40)}, {"mask": np.zeros(40, bool)}],
    )
    def test_there_is_none_but_for_a_share_of_samples(self, options: dict[str, Any]) -> None:
        report = accord.evaluate(LABELS, DISTINCT, k=1, **options)
        assert report.interval is None
        assert "Wilson" not in str(report)

    def test_there_is_none_for_labels_that_hang_together(self) -> None:
        measure = accord.Multilabel("hamming")
        assert accord.evaluate(np.eye(3), np.eye(3), measure=measure).interval is None


class TestDict:
    def test_it_has_these_keys_in_this_order(self) -> None:
        assert list(accord.evaluate(LABELS, DISTINCT).to_dict()) == [
            *("measure", "ties", "average", "samples", "classes", "correct", "accuracy"),
            *("floor", "ceiling", "interval", "invalid", "undefined"),
            *("nan", "lost_to_nan", "minus_inf"),
        ]

    def test_json_gives_it_back(self) -> None:
        figures = accord.evaluate(LABELS, DISTINCT, k=(1, 3), per_class=True).to_dict()
        assert json.loads(json.dumps(figures, allow_nan=False)) == figures

    def test_counts_are_python_ints(self) -> None:
        figures = accord.evaluate(LABELS, DISTINCT, k=1).to_dict()
        counts = figures["correct"]["1"], figures["samples"], figures["invalid"]
        assert [type(count) for count in counts] == [int, int, int]

    def test_expected_credit_is_a_float(self) -> None:
        figures = accord.evaluate(LABELS, DISTINCT, k=1, ties="expected").to_dict()
        assert type(figures["correct"]["1"]) is float

    def test_nothing_to_count_is_none(self) -> None:  # R16
        figures = accord.evaluate(np.zeros(0, int), np.zeros((0, 3))).to_dict()
        assert figures["accuracy"] == figures["floor"] == {"1": None}
        assert figures["interval"] is None

    def test_a_class_that_does_not_occur_has_no_accuracy(self) -> None:
        figures = accord.evaluate([0], np.array([[0.7, 0.3]]), per_class=True).to_dict()
        assert figures["per_class"] == [
            {"class": 0, "support": 1, "correct": {"1": 1}, "accuracy": {"1": 1.0}},
            {"class": 1, "support": 0, "correct": {"1": 0}, "accuracy": {"1": None}},
        ]

    @pytest.mark.parametrize(
        ("measure", "name"),
        [
            (accord.TopK(1), "top-k"),
            (accord.SparseCategorical(), "top-k"),
            (accord.TopKCategorical(1), "categorical"),
            (accord.Categorical(), "categorical"),
            (accord.Multilabel(), "multilabel"),
        ],
    )
    def test_the_measure_is_named(self, measure: accord.Measure, name: str) -> None:
        truth = [0, 1] if name == "top-k" else np.eye(2)
        assert accord.evaluate(truth, np.eye(2), measure=measure).to_dict()["measure"] == name


class TestRefusals:
    def test_options_of_the_measure_are_refused_beside_it(self) -> None:
        with pytest.raises(ValueError, match="pass them to the measure"):
            accord.evaluate(LABELS, DISTINCT, k=3, measure=accord.TopK(1))

    def test_an_average_that_is_no_single_figure_is_refused(self) -> None:
        with pytest.raises(ValueError, match="pass one of 'micro', 'macro', 'weighted'"):
            accord.evaluate(LABELS, DISTINCT, average="none")  # type: ignore[arg-type]  # on purpose

    def test_multilabel_samples_have_no_class_to_report(self) -> None:
        with pytest.raises(ValueError, match="leave it out"):
            accord.evaluate(np.eye(2), np.eye(2), measure=accord.Multilabel(), per_class=True)

    def test_a_k_above_the_classes_is_refused(self) -> None:  # R6
        with pytest.raises(ValueError, match="k=8 exceeds the 7 classes"):
            accord.evaluate(LABELS, DISTINCT, k=8)

    def test_scores_that_are_no_array_are_refused(self) -> None:  # R21
        with pytest.raises(TypeError, match="y_score is a list"):
            accord.evaluate([0], [[0.5, 0.5]])


class TestShown:
    def test_the_text_says_how_much_ties_decide(self, digits: Digits) -> None:
        text = " ".join(str(accord.evaluate(*digits, k=1)).split())
        assert "decide 27 of 899 samples at k=1 (3.00 points)" in text
        assert "another library may report anything from floor to ceiling" in text

    def test_without_ties_nothing_is_said_of_them(self) -> None:
        assert "floor to ceiling" not in str(accord.evaluate(LABELS, DISTINCT))

    def test_scores_at_the_threshold_are_said_to_be_that(self) -> None:
        report = accord.evaluate([1, 0], np.array([0.5, 0.1]), measure=accord.Binary())
        assert "Scores equal to the threshold decide 1 of 2 samples (50.00 points)" in str(report)

    def test_undefined_samples_are_said_to_be_misses(self) -> None:
        assert "NaN" in str(accord.evaluate([0], np.array([[np.nan, 0.0]])))

    def test_nothing_to_count_is_said(self) -> None:
        assert "no samples" in str(accord.evaluate(np.zeros(0, int), np.zeros((0, 3))))

    @pytest.mark.parametrize("width", [80, 120])
    def test_a_terminal_shows_every_figure_in_full(self, digits: Digits, width: int) -> None:
        report = accord.evaluate(*digits, k=(1, 3, 5), per_class=True)
        shown = shown_by_rich(report, width)
        cells = ("93.66 %", "92.66 %", "95.66 %", "91.87 - 95.07", "842 / 899", "81.52 %")
        assert all(cell in shown for cell in cells)
        assert "…" not in shown

    def test_text_is_plain_and_fits_79_columns(self, digits: Digits) -> None:
        text = str(accord.evaluate(*digits, k=(1, 3, 5), per_class=True))
        assert text.isascii()
        assert max(map(len, text.splitlines())) <= 79

    def test_markdown_has_a_row_for_each_k(self, digits: Digits) -> None:
        lines = accord.evaluate(*digits, k=(1, 5)).to_markdown().splitlines()
        assert "| k | accuracy | floor | ceiling | Wilson 95 % | correct |" in lines
        assert "| 1 | 93.66 % | 92.66 % | 95.66 % | 91.87 - 95.07 | 842 / 899 |" in lines

    def test_a_notebook_shows_a_table(self, digits: Digits) -> None:
        html = str(accord.evaluate(*digits, k=1)._repr_html_())
        assert '<td style="text-align: right">93.66 %</td>' in html
