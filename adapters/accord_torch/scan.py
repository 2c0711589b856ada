"""Counting a batch as one operation of PyTorch, which a compiled graph can call on the CPU.

Inductor's own loops take two to fifty times as long for many scores, and always read whole rows.
But a call of the operation has a cost, as much as those loops need for tens of thousands of scores.
"""

from __future__ import annotations

import operator
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

import accord
from accord import Measure
from accord.inputs.batch import Batch
from accord.inputs.validate import validate
from accord.scan import dispatch

Count = Callable[..., tuple[Any, ...]]

WORTH_A_CALL = 1 << 16
"""How many scores a graph needs to call the operation; torch.compile guards a trace by it."""

_OURS = ("accord.measures.", "builtins")
_RUN = uuid.uuid4().hex


class _Work(NamedTuple):
    """What a graph counts: ``function(*how, batch)``, where each number in ``how`` is left open."""

    function: Count
    how: tuple[Any, ...]

    def on(
        self,
        arrays: Sequence[Tensor | None],
        n_groups: int | None,
        sample_axes: int,
        numbers: Sequence[int] = (),
    ) -> list[Tensor]:
        """Count some arrays, with the numbers put in."""
        scores, labels, mask, weight, candidates, groups = arrays
        assert scores is not None  # noqa: S101  # for the type checker
        assert labels is not None  # noqa: S101  # as above
        batch = validate(
            labels,
            scores,
            axis=None if scores.ndim == sample_axes else -1,
            dense=labels.ndim > sample_axes,
            sample_weight=weight,
            mask=mask,
            candidates=candidates,
            groups=groups,
            n_groups=n_groups,
            ranked=False,  # the trace has refused what this would refuse
            scans=True,
        )
        given = iter(numbers)
        how = [_filled(each, given) if numbers else each for each in self.how]
        found = self.function(*how, replace(batch, raises=False))
        if len(found) == 1 and isinstance(found[0], np.ndarray):
            return [torch.from_numpy(found[0])]  # large, and shares memory with no other result
        return [batch.wrap(each) for each in found]


_works: dict[str, _Work] = {}  # by the name that a graph holds


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]  # it has no types
def allowed() -> bool:
    """Tell a trace whether the scan is to be called; it is held to that."""
    return dispatch.allowed()


def call(count: Count, how: tuple[Any, ...], batch: Batch) -> tuple[Tensor, ...] | None:
    """Count a batch by the operation, in a trace; None for options that no trace holds as constants.

    A k is an argument of the operation, because torch.compile may hold it as a symbol.
    """
    numbers: list[int] = []
    constants: list[tuple[Any, ...]] = []
    for each in how:
        if isinstance(each, Measure):
            options = each.options()
            if not _plain(tuple(options.values())):
                return None
            if _ks_left_open(each):
                numbers += each.ks
                options["k"] = (1,) * len(each.ks) if each.several else 1
            named = [(option, _constant(value)) for option, value in options.items()]
            constants.append((type(each), tuple(named)))
        elif each is None or isinstance(each, bool):
            constants.append((each,))
        else:
            numbers.append(each)
            constants.append((1,))
    name = _named(count, tuple(constants))
    arrays = batch.scores, batch.truth, batch.mask, batch.weight, batch.candidates, batch.groups
    return tuple(counted(*arrays, name, batch.n_groups, numbers, batch.sample_axes, 0))


def _plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_plain(each) for each in value)
    return value is None or isinstance(value, (bool, int, float, str))


def _constant(value: Any) -> Any:
    """Return a number that torch.compile may hold as a symbol as a constant, by adding a guard."""
    if type(value) is float:
        return float.fromhex(value.hex())
    return operator.index(value) if type(value) is int else value


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]  # as above
def _named(count: Count, constants: tuple[tuple[Any, ...], ...]) -> str:
    """Return a name for a count. It also finds a graph on disk, so it is never of another count."""
    how = tuple([each[0] if len(each) == 1 else each[0](**dict(each[1])) for each in constants])
    ours = all(type(each).__module__.startswith(_OURS) for each in how)
    name = f"{count.__qualname__}{how} of {accord.__version__ if ours else _RUN}"
    work = _Work(count, how)
    while _works.setdefault(name, work) != work:  # another class of the same name
        name += "'"
    return name


def _ks_left_open(measure: Measure) -> bool:
    """Tell whether a measure has an option k that holds numbers."""
    return "k" in measure.options() and bool(measure.ks)


def _filled(value: Any, numbers: Iterator[int]) -> Any:
    """Return an option with the next of the numbers put in where one was left open."""
    if isinstance(value, Measure) and _ks_left_open(value):
        ks = tuple(islice(numbers, len(value.ks)))
        changed: Any = replace(value, k=ks if value.several else ks[0])  # type: ignore[type-var]  # every measure is a dataclass
        return changed
    return next(numbers) if type(value) is int else value


def _at(place: Any, arrays: Sequence[Tensor | None]) -> list[Tensor | None]:
    return [None if each is None else each[place] for each in arrays]


def _run(*arguments: Any) -> list[Tensor]:
    *arrays, name, n_groups, numbers, sample_axes, mapped = arguments
    if not mapped:
        return _works[name].on(arrays, n_groups, sample_axes, numbers)
    each = [
        _run(*_at(place, arrays), name, n_groups, numbers, sample_axes, mapped - 1)
        for place in range(arrays[0].shape[0])
    ]
    return [torch.stack(results) for results in zip(*each, strict=True)]


def _shapes(*arguments: Any) -> list[Tensor]:
    """Count without values and numbers, by array functions: they give the same shapes and dtypes."""
    *arrays, name, n_groups, _, sample_axes, mapped = arguments
    scores = arrays[0]
    found = _works[name].on(_at((0,) * mapped, arrays), n_groups, sample_axes)
    lead = scores.shape[:mapped]
    return [scores.new_empty((*lead, *each.shape), dtype=each.dtype) for each in found]


def _map(info: Any, dims: tuple[int | None, ...], *arguments: Any) -> tuple[list[Tensor], int]:
    *arrays, name, n_groups, numbers, sample_axes, mapped = arguments
    spread = [
        array
        if array is None
        else array.expand(info.batch_size, *array.shape)
        if dim is None
        else array.movedim(dim, 0)
        for dim, array in zip(dims[: len(arrays)], arrays, strict=True)
    ]
    return counted(*spread, name, n_groups, numbers, sample_axes, mapped + 1), 0


counted = torch.library.custom_op(
    "accord::count",
    _run,
    mutates_args=(),
    device_types="cpu",
    schema="(Tensor scores, Tensor labels, Tensor? mask, Tensor? weight, Tensor? candidates,"
    " Tensor? groups, str name, SymInt? n_groups, SymInt[] numbers, int sample_axes, int mapped)"
    " -> Tensor[]",
)
counted.register_fake(_shapes)
counted.register_vmap(_map)
