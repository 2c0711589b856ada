"""What the accord command says about input that it refuses works when it is followed."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from accord.cli import main
from accord.cli.wording import in_options

RNG = np.random.default_rng(0)
SCORES = RNG.permuted(np.tile(np.arange(8.0), (60, 1)), axis=1)
LABELS = RNG.integers(0, 8, 60)
SIDES = RNG.random((60, 2))
ARRAYS = {
    "scores": SCORES,
    "labels": LABELS,
    "one_hot": np.eye(8)[LABELS],
    "sets": (SCORES > 3).astype(int),
    "positive": SIDES[:, 1],
    "sides": SIDES,
    "column": SIDES[:, 1:],
    "truth": LABELS % 2,
    "truth_column": (LABELS % 2)[:, None],
    "marked": np.where(np.arange(60) == 41, 8, LABELS),
    "pixels": np.moveaxis(SCORES.reshape(6, 10, 8), -1, 1),
    "pixel_labels": LABELS.reshape(6, 10),
    "kept": np.arange(60) < 30,
    "half": np.ones(30),
}
PYTHON = re.compile(r"\b(y_true|y_score|\w+_accuracy|\w+Accuracy|accord\.\w+|\w+_index|\w+=)")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, array in ARRAYS.items():
        np.save(name, array)
    np.savez("both", y_true=LABELS, y_score=SCORES)
    np.savez("swapped", y_true=SCORES, y_score=LABELS)
    np.savez("one", y_true=LABELS % 2, y_score=SIDES[:, 1])
    np.savez("rows", y_true=np.eye(8)[LABELS], y_score=SCORES)
    np.savez("named", labels=LABELS, probs=SCORES)
    np.savez("masked", y_true=LABELS, y_score=SCORES, keep=np.arange(60) < 30, bits=np.arange(60))


def refusal(capsys: pytest.CaptureFixture[str], words: str) -> str:
    with pytest.raises(SystemExit) as end:
        main(shlex.split(words))
    out, error = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert error.count("\n") == 1
    own = re.sub(r"no array \S+;|it has [^;]*;|--y-(true|score) \w+|numpy\.unique.*", "", error)
    assert not PYTHON.search(own), error
    return error.strip()


def works(words: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(shlex.split(words))
    assert end.value.code == 0


# What is typed, the remedy that is printed, and what is typed to follow it.
FOLLOWED = [
    (
        "positive.npy truth.npy",
        "for binary scores pass --measure binary",
        "positive.npy truth.npy --measure binary",
    ),
    ("one.npz", "for binary scores pass --measure binary", "one.npz --measure binary"),
    (
        "one.npz --measure multilabel",
        "for binary scores pass --measure binary",
        "one.npz --measure binary",
    ),
    (
        "scores.npy sets.npy",
        "for a set of labels in each row pass --measure multilabel",
        "scores.npy sets.npy --measure multilabel",
    ),
    (
        "rows.npz",
        "for one-hot rows or probabilities pass --measure categorical",
        "rows.npz --measure categorical",
    ),
    ("both.npz --measure categorical", "leave --measure categorical out", "both.npz"),
    ("both.npz --measure multilabel", "leave --measure multilabel out", "both.npz"),
    ("both.npz --measure binary", "leave --measure binary out", "both.npz"),
    ("sides.npy truth.npy --measure binary", "leave --measure binary out", "sides.npy truth.npy"),
    (
        "pixels.npy pixel_labels.npy",
        "if axis 1 is that of the classes, pass --axis 1",
        "pixels.npy pixel_labels.npy --axis 1",
    ),
    (
        "swapped.npz",
        "pass --y-true y_score --y-score y_true",
        "swapped.npz --y-true y_score --y-score y_true",
    ),
    ("labels.npy scores.npy", "pass the scores first, then the labels", "scores.npy labels.npy"),
    ("scores.npy marked.npy", "pass --ignore-index 8", "scores.npy marked.npy --ignore-index 8"),
    ("both.npz -k 9", "pass at most -k 8", "both.npz -k 8"),
    ("both.npz -k 0", "pass whole numbers from 1, e.g. -k 1,5", "both.npz -k 1,5"),
    ("both.npz --axis 2", "pass one from -2 to 1", "both.npz --axis 1"),
    ("both.npz --threshold 1", "leave it out", "both.npz"),
    ("one.npz --measure binary -k 1", "-k has no effect on binary", "one.npz --measure binary"),
    (
        "one.npz --measure binary --threshold 2 --from-logits",
        "pass one, or no --from-logits",
        "one.npz --measure binary --threshold 2",
    ),
    (
        "named.npz",
        "it has labels, probs; name yours by --y-true",
        "named.npz --y-true labels --y-score probs",
    ),
    ("scores.npy labels.npy --y-true x", "leave --y-true out", "scores.npy labels.npy"),
    ("scores.npy", "pass SCORES.npy LABELS.npy", "scores.npy labels.npy"),
    ("both.npz labels.npy", "pass it alone", "both.npz"),
    (
        "scores.npy sets.npy --measure multilabel --average macro",
        "--average 'micro'",
        "scores.npy sets.npy --measure multilabel --average 'micro'",
    ),
    (
        "scores.npy sets.npy --measure multilabel --average macro",
        "for figures by label --criteria 'hamming'",
        "scores.npy sets.npy --measure multilabel --average macro --criteria hamming",
    ),
    (
        "scores.npy sets.npy --measure multilabel --ignore-index 0",
        "such as --ignore-index -1",
        "scores.npy sets.npy --measure multilabel --ignore-index -1",
    ),
    (
        "scores.npy sets.npy --measure multilabel --per-class",
        "leave it out",
        "scores.npy sets.npy --measure multilabel",
    ),
]


@pytest.mark.parametrize(("typed", "remedy", "then"), FOLLOWED)
def test_a_remedy_works_when_it_is_followed(
    capsys: pytest.CaptureFixture[str], typed: str, remedy: str, then: str
) -> None:
    assert remedy in refusal(capsys, f"score {typed}")
    works(f"score {then}")


# Remedies that save other arrays: what is typed, and how Python makes the file that is asked for.
SAVED = [
    ("column.npy truth.npy --measure binary", "save the scores without their last axis", "column"),
    (
        "positive.npy truth_column.npy --measure binary",
        "save truth_column.npy without its last",
        "truth_column",
    ),
    ("sides.npy truth_column.npy", "save truth_column.npy without its last axis", "truth_column"),
    ("sides.npy truth.npy --measure binary", "save the second column of the scores", "sides"),
]


@pytest.mark.parametrize(("typed", "remedy", "name"), SAVED)
def test_an_array_saved_as_asked_is_taken(
    capsys: pytest.CaptureFixture[str], typed: str, remedy: str, name: str
) -> None:
    assert remedy in refusal(capsys, f"score {typed}")
    np.save(name, ARRAYS[name][:, -1])
    works(f"score {typed}")


def test_predicted_labels_are_not_taken_for_scores(capsys: pytest.CaptureFixture[str]) -> None:
    said = refusal(capsys, "score labels.npy labels.npy")
    assert "it holds whole numbers, as predicted labels are" in said
    assert "--measure binary" not in said


@pytest.mark.parametrize("command", ["score", "verify", "compare"])
def test_every_command_speaks_of_its_options(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    files = "one.npz one.npz" if command == "compare" else "one.npz"
    more = "--backend numpy" if command == "verify" else ""
    assert "pass --measure binary" in refusal(capsys, f"{command} {files} {more}")
    works(f"{command} {files} {more} --measure binary")


def test_labels_that_are_words_are_to_be_saved_as_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = np.array(list("abcdefgh"))[LABELS]
    np.save("words", words)
    said = refusal(capsys, "score scores.npy words.npy")
    assert "numpy.unique(labels, return_inverse=True)[1]" in said
    np.save("words", np.unique(words, return_inverse=True)[1])
    works("score scores.npy words.npy")


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (
            "scores.npy labels.npy --mask half.npy",
            "half.npy has shape (30,), and the samples (60,)",
        ),
        ("masked.npz --mask bits", "--mask has dtype int64; save it as bool"),
        ("both.npz --mask keep", "both.npz has no array 'keep'; it has y_true, y_score"),
        ("scores.npy labels.npy --sample-weight half.npy", "pass one entry for each sample"),
        ("scores.npy labels.npy --mask nosuch.npy", "nosuch.npy: No such file"),
        ("positive.npy truth.npy --measure binary --axis 0", "--axis has no effect on binary"),
    ],
)
def test_masks_and_weights_that_do_not_fit_are_refused(
    capsys: pytest.CaptureFixture[str], words: str, remedy: str
) -> None:
    assert remedy in refusal(capsys, f"score {words}")


@pytest.mark.parametrize(
    ("words", "remedy", "then"),
    [
        ("a.npy b.npy", "pass A.npy B.npy LABELS.npy", "a.npy b.npy labels.npy"),
        ("a.npy both.npz", "pass A.npy B.npy LABELS.npy", "a.npy b.npy labels.npy"),
        ("labels.npy a.npy b.npy", "pass the scores first", "a.npy b.npy labels.npy"),
        ("both.npz", "pass A.npz B.npz, or A.npy B.npy LABELS.npy", "both.npz both.npz"),
        (
            "both.npz both.npz --tolerance -1",
            "pass a number of at least 0",
            "both.npz both.npz --tolerance 0",
        ),
        (
            "a.npy b.npy marked.npy",
            "pass --ignore-index 8",
            "a.npy b.npy marked.npy --ignore-index 8",
        ),
    ],
)
def test_a_remedy_of_compare_works(
    capsys: pytest.CaptureFixture[str], words: str, remedy: str, then: str
) -> None:
    for name in "ab":
        np.save(name, SCORES)
    assert remedy in refusal(capsys, f"compare {words}")
    works(f"compare {then}")


@pytest.mark.parametrize(
    ("words", "remedy", "then"),
    [
        (  # one peer, which is asked by no framework: all of them together take long to start
            "both.npz --ties expected --peer numpy-argsort",
            "pass one of 'first', 'last'",
            "both.npz --ties last --peer numpy-argsort",
        ),
        ("one.npz --peer sklearn", "leave --peer out", "one.npz"),
        ("both.npz --rules-only --peer sklearn", "pass one of both", "both.npz --rules-only"),
        (
            "both.npz --threshold 0.3",
            "--threshold has no effect on top-k",
            "both.npz -k 1 --rules-only",
        ),
        ("one.npz -k 1", "-k has no effect on binary", "one.npz"),
    ],
)
def test_a_remedy_of_explain_works(
    capsys: pytest.CaptureFixture[str], words: str, remedy: str, then: str
) -> None:
    assert remedy in refusal(capsys, f"explain {words}")
    works(f"explain {then} --rules-only" if "one.npz" in then else f"explain {then}")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "k=7 exceeds the 5 classes; pass k between 1 and 5",
            "-k 7 exceeds the 5 classes; pass -k between 1 and 5",
        ),
        ("k=(1, 7) exceeds", "-k 1,7 exceeds"),
        ("at_threshold='x' is unknown", "--at-threshold 'x' is unknown"),
        ("mask has dtype int64", "--mask has dtype int64"),
        (
            "use categorical_accuracy or CategoricalAccuracy",
            "use --measure categorical or --measure categorical",
        ),
    ],
)
def test_python_names_become_options(said: str, told: str) -> None:
    assert in_options(said, {}) == told
