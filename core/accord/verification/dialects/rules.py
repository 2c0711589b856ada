"""The rules of a library as data: what it does where libraries differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

Ties = Literal["first", "last", "optimistic", "pessimistic", "unspecified"]
Nan = Literal["misses", "outranks", "lowest", "minus infinity", "incomparable", "spoils", "refused"]
Order = Literal[
    "value", "flushed", "minus zero below", "flushed, minus zero below", "total", "negated"
]
Label = Literal["miss", "refused", "wraps", "filled", "unspecified"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What one library does where libraries differ.

    Attributes
    ----------
    name : str
        As `accord.dialects` has it.
    call : str
        The function whose rules these are.
    needs : tuple of str
        The modules that must be installed to run it.
    ties : str
        A tie rule (R5); ``"unspecified"`` where the library promises none, so that its figure can
        only be bounded.
    nan : str
        A NaN ``"outranks"`` every number; does so but ``"misses"`` for its own class (accord);
        is ``"lowest"``; stands for ``"minus infinity"``; is ``"incomparable"``, so never ahead and
        never behind; ``"spoils"`` its row, a miss; is ``"refused"``.
    infinities : {"ordinary", "spoils", "refused"}
        What an infinite score is.
    order : str
        How finite floats compare: by ``"value"``; ``"flushed"``, with subnormals taken for zero;
        with ``"minus zero below"`` zero, at the largest negative normal number; by IEEE ``"total"``
        order, in which -0.0 is below 0.0 and a NaN with the sign bit below every number.
        ``"negated"`` compares ``-scores`` in their own dtype, where unsigned integers and the
        lowest signed one wrap around.
    reads : dict of str
        What scores of a dtype are converted to before they compare (several names, one after the
        other), or ``"refused"``; other dtypes compare as they are.
    unsorted : tuple of str
        Dtypes in which NaN breaks the library's sort, so that nothing is promised of their rows.
    k_above_classes : {"counts", "refused"}
        What a k above the number of classes is.
    only_k : int or None
        The one k there is, where the function takes none.
    label_below, label_beyond : str
        What a label below 0, and one of C or more, is: a ``"miss"``, ``"refused"``, ``"wraps"``
        around, scores what JAX has ``"filled"`` in (minus infinity for floats, the lowest signed
        integer, the highest unsigned one, True), or ``"unspecified"`` (memory is read out of
        bounds).
    label_dtype : {"own", "scores"}
        Whether labels and the predicted class are converted to the scores' dtype before they are
        compared (in bfloat16, 257 is 256; in uint8, 300 is 44).
    fewest_classes : int
        How many classes it asks for.
    averages : tuple of str
        The averages it has (R15).
    macro_over : {"labels", "labels and predictions"}
        The classes whose figures a macro average is the mean of: those that occur as labels, or
        as labels or predictions.
    macro_bad_label : {"refused", "left out", "a class"}
        What a label outside 0..C-1 is to a macro average.
    no_samples : {"nan", "zero", "refused"}
        What the figure of no samples is.
    exact_to : int
        The highest count that its metric is sure to hold.
    scale : int
        100 where it reports percent.
    at_threshold : {"negative", "positive"} or None
        What a binary score equal to the threshold predicts; None without a binary function.
    binary_call : str
        The binary function.
    binary_reads : dict of str
        As `reads`, for binary scores.
    nan_side : {"negative", "positive"}
        What a binary NaN predicts.
    sigmoid : bool
        Whether binary scores go through a sigmoid as soon as one of them leaves [0, 1].
    threshold : {"as given", "float32"}
        What the threshold is held in, before it is rounded to the dtype of float scores.
    threshold_within_1 : bool
        Whether a threshold outside [0, 1] is refused.
    integers : {"scores", "predictions"}
        Whether binary scores of an integer type, or bools, are compared with the threshold, or are
        themselves predictions, 0 or 1.
    at_1 : Dialect or None
        The rules at k = 1, where they are others.
    """

    name: str
    call: str
    needs: tuple[str, ...] = ()
    ties: Ties
    nan: Nan
    infinities: Literal["ordinary", "spoils", "refused"] = "ordinary"
    order: Order = "value"
    reads: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    unsorted: tuple[str, ...] = ()
    k_above_classes: Literal["counts", "refused"] = "refused"
    only_k: int | None = None
    label_below: Label = "miss"
    label_beyond: Label = "miss"
    label_dtype: Literal["own", "scores"] = "own"
    fewest_classes: int = 1
    averages: tuple[str, ...] = ("micro",)
    macro_over: Literal["labels", "labels and predictions"] = "labels"
    macro_bad_label: Literal["refused", "left out", "a class"] = "refused"
    no_samples: Literal["nan", "zero", "refused"] = "nan"
    exact_to: int = 2**62
    scale: Literal[1, 100] = 1
    at_threshold: Literal["negative", "positive"] | None = None
    binary_call: str = ""
    binary_reads: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    nan_side: Literal["negative", "positive"] = "negative"
    sigmoid: bool = False
    threshold: Literal["as given", "float32"] = "as given"
    threshold_within_1: bool = False
    integers: Literal["scores", "predictions"] = "scores"
    at_1: Self | None = field(default=None, repr=False)
