"""The rule set of each peer library: one table.

Each was read and run; `tests/verification/test_dialects.py` runs the peers beside their dialects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from accord.verification.dialects.dialect import REFUSED, Dialect

FLOAT32 = 2**24  # a float32 counter stalls here

_SMALL = ("int8", "uint8", "int16", "uint16")  # float32 holds each of them exactly
_WHOLE = (*_SMALL, "int32", "uint32", "int64", "uint64")
_HALVES = ("float16", "bfloat16")
_TORCH_LACKS: dict[str, str] = dict.fromkeys(("uint16", "uint32", "uint64"), REFUSED)
_WITHOUT_X64 = {"float64": "float32", "int64": "int32", "uint64": "uint32"}  # integers wrap

_ARGMAX = Dialect(
    name="argmax",
    call="torch.argmax",
    ties="first",
    nan="outranks",
    reads={**_TORCH_LACKS, "bool": REFUSED},
)
_TORCH = Dialect(
    name="torch.topk",
    call="torch.topk",
    ties="unspecified",
    nan="outranks",
    needs=("torch",),
    reads={**_TORCH_LACKS, "bool": REFUSED},
)
_TENSORFLOW = Dialect(
    name="tensorflow",
    needs=("tensorflow",),
    call="tf.math.in_top_k",
    ties="optimistic",
    nan="spoils",
    infinities="spoils",
    order="flushed",
    reads=dict.fromkeys((*_HALVES, "float64", "bool", *_WHOLE), REFUSED),
    k_above_classes="counts",
)

# Keras has two accuracies by class. What a user gets from metrics=["accuracy"] is argmax; the other
# counts every class that ties for the last place as a hit.
_KERAS = Dialect(
    name="keras",
    call="keras.metrics.SparseTopKCategoricalAccuracy",
    ties="optimistic",
    nan="misses",
    k_above_classes="counts",
    label_below="wraps",
    no_samples="zero",
    exact_to=FLOAT32,
    at_threshold="negative",
    binary_call="keras.metrics.BinaryAccuracy",
    threshold="float32",
)
_KERAS_ACCURACY = Dialect(
    name="keras-accuracy",
    call="keras.metrics.SparseCategoricalAccuracy",
    ties="first",
    nan="outranks",
    only_k=1,
    label_dtype="scores",
    no_samples="zero",
    exact_to=FLOAT32,
)
_BACKENDS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX", "numpy": "NumPy"}
_TO_FLOAT32: dict[str, str] = dict.fromkeys(("bool", *_WHOLE), "float32")
_JAX_TO_FLOAT32 = {**_TO_FLOAT32, "int64": "int32 float32", "uint64": "uint32 float32"}


def _keras(backend: str, **rules: Any) -> Dialect:
    """Return Keras' top-k accuracy on a backend."""
    return _on(backend, _KERAS, name=f"keras-{backend}", **rules)


def _keras_accuracy(backend: str, **rules: Any) -> Dialect:
    """Return Keras' ordinary accuracy on a backend."""
    return _on(backend, _KERAS_ACCURACY, name=f"keras-{backend}-accuracy", **rules)


def _on(backend: str, dialect: Dialect, **rules: Any) -> Dialect:
    return replace(
        dialect,
        needs=("keras", backend),
        call=f"{dialect.call} on {_BACKENDS[backend]}",
        binary_call=dialect.binary_call and f"{dialect.binary_call} on {_BACKENDS[backend]}",
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
            label_below=REFUSED,
            label_beyond=REFUSED,
            averages=("micro", "macro", "weighted"),
            at_threshold="negative",
            binary_call="accord.binary_accuracy",
        ),
        Dialect(
            name="sklearn",
            needs=("sklearn",),
            call="sklearn.metrics.top_k_accuracy_score",
            ties="last",
            nan=REFUSED,
            infinities=REFUSED,
            reads={"bfloat16": REFUSED},
            k_above_classes="counts",
            label_below=REFUSED,
            label_beyond=REFUSED,
            fewest_classes=3,
            no_samples=REFUSED,
            at_threshold="negative",
            binary_call="sklearn.metrics.accuracy_score of scores > threshold",
            binary_reads={"bfloat16": "float64"},
        ),
        Dialect(
            name="sklearn-accuracy",
            needs=("sklearn",),
            call="sklearn.metrics.accuracy_score of argmax",
            ties="first",
            nan="outranks",
            only_k=1,
            averages=("micro", "macro", "weighted"),
            macro_bad_label="a class",
            no_samples=REFUSED,
        ),
        _TENSORFLOW,
        _keras(
            "tensorflow",
            nan="spoils",
            infinities="spoils",
            order="flushed",
            reads=_TENSORFLOW.reads,
            label_below="miss",
            binary_reads={**_TO_FLOAT32, **dict.fromkeys(_HALVES, "float32")},
        ),
        _keras_accuracy(
            "tensorflow",
            nan="minus infinity",
            order="flushed, minus zero below",
            reads={"float16": "float32"},
        ),
        _keras(
            "torch",
            reads={"bool": REFUSED, "uint64": REFUSED},
            k_above_classes=REFUSED,
            label_beyond="unspecified",
            binary_reads={**_TO_FLOAT32, "uint64": REFUSED},
        ),
        _keras_accuracy("torch", reads={"uint64": REFUSED}),
        _keras(
            "jax",
            nan="minus infinity",
            order="flushed",
            reads={**_JAX_TO_FLOAT32, "float64": "float32"},
            label_beyond="filled",
            binary_reads={**_JAX_TO_FLOAT32, "float64": "float32"},
        ),
        _keras_accuracy(
            "jax",
            order="flushed, minus zero below",
            reads={**_WITHOUT_X64, "float16": "float32"},
        ),
        _keras(
            "numpy",
            reads=_WITHOUT_X64,
            unsorted=("bfloat16",),
            label_beyond=REFUSED,
            binary_reads={**_WITHOUT_X64, **dict.fromkeys(_HALVES, "float32")},
        ),
        _keras_accuracy(
            "numpy", order="minus zero below", reads={**_WITHOUT_X64, "float16": "float32"}
        ),
        _TORCH,
        replace(
            _TORCH,
            name="torchmetrics",
            needs=("torch", "torchmetrics"),
            call="torchmetrics.functional.classification.multiclass_accuracy",
            reads=dict.fromkeys(("bool", *_WHOLE), REFUSED),
            label_below=REFUSED,
            label_beyond=REFUSED,
            averages=("micro", "macro", "weighted"),
            no_samples=REFUSED,
            at_threshold="negative",
            binary_call="torchmetrics.functional.classification.binary_accuracy",
            binary_reads=_TORCH_LACKS,
            sigmoid=True,
            threshold_within_1=True,
            integers="predictions",
            at_1=replace(
                _ARGMAX,
                call="torchmetrics.functional.classification.multiclass_accuracy",
                reads=dict.fromkeys(("bool", *_WHOLE), REFUSED),
                macro_over="labels and predictions",
            ),
        ),
        Dialect(
            name="torcheval",
            needs=("torch", "torcheval"),
            call="torcheval.metrics.functional.multiclass_accuracy",
            ties="optimistic",
            nan="incomparable",
            reads=_TORCH_LACKS,
            k_above_classes="counts",
            label_below=REFUSED,
            label_beyond=REFUSED,
            averages=("micro", "macro"),
            exact_to=FLOAT32,
            at_threshold="positive",
            binary_call="torcheval.metrics.functional.binary_accuracy",
            binary_reads=_TO_FLOAT32,
            nan_side="positive",
            at_1=replace(_ARGMAX, call="torcheval.metrics.functional.multiclass_accuracy"),
        ),
        Dialect(
            name="jax.lax.top_k",
            needs=("jax",),
            call="jax.lax.top_k",
            ties="first",
            nan="outranks",
            order="total",
            reads=_WITHOUT_X64,
        ),
        Dialect(
            name="numpy-argsort",
            call="numpy.argsort(-scores)",
            ties="unspecified",
            nan="lowest",
            order="negated",
            reads={"bool": REFUSED},
            unsorted=("bfloat16",),
            k_above_classes="counts",
        ),
        replace(
            _TORCH,
            name="timm",
            needs=("timm",),
            call="timm.utils.accuracy",
            k_above_classes="counts",
            exact_to=FLOAT32,
            scale=100,
        ),
        replace(
            _TORCH,
            name="imagenet-example",
            call="accuracy() of PyTorch's ImageNet example",
            no_samples=REFUSED,
            exact_to=FLOAT32,
            scale=100,
        ),
        Dialect(
            name="vllm",
            needs=("torch",),
            call="the token rank of vLLM",
            ties="pessimistic",
            nan="incomparable",
            reads=_TORCH_LACKS,
            k_above_classes="counts",
            label_below=REFUSED,
            label_beyond=REFUSED,
        ),
    )
)
