"""The backend under test is Keras' choice (``KERAS_BACKEND``), or else the first installed."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

import pytest

INSTALLED = [name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)]
os.environ.setdefault("KERAS_BACKEND", INSTALLED[0])


@pytest.fixture
def compiled() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return how the backend compiles a function of its arrays."""
    import keras

    match keras.backend.backend():
        case "tensorflow":
            import tensorflow as tf

            function: Callable[[Callable[..., Any]], Callable[..., Any]] = tf.function
            return function
        case "jax":
            import jax

            return jax.jit
        case backend:
            pytest.skip(f"Keras compiles nothing with {backend}")
