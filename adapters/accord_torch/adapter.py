"""What is to be proved of PyTorch: its dtypes, devices, and ways to run a function of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch._dynamo import config
from torch._dynamo.exc import Unsupported
from torch.utils import _pytree as tree

from accord import scan
from accord.testing import Adapter, Transform, eager_modes
from accord_torch import scan as operation


def compiled(function: Callable[..., Any], **how: Any) -> Callable[..., Any]:
    """Compile to one graph; what tracing refuses is raised as it is without ``fullgraph=True``.

    With it, torch raises an error of its own that only quotes what was raised.
    """
    graph = torch.compile(function, fullgraph=True, **how)

    def run(*arrays: torch.Tensor) -> Any:
        try:
            with config.patch(recompile_limit=64):  # the laws try one function on every dtype
                return graph(*arrays)
        except Unsupported:
            function(*arrays)  # raises what was refused, if that is why there is no graph
            raise

    return run


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Trace to one graph as `compiled` does, and run it without inductor, which takes long."""
    return compiled(function, backend="aot_eager")


def compiled_kernels(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile to a graph that calls the compiled row scan, however little there is to count.

    The mode ``"compiled"`` proves what inductor makes of the rest.
    """
    graph = traced(function)

    def run(*arrays: torch.Tensor) -> Any:
        usual, operation.WORTH_A_CALL = operation.WORTH_A_CALL, 0
        try:
            with scan.using(True):
                return graph(*arrays)
        finally:
            operation.WORTH_A_CALL = usual

    return run


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map over two copies of the arguments, and keep the first result."""
    mapped = torch.func.vmap(function)

    def run(*arrays: torch.Tensor) -> Any:
        both = mapped(*(torch.stack([array, array]) for array in arrays))
        return tree.tree_map(lambda result: result[0], both)

    return run


class TorchAdapter(Adapter):
    """PyTorch tensors: eager, ``torch.compile`` without graph breaks, ``torch.func.vmap``."""

    dtypes = (
        *("float16", "bfloat16", "float32", "float64", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    )
    slow_modes = frozenset({"compiled", "compiled-kernels"})

    def devices(self) -> tuple[Any, ...]:
        """Return the default device, and the GPU if there is one."""
        return (None, "cuda") if torch.cuda.is_available() else (None,)

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, compiled ones and mapped over."""
        more = {"compiled-kernels": compiled_kernels} if scan.available() else {}
        return {
            **eager_modes(),
            "compiled": compiled,
            "compiled-aot": traced,
            **more,
            "vmapped": vmapped,
        }

    def value_and_gradient(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its gradient, by ``torch.func``, which every mode can trace."""

        def run(*arrays: torch.Tensor) -> Any:
            both = torch.func.grad_and_value(function, argnums=len(arrays) - 1)
            gradient, value = both(*arrays)
            return value, gradient

        return run

    def streamed(self, measure: Any, batches: Iterable[tuple[Any, Any]]) -> Any:
        """Return the tally of batches, counted by the torchmetrics class of the measure."""
        from accord_torch.metric import MeasureMetric

        metric = MeasureMetric(measure)
        for y_true, y_score in batches:
            metric.update(y_score, y_true)
        return metric.tally
