"""The measures that a command line names, as data: what each is made of, and takes."""

from __future__ import annotations

from typing import NamedTuple

from accord.measures import NDCG, Binary, Multilabel, ReciprocalRank, TopK, TopKCategorical
from accord.measures.base import Measure


class Kind(NamedTuple):
    """A measure of ``--measure``.

    Attributes
    ----------
    measure : type
        Its class.
    takes : frozenset of str
        The options that have an effect on it.
    in_python : tuple of str
        What messages of the core call it: its functions and classes, longer names first.
    usual_k : bool
        Whether it needs a k where none is given.
    explained : bool
        Whether rules of other libraries are known.
    """

    measure: type[Measure]
    takes: frozenset[str]
    in_python: tuple[str, ...] = ()
    usual_k: bool = False
    explained: bool = True


_RANKS = frozenset({"k", "ties", "axis", "ignore_index"})
_THRESHOLD = frozenset({"threshold", "at_threshold", "from_logits"})

KINDS = {
    "top-k": Kind(TopK, _RANKS, usual_k=True),
    "categorical": Kind(
        TopKCategorical,
        _RANKS - {"ignore_index"},
        (
            *("top_k_categorical_accuracy", "TopKCategoricalAccuracy", "TopKCategorical"),
            *("categorical_accuracy", "CategoricalAccuracy", "Categorical"),
        ),
        usual_k=True,
    ),
    "mrr": Kind(
        ReciprocalRank,
        _RANKS,
        ("mean_reciprocal_rank", "MeanReciprocalRank", "ReciprocalRank"),
        explained=False,
    ),
    "ndcg": Kind(NDCG, _RANKS, ("NDCG",), explained=False),
    "binary": Kind(
        Binary,
        _THRESHOLD | {"ignore_index"},
        ("binary_accuracy", "BinaryAccuracy", "Binary"),
    ),
    "multilabel": Kind(
        Multilabel,
        _THRESHOLD | {"criteria", "axis", "ignore_index"},
        ("multilabel_accuracy", "MultilabelAccuracy", "Multilabel"),
    ),
}
"""The measures by name."""

SETS_BY_K = Kind(Multilabel, frozenset({"criteria", "axis", "k", "ties", "ignore_index"}))
"""Multilabel with ``-k``, which has no threshold."""
