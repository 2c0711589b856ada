"""What a measure says of itself: its options, its names, and the shapes of its figures."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any, ClassVar, Literal

from accord.counts.averages import Average, per_class
from accord.counts.tally import Tally
from accord.inputs import options
from accord.inputs.options import K

LabelKind = Literal["class", "dense", "binary", "set"]


def no_classes() -> ValueError:
    """Return the error for counts by class of samples that have no single one."""
    return ValueError(
        "a multilabel sample has no single class to count by; pass average='micro', or for figures"
        " by label criteria='hamming'"
    )


class Described:
    """The options that any measure may have, and what follows from them; `Measure` says more."""

    label_kind: ClassVar[LabelKind]
    tallies: ClassVar[Any] = Tally
    tallies_by_class: ClassVar[Any] = None
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
        """Whether counts can be made by class, as for samples that have one true class."""
        return self.label_kind != "set"

    @property
    def has_chance(self) -> bool:
        """Whether guessing gives a hit in k of C: with a class for each sample, and no fractions."""
        whole: Any = self
        if self.ties == "expected":  # whose fractions are shares of a hit
            whole = replace(whole, ties="first")
        return self.label_kind != "set" and self.tallies is Tally and not whole.fractional

    def needs_classes(self, average: Average, *, grouped: bool = False) -> bool:
        """Tell whether an average needs counts by class, where samples are not in groups.

        Raises
        ------
        ValueError
            If the average is unknown, or not one of this measure.
        """
        by_class = per_class(average) or self.tallies is not Tally
        if average == "adjusted":
            if not self.has_chance:
                raise ValueError(
                    f"average='adjusted' needs hits, of which guessing gives k in C, and {self.title}"
                    " has none; pass average='macro'"
                )
            if grouped:
                raise ValueError(
                    "average='adjusted' is over classes, and groups take their place; pass"
                    " average='macro' with groups, or leave groups out"
                )
        return by_class and not grouped

    def tally_type(self, *, per_class: bool) -> Any:
        """Return the class of the tallies, by class or not: a named tuple of counts that add."""
        return (per_class and self.tallies_by_class) or self.tallies

    def figures(self, tally: Any, average: Average) -> Any:
        """Return what a tally of this measure is averaged to: a share, or several."""
        return tally.accuracy(average, **self._adjusting(tally, average))

    def bounds(self, tally: Any, average: Average) -> Any:
        """Return the least and the most that any way of breaking ties could give (R7)."""
        return tally.bounds(average, **self._adjusting(tally, average))

    def _adjusting(self, tally: Any, average: Average) -> dict[str, Any]:
        if average != "adjusted":
            return {}
        if self.every_k:
            return {"k": tuple(range(1, tally.correct.shape[-2] + 1))}
        return {"k": 1 if self.k is None else self.k}

    def classes_in(self, shape: tuple[int, ...]) -> int:
        """Return how many classes counts by class have, for scores of a shape."""
        return 2 if self.axis is None else int(shape[self.axis])
