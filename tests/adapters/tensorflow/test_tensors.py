"""Tensors as accord takes them: variables, graphs, lengths known when the graph runs."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

import accord
import accord_keras
import accord_tensorflow
from accord_tensorflow import xla

SCORES = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8]], "float32")
LABELS = [1, 1, 0]  # a hit; a tie, lost to the first; a miss


def top_1(y_true: object, y_score: object) -> tf.Tensor:
    return accord.in_top_k(y_true, y_score, 1, ties="optimistic")


def tally(y_true: object, y_score: object) -> tuple[int, ...]:
    return tuple(accord.TopK(1).tally(y_true, y_score))


def test_variables_are_read() -> None:
    found = top_1(tf.Variable(LABELS), tf.Variable(SCORES))
    assert found.numpy().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("values", "remedy"),
    [
        (tf.ragged.constant([[0.1, 0.9], [0.5]]), r"y_score\.to_tensor\(\) and mask=tf\.sequence"),
        (tf.sparse.from_dense(SCORES), r"SparseTensor; pass tf\.sparse\.to_dense\(y_score\)"),
        (tf.IndexedSlices(tf.constant(SCORES), tf.constant([0, 1, 2])), r"convert_to_tensor"),
        (tf.data.Dataset.range(3), r"y_score is a .*Dataset; pass a dense tensor"),
    ],
    ids=["ragged", "sparse", "slices", "dataset"],
)
def test_what_is_no_dense_tensor_is_refused_with_the_remedy(values: object, remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy):
        accord.top_k_accuracy(LABELS, values, 1)


def test_ragged_labels_are_refused_by_their_own_name() -> None:
    with pytest.raises(TypeError, match=r"y_true is a RaggedTensor; pass y_true\.to_tensor"):
        accord.top_k_accuracy(tf.ragged.constant([[0], [1, 2]]), tf.constant(SCORES), 1)


def test_an_unknown_rank_is_refused() -> None:
    graph = tf.function(
        tally, input_signature=[tf.TensorSpec([None], tf.int64), tf.TensorSpec(None)]
    )
    with pytest.raises(ValueError, match=r"y_score has an unknown rank.*tf\.ensure_shape"):
        graph.get_concrete_function()


def test_an_unknown_number_of_classes_is_refused() -> None:
    spec = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, None])]
    with pytest.raises(ValueError, match=r"y_score has an unknown number of classes: axis -1"):
        tf.function(tally, input_signature=spec).get_concrete_function()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_batches_of_any_size_run_through_one_graph(jit_compile: bool) -> None:
    spec = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 3])]
    graph = tf.function(tally, input_signature=spec, jit_compile=jit_compile)
    for size, counts in ((3, (1, 1, 2, 3, 0, 0)), (1, (1, 1, 1, 1, 0, 0)), (0, (0,) * 6)):
        found = graph(tf.constant(LABELS[:size], tf.int64), tf.constant(SCORES[:size]))
        assert tuple(int(count) for count in found) == counts
    assert graph.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("labels", [[1], [1, 1, 0, 0]], ids=["one", "four"])
def test_lengths_that_turn_out_to_differ_are_refused_and_never_broadcast(
    jit_compile: bool, labels: list[int]
) -> None:
    spec = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 3])]
    graph = tf.function(tally, input_signature=spec, jit_compile=jit_compile)
    with pytest.raises(tf.errors.InvalidArgumentError):
        graph(tf.constant(labels, tf.int64), tf.constant(SCORES))


def test_labels_that_are_no_class_never_wrap_in_a_graph() -> None:
    for bad in (-1, 3, 2**40):
        counts = tf.function(tally)(tf.constant([1, bad, 2], tf.int64), tf.constant(SCORES))
        assert [int(count) for count in counts] == [2, 2, 2, 3, 1, 0], bad


def test_a_bad_label_is_refused_where_it_can_be_read() -> None:
    with pytest.raises(ValueError, match=r"y_true\[1\] is 3, outside 0\.\.2"):
        tally(tf.constant([1, 3, 2]), tf.constant(SCORES))


@pytest.mark.parametrize("fused", [True, False], ids=["fused", "without the operation"])
def test_a_graph_of_known_shapes_counts_in_one_reduction_if_tensorflow_has_it_r20(
    monkeypatch: pytest.MonkeyPatch, fused: bool
) -> None:
    if not fused:
        monkeypatch.setattr(xla, "_operations", None)
    shape = [tf.TensorSpec([3], tf.int64), tf.TensorSpec([3, 3])]
    graph = tf.function(tally, input_signature=shape).get_concrete_function()
    programs = graph.graph.as_graph_def().library.function
    used = {node.op for program in programs for node in program.node_def}
    assert ("XlaVariadicReduceV2" in used) == fused
    found = graph(tf.constant(LABELS, tf.int64), tf.constant(SCORES))
    assert [int(count) for count in found] == [1, 1, 2, 3, 0, 0]


def test_a_tf_data_map_counts_each_batch() -> None:
    batches = tf.data.Dataset.from_tensor_slices((LABELS, SCORES)).batch(2)
    counts = [
        count.numpy() for count in batches.map(lambda y, s: accord.TopK(1).tally(y, s).correct)
    ]
    assert counts == [1, 0]


def test_the_optimistic_rule_is_that_of_in_top_k_on_finite_scores() -> None:
    rng = np.random.default_rng(5)
    scores = tf.constant(rng.integers(0, 4, (300, 7)) / 4, tf.float32)
    labels = tf.constant(rng.integers(0, 7, 300))
    for k in (1, 3, 7):
        theirs = tf.math.in_top_k(labels, scores, k)
        ours = accord.in_top_k(labels, scores, k, ties="optimistic")
        assert ours.numpy().tolist() == theirs.numpy().tolist()


def test_the_result_of_an_eager_call_is_a_tensor() -> None:
    figure = accord.top_k_accuracy(LABELS, tf.constant(SCORES), 1)
    assert isinstance(figure, tf.Tensor)
    assert figure.dtype == tf.float32


def test_the_metric_classes_are_those_of_accord_keras() -> None:
    for name in accord_keras.__all__:
        assert getattr(accord_tensorflow, name) is getattr(accord_keras, name)
    assert set(accord_tensorflow.__all__) <= set(dir(accord_tensorflow))
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = accord_tensorflow.Nothing
