"""The rule set of each peer library: one table.

Each was read and run; `tests/verification/test_dialects.py` runs the peers beside their dialects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from accord.verification.dialect import Dialect

FLOAT32 = 2**24  # a float32 counter stalls here

_ARGMAX = Dialect(name="argmax", call="torch.argmax", ties="first", nan="outranks")
_TORCH = Dialect(
    name="torch.topk", call="torch.topk", ties="unspecified", nan="outranks", needs=("torch",)
)
_TENSORFLOW = Dialect(
    name="tensorflow",
    needs=("tensorflow",),
    call="tf.math.in_top_k",
    ties="optimistic",
    nan="spoils",
    infinities="spoils",
    order="flushed",
    precision="float32 only",
    k_above_classes="counts",
)
_KERAS = Dialect(
    name="keras",
    call="keras.metrics.SparseTopKCategoricalAccuracy",
    ties="optimistic",
    nan="misses",
    k_above_classes="counts",
    label_below="wraps",
    exact_to=FLOAT32,
    at_threshold="negative",
)


def _on(backend: str, label: str, **rules: Any) -> Dialect:
    return replace(
        _KERAS,
        name=f"keras-{backend}",
        call=f"{_KERAS.call} on {label}",
        needs=("keras", backend),
        **rules,
    )


class Dialects(Mapping[str, Dialect]):
    """The dialects by name.

    Examples
    --------
    >>> import accord
    >>> accord.dialects["sklearn"].ties
    'last'
    """

    def __init__(self, each: Iterable[Dialect]) -> None:
        self._named = {dialect.name: dialect for dialect in each}

    def __getitem__(self, name: str) -> Dialect:
        if name not in self._named:
            known = ", ".join(self._named)
            raise LookupError(f"no dialect is named {name!r}; there are {known}")
        return self._named[name]

    def __contains__(self, name: object) -> bool:
        return name in self._named

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self)})"


dialects = Dialects(
    (
        Dialect(
            name="accord",
            call="accord.top_k_accuracy",
            ties="first",
            nan="misses",
            label_below="refused",
            label_beyond="refused",
            at_threshold="negative",
        ),
        Dialect(
            name="sklearn",
            needs=("sklearn",),
            call="sklearn.metrics.top_k_accuracy_score",
            ties="last",
            nan="refused",
            infinities="refused",
            k_above_classes="counts",
            label_below="refused",
            label_beyond="refused",
            fewest_classes=3,
            at_threshold="negative",
        ),
        _TENSORFLOW,
        replace(
            _TENSORFLOW,
            name="keras-tensorflow",
            needs=("keras", "tensorflow"),
            call=f"{_KERAS.call} on TensorFlow",
            exact_to=FLOAT32,
            at_threshold="negative",
        ),
        _on(
            "torch",
            "PyTorch",
            k_above_classes="refused",
            label_below="wraps",
            label_beyond="unspecified",
        ),
        _on(
            "jax",
            "JAX",
            nan="minus infinity",
            order="flushed",
            precision="float32",
            label_beyond="minus infinity",
        ),
        _on("numpy", "NumPy", label_beyond="refused"),
        _TORCH,
        replace(
            _TORCH,
            name="torchmetrics",
            needs=("torch", "torchmetrics"),
            call="torchmetrics.functional.classification.multiclass_accuracy",
            label_below="refused",
            label_beyond="refused",
            at_threshold="negative",
            sigmoid=True,
            at_1=_ARGMAX,
        ),
        Dialect(
            name="torcheval",
            needs=("torch", "torcheval"),
            call="torcheval.metrics.functional.multiclass_accuracy",
            ties="optimistic",
            nan="incomparable",
            k_above_classes="counts",
            label_below="refused",
            label_beyond="refused",
            exact_to=FLOAT32,
            at_threshold="positive",
            nan_side="positive",
            at_1=_ARGMAX,
        ),
        Dialect(
            name="jax.lax.top_k",
            needs=("jax",),
            call="jax.lax.top_k",
            ties="first",
            nan="outranks",
            order="total",
            precision="float32",
        ),
        Dialect(
            name="numpy-argsort",
            call="numpy.argsort(-scores)",
            ties="unspecified",
            nan="lowest",
            k_above_classes="counts",
        ),
        replace(
            _TORCH,
            name="timm",
            needs=("timm",),
            call="timm.utils.accuracy",
            k_above_classes="counts",
            scale=100,
        ),
        replace(
            _TORCH,
            name="imagenet-example",
            call="accuracy() of PyTorch's ImageNet example",
            scale=100,
        ),
        Dialect(
            name="vllm",
            needs=("torch",),
            call="the token rank of vLLM",
            ties="pessimistic",
            nan="incomparable",
            k_above_classes="counts",
            label_below="refused",
            label_beyond="refused",
        ),
    )
)
