"""The public surface: the names, and the signatures that other tools rely on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import subprocess
import sys
import types
from collections.abc import Callable

import pytest

import accord
from accord import losses

FRAMEWORK = {
    "accord_jax": "jax",
    "accord_keras": "keras",
    "accord_tensorflow": "tensorflow",
    "accord_torch": "torch",
}
PACKAGES = ("accord", "accord_numpy", "accord_conformance", *FRAMEWORK)

Y = ["y_true", "y_score"]
GROUPS = ("groups", "n_groups")
BY_CLASS = ("candidates", *GROUPS)
SAMPLES_OF_LOSSES = ("mask", "sample_weight", "axis", "reduction")
SIGNATURES: dict[Callable[..., object], tuple[list[str], list[str]]] = {
    accord.top_k_accuracy: (
        [*Y, "k"],
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS, "ignore_index"],
    ),
    accord.top_k_categorical_accuracy: (
        [*Y, "k"],
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS],
    ),
    accord.sparse_categorical_accuracy: (
        Y,
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS, "ignore_index"],
    ),
    accord.categorical_accuracy: (
        Y,
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS],
    ),
    accord.binary_accuracy: (
        Y,
        [
            *("threshold", "at_threshold", "from_logits"),
            *("average", "sample_weight", "mask", *GROUPS, "ignore_index"),
        ],
    ),
    accord.multilabel_accuracy: (
        Y,
        [
            *("criteria", "threshold", "at_threshold", "from_logits"),
            *("k", "ties", "axis", "average", "sample_weight", "mask", *GROUPS),
        ],
    ),
    accord.mean_reciprocal_rank: (
        [*Y, "k"],
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS, "ignore_index"],
    ),
    accord.ndcg: (
        [*Y, "k"],
        ["ties", "axis", "average", "sample_weight", "mask", *BY_CLASS, "ignore_index"],
    ),
    accord.precision_recall: (
        [*Y, "k"],
        ["ties", "axis", "average", "sample_weight", "mask", "candidates", "ignore_index"],
    ),
    losses.list_mle: (["relevance", "y_score"], ["k", "ties", *SAMPLES_OF_LOSSES]),
    losses.smooth_top_k: ([*Y, "k"], ["temperature", *SAMPLES_OF_LOSSES]),
    losses.top_k_distillation: (
        ["teacher", "student", "k"],
        ["temperature", "rest", "ties", *SAMPLES_OF_LOSSES],
    ),
    accord.in_top_k: ([*Y, "k"], ["ties", "axis", "mask", "candidates", "ignore_index"]),
    accord.standing: (Y, ["axis", "candidates"]),
    accord.TopK.tally: (["self", *Y], ["sample_weight", "mask", *BY_CLASS, "per_class"]),
    accord.Metric.update: (["self", *Y], ["sample_weight", "mask", "candidates", "groups"]),
    accord.ReciprocalRank: (["k"], ["ties", "axis", "ignore_index"]),
    accord.NDCG: (["k"], ["ties", "axis", "ignore_index"]),
    accord.TopK: (["k"], ["ties", "axis", "ignore_index"]),
    accord.SparseCategorical: ([], ["ties", "axis", "ignore_index"]),
    accord.Tally.accuracy: (["self", "average"], []),
}


def test_all_names_what_the_package_defines() -> None:
    public = {
        name
        for name, value in vars(accord).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public <= set(accord.__all__)
    assert all(hasattr(accord, name) for name in accord.__all__)


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_signatures_are_those_of_the_design(function: Callable[..., object]) -> None:
    parameters = inspect.signature(function).parameters.values()
    positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    keyword = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    assert (positional, keyword) == SIGNATURES[function]


def test_public_names_have_a_docstring_with_an_example_or_a_reference() -> None:
    for name in accord.__all__:
        assert inspect.getdoc(getattr(accord, name)), name


def fresh(code: str, *words: str) -> str:
    """Run code in a process of its own, where nothing was imported before, and return its output."""
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own
    return done.stdout


LISTED = """
import sys
for package in map(__import__, sys.argv[1:]):
    print(package.__name__, sorted(set(package.__all__) - set(dir(package))))
"""


@pytest.mark.slow
def test_dir_lists_every_public_name() -> None:
    there = [
        package
        for package in PACKAGES
        if importlib.util.find_spec(FRAMEWORK.get(package, "numpy")) is not None
    ]  # all of them in one process, which imports each framework once
    assert fresh(LISTED, *there).splitlines() == [f"{package} []" for package in there]


def test_dir_lists_the_version() -> None:
    assert "__version__" in dir(accord)


def test_the_version_is_that_of_the_package() -> None:
    assert accord.__version__ == importlib.metadata.version("accord")


def test_options_need_no_import_of_their_own() -> None:
    code = "import accord; print(accord.metric_options.TopKAccuracy.__module__)"
    assert fresh(code) == "accord.metric_options\n"


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'accord' has no attribute 'top_n'"):
        accord.top_n  # noqa: B018  # the look-up is what fails


def test_a_tally_has_the_six_fields_of_r17() -> None:
    fields = ("correct", "floor", "ceiling", "total", "invalid", "undefined")
    assert accord.Tally._fields == fields
