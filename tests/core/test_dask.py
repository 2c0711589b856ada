"""Dask arrays, which are lazy and have no adapter of their own."""

from __future__ import annotations

import numpy as np
import pytest

import accord

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
