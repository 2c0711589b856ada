"""The metric classes by themselves, on whichever backend Keras runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

import accord
import accord_keras
import accord_numpy
from accord import Tally
from accord_keras import (
    NDCG,
    BinaryAccuracy,
    CategoricalAccuracy,
    MeanReciprocalRank,
    MultilabelAccuracy,
    PrecisionRecall,
    SparseCategoricalAccuracy,
    TopKAccuracy,
    TopKCategoricalAccuracy,
)

Compile = Callable[[Callable[..., Any]], Callable[..., Any]]

SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
LABELS = np.array([1, 1, 0, 0])
DENSE = np.eye(3, dtype="float32")[LABELS]
SETS = np.array([[0, 1, 1], [1, 1, 0], [0, 0, 1], [1, 1, 0]])

# Each class with options away from its defaults, and the labels it takes for SCORES.
EACH: list[tuple[Callable[[], Any], Any]] = [
    (lambda: NDCG(ties="expected", average="macro"), LABELS),
    (lambda: BinaryAccuracy(0.3, at_threshold="positive", average="macro"), SETS),
    (lambda: CategoricalAccuracy(ties="last"), DENSE),
    (lambda: SparseCategoricalAccuracy(average="none", ignore_index=-1), LABELS),
    (lambda: TopKAccuracy((1, 2), ties="expected"), LABELS),
    (lambda: TopKCategoricalAccuracy(2, average="macro"), DENSE),
    (lambda: MeanReciprocalRank((1, 3), ties="last"), LABELS),
    (lambda: PrecisionRecall((1, 2), average="weighted"), LABELS),
    (lambda: MultilabelAccuracy("jaccard", k=2, ties="last"), SETS),
]


METRICS = [name for name in accord_keras.__all__ if not name.endswith("Loss")]


def backend_tensors(*arrays: Any) -> list[Any]:
    return [keras.ops.convert_to_tensor(array) for array in arrays]


def plain(tally: Tally) -> list[Any]:
    return [np.asarray(field).tolist() for field in tally]


@pytest.mark.parametrize(("make", "labels"), EACH, ids=METRICS)
def test_each_class_counts_as_its_numpy_twin(make: Callable[[], Any], labels: Any) -> None:
    metric = make()
    options = {k: v for k, v in metric.get_config().items() if k not in ("name", "dtype")}
    twin = getattr(accord_numpy, type(metric).__name__)(**options)
    for arrays in ((labels, SCORES), (labels[:2], SCORES[:2])):
        metric.update_state(*backend_tensors(*arrays))
        twin.update(*arrays)
    np.testing.assert_allclose(
        [np.sum(field) for field in metric.tally], [np.sum(field) for field in twin.tally]
    )
    result = metric.result()
    found = list(result.values()) if isinstance(result, dict) else result
    expected = twin.compute()
    if isinstance(expected, tuple):  # Keras shows no support
        expected = np.concatenate(expected[:3])
    np.testing.assert_allclose(
        [keras.ops.convert_to_numpy(part) for part in found]
        if isinstance(found, list)
        else keras.ops.convert_to_numpy(found),
        expected,
        rtol=1e-6,
    )


@pytest.mark.parametrize(("make", "labels"), EACH, ids=METRICS)
def test_each_class_is_remade_from_its_config_in_json(make: Callable[[], Any], labels: Any) -> None:
    metric = make()
    stored = json.loads(json.dumps(keras.saving.serialize_keras_object(metric)))
    again = keras.saving.deserialize_keras_object(stored)
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    for one in (metric, again):
        one.update_state(labels, SCORES)
    assert plain(again.tally) == plain(metric.tally)


@pytest.mark.parametrize(("make", "labels"), EACH, ids=METRICS)
def test_each_class_counts_the_same_compiled(
    make: Callable[[], Any], labels: Any, compiled: Compile
) -> None:
    eager, stateless = make(), make()
    stateless.build(labels.shape, SCORES.shape)
    arrays = backend_tensors(labels, SCORES)
    step = compiled(stateless.stateless_update_state)
    state = [keras.ops.convert_to_tensor(variable) for variable in stateless.variables]
    for _ in range(3):
        state = step(state, *arrays)
        eager.update_state(*arrays)
    found = compiled(stateless.stateless_result)(state)
    expected = eager.result()
    for one, other in zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    for variable, value in zip(stateless.variables, state, strict=True):
        variable.assign(value)
    for one, other in zip(stateless.tally, eager.tally, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)  # R20: fractions are summed in 32 bits
    for value in compiled(stateless.stateless_reset_state)():
        assert not keras.ops.convert_to_numpy(value).any()


def test_a_stateless_reset_gives_zeros() -> None:
    metric = TopKAccuracy(1)
    metric.update_state(LABELS, SCORES)
    for value in metric.stateless_reset_state():
        assert not keras.ops.convert_to_numpy(value).any()
    assert int(metric.tally.total) == 4


def test_counts_are_integers_and_exact_past_the_precision_of_float32() -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state([0, 0, 1], [[0.9, 0.1]] * 3)
    for _ in range(32):
        metric.merge_state([metric])
    metric.update_state([0], [[0.9, 0.1]])
    assert all("int" in str(variable.dtype) for variable in metric.variables[:1])
    assert int(metric.tally.total) == 3 * 2**32 + 1  # 12884901889: float32 holds 24 bits
    assert int(metric.tally.correct) == 2 * 2**32 + 1


def test_weighted_sums_keep_what_float32_would_round_away() -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state([0], [[0.9, 0.1]], sample_weight=[2.0**25])
    for _ in range(64):
        metric.update_state([0], [[0.9, 0.1]], sample_weight=[0.5])
    assert float(metric.tally.total) == 2.0**25 + 32


def test_nothing_counted_gives_nan() -> None:
    for metric in (TopKAccuracy(1), SparseCategoricalAccuracy(average="macro")):
        assert np.isnan(float(metric.result()))
    assert all(np.isnan(float(value)) for value in TopKAccuracy((1, 2)).result().values())
    assert int(TopKAccuracy(1, average="none").tally.total) == 0


def test_a_tuple_of_k_gives_one_figure_each_by_name() -> None:
    metric = TopKAccuracy((1, 2))
    metric.update_state(LABELS, SCORES)
    assert {name: float(value) for name, value in metric.result().items()} == {
        "top_1_accuracy": 0.5,  # rows 0 and 3
        "top_2_accuracy": 1.0,  # and rows 1 and 2, the second and the first of a tie
    }
    assert TopKAccuracy(3).name == "top_3_accuracy"
    assert list(TopKAccuracy((1, 2), name="mine").result()) == ["mine_1", "mine_2"]


def test_r6_every_k_gives_one_vector_and_holds_to_its_classes() -> None:
    metric = TopKAccuracy("all")
    metric.update_state(LABELS, SCORES)
    again = TopKAccuracy.from_config(metric.get_config())
    again.merge_state([metric])
    for each in (metric, again):
        found = keras.ops.convert_to_numpy(each.result())
        assert found.tolist() == accord.top_k_accuracy(LABELS, SCORES, "all").tolist()
        with pytest.raises(ValueError, match="y_pred has 2 classes but the batches before had 3"):
            each.update_state(LABELS, SCORES[:, :2])


def test_r6_every_k_is_counted_compiled_once_the_classes_are_known(compiled: Compile) -> None:
    metric = TopKAccuracy("all", ties="expected")
    with pytest.raises(ValueError, match=r"counts at every k and has no variables .* call build"):
        metric.stateless_update_state([], LABELS, SCORES)
    metric.build(LABELS.shape, SCORES.shape)
    state = [keras.ops.convert_to_tensor(variable) for variable in metric.variables]
    for _ in range(2):
        state = compiled(metric.stateless_update_state)(state, *backend_tensors(LABELS, SCORES))
    expected = accord.top_k_accuracy(LABELS, SCORES, "all", ties="expected")
    found = keras.ops.convert_to_numpy(compiled(metric.stateless_result)(state))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_reset_forgets_every_batch() -> None:
    metric = TopKAccuracy(1)
    metric.update_state(LABELS, SCORES)
    metric.reset_state()
    assert plain(metric.tally) == [0] * 6


def test_merging_adds_the_counts_of_metrics_of_equal_options() -> None:
    metric, others = TopKAccuracy(1), [TopKAccuracy(1), TopKAccuracy(1)]
    for one in (metric, *others):
        one.update_state(LABELS, SCORES)
    metric.merge_state(others)
    assert plain(metric.tally) == [6, 6, 9, 12, 0, 0]  # 2, 2 and 3 of 4, thrice
    with pytest.raises(ValueError, match="merge metrics with equal options"):
        metric.merge_state([others[0], TopKAccuracy(2)])
    assert int(metric.tally.total) == 12


@pytest.mark.parametrize("bad", [-1, 3])
def test_a_refused_update_leaves_the_metric_as_it_was(bad: int) -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state(LABELS, SCORES)
    with pytest.raises(ValueError, match=rf"y_true\[2\] is {bad}, outside 0\.\.2"):
        metric.update_state([1, 1, bad, 0], SCORES)
    with pytest.raises(ValueError, match="k=4 exceeds the 3 classes"):
        TopKAccuracy(4).update_state(LABELS, SCORES)
    assert int(metric.tally.total) == 4


def test_another_number_of_classes_is_refused_where_counts_are_by_class() -> None:
    metric = SparseCategoricalAccuracy(average="macro")
    metric.update_state(LABELS, SCORES)
    with pytest.raises(ValueError, match="2 classes but the batches before had 3"):
        metric.update_state([0], [[0.1, 0.9]])
    assert int(metric.tally.total.sum()) == 4


def test_bad_labels_of_a_compiled_update_are_counted_and_warned_of_once(compiled: Compile) -> None:
    metric = SparseCategoricalAccuracy()
    state = [keras.ops.convert_to_tensor(variable) for variable in metric.variables]
    labels, scores = backend_tensors(np.array([1, -1, 7, 0]), SCORES)
    state = compiled(metric.stateless_update_state)(state, labels, scores)
    for variable, value in zip(metric.variables, state, strict=True):
        variable.assign(value)
    assert plain(metric.tally) == [2, 2, 2, 4, 2, 0]
    with pytest.warns(RuntimeWarning, match="2 labels counted as misses are not classes"):
        metric.result()
    metric.result()  # and no more: a warning would be an error here


def test_one_hot_labels_are_refused_with_the_class_to_use() -> None:
    with pytest.raises(ValueError, match=r"for one-hot rows use .* or CategoricalAccuracy"):
        SparseCategoricalAccuracy().update_state(DENSE, SCORES)
    with pytest.raises(ValueError, match="use the sparse or top-k measure"):
        CategoricalAccuracy().update_state(LABELS, SCORES)


def test_a_keras_tensor_is_refused() -> None:
    with pytest.raises(TypeError, match="y_pred is a KerasTensor, which has no values"):
        TopKAccuracy(1).update_state(LABELS, keras.Input((3,)))
    with pytest.raises(TypeError, match=r"y_true is a KerasTensor, .* to model\.compile"):
        TopKAccuracy(1).update_state(keras.Input((), dtype="int32"), SCORES)
    with pytest.raises(TypeError, match=r"y_score is a KerasTensor.* what the model returns"):
        accord.top_k_accuracy(LABELS, keras.Input((3,)), 1)


def test_labels_in_a_column_are_accepted_here_and_by_no_function() -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state(LABELS[:, None], SCORES, sample_weight=np.ones((4, 1)))
    assert plain(metric.tally) == [2, 2, 3, 4, 0, 0]
    with pytest.raises(ValueError, match="drop the last axis of y_true"):
        accord.sparse_categorical_accuracy(LABELS[:, None], SCORES)


@pytest.mark.parametrize("labels", [np.array([1, 0, 1]), np.array([[1], [0], [1]])])
@pytest.mark.parametrize(
    "scores", [np.array([0.9, 0.2, 0.1], "float32"), np.array([[0.9], [0.2], [0.1]], "float32")]
)
def test_a_binary_model_may_end_in_a_column(labels: Any, scores: Any) -> None:
    metric = BinaryAccuracy()
    metric.update_state(labels, scores)
    assert plain(metric.tally) == [2, 2, 2, 3, 0, 0]


def test_float_labels_that_are_whole_are_labels() -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state(*backend_tensors(LABELS.astype("float32"), SCORES))
    assert int(metric.tally.correct) == 2


def test_a_bool_weight_is_a_mask_and_leaves_counts_integer() -> None:
    metric = SparseCategoricalAccuracy()
    keep = np.array([True, False, True, True])
    metric.update_state(LABELS, SCORES, sample_weight=keep)
    metric.update_state(LABELS, SCORES, mask=keep)
    assert plain(metric.tally) == [4, 4, 4, 6, 0, 0]
    assert metric.tally.total.dtype == np.int64


def test_numpy_scores_keep_their_precision() -> None:
    metric = SparseCategoricalAccuracy()
    metric.update_state([1], np.array([[1.0, 1.0 + 2.0**-52]]))
    assert plain(metric.tally) == [1, 1, 1, 1, 0, 0]


def test_scores_of_the_backend_may_come_with_numpy_labels_and_the_other_way_round() -> None:
    labels, scores = backend_tensors(LABELS, SCORES)
    metric = SparseCategoricalAccuracy()
    metric.update_state(LABELS, scores)
    metric.update_state(labels, SCORES)
    assert int(metric.tally.correct) == 4


def test_weights_of_whole_sequences_may_be_numpy_in_a_compiled_update(compiled: Compile) -> None:
    metric, weight = SparseCategoricalAccuracy(), np.array([3.0, 1.0], "float32")
    labels, scores = backend_tensors(LABELS.reshape(2, 2), SCORES.reshape(2, 2, 3))
    state = [keras.ops.convert_to_tensor(variable) for variable in metric.variables]
    step = compiled(lambda state, y, s: metric.stateless_update_state(state, y, s, weight))
    for variable, value in zip(metric.variables, step(state, labels, scores), strict=True):
        variable.assign(value)
    assert plain(metric.tally) == [4, 4, 7, 8, 0, 0]  # rows 0 and 1 count thrice; row 1 is a tie


def test_the_dtype_of_a_metric_is_that_of_its_result() -> None:
    metric = SparseCategoricalAccuracy(dtype="float16")
    metric.update_state(LABELS, SCORES)
    assert keras.backend.standardize_dtype(metric.result().dtype) == "float16"
    assert keras.backend.standardize_dtype(SparseCategoricalAccuracy().result().dtype) == "float32"
