"""The door: arrays of one framework, of matching shapes and fit dtypes, in blocks of samples.

Static faults are refused here (R21); values are read block by block in ``labels``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from accord import kinds, mismatch, refusals, small_floats
from accord.registry import BFLOAT16, Adapter, Array, Namespace, adapter_of, load

Index = tuple[slice | int, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays admitted together: one framework, the class axis (if any) last, shapes that match.

    Where NumPy stands in for a framework, whose arrays lie in host memory, ``home`` is that
    framework's adapter and its scores. ``narrow`` is the dtype that widened scores came in.
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
    narrow: np.dtype[Any] | None = None

    @property
    def classes(self) -> int:
        """The length of the class axis."""
        return int(self.scores.shape[-1])

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of the samples: that of the scores without their class axis."""
        return tuple(self.scores.shape[: self.sample_axes])

    @property
    def limits(self) -> Any:
        """The ``finfo`` of the floating dtype that the scores came in."""
        if self.narrow is not None:
            return small_floats.LIMITS[self.narrow.name]
        return self.ns.finfo(self.scores.dtype)

    def blocks(self) -> Iterator[Inputs]:
        """Split over the samples, so that no temporary is of the size of the scores.

        NumPy has few operations on floats of ml_dtypes, so these come in float32.
        """
        limit = self.adapter.block_elements(self.scores)
        if limit is None or math.prod(self.scores.shape) <= limit:
            yield self.widened()
            return
        entries = max(1, math.prod(self.scores.shape[self.sample_axes :]))
        for index in split(self.sample_shape, max(1, limit // entries)):
            yield self.at(index).widened()

    def widened(self) -> Inputs:
        """Return scores, and labels of their shape, in a dtype that NumPy computes with."""
        scores, truth = small_floats.widened(self.scores), small_floats.widened(self.truth)
        if scores is self.scores:
            return self if truth is self.truth else replace(self, truth=truth)
        return replace(self, scores=scores, truth=truth, narrow=self.scores.dtype)

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
            wide = self.scores.dtype.itemsize != BFLOAT16.itemsize
            if wide or not small_floats.is_small(self.scores.dtype):
                return self
            return replace(self, scores=self.scores.view(BFLOAT16))
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

    def refuse_any(
        self, bad: Array, name: str, values: Array, allowed: str | Callable[[Any], str]
    ) -> bool:
        """Raise for the first true entry where values can be read; tell whether they could (R22).

        What is allowed may depend on the value found.

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
            allowed = allowed if isinstance(allowed, str) else allowed(value)
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
    ranked: bool = True,
    masks: bool = True,
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
    ranked : bool
        Whether the class axis has all classes of which one is true.
    masks : bool
        Whether a mask may be passed, so that a message may say so.

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
    refusals.refuse_other_than_arrays(name, y_score, classes=axis is not None, masks=masks)
    if y_true is None:
        raise refusals.no_array("y_true", y_true)
    others = [
        _given(adapter, "y_true", y_true, y_score, name, classes=dense, masks=masks),
        None if mask is None else _given(adapter, "mask", mask, y_score, name, masks=masks),
        None
        if sample_weight is None
        else _given(adapter, "sample_weight", sample_weight, y_score, name, masks=masks),
    ]
    home = None
    views = _views(adapter, y_score, *others) if moved and adapter.counts_in_numpy else None
    if views is not None:
        home, adapter = (adapter, y_score), load("numpy")
        y_score, truth, mask, weight = views
    else:
        truth, mask, weight = (_placed(adapter, values, y_score) for values in others)

    ns = adapter.namespace(y_score)
    kinds.refuse_other(ns, name, y_score)
    scores = y_score if axis is None else _class_axis_last(ns, y_score, axis)
    sample_axes = scores.ndim - (axis is not None)
    samples = tuple(scores.shape[:sample_axes])
    kinds.refuse_other(ns, "y_true", truth)
    about = ns, y_score, name, axis, dense
    mismatch.refuse_shape(*about, "y_true", truth, tuple(y_score.shape) if dense else samples)
    if not dense:
        truth = small_floats.widened(truth)  # one a sample; dense ones are widened by blocks
    elif axis is not None:
        truth = _class_axis_last(ns, truth, axis)
    if axis is not None and ranked:
        mismatch.refuse_predicted_labels(ns, scores, name, dense=dense)
    truth = adapter.settled("y_true", truth, scores)
    if mask is not None:
        kinds.refuse_other(ns, "mask", mask)
        mismatch.refuse_shape(*about, "mask", mask, samples)
        mask = adapter.settled("mask", mask, scores)
    if weight is not None:
        kinds.refuse_other(ns, "sample_weight", weight)
        mismatch.refuse_shape(*about, "sample_weight", weight, samples)
        weight = adapter.settled("sample_weight", small_floats.widened(weight), scores)
    return Inputs(adapter, ns, scores, truth, mask, weight, sample_axes, home=home)


def join(adapter: Adapter, name: str, values: Any, scores: Array, beside: str = "y_score") -> Array:
    """Bring an array to the framework and device of another; only host values may be moved (R21).

    ``name`` and ``beside`` are what messages call the two.
    """
    return _placed(adapter, _given(adapter, name, values, scores, beside), scores)


def _given(
    adapter: Adapter,
    name: str,
    values: Any,
    scores: Array,
    beside: str,
    *,
    classes: bool = False,
    masks: bool = False,
) -> Array:
    """Return an array of the framework of another, or host values as NumPy; refuse all else."""
    if isinstance(values, (list, tuple, bool, int, float)):
        values = adapter.beside(name, kinds.listed(name, values), scores)
        if isinstance(values, np.ndarray):
            kinds.refuse_listed(name, values)
    own = adapter_of(values, name)
    refusals.refuse_other_than_arrays(name, values, classes=classes, masks=masks)
    if own.name == adapter.name:
        return adapter.alongside(name, adapter.plain(name, values), scores)
    if isinstance(values, (np.ndarray, np.generic)):
        values = adapter.beside(name, values, scores)
        if not isinstance(values, (np.ndarray, np.generic)):
            return values  # a trace holds it
        values = small_floats.widened(values)
        if values.dtype.kind not in "biuf":
            raise kinds.other(name, values)
        return values
    raise TypeError(
        f"{beside} is a {adapter.name} array but {name} is a {own.name} array;"
        f" pass both from one framework, for instance numpy.asarray({name})"
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
            if view is None:
                return None
            if view.dtype.kind not in "biuf" and not small_floats.is_small(view.dtype):
                return None
        views.append(view)
    return views


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
