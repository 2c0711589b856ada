"""Dask arrays, which are lazy and have no adapter of their own."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import accord
from accord.backends.registry import backend_of

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")

RNG = np.random.default_rng(2)
SCORES = RNG.integers(0, 4, (100, 10)) / 4
LABELS = RNG.integers(0, 10, 100)


def test_r20_chunks_of_samples_and_classes_change_no_count() -> None:
    best = np.argsort(-SCORES, axis=-1, kind="stable")[:, :3]
    expected = int((best == LABELS[:, None]).any(axis=-1).sum())
    tally = accord.TopK(3).tally(
        da.from_array(LABELS, chunks=17), da.from_array(SCORES, chunks=(30, 4))
    )
    assert int(tally.correct.compute()) == expected


def test_r19_the_figure_is_lazy_until_it_is_asked_for() -> None:
    figure = accord.top_k_accuracy(LABELS, da.from_array(SCORES, chunks=30), 3, average="macro")
    assert isinstance(figure, da.Array)
    recalls = [
        np.mean((np.argsort(-SCORES[c == LABELS], -1, kind="stable")[:, :3] == c).any(-1))
        for c in np.unique(LABELS)
    ]
    assert float(figure.compute()) == pytest.approx(np.mean(recalls))


def test_r22_a_bad_label_is_counted_for_it_can_not_be_read() -> None:
    labels = da.from_array(np.where(np.arange(100) == 3, -1, LABELS), chunks=50)
    tally = accord.TopK(10).tally(labels, da.from_array(SCORES, chunks=50))
    assert [int(tally.invalid.compute()), int(tally.correct.compute())] == [1, 99]


class Source:
    """Ten chunks of labels and of scores, and how often each was loaded."""

    def __init__(self) -> None:
        self.loads: Counter[str] = Counter()

    def array(self, name: str, values: Any) -> Any:
        def load(place: int) -> Any:
            self.loads[f"{name} {place}"] += 1
            return values[10 * place : 10 * (place + 1)]

        later = dask.delayed(load, pure=False)
        shape = (10, *values.shape[1:])
        return da.concatenate(
            [da.from_delayed(later(place), shape, values.dtype) for place in range(10)]
        )


def once(run: Callable[[Any, Any], Any], y_true: Any, y_score: Any) -> None:
    """Hold a run to one load of each chunk."""
    source = Source()
    run(source.array("labels", y_true), source.array("scores", y_score))
    assert len(source.loads) == 20
    assert set(source.loads.values()) == {1}


SETS = SCORES > 0.3

MEASURES: list[tuple[accord.Measure, Any, Any]] = [
    (accord.TopK((1, 5)), LABELS, SCORES),
    (accord.TopK(5, ties="expected"), LABELS, SCORES),
    (accord.TopKCategorical(2), np.eye(10)[LABELS], SCORES),
    (accord.Binary(), LABELS % 2, SCORES[:, 0]),
    (accord.Multilabel("hamming"), SETS, SCORES),
    (accord.Multilabel("jaccard"), SETS, SCORES),
    (accord.Multilabel("overlap", k=(1, 2)), SETS, SCORES),
]


@pytest.mark.parametrize(("measure", "y_true", "y_score"), MEASURES)
def test_a_report_loads_each_chunk_once(measure: accord.Measure, y_true: Any, y_score: Any) -> None:
    once(lambda y, s: accord.evaluate(y, s, measure=measure), y_true, y_score)


@pytest.mark.parametrize(("measure", "y_true", "y_score"), MEASURES)
def test_a_metric_loads_each_chunk_once(measure: accord.Measure, y_true: Any, y_score: Any) -> None:
    def run(y: Any, s: Any) -> None:
        metric = accord.Metric(measure)
        metric.update(y[:50], s[:50])
        metric.update(y[50:], s[50:])
        metric.compute()
        assert int(metric.tally.total) > 0

    once(run, y_true, y_score)


@pytest.mark.parametrize(("measure", "y_true", "y_score"), MEASURES)
def test_a_tally_loads_each_chunk_once(measure: accord.Measure, y_true: Any, y_score: Any) -> None:
    def run(y: Any, s: Any) -> None:
        tally = measure.tally(y, s)
        dask.compute(tally, tally.accuracy(), tally.bounds())

    once(run, y_true, y_score)


@pytest.mark.parametrize("options", [{}, {"per_class": True}, {"average": "macro"}])
def test_options_of_a_report_load_no_chunk_again(options: dict[str, Any]) -> None:
    once(lambda y, s: accord.evaluate(y, s, **options), LABELS, SCORES)


@pytest.mark.parametrize("average", ["micro", "macro", "weighted", "none"])
def test_an_average_loads_each_chunk_once(average: Any) -> None:
    once(lambda y, s: accord.top_k_accuracy(y, s, average=average).compute(), LABELS, SCORES)


def test_figures_by_sample_load_each_chunk_once() -> None:
    once(lambda y, s: accord.in_top_k(y, s).compute(), LABELS, SCORES)
    once(lambda y, s: dask.compute(*accord.standing(y, s)), LABELS, SCORES)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("measure", "y_true", "y_score"), MEASURES)
def test_r20_a_report_is_that_of_numpy(
    measure: accord.Measure, y_true: Any, y_score: Any, weighted: bool
) -> None:
    weight = np.arange(100) / 4 if weighted else None
    lazy = da.from_array(y_true, chunks=30), da.from_array(y_score, chunks=30)
    found, expected = (
        json.dumps(accord.evaluate(*arrays, measure=measure, sample_weight=weight).to_dict())
        for arrays in (lazy, (y_true, y_score))
    )

    def rounded(figures: str) -> Any:  # sums of floats depend on their order
        return json.loads(figures, parse_float=lambda text: round(float(text), 9))

    assert rounded(found) == rounded(expected)


def test_r18_counts_beyond_the_integers_of_floats_are_exact() -> None:
    counts = np.asarray([2**62 - 1, 2**53 + 1, 3])
    lazy = da.from_array(counts, chunks=2)
    found = backend_of(lazy).to_host(lazy, lazy[1], lazy / 2)
    assert [part.tolist() for part in found] == [counts.tolist(), 2**53 + 1, (counts / 2).tolist()]


def test_a_cluster_computes_without_a_warning() -> None:
    distributed = pytest.importorskip("distributed")
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger("distributed").addHandler(handler)
    try:
        with (
            distributed.LocalCluster(
                n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
            ) as cluster,
            distributed.Client(cluster),
        ):
            report = accord.evaluate(da.from_array(LABELS, 30), da.from_array(SCORES, (30, 10)))
            expected = accord.evaluate(LABELS, SCORES)
    finally:
        logging.getLogger("distributed").removeHandler(handler)
    assert report.correct == expected.correct
    assert "run_spec" not in logged.getvalue()


@pytest.mark.parametrize("function", [accord.top_k_accuracy, accord.in_top_k, accord.evaluate])
def test_r23_chunks_of_unknown_length_are_refused_with_a_remedy(
    function: Callable[..., Any],
) -> None:
    labels, scores = da.from_array(LABELS, 30), da.from_array(SCORES, (30, 10))
    some = labels > 3
    with pytest.raises(ValueError, match=r"y_score has shape \(nan, 10\).*call y_score\.compute_c"):
        function(labels[some], scores[some], 2)
    with pytest.raises(ValueError, match=r"y_true has shape \(nan,\).*call y_true\.compute_c"):
        function(labels[some], SCORES[LABELS > 3] + da.zeros((1, 10)), 2)
    y_true, y_score = labels[some].compute_chunk_sizes(), scores[some].compute_chunk_sizes()
    found, expected = (
        function(y_true, y_score, 2),
        function(LABELS[LABELS > 3], SCORES[LABELS > 3], 2),
    )
    if isinstance(found, accord.Report):
        assert found.to_dict() == expected.to_dict()
    else:
        np.testing.assert_array_equal(found.compute(), expected)
