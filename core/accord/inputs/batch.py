"""A batch of validated arrays, and how it is split into blocks of samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from accord.backends import small_floats
from accord.backends.base import Array, Backend, Namespace, Numbers, answer
from accord.scan import pieces
from accord.scan.pieces import Index


class Origin(NamedTuple):
    """Whose arrays a batch was made of: what is counted goes back to this backend and device."""

    backend: Backend
    scores: Array


@dataclass(slots=True)  # not frozen, which would take as long as the rest of `validate`
class Batch:
    """Arrays of one framework, with the class axis (if any) last and shapes that match.

    Attributes
    ----------
    backend, ns
        What computes with the arrays: the caller's framework, or NumPy in its place.
    scores, truth, mask, weight : array
        ``truth`` has the class axis too where labels are dense. None: no mask, no weights.
    sample_axes : int
        How many leading axes of the scores are samples.
    numbers : Numbers
        The dtypes to count, to sum and to answer in.
    scanned : bool
        Whether the compiled scan ranks these samples; decided once, by `accord.inputs.validate`.
    origin : Origin or None
        The caller's framework and scores.
    index : tuple
        Where a block is in the whole batch.
    small : bool
        Whether scores, or dense labels, are NumPy floats that are widened block by block.
    narrow : dtype or None
        The dtype that widened scores came in.
    candidates : array of bool, or None
        Which classes take part in each sample, of the scores' shape (R25); for sets of labels,
        which labels are known (R13).
    list_scores : array or None
        The scores of the classes of ranked lists, which are in the place of the scores (R28).
    groups : array of int, or None
        The group of each sample (R24), of which there are ``n_groups``.
    raises : bool
        Whether bad values raise where they can be read; else they are counted as in a trace (R22).
    """

    backend: Backend
    ns: Namespace
    scores: Array
    truth: Array
    mask: Array | None
    weight: Array | None
    sample_axes: int
    numbers: Numbers
    scanned: bool = False
    origin: Origin | None = None
    index: Index = ()
    small: bool = False
    narrow: np.dtype[Any] | None = None
    candidates: Array | None = None
    list_scores: Array | None = None
    groups: Array | None = None
    n_groups: int | None = None
    raises: bool = True

    @property
    def classes(self) -> int:
        """The length of the class axis; no int where PyTorch holds it as a symbol."""
        length: int = self.scores.shape[-1]
        return length

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of the samples: that of the scores without their class axis."""
        return tuple(self.scores.shape[: self.sample_axes])

    @property
    def limits(self) -> Any:
        """The ``finfo`` of the floating dtype that the scores came in."""
        if self.narrow is not None:
            return small_floats.LIMITS[small_floats.name_of(self.narrow)]
        return self.ns.finfo(self.scores.dtype)

    @property
    def readable(self) -> bool:
        """Whether values are read and bad ones raise; host arrays beside traced scores are traced."""
        return self.raises and self.backend.residence(self.scores) == "host"

    def blocks(self) -> Iterator[Batch]:
        """Split over the samples, so that no temporary is of the size of the scores.

        A trace is left whole to its compiler. NumPy has few operations on floats of 16 bits and
        less, so these come in float32.
        """
        where = self.backend.residence(self.scores)
        limit = self.backend.host_block if where == "host" else self.backend.device_block
        if where == "traced" or math.prod(self.scores.shape) <= limit:
            yield self.widened() if self.small else self
            return
        entries = max(1, math.prod(self.scores.shape[self.sample_axes :]))
        for index in pieces.split(self.sample_shape, max(1, limit // entries)):
            block = self.at(index)
            yield block.widened() if self.small else block

    def widened(self) -> Batch:
        """Return scores, and labels of their shape, in a dtype that NumPy computes with."""
        scores, truth = small_floats.widened(self.scores), small_floats.widened(self.truth)
        if scores is self.scores:
            return self if truth is self.truth else replace(self, truth=truth)
        return replace(self, scores=scores, truth=truth, narrow=self.scores.dtype)

    def at(self, index: Index) -> Batch:
        """Return some of the samples, by an index that `accord.scan.pieces.split` yields."""
        optional: dict[str, Any] = {
            name: None if array is None else array[(*index, ...)]
            for name, array in self._optional().items()
        }
        return replace(
            self,
            scores=self.scores[(*index, ...)],
            truth=self.truth[(*index, ...)],
            **optional,
            sample_axes=self.sample_axes - sum(isinstance(place, int) for place in index),
            index=index,
        )

    def _optional(self) -> dict[str, Array | None]:
        """Return the arrays that need not be there, and have the axes of samples."""
        names = ("mask", "weight", "candidates", "list_scores", "groups")
        return {name: getattr(self, name) for name in names}

    def over_blocks(self, work: Callable[[Batch], Array]) -> Array:
        """Run per-sample work block by block; results keep their leading axes, then the samples."""
        parts = [(work(block), block.sample_axes) for block in self.blocks()]
        if len(parts) == 1:
            return parts[0][0]
        flat = [self.ns.reshape(part, (*_lead(part, axes), -1)) for part, axes in parts]
        shape = (*_lead(*parts[0]), *self.sample_shape)
        return self.ns.reshape(self.ns.concat(flat, axis=-1), shape)

    def wrap(self, array: Array) -> Array:
        """Return what was counted, perhaps by NumPy, as an array of the caller's framework."""
        if self.origin is None or not isinstance(array, (np.ndarray, np.generic)):
            return array
        return self.origin.backend.from_host(array, like=self.origin.scores)

    def wrap_share(self, share: Array) -> Array:
        """Return a share in the default float type of the caller's framework (R19)."""
        if self.origin is None:
            return share
        return answer(self.origin.backend, share, like=self.origin.scores)

    def refuse_any(
        self, bad: Array, name: str, values: Array, allowed: str | Callable[[Any], str]
    ) -> bool:
        """Raise for the first true entry where values can be read; tell whether they could (R22).

        What is allowed may depend on the value found.

        Raises
        ------
        ValueError
            With the position in the whole batch, the value found and what is allowed.
        """
        numpy = isinstance(bad, (np.ndarray, np.generic))
        if not (self.readable and (numpy or self.backend.residence(bad) == "host")):
            return False
        flags = bad if numpy else self.backend.to_host(bad)[0]
        if np.count_nonzero(flags):
            here = np.unravel_index(int(flags.argmax()), flags.shape)
            value = self.backend.to_host(values)[0][here].item()
            place = ", ".join(str(int(at)) for at in pieces.position(self.index, here))
            allowed = allowed if isinstance(allowed, str) else allowed(value)
            raise ValueError(f"{name}[{place}] is {value}, {allowed}")
        return True


def _lead(part: Array, sample_axes: int) -> tuple[int, ...]:
    return tuple(part.shape[: part.ndim - sample_axes])
