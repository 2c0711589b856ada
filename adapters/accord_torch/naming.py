"""Names of logged figures, and errors for options of torchmetrics' own metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from accord import Measure


def figure_names(measure: Measure) -> tuple[str, ...]:
    """Return the name of the figure at each k, for example ``top_5_accuracy``."""
    words = measure.figure.replace(" ", "_").lower()
    if words == "accuracy":
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", f"{type(measure).__name__}Accuracy").lower()
    if "_k_" in words and measure.k is not None:
        return tuple(words.replace("_k_", f"_{k}_") for k in measure.several or (measure.k,))
    return tuple(f"{words}_{k}" for k in measure.several) or (words,)


def plot_over_k(value: Tensor | Sequence[Tensor], ax: Any = None) -> tuple[Any, Any]:
    """Draw results of a metric with ``k="all"``, a line for each, and return figure and axes."""
    from matplotlib import pyplot as plt

    axes = plt.subplots()[1] if ax is None else ax
    for each in [value] if isinstance(value, Tensor) else value:
        shares = each.detach().cpu().numpy()
        axes.plot(range(1, len(shares) + 1), shares)
    axes.set_xlabel("k")
    axes.set_ylim(0, 1.01)
    axes.grid(visible=True)
    return axes.figure, axes


def refuse_peers_options(name: str, measure: Measure, options: Mapping[str, Any]) -> None:
    """Refuse options of torchmetrics' own accuracies, and name what to use instead.

    Raises
    ------
    TypeError
        With the remedy (R23).
    """
    for option, remedy in _remedies(measure, options).items():
        if option in options:
            raise TypeError(f"{name} takes no {option}={options[option]!r}; {remedy}")


def _remedies(measure: Measure, options: Mapping[str, Any]) -> dict[str, str]:
    k = f"k={options.get('top_k')!r}"
    top = {
        "SparseCategorical": f"use TopKAccuracy({k})",
        "Categorical": f"use TopKCategoricalAccuracy({k})",
        "Binary": "leave it out, or use MultilabelAccuracy for rows of labels",
    }
    each = "leave it out: every position is a sample"
    if options.get("multidim_average") == "samplewise":
        each = "for a figure of each sample take the mean of accord.in_top_k over its other axes"
    return {
        "task": "leave it out: the class says what is counted",
        "num_classes": "leave it out: it is the length of the class axis of preds",
        "num_labels": "leave it out: it is the length of the label axis of preds",
        "top_k": top.get(type(measure).__name__, f"pass {k}"),
        "multidim_average": each,
        "validate_args": "leave it out: bad values are refused where they can be read at once",
    }
