"""How a function of tensors is run compiled and vmapped, for the conformance laws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch._dynamo import config
from torch._dynamo.exc import Unsupported
from torch.utils import _pytree as tree


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile to one graph; what tracing refuses is raised as it is without ``fullgraph=True``.

    With it, torch raises an error of its own that only quotes what was raised.
    """
    graph = torch.compile(function, fullgraph=True)

    def run(*arrays: torch.Tensor) -> Any:
        try:
            with config.patch(recompile_limit=64):  # the laws try one function on every dtype
                return graph(*arrays)
        except Unsupported:
            function(*arrays)  # raises what was refused, if that is why there is no graph
            raise

    return run


def vmapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """Map over two copies of the arguments, and keep the first result."""
    mapped = torch.func.vmap(function)

    def run(*arrays: torch.Tensor) -> Any:
        both = mapped(*(torch.stack([array, array]) for array in arrays))
        return tree.tree_map(lambda result: result[0], both)

    return run
