"""What a measure says of itself: its options, its names, and the shapes of its figures."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, ClassVar, Literal

from accord.inputs import options
from accord.inputs.options import K

LabelKind = Literal["class", "dense", "binary", "set"]


class Described:
    """The options that any measure may have, and what follows from them; `Measure` says more."""

    label_kind: ClassVar[LabelKind]
    k: K | None = None
    ties: Any = None
    axis: int | None = None
    ignore_index: int | None = None
    threshold: float | None = None
    at_threshold: Any = None
    from_logits: bool = False

    @property
    def title(self) -> str:
        """What pages call the measure: for a class `ReciprocalRank`, ``"reciprocal rank"``."""
        name = type(self).__name__
        return name if name.isupper() else re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()

    @property
    def figure(self) -> str:
        """What the mean of the credit is called."""
        return "accuracy"

    @property
    def fractional(self) -> bool:
        """Whether the credit of a sample may be a fraction."""
        return True

    @property
    def unit(self) -> Literal["samples", "labels"]:
        """What a tally counts."""
        return "samples"

    def options(self) -> dict[str, Any]:
        """Return the options by name: ``type(measure)(**measure.options())`` is an equal measure."""
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)  # type: ignore[arg-type]  # every measure is a dataclass
            if each.init
        }

    @property
    def several(self) -> tuple[int, ...]:
        """The k of each figure where there are several and they are known, else nothing."""
        return self.k if isinstance(self.k, tuple) else ()

    @property
    def ks(self) -> tuple[int, ...]:
        """Every k there is a figure for; nothing for a measure without k, and for ``k="all"``."""
        return (self.k,) if isinstance(self.k, int) else self.several

    @property
    def every_k(self) -> bool:
        """Whether there is a figure at every k, 1 to C, so that scores say how many there are."""
        return options.is_all(self.k)

    @property
    def lead(self) -> tuple[int, ...]:
        """The leading shape of the figures: how many k there are, if several.

        One for ``k="all"``, until the number of classes is known.
        """
        return (1,) if self.every_k else (len(self.k),) if isinstance(self.k, tuple) else ()

    def ks_of(self, classes: int) -> tuple[int, ...]:
        """Return the k of each figure, for scores of so many classes; 1 for a measure without k."""
        return tuple(range(1, classes + 1)) if self.every_k else self.ks or (1,)

    @property
    def by_class(self) -> bool:
        """Whether a sample has one true class, so that counts can be made by class."""
        return self.label_kind != "set"

    def classes_in(self, shape: tuple[int, ...]) -> int:
        """Return how many classes counts by class have, for scores of a shape."""
        return 2 if self.axis is None else int(shape[self.axis])
