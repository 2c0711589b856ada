"""accord explain: each library's figure on the example, its causes, and what is refused."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import accord
from accord.cli import main
from accord.verification.explain.causes import causes, ours

EXAMPLE = Path(__file__).parents[2] / "examples" / "digits_forest.npz"

# Correct of 899, as each was seen to report on this file (torch.topk: of the version seen).
SEEN = {
    "sklearn": {1: 847, 5: 894},
    "sklearn-accuracy": {1: 842},
    "tensorflow": {1: 860, 5: 899},
    "keras-tensorflow": {1: 860, 5: 899},
    "keras-tensorflow-accuracy": {1: 842},
    "torch.topk": {1: 849, 5: 894},
    "torchmetrics": {1: 842, 5: 894},
    "torcheval": {1: 842, 5: 899},
    "jax.lax.top_k": {1: 842, 5: 893},
}


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    with np.load(EXAMPLE) as file:
        return file["y_true"], file["y_score"]


class TestExample:
    def test_rules_give_what_libraries_were_seen_to_report(self, digits: tuple[Any, Any]) -> None:
        found = accord.explain(*digits, k=(1, 5), peers=())
        for name, counts in SEEN.items():
            for k, correct in counts.items():
                assert found[name].least[k] <= correct / 899 <= found[name].most[k], (name, k)

    def test_rules_are_certain_but_where_torch_and_numpy_sort(
        self, digits: tuple[Any, Any]
    ) -> None:
        found = accord.explain(*digits, k=5, peers=())
        unsure = {
            told.name for told in found.told if 5 in told.least and told.least[5] < told.most[5]
        }
        assert unsure == {
            *("torch.topk", "torchmetrics", "numpy-argsort", "timm", "imagenet-example")
        }

    def test_installed_libraries_report_it_when_run(self, digits: tuple[Any, Any]) -> None:
        there = [
            name
            for name in SEEN
            if all(find_spec(module) for module in accord.dialects[name].needs)
        ]
        found = accord.explain(*digits, k=(1, 5), peers=there)
        for name in there:
            counts = {k: round(share * 899) for k, share in found[name].reported.items()}
            assert found[name].ran
            assert counts == SEEN[name]

    def test_every_difference_has_a_cause(self, digits: tuple[Any, Any]) -> None:
        found = accord.explain(*digits, k=(1, 5), peers=())
        assert found["sklearn"].causes[1] == {"tie at the boundary": 23}
        for told in found.told:
            for k, count in told.differs.items():
                assert sum(told.causes[k].values()) == count

    def test_the_first_samples_are_shown_around_the_boundary(self, digits: tuple[Any, Any]) -> None:
        first = accord.explain(*digits, k=1, peers=()).looked_at[0]
        assert (first.place, first.label) == (22, 8)
        assert str(first).split() == ["3:", "0.3", "|", "*8:", "0.3", "1:", "0.2"]


class TestCauses:
    def test_each_is_told_by_the_rule_it_takes(self) -> None:
        nan, inf = np.nan, np.inf
        scores = np.array(
            [[1, nan, 0], [1, 0, -inf], [0, 1e-45, 0], [1, 1, 0], [3, 2, 1]], np.float32
        )
        truth = np.array([0, 0, 1, 1, 0])
        found = accord.explain(truth, scores, k=1, peers=())
        assert found["tensorflow"].causes[1] == {"infinity": 1, "tie at the boundary": 1}
        assert found["torcheval"].causes == {1: {}}
        assert found["vllm"].causes[1] == {"NaN": 1}

    def test_subnormals_and_wide_scores_are_rounding(self) -> None:
        tiny = np.array([[1e-45, 0.0, 0.0]], np.float32)
        found = accord.explain([1], tiny, k=1, peers=())
        assert found["tensorflow"].causes[1] == {"rounding of scores": 1}
        wide = np.array([[1.0, 1.0 + 1e-12, 0.0]])
        assert accord.explain([0], wide, k=1, peers=())["jax.lax.top_k"].causes[1] == {
            "rounding of scores": 1
        }

    def test_bad_labels_are_explained_not_refused(self) -> None:
        found = accord.explain([-1, 3], np.array([[1.0, 2, 3]] * 2, np.float32), k=1, peers=())
        assert found["keras-numpy"].refused[1].endswith("refuses label 3")
        assert "refuses label -1" in found["sklearn"].refused[1]
        assert found["keras-torch"].causes[1] == {"bad label": 2}

    def test_a_count_that_a_float32_total_may_lose_is_told(self) -> None:
        n = 2**24 + 3
        found = accord.explain(np.zeros(n, np.int8), np.ones((n, 1), bool), k=1, peers=())
        assert found["keras-numpy"].causes[1] == {"counter precision": 3}

    def test_causes_of_nothing_are_none(self) -> None:
        none = np.zeros((0, 3), np.float32)
        found = causes(accord.dialects["sklearn"], ours("first"), np.zeros(0, int), none, 1)
        assert found == {}

    def test_no_samples_have_no_figure(self) -> None:  # R16
        found = accord.explain(np.zeros(0, int), np.zeros((0, 3)), k=1, peers=())
        assert "no samples" in str(found)
        assert found["torch.topk"].to_dict()["least"] == {"1": "nan"}
        assert found["keras-numpy"].least == {1: 0}
        assert "refuses to count no samples" in found["sklearn"].refused[1]

    def test_labels_that_become_another_class_are_a_cause(self) -> None:
        scores = np.zeros((1, 400), np.uint8)
        scores[0, 300] = 1
        found = accord.explain([44], scores, k=1, peers=())
        assert found["keras-numpy-accuracy"].causes == {1: {"conversion of labels": 1}}

    def test_integers_that_wrap_are_a_cause(self) -> None:
        found = accord.explain([1], np.array([[0, 255, 1]], np.uint8), k=1, peers=())
        assert found["numpy-argsort"].causes == {1: {"conversion of scores": 1}}


class TestAverages:
    SCORES = np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]], np.float32)

    def test_figures_are_what_each_library_reports_under_that_average(self) -> None:
        found = accord.explain([0, 0, 2], self.SCORES, k=1, average="macro", peers=())
        assert found.accuracy == {1: 0.75}
        assert found["torcheval"].least == {1: 0.75}
        assert found["torchmetrics"].least == {1: 0.5}
        assert "has no macro average" in found["tensorflow"].refused[1]

    def test_classes_that_are_only_predicted_are_a_cause(self) -> None:
        found = accord.explain([0, 0, 2], self.SCORES, k=1, average="macro", peers=())
        assert found["torchmetrics"].differs == {1: 0}
        assert found["torchmetrics"].causes == {1: {"classes that accord does not count": 1}}
        said = " ".join(str(found).split())
        assert "50.00 % to 75.00 % at k=1, macro average" in said

    def test_a_bad_label_has_no_class_of_its_own_in_accord(self) -> None:  # R15
        found = accord.explain([0, 0, 7], self.SCORES, k=1, average="macro", peers=())
        assert found.accuracy == {1: 0.5}
        assert found["sklearn-accuracy"].least == {1: 0.25}
        assert found["sklearn-accuracy"].causes == {1: {"classes that accord does not count": 1}}

    def test_bounds_are_of_the_same_average(self) -> None:  # R7
        ties = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.9]])
        found = accord.explain([0, 0, 1], ties, k=1, average="macro", peers=())
        tally = accord.TopK(1).tally([0, 0, 1], ties, per_class=True)
        assert found.figure(1).accuracy == tally.accuracy("macro")
        assert found.figure(1)[1:] == (0.5, 1.0)

    def test_peers_are_asked_for_that_average(self) -> None:
        pytest.importorskip("sklearn")
        found = accord.explain(
            [0, 0, 2], self.SCORES, k=1, average="macro", peers=["sklearn-accuracy", "sklearn"]
        )
        assert found["sklearn-accuracy"].reported == {1: 0.75}
        assert not found["sklearn"].ran

    def test_an_unknown_average_and_one_of_binary_scores_are_errors(self) -> None:
        with pytest.raises(ValueError, match="average='mean'"):
            accord.explain([0], self.SCORES[:1], k=1, average="mean")
        with pytest.raises(ValueError, match="pass average='micro'"):
            accord.explain([0, 1], np.array([0.1, 0.9]), average="macro")


class TestBinary:
    def test_scores_at_the_threshold_nan_and_sigmoid_are_causes(self) -> None:
        scores = np.array([0.5, 0.9, np.nan, 0.1, 3.0], np.float32)
        found = accord.explain([1, 1, 0, 0, 1], scores)
        assert found.correct == {1: 3}
        assert found["torcheval"].causes[1] == {"score at the threshold": 1}
        assert found["sklearn"].causes[1] == {"NaN": 1}
        assert found["torchmetrics"].causes[1] == {
            "NaN": 1,
            "score at the threshold": 1,
            "sigmoid of a batch": 1,
        }

    def test_a_threshold_held_as_float32_is_a_cause(self) -> None:
        found = accord.explain([1], np.array([0.7]), threshold=0.7)
        assert found["keras-torch"].causes == {1: {"rounding of scores": 1}}
        assert found["keras-numpy"].causes == {1: {}}

    def test_integers_are_not_at_a_threshold_between_them(self) -> None:  # R10
        found = accord.explain([1, 0], np.array([1, 0]))
        assert (found.floor, found.ceiling) == ({1: 2}, {1: 2})

    def test_what_a_library_refuses_is_told(self) -> None:
        found = accord.explain([1, 0], np.array([1, 3]), threshold=2.0)
        assert "refuses threshold=2" in found["torchmetrics"].refused[1]


class TestPeers:
    def test_a_peer_that_refuses_says_so_beside_its_rules(self) -> None:
        pytest.importorskip("sklearn")
        found = accord.explain([0, 1], np.full((2, 3), np.nan), k=1, peers=["sklearn"])
        assert "refuses NaN scores (ValueError: Input contains NaN" in found["sklearn"].refused[1]

    def test_an_unknown_peer_is_an_error_that_lists_the_known(self) -> None:
        with pytest.raises(LookupError, match=r"no peer is named 'skleran'; there are .*sklearn"):
            accord.explain([0], np.eye(3)[:1], peers=["skleran"])


def test_the_command_prints_json_of_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["explain", str(EXAMPLE), "-k", "1", "--rules-only", "--json"])
    assert end.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accord"]["correct"] == {"1": 842}
    by_name = {told["name"]: told for told in found["dialects"]}
    assert by_name["sklearn"]["differs"] == {"1": 23}
    assert found["looked_at"][0]["index"] == 22
