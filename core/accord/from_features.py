"""Top-k accuracy from features and an output layer: the scores are made block by block, never whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from accord.backends import refusals, small_floats
from accord.backends.base import Array, Backend, Namespace, indices
from accord.backends.registry import backend_of
from accord.class_blocks import standing_in_block
from accord.counts.averages import Average
from accord.credit.rank_counts import Standing
from accord.credit.ties import Ties
from accord.inputs import dtypes, options, shapes
from accord.inputs.groups import group_count
from accord.inputs.labels import among_candidates, class_labels
from accord.inputs.options import K
from accord.inputs.validate import join, validate
from accord.measures import TopK

_AT_ONCE = 1 << 22  # scores, 16 MiB of float32
_CLASSES = 4096  # enough for a product to be as fast as a larger one


class Layer(NamedTuple):
    """A linear layer, whose scores are made some classes at a time."""

    backend: Backend
    weights: Array
    bias: Array | None
    block: int

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.weights.shape[0])

    def offsets(self) -> range:
        """Return the first class of each block."""
        return range(0, self.classes, self.block)

    def scores(self, features: Array, offset: int) -> Array:
        """Return the scores of the classes of one block."""
        ns = self.backend.namespace(features)
        end = min(offset + self.block, self.classes)
        scores = ns.matmul(features, ns.matrix_transpose(self.weights[offset:end, ...]))
        return scores if self.bias is None else scores + self.bias[offset:end]


class Samples(NamedTuple):
    """Features of samples, and which classes take part in each (R25).

    ``place`` says which of the samples the features are of, where they were taken in an order.
    Candidates are taken a block of classes at a time.
    """

    features: Array
    candidates: Array | None
    place: Array | None = None

    def flat(self, ns: Namespace) -> Samples:
        """Return the same with one axis of samples."""
        features, candidates = (
            None if each is None else ns.reshape(each, (-1, each.shape[-1]))
            for each in (self.features, self.candidates)
        )
        return Samples(features, candidates)

    def candidates_of(self, start: int, end: int, ns: Namespace) -> Array | None:
        """Return which of some classes take part."""
        if self.candidates is None:
            return None
        some = self.candidates[..., start:end]
        return some if self.place is None else ns.take(some, self.place, axis=0)


def top_k_from_features(
    y_true: Any,
    features: Array,
    weights: Any,
    bias: Any = None,
    k: K = 5,
    *,
    ties: Ties = "first",
    average: Average = "micro",
    sample_weight: Any = None,
    mask: Any = None,
    candidates: Any = None,
    groups: Any = None,
    n_groups: int | None = None,
    ignore_index: int | None = None,
    block: int | None = None,
) -> Array:
    """Return the share of samples whose true class is among the k best scores of a linear layer.

    It is `accord.top_k_accuracy` of the scores ``features @ weights.T + bias``, which are made
    and ranked in blocks of at most some 16 MiB, whatever the number of classes and samples (in a
    trace, of all samples by ``block`` classes): for large vocabularies, from the hidden states of
    a language model and its output matrix.

    Parameters
    ----------
    y_true : array of int, shape (...)
        True classes, 0 to C - 1.
    features : array of float, shape (..., D)
        What the layer is applied to; it decides framework and device of the result.
    weights : array of float, shape (C, D)
        A row for each class, as ``torch.nn.Linear`` keeps them; of the dtype of the features.
    bias : array of float, shape (C,), optional
        What is added to the score of each class.
    k, ties, average, sample_weight, mask, groups, n_groups, ignore_index
        As `accord.top_k_accuracy` takes them.
    candidates : array of bool, shape (..., C), optional
        True marks a class that takes part in its sample (R25).
    block : int, optional
        How many classes to score at a time.

    Returns
    -------
    array in [0, 1]
        As `accord.top_k_accuracy` returns it.

    Raises
    ------
    ValueError, TypeError
        As `accord.top_k_accuracy`, and if features, weights and bias are of shapes or dtypes that
        do not match.

    Notes
    -----
    A sample's own score is taken from a product of the very block that its class is in, and stands
    in its place when that block is counted. So no rounding, which may differ between products, can
    turn a score against itself. The scores are those of the block products; a product of another
    shape may round them differently.

    Where labels can be read, samples are taken in the order of their labels, so that few blocks
    are scored twice. In a trace each block is: once for the own scores, once to be counted, and
    the blocks are unrolled.

    Examples
    --------
    >>> import accord, numpy as np
    >>> features = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> weights = np.array([[0.1, 0.4], [0.6, 0.2], [0.3, 0.4]])
    >>> accord.top_k_from_features([1, 2], features, weights, k=(1, 2))
    array([0.5, 1. ])
    """
    measure = TopK(k, ties=ties, ignore_index=ignore_index)
    by = measure.needs_classes(average, grouped=groups is not None)
    features, layer = _admitted(features, weights, bias, block)
    options.top_within(measure.k, layer.classes, "weights")
    one = features[..., 0]  # a number for each sample, to hold the other arrays to
    extra = {"sample_weight": sample_weight, "mask": mask, "groups": groups}
    extra["n_groups"] = group_count(groups, n_groups)
    samples = validate(y_true, one, axis=None, name="features[..., 0]", moved=False, **extra)
    if not samples.ns.isdtype(samples.truth.dtype, "integral"):
        raise TypeError(f"y_true has dtype {samples.truth.dtype}; pass integer class indices")
    labels = class_labels(
        samples, ignore_index, layer.classes
    )  # refused before the work, not after
    truth = samples.truth
    if candidates is not None:
        candidates = _one_for_each_class(layer, features, candidates)
        good = among_candidates(replace(samples, candidates=candidates), labels).valid
        truth = samples.ns.astype(truth, samples.numbers.count)
        if good is not None:  # what is left out, and in a trace what is bad
            nowhere = -2 if ignore_index == -1 else -1
            truth = samples.ns.where(good, truth, samples.ns.zeros_like(truth) + nowhere)
    tally = measure.tally_of(
        _standing(layer, Samples(features, candidates), truth),
        truth,
        classes=layer.classes,
        sample_weight=samples.weight,
        mask=samples.mask,
        groups=samples.groups,
        n_groups=samples.n_groups,
        per_class=by,
    )
    share: Array = measure.figures(tally, average)
    return share


def _admitted(features: Any, weights: Any, bias: Any, block: int | None) -> tuple[Array, Layer]:
    """Hold the arrays of the product to one framework, one dtype and matching shapes (R21)."""
    backend = backend_of(features, "features")
    features = backend.as_dense("features", features)
    refusals.refuse_other_than_arrays("features", features, classes=False, masks=False)
    ns = backend.namespace(features)
    if not dtypes.is_kind(ns, features, dtypes.FLOAT):  # products of integers would wrap
        raise TypeError(f"features has dtype {features.dtype}; pass floats, as the layer has")
    if small_floats.widened(features) is not features:
        raise TypeError(
            f"features has dtype {features.dtype}, which NumPy can't multiply; pass features and"
            " the layer by astype('float32')"
        )
    if features.ndim == 0 or features.shape[-1] == 0:
        raise ValueError(f"features has shape {tuple(features.shape)}; pass at least one a sample")
    weights = join(backend, "weights", weights, features, "features")
    bias = None if bias is None else join(backend, "bias", bias, features, "features")
    depth = features.shape[-1]
    if None in (depth, *weights.shape):
        raise ValueError(
            f"weights has shape {tuple(weights.shape)}, features {tuple(features.shape)};"
            " give classes and features a length before tracing"
        )
    if tuple(weights.shape[1:]) != (depth,) or weights.shape[0] == 0:
        raise ValueError(
            f"weights has shape {tuple(weights.shape)}, features {tuple(features.shape)};"
            f" pass weights of shape (classes, {depth}), perhaps transposed"
        )
    if bias is not None and tuple(bias.shape) != (weights.shape[0],):
        raise ValueError(
            f"bias has shape {tuple(bias.shape)}, weights {tuple(weights.shape)};"
            f" pass bias of shape ({weights.shape[0]},)"
        )
    for name, array in (("weights", weights), ("bias", bias)):
        if array is not None and array.dtype != features.dtype:
            raise TypeError(
                f"{name} has dtype {array.dtype}, features {features.dtype}; pass one dtype"
            )
    if block is not None and options.whole("block", block) < 1:
        raise ValueError(f"block={block} is not allowed; pass at least 1")
    return features, Layer(backend, weights, bias, min(block or _CLASSES, int(weights.shape[0])))


def _one_for_each_class(layer: Layer, features: Array, candidates: Any) -> Array:
    """Hold candidates to the scores that the layer would give (R25)."""
    fit = join(layer.backend, "candidates", candidates, features, "features")
    dtypes.refuse_other(layer.backend.namespace(features), "candidates", fit)
    wanted = (*features.shape[:-1], layer.classes)
    if not shapes.fits(tuple(fit.shape), wanted):
        raise ValueError(
            f"candidates has shape {tuple(fit.shape)}; pass an entry for each sample and class, of"
            f" shape {wanted}"
        )
    return fit


def _standing(layer: Layer, samples: Samples, truth: Array) -> Standing:
    """Return where each sample stands among all classes, tile by tile where labels can be read."""
    backend, shape = layer.backend, truth.shape
    ns = backend.namespace(samples.features)
    labels = ns.astype(truth, backend.numbers(samples.features).count)
    inside = (labels >= 0) & (labels < layer.classes)
    labels = ns.where(inside, labels, -ns.ones_like(labels))
    if backend.residence(labels) != "host" or not math.prod(shape):
        return _count(layer, samples, labels, list(layer.offsets()))
    host = backend.to_host(labels)[0].reshape(-1)
    order = np.argsort(host, kind="stable")
    tiles = list(_tiles(layer, samples.flat(ns), host, order))
    back = backend.from_host(np.argsort(order, kind="stable"), like=labels)
    return Standing(
        *(
            ns.reshape(ns.take(ns.concat(list(fields), axis=0), back, axis=0), shape)
            for fields in zip(*tiles, strict=True)
        )
    )


def _tiles(layer: Layer, samples: Samples, host: Any, order: Any) -> Iterator[Standing]:
    """Count samples in an order, as many at a time as make a bounded block of scores."""
    backend, ns = layer.backend, layer.backend.namespace(samples.features)
    step = max(1, _AT_ONCE // layer.block)
    for start in range(0, order.size, step):
        some = order[start : start + step]
        place = backend.from_host(some, like=samples.features)
        labels = backend.from_host(host[some], like=samples.features)
        own = {int(each) for each in host[some] // layer.block * layer.block if each >= 0}
        features = ns.take(samples.features, place, axis=0)
        yield _count(layer, samples._replace(features=features, place=place), labels, sorted(own))


def _count(layer: Layer, samples: Samples, labels: Array, own_blocks: list[int]) -> Standing:
    """Count samples among all blocks, their own scores from the blocks that hold them."""
    backend, features = layer.backend, samples.features
    ns = backend.namespace(features)
    own = ns.zeros_like(features[..., 0])
    for offset in own_blocks:
        scores = layer.scores(features, offset)
        here = (labels >= offset) & (labels < offset + scores.shape[-1])
        place = ns.where(here, labels - offset, ns.zeros_like(labels))
        own = ns.where(here, backend.take_last_axis(scores, place[..., None])[..., 0], own)

    def among(offset: int) -> Standing:
        scores = layer.scores(features, offset)
        mine = indices(ns, labels, scores.shape[-1]) == (labels - offset)[..., None]
        scores = ns.where(mine, own[..., None], scores)
        there = samples.candidates_of(offset, offset + scores.shape[-1], ns)
        return standing_in_block(labels, scores, own, offset=offset, candidates=there)

    return sum((among(offset) for offset in layer.offsets()), start=0)  # type: ignore[return-value]  # standings add to 0
