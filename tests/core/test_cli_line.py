"""Words of the command line: none is dropped without a word."""

import json
from pathlib import Path

import numpy as np
import pytest

from accord.cli import main

SCORES = np.random.default_rng(0).permuted(np.tile(np.arange(8.0), (60, 1)), axis=1)
LABELS = np.random.default_rng(1).integers(0, 8, 60)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("both", y_true=LABELS, y_score=SCORES)


def status(words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(words.split())
    assert isinstance(end.value.code, int)
    return end.value.code


WAYS = (
    "both.npz -k 1,3,5",
    "both.npz -k 1 -k 3 -k 5",
    "both.npz -k 1 3 5",
    "-k 1 3 5 both.npz",
    "-k1 3 5 both.npz",
    "-k 1,3 -k 5 both.npz",
    "-k 1, 3, 5 both.npz",
    "-k 1 3 -k 5 -- both.npz",
)


@pytest.mark.parametrize("words", WAYS)
def test_every_k_that_is_given_is_reported(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert status(f"score --json {words}") == 0
    accuracy = json.loads(capsys.readouterr().out)["accuracy"]
    own = SCORES[np.arange(60), LABELS]
    rank = np.sum(own[:, None] < SCORES, axis=1)
    assert accuracy == {str(k): np.mean(rank < k) for k in (1, 3, 5)}


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("verify both.npz -k 1 -k 3 --backend numpy", "reference.correct"),
        ("explain both.npz -k 1 3 --rules-only", "accord.correct"),
        ("compare both.npz both.npz -k 1 3", "at"),
    ],
)
def test_every_command_takes_several_k(
    capsys: pytest.CaptureFixture[str], words: str, at: str
) -> None:
    assert status(f"{words} --json") == 0
    found = json.loads(capsys.readouterr().out)
    for name in at.split("."):
        found = found[name]
    assert list(found) == ["1", "3"]


def test_a_number_that_is_a_file_too_is_not_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("both.npz").rename("3")
    assert status("score -k 1 3") == 2
    assert "pass -k 1,3, or ./3" in capsys.readouterr().err
    assert status("score -k 1 ./3") == 0  # the remedy
    assert status("score -k 1,3 ./3") == 0


@pytest.mark.parametrize(
    "words",
    [
        "score both.npz --ties first --ties last",
        "score both.npz --measure top-k --measure binary",
        "score both.npz --html a.html --html b.html",
        "score both.npz --y-true y_true --y-true labels",
        "verify both.npz --seconds 9 --seconds 10",
        "explain both.npz --ties first --ties last",
        "compare both.npz both.npz --tolerance 1 --tolerance 2",
    ],
)
def test_an_option_of_one_value_is_refused_twice(
    capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert status(words) == 2
    option = words.split()[-2]
    assert capsys.readouterr().err == f"error: {option} is given twice; pass it once\n"


def test_a_repeatable_option_is_taken_twice(capsys: pytest.CaptureFixture[str]) -> None:
    words = "verify both.npz -k 1 --backend numpy --backend nosuch"
    assert status(words) == 2
    assert "no backend is named 'nosuch'" in capsys.readouterr().err
