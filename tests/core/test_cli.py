"""The accord command: what it prints, and how it ends."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score, top_k_accuracy_score
from typer.testing import CliRunner

from accord import scan
from accord.cli import main, score
from accord.cli.app import app

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"
COMMAND = "from accord.cli import main; main()"

SCORES = np.random.default_rng(0).permuted(np.tile(np.arange(8.0), (60, 1)), axis=1)
LABELS = np.random.default_rng(1).integers(0, 8, 60)
POSITIVE = np.random.default_rng(2).random(60)
ARRAYS = {
    "scores": SCORES,
    "labels": LABELS,
    "one_hot": np.eye(8)[LABELS],
    "sets": (SCORES > 3).astype(int),
    "positive": POSITIVE,
    "truth": LABELS % 2,
    "marked": np.where(np.arange(60) == 41, 8, LABELS),
}


class Terminal:
    """A terminal, and what a process inside has shown on it."""

    def __init__(self) -> None:
        self.outside, self.inside = pty.openpty()

    def read(self) -> str:
        os.close(self.inside)
        shown = b""
        with contextlib.suppress(OSError):  # as Linux ends it; other systems return nothing
            while more := os.read(self.outside, 1 << 16):  # a page at most at a time
                shown += more
        os.close(self.outside)
        return shown.decode()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, array in ARRAYS.items():
        np.save(name, array)
    np.savez("both", y_true=LABELS, y_score=SCORES)
    np.savez("named", labels=LABELS, probs=SCORES)
    return tmp_path


def process(*words: object, code: str = COMMAND, **streams: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, words)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(command, text=True, **streams)  # noqa: S603  # it is our own


def ended(*words: object, **options: Any) -> tuple[int, str, str]:
    """Return exit status, stdout and stderr of a process."""
    with process(*words, **options) as running:
        out, error = running.communicate(timeout=60)
    return running.returncode, out, error


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["score", *map(str, words)])
    assert result.exit_code == 0, result.output
    return result.stdout


def figures(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json"))
    return found


class TestTable:
    def test_it_has_accuracy_bounds_interval_and_counts_of_each_k(self) -> None:
        lines = run(EXAMPLE, "-k", "1,3,5").splitlines()
        row = ["1", "93.66", "%", "92.66", "%", "95.66", "%", "91.87", "-", "95.07"]
        assert [*row, "842", "/", "899"] in [line.split() for line in lines]

    def test_it_says_samples_classes_chance_and_losses(self) -> None:
        facts = run(EXAMPLE, "-k", "1,5").split("\n\n")[1].splitlines()
        assert dict(re.split("  +", line) for line in facts) == {
            "samples": "899",
            "classes": "10",
            "chance level": "10.00 % at k=1, 50.00 % at k=5",
            "invalid labels": "0",
            "undefined scores": "0",
        }

    def test_it_says_what_ties_decide(self) -> None:
        text = " ".join(run(EXAMPLE, "-k", "1").split())
        assert "decide 27 of 899 samples at k=1 (3.00 points)" in text

    def test_classes_have_a_row_each(self) -> None:
        table = run(EXAMPLE, "-k", "1", "--per-class").split("\n\n")[1].splitlines()
        assert table[1].split() == ["class", "support", "k=1"]
        assert table[3].split() == ["0", "89", "89", "100.00", "%"]
        assert table[11].split() == ["8", "92", "75", "81.52", "%"]

    def test_a_terminal_gets_a_drawn_table(self, terminal: Terminal) -> None:
        status, _, _ = ended("score", EXAMPLE, stdout=terminal.inside)
        shown = terminal.read()
        assert status == 0
        assert "─────" in shown
        assert "93.66 %" in shown


class TestJson:
    def test_it_is_one_object_of_this_schema(self) -> None:
        kinds = {name: type(value) for name, value in figures(EXAMPLE).items()}
        assert kinds == {
            "measure": str,
            "ties": str,
            "average": str,
            "samples": int,
            "classes": int,
            "correct": dict,
            "accuracy": dict,
            "floor": dict,
            "ceiling": dict,
            "interval": dict,
            "invalid": int,
            "undefined": int,
            "nan": int,
            "lost_to_nan": dict,
            "minus_inf": int,
        }

    def test_its_figures_are_those_of_the_example(self) -> None:
        found = figures(EXAMPLE, "-k", "1,5", "--ties", "optimistic")
        assert found["correct"] == {"1": 860, "5": 899}
        assert found["accuracy"] == found["ceiling"] == {"1": 860 / 899, "5": 1.0}
        assert (found["measure"], found["ties"], found["average"]) == (
            *("top-k", "optimistic", "micro"),
        )

    def test_classes_are_a_list(self) -> None:
        found = figures("both.npz", "-k", "1", "--per-class")["per_class"]
        recall = recall_score(LABELS, SCORES.argmax(axis=1), average=None)
        assert [each["accuracy"]["1"] for each in found] == pytest.approx(list(recall))
        assert [each["class"] for each in found] == list(range(8))

    def test_a_macro_average_has_no_interval(self) -> None:
        assert figures("both.npz", "--average", "macro")["interval"] is None

    def test_stdout_holds_nothing_else(self) -> None:
        status, out, error = ended("score", EXAMPLE, "--json")
        assert (status, error) == (0, "")
        assert json.loads(out)["samples"] == 899


class TestOptions:
    def test_two_files_are_the_same_as_an_archive(self) -> None:
        assert figures("scores.npy", "labels.npy") == figures("both.npz")

    def test_arrays_of_other_names_are_found_by_option(self) -> None:
        named = figures("named.npz", "--y-true", "labels", "--y-score", "probs")
        assert named == figures("both.npz")

    def test_k_is_in_the_order_asked(self) -> None:
        found = figures("both.npz", "-k", "5,1,3")["accuracy"]
        peer = {str(k): top_k_accuracy_score(LABELS, SCORES, k=k) for k in (5, 1, 3)}
        assert list(found.items()) == list(peer.items())

    def test_every_k_is_in_json_and_a_few_are_in_the_table(self) -> None:
        rng = np.random.default_rng(3)
        np.savez("wide", y_true=rng.integers(0, 30, 50), y_score=rng.random((50, 30)))
        assert list(figures("wide.npz", "-k", "all")["accuracy"]) == [str(k) for k in range(1, 31)]
        lines = run("wide.npz", "-k", "all").splitlines()
        assert [line.split()[0] for line in lines[3:10]] == ["1", "2", "3", "5", "10", "20", "30"]

    def test_k_is_1_and_5_unless_asked(self) -> None:
        assert list(figures("both.npz")["accuracy"]) == ["1", "5"]

    def test_k_is_1_alone_for_few_classes(self) -> None:
        np.savez("few", y_true=LABELS % 3, y_score=SCORES[:, :3])
        assert list(figures("few.npz")["accuracy"]) == ["1"]

    def test_an_ignored_label_leaves_its_samples_out(self) -> None:
        found = figures("scores.npy", "marked.npy", "--ignore-index", "8")
        assert found["samples"] == 59

    def test_categorical_takes_one_hot_rows(self) -> None:
        found = figures("scores.npy", "one_hot.npy", "--measure", "categorical")
        assert found == {**figures("both.npz"), "measure": "categorical"}

    def test_binary_takes_a_threshold(self) -> None:
        found = figures("positive.npy", "truth.npy", "--measure", "binary", "--threshold", "0.3")
        peer = accuracy_score(LABELS % 2, POSITIVE > 0.3)
        assert (found["accuracy"], found["ties"], found["classes"]) == ({"1": peer}, None, 2)

    @pytest.mark.parametrize(("side", "correct"), [("negative", 40), ("positive", 20)])
    def test_a_score_at_the_threshold_is_on_the_side_asked(self, side: str, correct: int) -> None:
        np.savez("half", y_true=np.arange(60) < 20, y_score=np.full(60, 0.5))
        found = figures("half.npz", "--measure", "binary", "--at-threshold", side)
        assert found["correct"] == {"1": correct}

    def test_logits_are_compared_with_the_logit(self) -> None:
        logit = np.log(POSITIVE / (1 - POSITIVE))
        np.save("logits", logit)
        words = ("--measure", "binary", "--threshold", "0.3", "--from-logits")
        peer = accuracy_score(LABELS % 2, POSITIVE > 0.3)
        assert figures("logits.npy", "truth.npy", *words)["accuracy"] == {"1": peer}

    def test_multilabel_takes_a_criterion(self) -> None:
        words = ("--measure", "multilabel", "--criteria", "hamming", "--threshold", "4")
        found = figures("scores.npy", "sets.npy", *words)
        assert found["correct"] == {"1": 60 * 7}  # the one label of score 4 is missed in each row
        assert found["interval"] is None

    def test_multilabel_takes_the_k_best(self) -> None:
        found = figures("scores.npy", "sets.npy", "--measure", "multilabel", "-k", "3,4")
        assert found["correct"] == {"3": 0, "4": 60}  # four scores of 0..7 are above 3

    def test_multilabel_takes_labels_that_are_unknown(self) -> None:
        sets, known = np.load("sets.npy"), np.arange(480).reshape(60, 8) % 3 > 0
        np.save("some", np.where(known, sets, -1))
        np.savez("turned", y_true=sets.T, y_score=np.load("scores.npy").T, known=known.T)
        words = ("--measure", "multilabel", "--criteria", "hamming", "--threshold", "3.5")
        by_index = figures("scores.npy", "some.npy", *words, "--ignore-index", "-1", "--per-class")
        by_mask = figures("turned.npz", *words, "--axis", "0", "--mask", "known")
        assert by_index["correct"] == by_mask["correct"] == {"1": 320}
        assert [each["support"] for each in by_index["per_class"]] == known.sum(0).tolist()
        assert (by_index["samples"], by_index["accuracy"]) == (60, {"1": 1.0})

    def test_every_rank_counts_for_the_reciprocal_rank_unless_a_last_one_is_asked(self) -> None:
        rank = 8 - SCORES[np.arange(60), LABELS]
        assert figures("both.npz", "--measure", "mrr")["accuracy"] == {
            "1": pytest.approx(np.mean(1 / rank))
        }
        found = figures("both.npz", "--measure", "ndcg", "-k", "3,8", "--ignore-index", "2")
        gain, kept = 1 / np.log2(1 + rank), LABELS != 2
        assert (found["measure"], found["samples"]) == ("NDCG", kept.sum())
        assert found["accuracy"] == {
            "3": pytest.approx(np.mean(np.where(rank <= 3, gain, 0)[kept])),
            "8": pytest.approx(np.mean(gain[kept])),
        }

    def test_no_samples_give_null(self) -> None:
        np.savez("none", y_true=np.zeros(0, int), y_score=np.zeros((0, 4)))
        assert figures("none.npz")["accuracy"] == {"1": None}


class TestStreaming:
    @pytest.mark.parametrize(
        "words",
        [
            "scores.npy labels.npy --per-class",
            "scores.npy one_hot.npy --measure categorical",
            "positive.npy truth.npy --measure binary --average macro",
            "scores.npy sets.npy --measure multilabel --threshold 2",
            "scores.npy sets.npy --measure multilabel --criteria hamming --average weighted",
        ],
    )
    def test_chunks_add_up_to_the_whole(
        self, monkeypatch: pytest.MonkeyPatch, words: str
    ) -> None:  # R17
        whole = figures(*words.split())
        monkeypatch.setattr(score, "CHUNK", 50)
        assert figures(*words.split()) == whole

    @pytest.mark.slow
    def test_no_bar_is_shown_where_stderr_is_no_terminal(self) -> None:
        np.lib.format.open_memmap("zeros.npy", mode="w+", dtype="i1", shape=(50_000, 1_000))
        np.save("firsts", np.zeros(50_000, int))
        status, out, error = ended("score", "zeros.npy", "firsts.npy", "--json")
        assert json.loads(out)["samples"] == 50_000
        assert (status, error) == (0, "")

    @pytest.mark.slow
    def test_a_long_run_moves_a_bar_on_a_terminal(self, terminal: Terminal) -> None:
        np.lib.format.open_memmap("zeros.npy", mode="w+", dtype="i1", shape=(50_000, 1_000))
        np.save("firsts", np.zeros(50_000, int))
        words = ("score", "zeros.npy", "firsts.npy", "--json")
        _, out, _ = ended(*words, stderr=terminal.inside)
        assert json.loads(out)["correct"] == {"1": 50_000, "5": 50_000}
        assert "Scoring" in terminal.read()

    @pytest.mark.slow
    def test_scores_in_a_file_are_never_in_memory_as_a_whole(self) -> None:
        np.lib.format.open_memmap("zeros.npy", mode="w+", dtype="f4", shape=(40_000, 1_000))
        np.save("firsts", np.zeros(40_000, int))
        with scan.using(False):  # what numba takes to load is not of the scores
            tracemalloc.start()
            found = figures("zeros.npy", "firsts.npy", "--per-class")
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert found["samples"] == 40_000
        assert peak < 40 << 20  # the scores are 153 MiB


class TestProcess:
    def test_a_process_ends_with_2_and_no_traceback(self) -> None:
        status, out, error = ended("score", "missing.npz")
        assert (status, out, error.count("\n")) == (2, "", 1)

    def test_it_says_its_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as end:
            main(["--version"])
        assert end.value.code == 0
        assert capsys.readouterr().out.startswith("accord ")

    def test_the_package_runs_as_a_module(self) -> None:
        command = [sys.executable, "-m", "accord", "score", str(EXAMPLE), "-k", "1", "--json"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # it is our own
        assert json.loads(run.stdout)["correct"] == {"1": 842}

    def test_without_a_command_it_shows_its_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as end:
            main([])
        assert end.value.code == 0
        assert "score" in capsys.readouterr().out

    @pytest.mark.parametrize("word", ["pessimistic", "jaccard", "multilabel", "weighted"])
    def test_the_help_of_score_names_every_choice(self, word: str) -> None:
        assert word in run("--help")

    def test_an_interrupt_ends_it_quietly(self) -> None:
        os.mkfifo("fifo.npz")
        with process("score", "fifo.npz") as running, Path("fifo.npz").open("wb"):
            # Opening has waited until the command reads.
            running.send_signal(signal.SIGINT)
            out, error = running.communicate(timeout=60)
        assert (running.returncode, out, error) == (130, "", "")

    def test_a_reader_that_has_gone_ends_it_quietly(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        status, _, error = ended("score", EXAMPLE, stdout=writing)
        os.close(writing)
        assert (status, error) == (1, "")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_output_that_can_not_be_written_is_said_in_one_line(self) -> None:
        with Path("/dev/full").open("wb") as full:
            status, _, error = ended("score", EXAMPLE, stdout=full)
        assert (status, error.count("\n")) == (1, 1)
        assert error.startswith("error: can't write the output")

    @pytest.mark.parametrize("missing", ["typer", "rich"])
    def test_without_the_extra_it_says_what_to_install(self, missing: str) -> None:
        code = f"import sys; sys.modules[{missing!r}] = None; {COMMAND}"
        said = f'error: the accord command needs {missing}; run pip install "accord[cli]"\n'
        assert ended(code=code) == (2, "", said)

    def test_importing_accord_loads_neither_typer_nor_rich(self) -> None:
        code = "import accord, sys; print({'typer', 'rich', 'click'} & sys.modules.keys())"
        assert ended(code=code) == (0, "set()\n", "")
