"""What an adapter declares of its backend, so that the conformance laws can prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from accord import scan
from accord.backends.base import Array, Backend
from accord.counts.tally import Tally
from accord.measures.base import Measure
from accord.metric import Metric

Transform: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Takes a function of arrays and returns the same function, run in another mode."""

MODES = ("eager", "compiled", "vmapped", "sharded")
"""The modes an adapter may declare: as is; compiled; mapped over one more leading axis, of which
the result keeps the first entry; and with the arrays split over devices."""


class Adapter:
    """What an entry point registers: a backend, and what is to be proved of it.

    Parameters
    ----------
    backend : Backend
        What computes.

    Attributes
    ----------
    dtypes : tuple of str
        The score dtypes that it promises to rank; the laws try each.
    slow_modes : frozenset of str
        Modes that take long to compile: the usual proof tries one law of each rule in them, the
        exhaustive one every law.

    Examples
    --------
    >>> from accord.backends.base import Backend
    >>> from accord.testing import Adapter
    >>> sorted(Adapter(Backend("array_api_strict")).modes())
    ['eager']
    """

    dtypes: tuple[str, ...] = (
        *("float32", "float64", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )
    slow_modes: frozenset[str] = frozenset()

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.backend!r})"

    @property
    def name(self) -> str:
        """What the backend is called."""
        return self.backend.name

    def devices(self) -> tuple[Any, ...]:
        """Return the devices to prove it on; None is the default one."""
        return (None,)

    def modes(self) -> Mapping[str, Transform]:
        """Return the ways its users run a function of arrays, by name: see `MODES`."""
        return {"eager": lambda function: function}

    def value_and_gradient(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """Return a function of arrays that returns what another does, and its gradient by the last.

        What it differentiates returns one number. None where the framework has no gradients, as by
        default: the laws of losses then compare values only.
        """
        return None

    def streamed(self, measure: Measure, batches: Iterable[tuple[Array, Array]]) -> Tally:
        """Return the tally of batches of labels and scores, by the metric its users would use.

        By default that is `accord.Metric`; an adapter with metric classes of its own uses those.
        """
        metric = Metric(measure)
        for y_true, y_score in batches:
            metric.update(y_true, y_score)
        return metric.tally


def eager_modes() -> dict[str, Transform]:
    """Return the eager modes where host memory is scanned: without the scan, and with it."""

    def mode(on: bool) -> Transform:
        def transform(function: Callable[..., Any]) -> Callable[..., Any]:
            def run(*arrays: Any) -> Any:
                with scan.using(on):
                    return function(*arrays)

            return run

        return transform

    return {"eager": mode(False), **({"eager-kernels": mode(True)} if scan.available() else {})}
