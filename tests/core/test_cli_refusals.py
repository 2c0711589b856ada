"""What the accord command refuses: always in one line on stderr, with exit status 2."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accord.cli import main, score

SCORES = np.random.default_rng(0).permuted(np.tile(np.arange(8.0), (60, 1)), axis=1)
LABELS = np.random.default_rng(1).integers(0, 8, 60)
ARRAYS = {
    "scores": SCORES,
    "labels": LABELS,
    "one_hot": np.eye(8)[LABELS],
    "sets": (SCORES > 3).astype(int),
    "positive": SCORES[:, 0],
    "short": LABELS[:50],
    "long": np.tile(LABELS, 2),
    "bad": np.where(np.arange(60) == 41, 8, LABELS),
    "text": np.array(["a"] * 60),
    "fields": np.zeros(60, [("a", int)]),
    "complex": SCORES.astype(complex),
}


class Unpickled:
    """Says so if a reader ever unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('unpickled')",)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, array in ARRAYS.items():
        np.save(name, array)
    np.savez("both", y_true=LABELS, y_score=SCORES)
    np.savez("named", labels=LABELS, probs=SCORES)
    objects = np.array([Unpickled()] * 60)
    np.save("objects", objects, allow_pickle=True)
    np.savez("objects", y_true=LABELS, y_score=objects)
    archive = Path("both.npz").read_bytes()
    Path("cut.npz").write_bytes(archive[:700])
    Path("flipped.npz").write_bytes(archive[:400] + b"\xff\xff" + archive[402:])
    Path("cut.npy").write_bytes(Path("scores.npy").read_bytes()[:300])
    Path("header.npy").write_bytes(Path("scores.npy").read_bytes()[:20])
    Path("empty.npy").touch()
    Path("words.npz").write_text("hello")
    Path("list.pkl").write_bytes(pickle.dumps([1]))
    with zipfile.ZipFile("other.npz", "w") as other:
        other.writestr("y_true", "x")
        other.writestr("y_score", "y")
    return tmp_path


def refusal(capsys: pytest.CaptureFixture[str], *words: str, command: str = "score") -> str:
    with pytest.raises(SystemExit) as end:
        main([command, *words])
    out, error = capsys.readouterr()
    assert end.value.code == 2
    assert out == ""
    assert error.startswith("error: ")
    assert error.endswith("\n")
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("missing.npz", "missing.npz: No such file"),
        (".", ".: Is a directory"),
        ("named.npz", "no array 'y_true'; it has labels, probs"),
        ("scores.npy", "holds one array"),
        ("both.npz labels.npy", "is an .npz file"),
        ("scores.npy labels.npy labels.npy", "got 3 files"),
        ("objects.npz", "holds Python objects"),
        ("objects.npy labels.npy", "holds Python objects"),
        ("cut.npz", "cut.npz can't be read"),
        ("flipped.npz", "flipped.npz can't be read"),
        ("cut.npy labels.npy", "cut.npy can't be read"),
        ("header.npy labels.npy", "header.npy can't be read"),
        ("empty.npy labels.npy", "neither a .npy nor an .npz"),
        ("words.npz", "neither a .npy nor an .npz"),
        ("list.pkl", "neither a .npy nor an .npz"),
        ("other.npz", "something other than arrays"),
        ("labels.npy scores.npy", "pass the scores first"),
        ("scores.npy short.npy", "short.npy has shape (50,) and scores.npy (60, 8)"),
        ("scores.npy long.npy", "long.npy has shape (120,)"),
        ("scores.npy text.npy", "text.npy has dtype <U1"),
        ("text.npy labels.npy", "text.npy has dtype <U1"),
        ("scores.npy fields.npy", "fields.npy has dtype"),
        ("complex.npy labels.npy", "complex.npy has dtype complex128"),
        ("scores.npy bad.npy", "bad.npy[41] is 8, outside 0..7"),
        ("scores.npy one_hot.npy", "one_hot.npy has shape (60, 8)"),
        ("positive.npy labels.npy --measure binary", "neither 0 nor 1"),
    ],
)
def test_files_that_do_not_fit_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert said in refusal(capsys, *words.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("-k 9", "-k 9 exceeds the 8 classes of --y-score; pass at most -k 8"),
        ("-k 1,9", "-k 9 exceeds the 8 classes"),
        ("-k 0", "-k 0 is below 1"),
        ("-k 1,x", "-k '1,x' is not a list of whole numbers"),
        ("--measure f1", "--measure 'f1' is unknown; pass one of 'top-k'"),
        ("--ties middle", "--ties 'middle' is unknown; pass one of 'first'"),
        ("--average none", "--average 'none' is unknown; pass one of 'micro'"),
        ("--ignore-index x", "--ignore-index"),
        ("--threshold x", "--threshold"),
        ("--threshold 0.3", "--threshold has no effect on top-k"),
        ("--from-logits", "--from-logits has no effect on top-k"),
        ("--criteria hamming", "--criteria has no effect on top-k"),
        ("--measure binary -k 1", "-k has no effect on binary"),
        ("--measure binary --at-threshold x", "--at-threshold 'x' is unknown"),
        (
            "--measure binary --threshold nan",
            "--threshold nan is not a finite number; pass a number",
        ),
        ("--measure categorical --ignore-index 1", "has no effect on categorical"),
        ("--measure multilabel --criteria x", "--criteria 'x' is unknown"),
        ("--measure multilabel --ties last", "--ties has no effect on multilabel"),
        ("--measure multilabel -k 1 --threshold 1", "no effect on multilabel with -k"),
        ("--bogus", "No such option: --bogus"),
    ],
)
def test_options_that_do_not_fit_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert said in refusal(capsys, "both.npz", *words.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("scores.npy labels.npy --measure mrr", "--measure 'mrr' is unknown; pass one of 'top-k'"),
        ("scores.npy labels.npy --average mean", "--average 'mean' is unknown; pass one of"),
        ("positive.npy labels.npy --average macro", "--average macro has no effect on binary"),
        ("scores.npy sets.npy --measure multilabel --average weighted", "has no effect on multil"),
    ],
)
def test_averages_that_cannot_be_explained_are_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    assert said in refusal(capsys, *words.split(), command="explain")


def test_multilabel_samples_are_not_reported_by_class(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("scores.npy", "sets.npy", "--measure", "multilabel")
    assert "--per-class needs" in refusal(capsys, *words, "--per-class")
    assert "no single class" in refusal(capsys, *words, "--average", "macro")


def test_no_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "FILES" in refusal(capsys)


def test_a_bad_label_is_named_by_its_place_in_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score, "CHUNK", 80)
    assert "bad.npy[41] is 8" in refusal(capsys, "scores.npy", "bad.npy")


@pytest.mark.parametrize(("labels", "length"), [("short", 50), ("long", 120)])
def test_shapes_are_those_of_the_files(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    labels: str,
    length: int,
) -> None:
    monkeypatch.setattr(score, "CHUNK", 80)
    assert f"shape ({length},)" in refusal(capsys, "scores.npy", f"{labels}.npy")
