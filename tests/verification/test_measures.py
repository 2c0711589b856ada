"""verify, explain and compare of measures other than top-k: each sample, in plain Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import accord
from accord.backends.small_floats import LIMITS

RNG = np.random.default_rng(0)
SCORES = RNG.random((60, 5))
SETS = (RNG.random((60, 5)) < 0.4).astype(int)
SETS[:3] = 0
NOISE = RNG.normal(scale=1e-14, size=SCORES.shape)
MEASURES = [
    accord.TopK((1, 2), ties="last", ignore_index=0),
    accord.TopK(1, axis=0),
    accord.TopK(2, ties="expected"),
    accord.Categorical(),
    accord.TopKCategorical((1, 3)),
    accord.Binary(0.3),
    accord.Binary(0.6, from_logits=True, ignore_index=0),
    accord.Multilabel("exact_match"),
    accord.Multilabel("hamming", threshold=0.7),
    accord.Multilabel("jaccard"),
    accord.Multilabel("overlap", k=(1, 2)),
    accord.Multilabel("hamming", k=2, axis=0),
]
SHARES = [  # which leave samples out
    accord.Multilabel("recall"),
    accord.Multilabel("f1", threshold=0.9),
    accord.Multilabel("precision", k=(1, 2), ties="last"),
]


def truth_for(measure: accord.Measure) -> Any:
    if isinstance(measure, (accord.TopKCategorical, accord.Multilabel, accord.Binary)):
        return SETS.clip(1 if isinstance(measure, accord.TopKCategorical) else 0)
    return SETS.argmax(axis=1)


def turned(measure: accord.Measure, array: Any) -> Any:
    dense = array.ndim == 2 and getattr(measure, "axis", -1) == 0
    return array.T if dense else array


class TestCompare:
    @pytest.mark.parametrize("measure", MEASURES)
    def test_flips_are_the_samples_whose_credit_differs(self, measure: accord.Measure) -> None:
        truth, other = turned(measure, truth_for(measure)), turned(measure, SCORES[::-1])
        mine = turned(measure, SCORES)
        found = accord.compare(truth, mine, other, measure=measure)
        index = getattr(measure, "ignore_index", None)
        kept = np.ones(SCORES.shape[0], bool) if index is None else (truth != index).reshape(-1)
        a, b = (np.asarray(measure.credit(truth, each), float) for each in (mine, other))
        lead = (len(found.at), -1)
        a, b = a.reshape(lead), b.reshape(lead)
        if kept.size != a.shape[1]:
            kept = np.ones(a.shape[1], bool)
        for place, at in enumerate(found.at.values()):
            assert at.lost == tuple(np.flatnonzero((b[place] < a[place]) & kept))
            assert at.gained == tuple(np.flatnonzero((b[place] > a[place]) & kept))
            assert at.correct == pytest.approx((a[place][kept].sum(), b[place][kept].sum()))

    @pytest.mark.parametrize("measure", MEASURES)
    def test_its_accuracy_is_that_of_the_measure(self, measure: accord.Measure) -> None:
        truth, scores = turned(measure, truth_for(measure)), turned(measure, SCORES)
        found = accord.compare(truth, scores, scores, measure=measure)
        figures = np.atleast_1d(measure.accuracy(truth, scores)).tolist()
        assert [found.accuracy(k)[0] for k in found.at] == pytest.approx(figures)
        assert found.agrees

    @pytest.mark.parametrize("measure", MEASURES)
    def test_rounding_at_the_boundary_is_no_real_flip(self, measure: accord.Measure) -> None:
        tied = np.round(SCORES, 1)
        logit = np.log(0.6 / 0.4)
        if getattr(measure, "from_logits", False):
            tied = np.where(tied > 0.5, logit, tied)
        truth = turned(measure, truth_for(measure))
        a, b = turned(measure, tied), turned(measure, tied + NOISE)
        found = accord.compare(truth, a, b, measure=measure)
        assert any(at.numerical for at in found.at.values())
        assert found.agrees, str(found)

    def test_a_label_that_moves_far_makes_a_multilabel_flip_real(self) -> None:
        a = np.array([[0.5 - 1e-15, 0.2]])
        b = np.array([[0.5 + 1e-15, 0.9]])
        found = accord.compare([[1, 1]], a, b, measure=accord.Multilabel())
        assert (found.at[1].gained, found.at[1].real) == ((0,), (0,))

    def test_a_nan_makes_a_flip_real(self) -> None:
        for measure in (accord.Multilabel(), accord.Multilabel(k=1)):
            a = np.array([[0.9, 0.2]])
            found = accord.compare([[1, 0]], a, np.array([[0.9, np.nan]]), measure=measure)
            assert found.at[1].real == (0,)
        assert not accord.compare([1], [0.9], [np.nan], measure=accord.Binary()).agrees

    def test_small_logits_are_near_by_the_usual_size_of_a_score(self) -> None:
        a = np.array([1e-13, 3.0, -2.0])
        found = accord.compare([1, 1, 0], a, a * [-1, 1, 1], measure=accord.Binary(0.0))
        assert found.at[1].numerical == (0,)

    def test_tiny_scores_get_no_room_of_a_larger_unit(self) -> None:
        a = np.array([1e-13, 3e-13, -2e-13])
        found = accord.compare([1, 1, 0], a, a * [-1, 1, 1], measure=accord.Binary(0.0))
        assert found.at[1].real == (0,)

    def test_the_two_are_called_by_their_names(self) -> None:
        found = accord.compare([1], [0.9], [0.1], measure=accord.Binary(), names=("old", "new"))
        for text in (str(found), found.to_html(), found.to_markdown()):
            assert "old and new differ: 1 of 1 sample" in text

    def test_options_of_the_measure_are_not_passed_beside_it(self) -> None:
        with pytest.raises(ValueError, match="pass them to the measure"):
            accord.compare([0], SCORES[:1], SCORES[:1], k=1, measure=accord.TopK(1))

    def test_scores_are_refused_by_their_name(self) -> None:
        with pytest.raises(ValueError, match=r"scores_a without its class axis \(60,\)"):
            accord.compare(SETS[:9, 0], SCORES, SCORES)


@pytest.mark.parametrize("measure", [accord.ReciprocalRank(), accord.NDCG((1, 3))])
def test_measures_by_which_every_rank_counts_are_not_compared(measure: accord.Measure) -> None:
    with pytest.raises(ValueError, match="compare top-k accuracy at some k"):
        accord.compare(SETS.argmax(axis=1), SCORES, SCORES, measure=measure)


@pytest.mark.parametrize("measure", SHARES)
def test_criteria_that_leave_samples_out_are_not_compared(measure: accord.Measure) -> None:
    with pytest.raises(ValueError, match=r"leaves samples out .* pass criteria='jaccard'"):
        accord.compare(SETS, SCORES, SCORES, measure=measure)


@pytest.mark.parametrize("measure", [*MEASURES, *SHARES])
def test_verify_agrees_with_its_reference(measure: accord.Measure) -> None:
    truth, scores = turned(measure, truth_for(measure)), turned(measure, np.round(SCORES, 1))
    found = accord.verify(truth, scores, measure=measure, backends=["numpy"])
    assert found.agrees, str(found)
    figures = np.atleast_1d(measure.accuracy(truth, scores)).tolist()
    total = int(np.sum(measure.tally(truth, scores).total))
    assert [count / total for count in found.correct.values()] == pytest.approx(figures)
    assert f"{100 * figures[0]:.2f} %" in str(found)


@pytest.mark.parametrize("ties", ["last", "expected"])
@pytest.mark.parametrize("kind", [accord.ReciprocalRank, accord.NDCG])
def test_verify_agrees_with_its_reference_at_every_rank(kind: Any, ties: str) -> None:
    labels, scores = np.arange(60) % SCORES.shape[1], np.round(SCORES, 1)
    for measure in (kind(ties=ties), kind((1, 3), ties=ties, ignore_index=1)):
        found = accord.verify(labels, scores, measure=measure, backends=["numpy"])
        assert found.agrees, str(found)
        figures = np.atleast_1d(measure.accuracy(labels, scores)).tolist()
        assert [n / found.total for n in found.correct.values()] == pytest.approx(figures)
        assert "Ties decide a credit of" in str(found)


class TestSmallFloats:
    """Scores that are widened on their way are still judged as what they are."""

    @pytest.fixture(params=["torch.bfloat16", "bfloat16", "float8_e4m3fn"])
    def half(self, request: pytest.FixtureRequest) -> Any:
        values, name = [0.3, 0.2, 0.4, 0.3], request.param
        if name == "torch.bfloat16":
            torch = pytest.importorskip("torch")
            return torch.tensor(values, dtype=torch.bfloat16)
        return np.array(values).astype(getattr(pytest.importorskip("ml_dtypes"), name))

    def test_compare_gives_them_their_room(self, half: Any) -> None:
        wide = np.array([0.3, 0.2, 0.4, 0.3], np.float32)
        found = accord.compare([1, 0, 1, 1], half, wide, measure=accord.Binary())
        name = str(half.dtype).removeprefix("torch.")
        assert found.dtypes == (name, "float32")
        assert found.tolerance == pytest.approx(LIMITS[name].eps ** (2 / 3))

    def test_a_margin_is_that_to_the_rounded_threshold(self, half: Any) -> None:  # R10
        moved = np.array([0.3, 0.2, 0.4, 1000.0], np.float32)
        found = accord.compare([1, 0, 1, 1], half, moved, measure=accord.Binary(0.3)).at[1]
        assert 3 in found.gained  # in A it is at the threshold, in B far above
        assert 3 in found.real

    def test_a_score_at_the_rounded_threshold_is_a_cause(self, half: Any) -> None:  # R10
        measure = accord.Binary(0.3, at_threshold="positive")
        found = accord.explain([1, 0, 1, 1], half, measure=measure)
        assert found["sklearn"].causes == {1: {"score at the threshold": 2}}
        sets = accord.Multilabel("hamming", threshold=0.3, at_threshold="positive")
        found = accord.explain([[1], [0], [1], [1]], half[:, None], measure=sets)
        assert found["sklearn"].causes == {1: {"score at the threshold": 2}}

    @pytest.mark.parametrize("measure", [accord.Binary(0.3), accord.Multilabel(threshold=0.3)])
    def test_a_threshold_is_rounded_as_they_are(self, half: Any, measure: Any) -> None:  # R10
        truth: Any = [1, 0, 1, 1]
        scores = half
        if isinstance(measure, accord.Multilabel):
            truth, scores = [[each] for each in truth], half[:, None]
        assert float(measure.accuracy(truth, scores)) == 0.5  # 0.3 is at the threshold
        assert accord.compare(truth, scores, scores, measure=measure).accuracy(1) == (0.5, 0.5)
        assert accord.explain(truth, scores, measure=measure).accuracy == {1: 0.5}
        found = accord.verify(truth, scores, measure=measure, backends=["numpy"])
        assert (found.agrees, found.correct) == (True, {1: 2})


def sklearn(criteria: str, truth: Any, scores: Any) -> float:
    metrics = pytest.importorskip("sklearn.metrics")
    chosen = scores > 0.5
    if criteria == "exact_match":
        return float(metrics.accuracy_score(truth, chosen))
    if criteria == "hamming":
        return float(1 - metrics.hamming_loss(truth, chosen))
    return float(metrics.jaccard_score(truth, chosen, average="samples", zero_division=0))


def torchmetrics(criteria: str, truth: Any, scores: Any) -> float:
    torch = pytest.importorskip("torch")
    ask = pytest.importorskip("torchmetrics.functional.classification")
    arrays = torch.tensor(scores), torch.tensor(truth)
    labels = truth.shape[1]
    if criteria == "exact_match":
        return float(ask.multilabel_exact_match(*arrays, labels))
    return float(ask.multilabel_accuracy(*arrays, labels, average="micro"))


def torcheval(criteria: str, truth: Any, scores: Any) -> float:
    torch = pytest.importorskip("torch")
    ask = pytest.importorskip("torcheval.metrics.functional")
    found = ask.multilabel_accuracy(torch.tensor(scores), torch.tensor(truth), criteria=criteria)
    return float(found)


PEERS = {"sklearn": sklearn, "torchmetrics": torchmetrics, "torcheval": torcheval}


class TestExplain:
    @pytest.mark.parametrize("spread", [1.0, 3.0])  # in [0, 1], and beyond it
    @pytest.mark.parametrize(
        "criteria", ["exact_match", "hamming", "overlap", "contain", "belong", "jaccard"]
    )
    def test_multilabel_figures_are_what_libraries_report(
        self, criteria: Any, spread: float
    ) -> None:
        scores = spread * np.round(SCORES, 1).astype(np.float32)
        scores[:2] = 0
        found = accord.explain(SETS, scores, measure=accord.Multilabel(criteria))
        own = accord.multilabel_accuracy(SETS, scores, criteria=criteria)
        assert found.accuracy[1] == pytest.approx(float(own))
        for told in found.told:
            if told.name in PEERS:
                peer = PEERS[told.name](criteria, SETS, scores)
                assert told.least[1] == pytest.approx(peer), told.name
            assert sum(told.causes[1].values()) == told.differs[1]

    @pytest.mark.parametrize("criteria", ["exact_match", "hamming", "overlap", "belong"])
    def test_the_k_best_of_torcheval_lie_within_the_bounds(self, criteria: Any) -> None:
        torch = pytest.importorskip("torch")
        ask = pytest.importorskip("torcheval.metrics.functional")
        scores = np.round(SCORES, 1)
        found = accord.explain(SETS, scores, measure=accord.Multilabel(criteria, k=(1, 2)))
        peer = ask.topk_multilabel_accuracy(
            torch.tensor(scores), torch.tensor(SETS), criteria=criteria, k=2
        )
        told = found["torcheval"]
        assert told.least[2] <= float(peer) <= told.most[2]
        assert "refuses k=1" in told.refused[1]

    def test_it_says_which_libraries_are_known(self) -> None:
        found = accord.explain(SETS, SCORES, measure=accord.Multilabel("belong"))
        assert "known to have the criterion 'belong': torcheval." in found.notes[0]
        nowhere = accord.explain(SETS, SCORES, measure=accord.Multilabel("jaccard", k=2))
        assert nowhere.told == ()
        assert "No library is known" in " ".join(str(nowhere).split())

    def test_dense_labels_are_explained_by_their_class(self) -> None:
        labels = SETS.argmax(axis=1)
        tied = np.round(SCORES, 1)
        dense = accord.explain(
            np.eye(5)[labels], tied, measure=accord.Categorical(ties="last"), peers=()
        )
        sparse = accord.explain(labels, tied, k=1, ties="last", peers=())
        assert [told.to_dict() for told in dense.told] == [told.to_dict() for told in sparse.told]
        assert dense.correct == sparse.correct

    def test_a_dense_row_without_a_class_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"y_true\[1\] has 0 as its largest entry"):
            accord.explain([[1, 0], [0, 0]], np.eye(2), measure=accord.Categorical(), peers=())

    def test_an_ignored_label_leaves_its_samples_out(self) -> None:
        labels = SETS.argmax(axis=1)
        tied = np.round(SCORES, 1)
        found = accord.explain(labels, tied, measure=accord.TopK(1, ignore_index=0), peers=())
        kept = accord.explain(labels[labels != 0], tied[labels != 0], k=1, peers=())
        assert [told.to_dict() for told in found.told] == [told.to_dict() for told in kept.told]
        assert all(labels[sample.place] != 0 for sample in found.looked_at)

    def test_every_position_of_a_sequence_is_a_sample(self) -> None:  # R12
        labels = SETS.argmax(axis=1)
        tied = np.round(SCORES, 1)
        flat = accord.explain(labels, tied, k=1, peers=())
        parts = np.moveaxis(tied.reshape(6, 10, 5), -1, 1)
        found = accord.explain(
            labels.reshape(6, 10), parts, measure=accord.TopK(1, axis=1), peers=()
        )
        assert [told.to_dict() for told in found.told] == [told.to_dict() for told in flat.told]

    def test_logits_that_are_compared_as_they_are_have_that_cause(self) -> None:
        logits = np.array([0.2, 0.6, -3.0])
        found = accord.explain([1, 1, 0], logits, measure=accord.Binary(from_logits=True))
        assert found.correct == {1: 3}
        assert found["sklearn"].causes[1] == {"logits compared with the threshold as they are": 1}

    def test_integer_scores_are_never_at_a_threshold_between_them(self) -> None:  # R10
        found = accord.explain([0, 1, 1], np.array([0, 1, 0]))
        assert found.floor == found.correct == found.ceiling == {1: 2}

    def test_peers_can_not_be_asked_for_binary_scores(self) -> None:
        with pytest.raises(ValueError, match="leave peers out"):
            accord.explain([1], np.array([0.3]), peers=["sklearn"])
