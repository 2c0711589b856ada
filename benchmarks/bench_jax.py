"""accord under jit and eager on the CPU, compared with the idioms of JAX users."""

from __future__ import annotations

import gc
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from harness import Contender, Result, main, one_read, race, show
from jax import lax

import accord

K = 5
SHAPES = ((50_000, 1000), (2_000_000, 10), (256, 1000), (32, 10))


def top_k_idiom(labels: Any, scores: Any) -> Any:
    """Return top-k accuracy as JAX users write it."""
    return (lax.top_k(scores, K)[1] == labels[:, None]).any(axis=-1).mean()


def ours(labels: Any, scores: Any) -> Any:
    """Return top-k accuracy by accord."""
    return accord.top_k_accuracy(labels, scores, K)


def by_class(labels: Any, scores: Any) -> Any:
    """Return top-k accuracy by accord, averaged over classes."""
    return accord.top_k_accuracy(labels, scores, K, average="macro")


def all_ties(labels: Any, scores: Any) -> Any:
    """Return everything that accord counts at several k."""
    return accord.TopK((1, 2, 3, 5, 10)).tally(labels, scores)


def measure() -> list[Result]:
    """Time top-5 accuracy of JAX arrays, by accord and its peers."""
    rng = np.random.default_rng(0)
    results = []
    for samples, classes in SHAPES:
        host = rng.standard_normal((samples, classes), dtype=np.float32)
        scores = jnp.asarray(host)
        labels = jnp.asarray(rng.integers(0, classes, samples, dtype=np.int32))
        jitted = {each: jax.jit(each) for each in (top_k_idiom, ours, by_class, all_ties)}

        def call(function: Any) -> Any:
            return lambda: jax.block_until_ready(function(labels, scores))  # noqa: B023  # called at once

        jax.block_until_ready((scores, labels))
        gc.collect()  # JAX keeps copies until then, which would hide a peak
        contenders = [
            one_read(scores),
            Contender("accord, jit", call(jitted[ours])),
            Contender("accord, jit, macro", call(jitted[by_class])),
            Contender("accord, jit, five k", call(jitted[all_ties])),
            Contender("accord", call(ours)),
            Contender("lax.top_k idiom, jit", call(jitted[top_k_idiom])),
        ]
        rounds = 7 if scores.size > 1_000_000 else 30
        title = f"({samples} x {classes}) float32"
        figures = race(title, contenders, rounds=rounds, memory_of="accord")
        show(figures)
        results += figures
    return results


if __name__ == "__main__":
    main(measure)
