"""Peers on JAX and TensorFlow, and Keras on each of its backends."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import numpy as np


def jax_top_k(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy of ``jax.lax.top_k``."""
    import jax

    best = np.asarray(jax.lax.top_k(jax.numpy.asarray(y_score), k)[1])
    return float(np.mean(np.any(best == np.asarray(y_true)[:, None], axis=1)))


def tensorflow(y_true: Any, y_score: Any, k: int) -> float:
    """Return the accuracy of ``tf.math.in_top_k``."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    hits = tf.math.in_top_k(np.asarray(y_true), tf.constant(np.asarray(y_score)), k)
    return float(np.mean(hits.numpy()))


def _keras(backend: str, y_true: Any, y_score: Any, k: int) -> float:
    """Ask Keras' top-k accuracy on a backend."""
    metric = keras_on(backend).metrics.SparseTopKCategoricalAccuracy(k=k)
    metric.update_state(np.array(y_true), np.array(y_score))
    return float(metric.result())


def _keras_accuracy(backend: str, y_true: Any, y_score: Any, k: int) -> float:
    """Ask Keras' ordinary accuracy on a backend."""
    if k != 1:
        raise ValueError(f"the ordinary accuracy of Keras has no k={k}")
    metric = keras_on(backend).metrics.SparseCategoricalAccuracy()
    metric.update_state(np.array(y_true), np.array(y_score))
    return float(metric.result())


def keras_on(backend: str) -> Any:
    """Import Keras on a backend; one process can have only one."""
    os.environ["KERAS_BACKEND"] = backend  # only the first import of Keras reads it
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    if keras.backend.backend() != backend:
        raise ImportError(f"Keras runs on {keras.backend.backend()} here, not on {backend}")
    return keras


keras_on_tensorflow = partial(_keras, "tensorflow")
keras_on_torch = partial(_keras, "torch")
keras_on_jax = partial(_keras, "jax")
keras_on_numpy = partial(_keras, "numpy")

keras_accuracy_on_tensorflow = partial(_keras_accuracy, "tensorflow")
keras_accuracy_on_torch = partial(_keras_accuracy, "torch")
keras_accuracy_on_jax = partial(_keras_accuracy, "jax")
keras_accuracy_on_numpy = partial(_keras_accuracy, "numpy")
