"""accord under jit and eager JAX on the CPU, beside the idioms of JAX users."""

from __future__ import annotations

import gc
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from harness import Contender, Result, main, race, raised_peak, show
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


def temporary_megabytes(function: Any, *arrays: Any) -> float:
    """Return what a compiled call allocates beside arguments and results, in MiB."""
    memory = function.lower(*arrays).compile().memory_analysis()
    return float(memory.temp_size_in_bytes) / 2**20


def measure() -> list[Result]:
    """Time top-5 accuracy of JAX arrays, beside the peers."""
    rng = np.random.default_rng(0)
    results = []
    for samples, classes in SHAPES:
        scores = jnp.asarray(rng.standard_normal((samples, classes), dtype=np.float32))
        labels = jnp.asarray(rng.integers(0, classes, samples, dtype=np.int32))
        jitted = {each: jax.jit(each) for each in (jnp.sum, top_k_idiom, ours, by_class, all_ties)}

        def call(function: Any, *arrays: Any) -> Any:
            return lambda: jax.block_until_ready(function(*arrays))

        jax.block_until_ready((scores, labels))
        gc.collect()  # JAX keeps what it has copied until then, which would hide a peak
        eager = raised_peak(partial(ours, labels, scores))
        title = f"top-{K} of ({samples} x {classes}) float32"
        contenders = [
            Contender("one read (jnp.sum)", call(jitted[jnp.sum], scores), limit=True),
            Contender("accord, jit", call(jitted[ours], labels, scores)),
            Contender("accord, jit, macro", call(jitted[by_class], labels, scores)),
            Contender("accord, jit, five k", call(jitted[all_ties], labels, scores)),
            Contender("accord, eager", call(ours, labels, scores)),
            Contender("lax.top_k idiom, jit", call(jitted[top_k_idiom], labels, scores)),
        ]
        figures = race(title, contenders, rounds=7 if scores.size > 1_000_000 else 50)
        show(figures)
        times = {each.name: each.milliseconds for each in figures}
        ahead = times["lax.top_k idiom, jit"] / times["accord, jit"]
        extra = temporary_megabytes(jitted[ours], labels, scores)
        theirs = temporary_megabytes(jitted[top_k_idiom], labels, scores)
        print(f"  accord under jit is {ahead:.1f} x faster than lax.top_k;", end=" ")
        print(f"extra memory {extra:.1f} MiB, theirs {theirs:.1f} MiB, eager {eager:.1f} MiB")
        results += figures
    return results


if __name__ == "__main__":
    main(measure)
