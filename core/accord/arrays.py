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

# NumPy's codes of the kinds of dtype that the Array API names.
_CODES = {"bool": "b", "integral": "iu", "real floating": "f"}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays admitted together: one framework, the class axis (if any) last, shapes that match."""

    adapter: Adapter
    ns: Namespace
    scores: Array
    truth: Array
    mask: Array | None
    weight: Array | None
    sample_axes: int
    origin: Index = ()

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

    def in_numpy(self, *, bfloat16: bool = False) -> Inputs:
        """View everything as NumPy, where the adapter asks for it and all lies in host memory.

        NumPy can't compute with bfloat16 scores: they stay where they are, unless asked for.
        """
        if bfloat16 and isinstance(self.scores, np.ndarray):
            return self
        arrays = (self.scores, self.truth, self.mask, self.weight)
        views = [array if array is None else self._view(array) for array in arrays]
        if bfloat16 and views[0] is None:
            views[0] = self._view(self.scores, "V")
        if any(
            (view is None) != (array is None) for view, array in zip(views, arrays, strict=True)
        ):
            return self
        numpy = load("numpy")
        scores, truth, mask, weight = views
        return Inputs(
            numpy, numpy.default_namespace(), scores, truth, mask, weight, self.sample_axes
        )

    def _view(self, array: Array, kinds: str = "biuf") -> Array | None:
        view = self.adapter.host_view(array) if self.adapter.counts_in_numpy else None
        return view if view is not None and view.dtype.kind in kinds else None

    def back(self, array: Array) -> Array:
        """Return what was found, perhaps `in_numpy`, as an array of the scores' framework."""
        if not isinstance(array, (np.ndarray, np.generic)) or isinstance(self.scores, np.ndarray):
            return array
        return self.adapter.from_host(array, like=self.scores)

    def answer(self, share: Array) -> Array:
        """Return a share as the scores' framework answers: in its default float type (R19)."""
        back = self.back(share)
        if back is share:
            return share
        return self.ns.astype(back, self.adapter.numbers(self.scores).result)

    def refuse_any(self, bad: Array, name: str, values: Array, allowed: str) -> bool:
        """Raise for the first true entry where values can be read; tell whether they could (R22).

        Raises
        ------
        ValueError
            With the position in the whole array, the value found and what is allowed.
        """
        if not self.adapter.is_concrete(bad):
            return False
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
    there = inputs.in_numpy()
    parts = [(work(block), block.sample_axes) for block in there.blocks()]
    whole = parts[0][0]
    if len(parts) > 1:
        flat = [there.ns.reshape(part, (*_lead(part, axes), -1)) for part, axes in parts]
        shape = (*_lead(*parts[0]), *there.sample_shape)
        whole = there.ns.reshape(there.ns.concat(flat, axis=-1), shape)
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
) -> Inputs:
    """Check everything that can be known without reading a value (R1, R12, R21).

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
    ns = adapter.namespace(y_score)
    _refuse_masked(name, y_score)
    _refuse_kind(ns, name, y_score, ("bool", "integral", "real floating"), "real numbers")
    scores = y_score if axis is None else _class_axis_last(ns, y_score, axis)
    sample_axes = scores.ndim - (axis is not None)

    truth = join(adapter, "y_true", y_true, scores, name)
    _refuse_kind(ns, "y_true", truth, ("bool", "integral", "real floating"), "labels")
    if dense:
        _refuse_shape("y_true", truth, y_score.shape, y_score, name, dense=True)
        truth = truth if axis is None else _class_axis_last(ns, truth, axis)
    else:
        _refuse_shape("y_true", truth, scores.shape[:sample_axes], y_score, name)
    truth = adapter.settled("y_true", truth, scores)

    def beside(extra: str, values: Any, kinds: tuple[str, ...], wanted: str) -> Array | None:
        if values is None:
            return None
        array = join(adapter, extra, values, scores, name)
        _refuse_kind(ns, extra, array, kinds, wanted)
        _refuse_shape(extra, array, scores.shape[:sample_axes], y_score, name)
        return adapter.settled(extra, array, scores)

    mask = beside("mask", mask, ("bool",), "bool, True keeps a sample; pass mask != 0")
    wanted = "real numbers; to leave samples out by a bool, pass mask="
    weight = beside("sample_weight", sample_weight, ("integral", "real floating"), wanted)
    return Inputs(adapter, ns, scores, truth, mask, weight, sample_axes)


def join(adapter: Adapter, name: str, values: Any, scores: Array, beside: str = "y_score") -> Array:
    """Bring an array to the framework and device of another; only host values may be moved (R21).

    ``name`` and ``beside`` are what messages call the two.
    """
    if isinstance(values, (list, tuple, bool, int, float)):
        try:
            values = np.asarray(values)
        except ValueError as error:
            raise ValueError(f"{name} is a ragged list; pass rows of one length") from error
    _refuse_masked(name, values)
    own = adapter_of(values, name)
    if own.name == adapter.name:
        return adapter.alongside(name, adapter.plain(name, values), scores)
    if isinstance(values, (np.ndarray, np.generic)):
        if values.dtype.kind not in "biuf":
            raise TypeError(f"{name} has dtype {values.dtype}; pass numbers or bools")
        return adapter.from_host(values, like=scores)
    raise TypeError(
        f"{beside} is a {adapter.name} array but {name} is a {own.name} array;"
        " pass both from one framework"
    )


def _is_of(ns: Namespace, array: Array, kinds: tuple[str, ...]) -> bool:
    if isinstance(array, np.ndarray):  # NumPy's own isdtype takes as long as a small batch
        return any(array.dtype.kind in _CODES[kind] for kind in kinds)
    return bool(ns.isdtype(array.dtype, kinds))


def _refuse_masked(name: str, array: Any) -> None:
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array; pass {name}.data, and mask=~{name}.mask")


def _refuse_kind(
    ns: Namespace, name: str, array: Array, kinds: tuple[str, ...], wanted: str
) -> None:
    if not _is_of(ns, array, kinds):
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
    shape, wanted, whole = tuple(array.shape), tuple(wanted), tuple(scores.shape)
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
