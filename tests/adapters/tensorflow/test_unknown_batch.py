"""The laws again, in graphs that know nothing of a batch but its number of axes and classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import tensorflow as tf

from accord.testing import Transform
from accord_conformance import LAWS, Law
from accord_tensorflow import ADAPTER, TensorFlowAdapter

# What these laws are about is known only when such a graph runs: see test_tensors and test_features.
UNKNOWN = {
    "a shape that does not match names the likely mistake",
    "a single sample may have a one hot row",
    "predicted labels are never taken for scores",
    "any axis can hold the classes",
    "candidates follow the class axis and go with groups",
    "dense labels and a class axis elsewhere have the same curve",
    "a mask of the scores shape marks unknown labels on any axis",
    "rank measures are averaged by class with weights and a mask",
    "confusion sums the weights of the samples that are kept",
    "precision recall and f1 are averaged over classes with weights and a mask",
    "a single sample needs no axis of samples",
    "shapes that do not match are refused",
    "scores made block by block are ranked as a whole",
}


def unknown_batch(function: Callable[..., Any]) -> Callable[..., Any]:
    """Trace a function with only the last axis of its larger arguments known."""
    graph = tf.function(function)

    def run(*tensors: tf.Tensor) -> Any:
        specs = [
            tf.TensorSpec([*[None] * (x.ndim - 1), x.shape[-1]] if x.ndim > 1 else [None], x.dtype)
            for x in tensors
        ]
        return graph.get_concrete_function(*specs)(*tensors)

    return run


class UnknownBatch(TensorFlowAdapter):
    """TensorFlow, compiled as a ``tf.function`` whose signature names no batch size."""

    def modes(self) -> Mapping[str, Transform]:
        return {"compiled": unknown_batch}


@pytest.mark.parametrize(
    "law",
    [law for law in LAWS if "compiled" in law.modes and law.name not in UNKNOWN],
    ids=lambda law: law.name,
)
def test_the_law_holds_where_only_the_classes_are_known(law: Law) -> None:
    law.check(UnknownBatch(ADAPTER.backend), "compiled")
