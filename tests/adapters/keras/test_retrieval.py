"""Mean reciprocal rank, NDCG and precision in ``fit`` and ``evaluate``, and in a saved model (R26, R27)."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

import accord
from accord_keras import NDCG, MeanReciprocalRank, PrecisionRecall

RNG = np.random.default_rng(26)
FEATURES = RNG.normal(size=(96, 4)).astype("float32")
LABELS = RNG.integers(0, 6, 96)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, activation="softmax")])
    model.compile(
        "sgd",
        loss="sparse_categorical_crossentropy",
        metrics=[MeanReciprocalRank(), NDCG((1, 3)), PrecisionRecall(2, average="micro")],
    )
    return model


def test_r26_fit_and_evaluate_report_the_figures_of_predict(model: keras.Model) -> None:
    history = model.fit(
        FEATURES, LABELS, epochs=1, batch_size=20, verbose=0, validation_data=(FEATURES, LABELS)
    ).history
    scores = model.predict(FEATURES, verbose=0)
    found = model.evaluate(FEATURES, LABELS, batch_size=20, verbose=0, return_dict=True)
    expected = {
        "mean_reciprocal_rank": accord.mean_reciprocal_rank(LABELS, scores),
        "ndcg_1": accord.ndcg(LABELS, scores, 1),
        "ndcg_3": accord.ndcg(LABELS, scores, 3),
    }
    two = accord.precision_recall(LABELS, scores, 2, average="micro")
    expected |= {"precision_2": two.precision, "recall_2": two.recall, "f1_2": two.f1}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-6)
        assert history[f"val_{name}"] == [pytest.approx(value, rel=1e-6)]


def test_r26_a_saved_model_goes_on_with_its_metrics(model: keras.Model, tmp_path: Path) -> None:
    before = model.evaluate(FEATURES, LABELS, verbose=0, return_dict=True)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.evaluate(FEATURES, LABELS, verbose=0, return_dict=True) == pytest.approx(before)
