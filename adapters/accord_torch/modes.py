"""The ways to run a function of PyTorch tensors, for the conformance laws."""

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
    """Compile to one graph; raise accord's own errors.

    With ``fullgraph=True``, torch raises its own error, which only quotes the original one. The
    function is then run again without compilation, to raise the original.
    """
    graph = torch.compile(function, fullgraph=True, **how)

    def run(*arrays: torch.Tensor) -> Any:
        try:
            with config.patch(recompile_limit=64):  # the laws try one function on every dtype
                return graph(*arrays)
        except Unsupported:
            function(*arrays)  # raises the original error, if there is one
            raise

    return run


def traced(function: Callable[..., Any]) -> Callable[..., Any]:
    """Trace to one graph like `compiled`, and run it without inductor, which is slow to compile."""
    return compiled(function, backend="aot_eager")


def compiled_kernels(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile to a graph that calls the compiled row scan for scores of any size.

    The mode ``"compiled"`` covers inductor.
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
