"""Losses with their options, which the loss classes of frameworks hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from accord.backends.base import Array
from accord.inputs import options
from accord.losses.inputs import above_zero, whole_k
from accord.losses.list_mle import TIES as ORDERS
from accord.losses.list_mle import list_mle
from accord.losses.smooth_top_k import smooth_top_k
from accord.losses.top_k_distillation import RESTS, TIES, top_k_distillation


@dataclass(frozen=True)
class Loss:
    """A loss whose options are checked once; called with the target first, then the logits.

    Attributes
    ----------
    function : callable
        The function of `accord.losses` that it calls.
    dense : bool
        Whether the target has the class axis, as the logits have.
    """

    function: ClassVar[Callable[..., Array]]
    dense: ClassVar[bool] = True

    def options(self) -> dict[str, Any]:
        """Return the options by name, as the function takes them."""
        return asdict(self)

    def __call__(self, target: Any, logits: Array, **samples: Any) -> Array:
        """Return the loss; ``samples`` are ``mask``, ``sample_weight`` and ``reduction``."""
        return type(self).function(target, logits, **self.options(), **samples)


@dataclass(frozen=True)
class ListMLE(Loss):
    """`accord.losses.list_mle` with its options."""

    function = staticmethod(list_mle)

    k: int | None = None
    ties: Literal["first", "bound"] = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        if self.k is not None:
            whole_k(self.k)
        options.one_of("ties", self.ties, ORDERS)
        options.whole("axis", self.axis)


@dataclass(frozen=True)
class SmoothTopK(Loss):
    """`accord.losses.smooth_top_k` with its options."""

    function = staticmethod(smooth_top_k)
    dense: ClassVar[bool] = False

    k: int
    temperature: float = 1.0
    axis: int = -1

    def __post_init__(self) -> None:
        whole_k(self.k)
        above_zero(self.temperature)
        options.whole("axis", self.axis)


@dataclass(frozen=True)
class TopKDistillation(Loss):
    """`accord.losses.top_k_distillation` with its options."""

    function = staticmethod(top_k_distillation)

    k: int
    temperature: float = 1.0
    rest: Literal["other", "drop"] = "other"
    ties: Literal["first", "last"] = "first"
    axis: int = -1

    def __post_init__(self) -> None:
        whole_k(self.k)
        above_zero(self.temperature)
        options.one_of("rest", self.rest, RESTS)
        options.one_of("ties", self.ties, TIES)
        options.whole("axis", self.axis)
