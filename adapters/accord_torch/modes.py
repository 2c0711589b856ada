"""How a function of tensors is run compiled and vmapped, for the conformance laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch._dynamo import config
from torch._dynamo.exc import Unsupported
from torch.utils import _pytree as tree

from accord import kernels
from accord_torch import scan


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
        usual, scan.WORTH_A_CALL = scan.WORTH_A_CALL, 0
        try:
            with kernels.using(True):
                return graph(*arrays)
        finally:
            scan.WORTH_A_CALL = usual

    return run


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map over two copies of the arguments, and keep the first result."""
    mapped = torch.func.vmap(function)

    def run(*arrays: torch.Tensor) -> Any:
        both = mapped(*(torch.stack([array, array]) for array in arrays))
        return tree.tree_map(lambda result: result[0], both)

    return run
