"""The streaming metric: exact over batches, unchanged by what it refuses (R17, R18, R22)."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import accord
from accord import scan
from accord.backends import registry
from accord.backends.base import Numbers, Residence
from accord_numpy import NumpyAdapter, NumpyBackend

RNG = np.random.default_rng(1)
SCORES = RNG.integers(0, 4, (60, 6)) / 4
LABELS = RNG.integers(0, 6, 60)
BATCHES = [slice(0, 7), slice(7, 7), slice(7, 40), slice(40, 60)]


def streamed(**options: object) -> accord.Metric:
    metric = accord.Metric(accord.TopK((1, 3)), **options)  # type: ignore[arg-type]  # average only
    for rows in BATCHES:
        metric.update(LABELS[rows], SCORES[rows])
    return metric


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "none", None])
def test_r17_uneven_batches_give_the_figure_of_the_whole(
    average: accord.counts.tally.Average,
) -> None:
    whole = accord.top_k_accuracy(LABELS, SCORES, (1, 3), average=average)
    np.testing.assert_array_equal(streamed(average=average).compute(), whole)


def test_a_copy_and_a_pickle_go_their_own_ways() -> None:
    metric = streamed()
    before = [field.tolist() for field in metric.tally]
    twins = [
        copy.copy(metric),
        copy.deepcopy(metric),
        pickle.loads(pickle.dumps(metric)),  # noqa: S301  # made on this line
    ]
    for twin in twins:
        twin.update(LABELS, SCORES)
        assert int(twin.tally.total) == 120
    assert [field.tolist() for field in metric.tally] == before


def test_a_pickle_answers_in_numpy_for_its_framework_may_not_be_there() -> None:
    strict = pytest.importorskip("array_api_strict")
    metric = accord.Metric(accord.TopK(1))
    metric.update([0, 1], strict.asarray([[0.9, 0.1], [0.9, 0.1]]))
    assert type(metric.compute()).__module__.startswith("array_api_strict")
    copied = pickle.loads(pickle.dumps(metric))  # noqa: S301  # made on this line
    assert isinstance(copied.compute(), np.float64 | np.ndarray)
    assert float(copied.compute()) == 0.5


def test_merging_adds_and_leaves_the_other_alone() -> None:
    first, second = streamed(), streamed()
    first.merge(second)
    assert int(first.tally.total) == 120
    assert int(second.tally.total) == 60
    np.testing.assert_array_equal(first.compute(), second.compute())


def test_merging_with_a_fresh_metric_changes_nothing() -> None:
    metric, fresh = streamed(), accord.Metric(accord.TopK((1, 3)))
    metric.merge(fresh)
    fresh.merge(metric)
    assert [int(metric.tally.total), int(fresh.tally.total)] == [60, 60]


def test_metrics_that_count_something_else_do_not_merge() -> None:
    with pytest.raises(ValueError, match="counts something else"):
        streamed().merge(accord.Metric(accord.TopK(1)))
    with pytest.raises(ValueError, match="counts something else"):
        streamed().merge(streamed(average="macro"))


@pytest.mark.parametrize("drained", [False, True])
def test_r22_metrics_of_other_numbers_of_classes_do_not_merge(drained: bool) -> None:
    six, one = streamed(average="macro"), accord.Metric(accord.TopK((1, 3)), average="macro")
    for single in (SCORES[:1, :4], SCORES[:2, :4]):
        one.update([0] * len(single), single)
    if drained:
        assert int(six.tally.total.sum()) == 60
    before = [field.tolist() for field in streamed(average="macro").tally]
    with pytest.raises(ValueError, match="y_score has 4 classes but the batches before had 6"):
        six.merge(one)
    assert [field.tolist() for field in six.tally] == before
    assert one.tally.total.tolist() == [3, 0, 0, 0]


def test_r22_a_metric_of_one_class_does_not_spread_over_the_classes_of_another() -> None:
    six, one = (accord.Metric(accord.TopK(1), average="macro") for _ in range(2))
    six.update(LABELS, SCORES)
    one.update([0], SCORES[:1, :1])
    for mine, other in ((six, one), (one, six)):
        before = [field.tolist() for field in mine.tally]
        with pytest.raises(ValueError, match="classes but the batches before had"):
            mine.merge(other)
        assert [field.tolist() for field in mine.tally] == before


class Counted(accord.TopK):
    """Counts 2**30 hits a batch in 32 bits, as JAX would, without having that many scores."""

    def tally(self, *_: Any, **options: Any) -> accord.Tally:
        shape = (2,) if options["per_class"] else ()
        hits, none = np.full(shape, 2**30, np.int32), np.zeros((), np.int32)
        return accord.Tally(hits, hits, hits, hits, none, none)


@pytest.mark.parametrize("average", ["micro", "none"])
@pytest.mark.parametrize("batches", [2, 3, 5])
def test_r18_counters_of_32_bits_are_read_before_they_can_overflow(
    batches: int, average: accord.counts.tally.Average
) -> None:
    metric = accord.Metric(Counted(1), average=average)
    scores = np.broadcast_to(np.float32(0), (2**29, 2))  # 2**30 scores that take no memory
    for _ in range(batches):
        metric.update(None, scores)
    assert np.unique(metric.tally.total).tolist() == [batches * 2**30]


def test_r16_nothing_seen_gives_nan_with_the_axes_of_k() -> None:
    assert np.isnan(accord.Metric(accord.TopK(1)).compute())
    assert np.isnan(accord.Metric(accord.TopK((1, 2)), average="macro").compute()).tolist() == [
        True,
        True,
    ]


def test_reset_forgets() -> None:
    metric = streamed()
    metric.reset()
    assert int(metric.tally.total) == 0
    assert np.isnan(metric.compute()).all()


def test_r22_another_number_of_classes_is_refused_and_forgotten() -> None:
    metric = streamed(average="macro")
    before = [field.tolist() for field in metric.tally]
    with pytest.raises(ValueError, match="y_score has 4 classes but the batches before had 6"):
        metric.update([0], SCORES[:1, :4])
    assert [field.tolist() for field in metric.tally] == before


def test_a_measure_is_needed() -> None:
    with pytest.raises(TypeError, match=r"measure is 'top-k'; pass a measure"):
        accord.Metric("top-k")  # type: ignore[arg-type]  # the fault under test


def test_r14_weighted_and_unweighted_batches_add() -> None:
    metric = accord.Metric(accord.TopK(1))
    metric.update([0, 1], np.array([[0.9, 0.1], [0.9, 0.1]]))
    metric.update([1], np.array([[0.1, 0.9]]), sample_weight=[0.5])
    assert [float(metric.tally.correct), float(metric.tally.total)] == [1.5, 2.5]


def test_r17_batches_of_two_frameworks_add() -> None:
    strict = pytest.importorskip("array_api_strict")
    metric = accord.Metric(accord.TopK(1))
    metric.update([0, 1], np.array([[0.9, 0.1], [0.9, 0.1]]))
    metric.update([1], strict.asarray([[0.1, 0.9]]))
    metric.update([1], np.array([[0.1, 0.9]]))
    assert [int(metric.tally.correct), int(metric.tally.total)] == [3, 4]


class Narrow(NumpyBackend):
    """NumPy as if it had no 64-bit numbers."""

    def numbers(self, array: object) -> Numbers:
        return Numbers(np.int32, np.float32, np.float32)


def test_r14_r18_weighted_and_unweighted_batches_add_in_narrow_numbers() -> None:
    right = registry.load("numpy")
    registry.register(NumpyAdapter(Narrow("numpy")))
    try:
        metric, row = accord.Metric(accord.TopK(1)), np.array([[0.9, 0.1]])
        with scan.using(False):
            metric.update([0], row, sample_weight=[2.0**24])
            for _ in range(3):
                metric.update([0], row)
            metric.update([1], row, sample_weight=[0.5])
        assert [float(metric.tally.correct), float(metric.tally.total)] == [2**24 + 3, 2**24 + 3.5]
    finally:
        registry.register(right)


class Unreadable(NumpyBackend):
    """NumPy as if on an accelerator: values can't be read."""

    def residence(self, array: object) -> Residence:
        return "device"


@pytest.fixture
def unreadable() -> Iterator[None]:
    right = registry.load("numpy")
    registry.register(NumpyAdapter(Unreadable("numpy")))
    yield
    registry.register(right)


@pytest.mark.usefixtures("unreadable")
def test_r22_r24_samples_in_no_group_are_warned_of_by_the_names_of_both() -> None:
    metric = accord.Metric(accord.TopK(1), n_groups=2)
    metric.update([0, 5, 0], np.array([[0.9, 0.1]] * 3), groups=[0, 1, 7])
    with pytest.warns(
        RuntimeWarning, match=r"^2 samples are in no group.* check y_true and groups"
    ):
        assert metric.compute() == pytest.approx(1 / 3)


@pytest.mark.usefixtures("unreadable")
def test_r22_invalid_labels_that_could_not_be_refused_are_warned_of_once() -> None:
    metric = accord.Metric(accord.TopK(1))
    metric.update([0, -1, 2], np.array([[0.9, 0.1]] * 3))
    with pytest.warns(RuntimeWarning, match="2 labels counted as misses are not classes"):
        figure = metric.compute()
    assert figure == pytest.approx(1 / 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metric.compute()
    metric.reset()
    metric.update([7], np.array([[0.9, 0.1]]))
    with pytest.warns(RuntimeWarning, match="1 labels"):
        metric.compute()
