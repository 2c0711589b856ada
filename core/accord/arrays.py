"""The door: arrays of one framework, of matching shapes and fit dtypes, in blocks of samples.

Static faults are refused here (R21); values are read block by block in ``labels``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from accord.registry import Adapter, Array, Namespace, adapter_of, load

Index = tuple[slice | int, ...]

_Kinds = tuple[str, ...]
_REAL: _Kinds = ("bool", "integral", "real floating")
_NUMBER: _Kinds = ("integral", "real floating")
_FLAG: _Kinds = ("bool",)

# NumPy's codes of the kinds of dtype that the Array API names.
_CODES = {_REAL: "biuf", _NUMBER: "iuf", _FLAG: "b"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays admitted together: one framework, the class axis (if any) last, shapes that match.

    Where NumPy stands in for a framework, whose arrays lie in host memory, ``home`` is that
    framework's adapter and its scores.
    """

    adapter: Adapter
    ns: Namespace
    scores: Array
    truth: Array
    mask: Array | None
    weight: Array | None
    sample_axes: int
    origin: Index = ()
    home: tuple[Adapter, Array] | None = None

    @property
    def classes(self) -> int:
        """The length of the class axis."""
        return int(self.scores.shape[-1])

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of the samples: that of the scores without their class axis."""
        return tuple(self.scores.shape[: self.sample_axes])

    def blocks(self) -> Iterator[Inputs]:
        """Split over the samples, so that no temporary is of the size of the scores."""
        limit = self.adapter.block_elements(self.scores)
        if limit is None or math.prod(self.scores.shape) <= limit:
            yield self
            return
        entries = max(1, math.prod(self.scores.shape[self.sample_axes :]))
        for index in split(self.sample_shape, max(1, limit // entries)):
            yield self.at(index)

    def at(self, index: Index) -> Inputs:
        """Return some of the samples, by an index that `split` yields."""
        return replace(
            self,
            scores=self.scores[(*index, ...)],
            truth=self.truth[(*index, ...)],
            mask=None if self.mask is None else self.mask[(*index, ...)],
            weight=None if self.weight is None else self.weight[(*index, ...)],
            sample_axes=self.sample_axes - sum(isinstance(place, int) for place in index),
            origin=index,
        )

    def with_bits(self) -> Inputs:
        """View bfloat16 scores by their bits, and the rest with them, for the compiled scan alone.

        NumPy can't compute with them, so they stay where they are until then.
        """
        if isinstance(self.scores, np.ndarray):
            return self
        adapter, others = self.adapter, (self.truth, self.mask, self.weight)
        scores = adapter.host_view(self.scores) if adapter.counts_in_numpy else None
        views = None if scores is None else _views(adapter, *others)
        if views is None:
            return self
        numpy = load("numpy")
        truth, mask, weight = views
        axes, home = self.sample_axes, (adapter, self.scores)
        ns = numpy.default_namespace()
        return Inputs(numpy, ns, scores, truth, mask, weight, axes, home=home)

    def back(self, array: Array) -> Array:
        """Return what was found, perhaps by NumPy, as an array of the scores' framework."""
        adapter, scores = self.home or (self.adapter, self.scores)
        if not isinstance(array, (np.ndarray, np.generic)) or isinstance(scores, np.ndarray):
            return array
        return adapter.from_host(array, like=scores)

    def answer(self, share: Array) -> Array:
        """Return a share as the scores' framework answers: in its default float type (R19)."""
        back = self.back(share)
        if back is share:
            return share
        adapter, scores = self.home or (self.adapter, self.scores)
        dtype = adapter.numbers(scores).result
        return adapter.namespace(scores).astype(back, dtype, copy=False)

    def refuse_any(self, bad: Array, name: str, values: Array, allowed: str) -> bool:
        """Raise for the first true entry where values can be read; tell whether they could (R22).

        Raises
        ------
        ValueError
            With the position in the whole array, the value found and what is allowed.
        """
        if not (self.adapter.is_concrete(bad) and self.adapter.is_concrete(self.scores)):
            return False  # host values beside traced scores are part of the trace
        flags = self.adapter.to_host(bad)
        if flags.any():
            here = np.unravel_index(int(flags.argmax()), flags.shape)
            value = self.adapter.to_host(values)[here].item()
            place = ", ".join(str(int(at)) for at in _whole_position(self.origin, here))
            raise ValueError(f"{name}[{place}] is {value}, {allowed}")
        return True


def split(shape: tuple[int, ...], samples: int) -> Iterator[Index]:
    """Yield indices of at most ``samples`` entries each that cover a shape, in C order."""
    if not shape:
        yield ()
        return
    inner = math.prod(shape[1:])
    if inner > samples:
        for place in range(shape[0]):
            for rest in split(shape[1:], samples):
                yield (place, *rest)
        return
    step = max(1, samples // max(1, inner))
    for start in range(0, shape[0], step):
        yield (slice(start, min(start + step, shape[0])),)


def _whole_position(origin: Index, here: tuple[Any, ...]) -> Iterator[int]:
    inside = iter(here)
    for place in origin:
        yield place if isinstance(place, int) else place.start + next(inside)
    yield from inside


def over_blocks(inputs: Inputs, work: Callable[[Inputs], Array]) -> Array:
    """Run per-sample work block by block; results keep their leading axes, then the samples."""
    parts = [(work(block), block.sample_axes) for block in inputs.blocks()]
    whole = parts[0][0]
    if len(parts) > 1:
        flat = [inputs.ns.reshape(part, (*_lead(part, axes), -1)) for part, axes in parts]
        shape = (*_lead(*parts[0]), *inputs.sample_shape)
        whole = inputs.ns.reshape(inputs.ns.concat(flat, axis=-1), shape)
    return inputs.back(whole)


def _lead(part: Array, sample_axes: int) -> tuple[int, ...]:
    return tuple(part.shape[: part.ndim - sample_axes])


def admit(
    y_true: Any,
    y_score: Array,
    *,
    axis: int | None,
    dense: bool = False,
    sample_weight: Any = None,
    mask: Any = None,
    name: str = "y_score",
    moved: bool = True,
) -> Inputs:
    """Check everything that can be known without reading a value (R1, R12, R21).

    What lies in host memory is NumPy's from here on, if its framework wants NumPy to count.

    Parameters
    ----------
    y_true, y_score, sample_weight, mask : array
        ``y_score`` decides the framework; the others may also be Python lists or NumPy arrays.
    axis : int or None
        The class axis of ``y_score``; None when every entry is a sample.
    dense : bool
        Whether ``y_true`` has the class axis too.
    name : str
        What messages call ``y_score``.
    moved : bool
        Whether NumPy may stand in for the framework.

    Returns
    -------
    Inputs
        With the class axis last.

    Raises
    ------
    TypeError
        For a dtype that holds no real numbers, or arrays of two frameworks.
    ValueError
        For shapes that do not match, or no class at all.
    """
    adapter = adapter_of(y_score, name)
    y_score = adapter.plain(name, y_score)
    _refuse_masked(name, y_score)
    others = [
        None if values is None else _given(adapter, other, values, y_score, name)
        for other, values in (("y_true", y_true), ("mask", mask), ("sample_weight", sample_weight))
    ]
    home = None
    views = _views(adapter, y_score, *others) if moved and adapter.counts_in_numpy else None
    if views is not None:
        home, adapter = (adapter, y_score), load("numpy")
        y_score, truth, mask, weight = views
    else:
        truth, mask, weight = (_placed(adapter, values, y_score) for values in others)

    ns = adapter.namespace(y_score)
    _refuse_kind(ns, name, y_score, _REAL, "real numbers")
    scores = y_score if axis is None else _class_axis_last(ns, y_score, axis)
    sample_axes = scores.ndim - (axis is not None)
    samples = tuple(scores.shape[:sample_axes])

    _refuse_kind(ns, "y_true", truth, _REAL, "labels")
    if dense:
        _refuse_shape("y_true", truth, y_score.shape, y_score, name, dense=True)
        truth = truth if axis is None else _class_axis_last(ns, truth, axis)
    else:
        _refuse_shape("y_true", truth, samples, y_score, name)
    truth = adapter.settled("y_true", truth, scores)
    if mask is not None:
        _refuse_kind(ns, "mask", mask, _FLAG, "bool, True keeps a sample; pass mask != 0")
        _refuse_shape("mask", mask, samples, y_score, name)
        mask = adapter.settled("mask", mask, scores)
    if weight is not None:
        wanted = "real numbers; to leave samples out by a bool, pass mask="
        _refuse_kind(ns, "sample_weight", weight, _NUMBER, wanted)
        _refuse_shape("sample_weight", weight, samples, y_score, name)
        weight = adapter.settled("sample_weight", weight, scores)
    return Inputs(adapter, ns, scores, truth, mask, weight, sample_axes, home=home)


def join(adapter: Adapter, name: str, values: Any, scores: Array, beside: str = "y_score") -> Array:
    """Bring an array to the framework and device of another; only host values may be moved (R21).

    ``name`` and ``beside`` are what messages call the two.
    """
    return _placed(adapter, _given(adapter, name, values, scores, beside), scores)


def _given(adapter: Adapter, name: str, values: Any, scores: Array, beside: str) -> Array:
    """Return an array of the framework of another, or host values as NumPy; refuse all else."""
    if isinstance(values, (list, tuple, bool, int, float)):
        try:
            values = np.asarray(values)
        except ValueError as error:
            raise ValueError(f"{name} is a ragged list; pass rows of one length") from error
    own = adapter_of(values, name)
    if own.name == adapter.name:
        _refuse_masked(name, values)
        return adapter.alongside(name, adapter.plain(name, values), scores)
    if isinstance(values, (np.ndarray, np.generic)):
        _refuse_masked(name, values)
        values = adapter.beside(name, values, scores)
        if isinstance(values, (np.ndarray, np.generic)) and values.dtype.kind not in "biuf":
            raise TypeError(f"{name} has dtype {values.dtype}; pass numbers or bools")
        return values
    raise TypeError(
        f"{beside} is a {adapter.name} array but {name} is a {own.name} array;"
        " pass both from one framework"
    )


def _placed(adapter: Adapter, values: Array, scores: Array) -> Array:
    """Return what `_given` did as an array of the framework, where the scores are."""
    host = isinstance(values, (np.ndarray, np.generic))
    if not host or isinstance(scores, np.ndarray):
        return values
    return adapter.from_host(values, like=scores)


def _views(adapter: Adapter, *arrays: Array | None) -> list[Array | None] | None:
    """View arrays as NumPy, None if one can't be: its values are elsewhere, or no numbers to it."""
    views: list[Array | None] = []
    for array in arrays:
        view = array
        if array is not None and not isinstance(array, (np.ndarray, np.generic)):
            view = adapter.host_view(array)
            if view is None or view.dtype.kind not in "biuf":
                return None
        views.append(view)
    return views


def _refuse_masked(name: str, array: Any) -> None:
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; pass {name}.data, and mask=~{name}.mask")


def _refuse_kind(ns: Namespace, name: str, array: Array, kinds: _Kinds, wanted: str) -> None:
    dtype = array.dtype  # NumPy's own isdtype takes as long as a small batch
    host = isinstance(array, (np.ndarray, np.generic))
    if not (dtype.kind in _CODES[kinds] if host else ns.isdtype(dtype, kinds)):
        raise TypeError(f"{name} has dtype {array.dtype}; it must hold {wanted}")


def _class_axis_last(ns: Namespace, scores: Array, axis: int) -> Array:
    if not -scores.ndim <= axis < scores.ndim:
        raise ValueError(
            f"axis={axis} is no axis of y_score, which has shape {tuple(scores.shape)};"
            f" pass an axis from {-scores.ndim} to {scores.ndim - 1}"
            if scores.ndim
            else "y_score is a single number; pass an array with a class axis"
        )
    if scores.shape[axis] is None:
        raise ValueError(
            f"y_score has an unknown number of classes: axis {axis} of shape"
            f" {tuple(scores.shape)}; give that axis a length before tracing"
        )
    if scores.shape[axis] == 0:
        raise ValueError(
            f"y_score has no classes: axis {axis} of shape {tuple(scores.shape)} has length 0;"
            " pass at least one score a sample"
        )
    if axis in (-1, scores.ndim - 1):
        return scores
    axes = list(range(scores.ndim))
    axes.append(axes.pop(axis))
    return ns.permute_dims(scores, tuple(axes))  # as moveaxis, which not every vmap knows


def _refuse_shape(
    name: str,
    array: Array,
    wanted: tuple[int, ...],
    scores: Array,
    beside: str,
    *,
    dense: bool = False,
) -> None:
    shape, wanted = tuple(array.shape), tuple(wanted)
    if shape == wanted:
        return
    whole = tuple(scores.shape)
    if len(shape) == len(wanted) and all(
        mine == theirs or mine is None or theirs is None  # None: not known while tracing
        for mine, theirs in zip(shape, wanted, strict=True)
    ):
        return
    without = "" if dense or wanted == whole else f", {beside} without its class axis {wanted}"
    remedy = f"pass {name} of shape {wanted}"
    if dense and len(shape) == len(whole) - 1:
        remedy = "pass one-hot rows or probabilities, or use the sparse or top-k measure for labels"
    elif name == "y_true" and shape == whole:
        remedy = (
            "for one-hot rows use categorical_accuracy or CategoricalAccuracy,"
            " or for the k best their top-k forms"
        )
    elif shape == (*wanted, 1):
        remedy = f"drop the last axis of {name}"
    subject = without or f", {beside} {whole}"
    raise ValueError(f"{name} has shape {shape}{subject}; {remedy}")
