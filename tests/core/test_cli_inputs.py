"""What the accord commands read: pairs of files, standard input, masks, weights and axes by name."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accord.cli import files, main, score

RNG = np.random.default_rng(0)
SCORES = RNG.permuted(np.tile(np.arange(8.0), (60, 1)), axis=1)
LABELS = RNG.integers(0, 8, 60)
KEPT = RNG.random(60) < 0.5
WEIGHTS = RNG.integers(0, 4, 60)
COMMAND = [sys.executable, "-c", "from accord.cli import main; main()"]
HITS = SCORES.argmax(axis=1) == LABELS

ARRAYS = {
    "scores": SCORES,
    "other": np.roll(SCORES, 1, axis=0),
    "labels": LABELS,
    "kept": KEPT,
    "weights": WEIGHTS,
    "sets": (SCORES > 3).astype(int),
    "one_hot": np.eye(8)[LABELS],
    "positive": SCORES[:, 0],
    "truth": LABELS % 2,
    "first": np.moveaxis(SCORES.reshape(6, 10, 8), -1, 0),
    "grid": LABELS.reshape(6, 10),
    "grid_hot": np.moveaxis(np.eye(8)[LABELS].reshape(6, 10, 8), -1, 0),
    "grid_kept": KEPT.reshape(6, 10),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, array in ARRAYS.items():
        np.save(name, array)
    np.savez("all", y_true=LABELS, y_score=SCORES, **ARRAYS)  # type: ignore[arg-type]  # names
    np.savez("b", y_true=LABELS, y_score=ARRAYS["other"])
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], words: str, *, status: int = 0) -> dict[str, Any]:
    with pytest.raises(SystemExit) as end:
        main([*words.split(), "--json"])
    out, error = capsys.readouterr()
    assert end.value.code == status, error
    read: dict[str, Any] = json.loads(out)
    return read


def piped(words: str, content: bytes) -> tuple[int, str, str]:
    run = subprocess.run(  # noqa: S603  # our own
        [*COMMAND, *words.split()], input=content, capture_output=True, check=False
    )
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def test_explain_takes_an_average(capsys: pytest.CaptureFixture[str]) -> None:  # R15
    by_class = np.mean([HITS[label == LABELS].mean() for label in np.unique(LABELS)])
    for words in ("scores.npy labels.npy", "scores.npy one_hot.npy --measure categorical"):
        told = found(capsys, f"explain {words} -k 1 --rules-only --average macro")
        assert told["average"] == "macro"
        assert told["accord"]["accuracy"]["1"] == pytest.approx(by_class)


class TestByName:
    @pytest.mark.parametrize(
        "ways", ["all.npz --mask kept", "scores.npy labels.npy --mask kept.npy"]
    )
    @pytest.mark.parametrize("chunk", [50, 1 << 22])
    def test_a_mask_leaves_samples_out(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        ways: str,
        chunk: int,
    ) -> None:  # R13
        monkeypatch.setattr(score, "CHUNK", chunk)
        report = found(capsys, f"score {ways} -k 1")
        assert (report["samples"], report["correct"]["1"]) == (KEPT.sum(), HITS[KEPT].sum())

    @pytest.mark.parametrize("chunk", [50, 1 << 22])
    def test_weights_multiply_credit(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chunk: int
    ) -> None:  # R14
        monkeypatch.setattr(score, "CHUNK", chunk)
        report = found(capsys, "score all.npz -k 1 --sample-weight weights")
        assert report["accuracy"]["1"] == pytest.approx(WEIGHTS[HITS].sum() / WEIGHTS.sum())
        assert report["interval"] is None

    def test_mask_and_weights_go_together(self, capsys: pytest.CaptureFixture[str]) -> None:
        report = found(capsys, "score all.npz -k 1 --sample-weight weights --mask kept")
        expected = WEIGHTS[HITS & KEPT].sum() / WEIGHTS[KEPT].sum()
        assert report["accuracy"]["1"] == pytest.approx(expected)

    @pytest.mark.parametrize("chunk", [50, 1 << 22])
    @pytest.mark.parametrize("axis", ["0", "-3"])
    def test_the_class_axis_may_be_any(
        self,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        axis: str,
        chunk: int,
    ) -> None:  # R12
        monkeypatch.setattr(score, "CHUNK", chunk)
        words = f"score first.npy grid.npy -k 1 --axis {axis} --mask grid_kept.npy"
        assert found(capsys, words)["correct"] == {"1": HITS[KEPT].sum()}
        dense = f"score first.npy grid_hot.npy --measure categorical -k 1 --axis {axis}"
        assert found(capsys, dense)["correct"] == {"1": HITS.sum()}

    @pytest.mark.parametrize(
        ("words", "correct"),
        [
            ("verify first.npy grid.npy --backend numpy", "reference.correct.1"),
            ("explain first.npy grid.npy --rules-only", "accord.correct.1"),
            ("compare first.npy first.npy grid.npy", "at.1.correct.a"),
        ],
    )
    def test_every_command_takes_an_axis(
        self, capsys: pytest.CaptureFixture[str], words: str, correct: str
    ) -> None:
        value: Any = found(capsys, f"{words} --axis 0 -k 1")
        for name in correct.split("."):
            value = value[name]
        assert value == HITS.sum()


class TestMeasures:
    @pytest.mark.parametrize(
        "words",
        [
            "scores.npy one_hot.npy --measure categorical -k 1,3 --ties last",
            "positive.npy truth.npy --measure binary --threshold 3 --at-threshold positive",
            "scores.npy sets.npy --measure multilabel --criteria hamming --threshold 4",
            "scores.npy sets.npy --measure multilabel -k 3 4",
            "scores.npy labels.npy --ignore-index 3 -k 2",
        ],
    )
    def test_every_command_counts_what_score_counts(
        self, capsys: pytest.CaptureFixture[str], words: str
    ) -> None:
        report = found(capsys, f"score {words}")
        own = report["correct"]
        verified = found(capsys, f"verify {words} --backend numpy")
        assert verified["agrees"]
        assert verified["reference"]["correct"] == own
        assert found(capsys, f"explain {words} --rules-only")["accord"]["correct"] == own
        scores, labels, *options = words.split()
        compared = found(capsys, " ".join(["compare", scores, scores, labels, *options]))
        assert {k: at["correct"]["b"] for k, at in compared["at"].items()} == own
        assert compared["samples"] == report["samples"]


class TestCompare:
    def test_pairs_of_files_are_the_same_as_archives(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archives = found(capsys, "compare all.npz b.npz", status=1)
        arrays = found(capsys, "compare scores.npy other.npy labels.npy", status=1)
        assert archives["names"] == {"a": "all.npz", "b": "b.npz"}
        assert arrays["names"] == {"a": "scores.npy", "b": "other.npy"}
        assert arrays["at"] == archives["at"]

    def test_files_of_one_name_are_told_apart(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("old").mkdir()
        Path("b.npz").rename("old/all.npz")
        names = found(capsys, "compare old/all.npz all.npz", status=1)["names"]
        assert names == {"a": "old/all.npz", "b": "all.npz"}

    def test_the_page_names_the_files(self) -> None:
        with pytest.raises(SystemExit):
            main(["compare", "scores.npy", "other.npy", "labels.npy", "--html", "page.html"])
        page = Path("page.html").read_text()
        assert "other.npy against scores.npy" in page
        assert "scores.npy and other.npy differ" in page
        assert ">scores.npy</text>" in page  # in the legend of the chart
        assert ">A<" not in page


class TestStandardInput:
    @pytest.mark.parametrize(
        "words",
        [
            "score - -k 1 --json",
            "explain - -k 1 --rules-only --json",
            "verify - -k 1 --backend numpy --json",
            "compare - all.npz -k 1 --json",
            "score - labels.npy -k 1 --json",
        ],
    )
    def test_a_file_is_read_from_it(self, words: str) -> None:
        name = "scores.npy" if "labels.npy" in words else "all.npz"
        status, out, error = piped(words, Path(name).read_bytes())
        assert (status, error) == (0, "")
        assert f"{HITS.sum()}" in out

    def test_it_has_a_name_in_titles(self) -> None:
        piped("score - --html page.html", Path("all.npz").read_bytes())
        assert "Accuracy of standard input" in Path("page.html").read_text()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("score -", "standard input is neither a .npy nor an .npz file"),
            ("score - -", "standard input holds one array"),
            ("compare - -", "standard input holds one set of scores"),
        ],
    )
    def test_what_is_no_array_is_refused_in_one_line(self, words: str, said: str) -> None:
        status, out, error = piped(words, b"hello")
        assert (status, out, error.count("\n")) == (2, "", 1)
        assert said in error

    def test_a_terminal_is_not_waited_for(self) -> None:
        outside, inside = pty.openpty()
        run = subprocess.run(  # noqa: S603  # our own
            [*COMMAND, "score", "-"], stdin=inside, capture_output=True, text=True, check=False
        )
        os.close(inside)
        os.close(outside)
        assert run.returncode == 2
        assert "standard input is a terminal; pipe a file into it" in run.stderr


def test_nothing_on_standard_input_is_unpickled(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([print]), allow_pickle=True)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(buffer.getvalue())))
    with pytest.raises(files.FileError, match="Python objects"):
        files.map_array(files.STDIN)
