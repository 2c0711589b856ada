"""Metrics for torchmetrics and Lightning: a `torchmetrics.Metric` class for each measure."""

from __future__ import annotations

import torchmetrics

from accord import metric_options
from accord_torch import naming
from accord_torch.metric import MeasureMetric


class BinaryAccuracy(metric_options.BinaryAccuracy, MeasureMetric):
    """Share of scores on the side of the threshold that their label asks for (R10).

    Parameters
    ----------
    threshold, at_threshold, from_logits, average, ignore_index
        As `accord.binary_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import BinaryAccuracy
    >>> metric = BinaryAccuracy(threshold=0.3)
    >>> metric.update(torch.tensor([0.4, 0.4]), torch.tensor([1, 0]))
    >>> metric.compute()
    tensor(0.5000)
    """


class CategoricalAccuracy(metric_options.CategoricalAccuracy, MeasureMetric):
    """Share of samples whose true class has the highest score, for dense labels (R9).

    Parameters
    ----------
    ties, axis, average
        As `accord.categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """


class SparseCategoricalAccuracy(metric_options.SparseCategoricalAccuracy, MeasureMetric):
    """Share of samples whose true class has the highest score (R8).

    Parameters
    ----------
    ties, axis, average, ignore_index
        As `accord.sparse_categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """


class TopKAccuracy(metric_options.TopKAccuracy, MeasureMetric):
    """Share of samples whose true class is among the k best scores.

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.top_k_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import TopKAccuracy
    >>> metric = TopKAccuracy(k=(1, 2))
    >>> metric.update(torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]), torch.tensor([1, 2]))
    >>> metric.compute()
    tensor([0.5000, 1.0000])
    >>> metric.tally.correct
    array([1, 2])
    """


class TopKCategoricalAccuracy(metric_options.TopKCategoricalAccuracy, MeasureMetric):
    """Share of samples whose true class is among the k best scores, for dense labels (R9).

    Parameters
    ----------
    k, ties, axis, average
        As `accord.top_k_categorical_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.
    """


class MeanReciprocalRank(metric_options.MeanReciprocalRank, MeasureMetric):
    """Mean of 1 / rank of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.mean_reciprocal_rank` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import MeanReciprocalRank
    >>> metric = MeanReciprocalRank()
    >>> metric.update(torch.tensor([[0.1, 0.6, 0.2, 0.1], [0.1, 0.6, 0.3, 0.0]]), torch.tensor([1, 2]))
    >>> metric.compute()
    tensor(0.7500)
    """


class NDCG(metric_options.NDCG, MeasureMetric):
    """Mean of 1 / log2(1 + rank) of the true class, 0 after rank k (R26).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.ndcg` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import NDCG
    >>> metric = NDCG()
    >>> metric.update(torch.tensor([[0.1, 0.6, 0.2, 0.1], [0.1, 0.6, 0.3, 0.0]]), torch.tensor([1, 2]))
    >>> metric.compute()
    tensor(0.8155)
    """


class PrecisionRecall(metric_options.PrecisionRecall, MeasureMetric):
    """Precision, recall and F1, where the k best classes are predicted (R27).

    Parameters
    ----------
    k, ties, axis, average, ignore_index
        As `accord.precision_recall` takes them; the result has its four fields.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import PrecisionRecall
    >>> metric = PrecisionRecall(average="micro", k=2)
    >>> metric.update(torch.tensor([[0.1, 0.6, 0.3], [0.2, 0.3, 0.5]]), torch.tensor([2, 0]))
    >>> metric.compute()[:2]
    (tensor(0.2500), tensor(0.5000))
    """


class MultilabelAccuracy(metric_options.MultilabelAccuracy, MeasureMetric):
    """Share of samples whose predicted set of labels is right (R11).

    Parameters
    ----------
    criteria, threshold, at_threshold, from_logits, k, ties, axis, average, ignore_index
        As `accord.multilabel_accuracy` takes them.
    **kwargs
        As `torchmetrics.Metric` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import MultilabelAccuracy
    >>> metric = MultilabelAccuracy("hamming", average="macro", ignore_index=-1)
    >>> metric.update(torch.tensor([[0.9, 0.2], [0.4, 0.8]]), torch.tensor([[1, -1], [1, 1]]))
    >>> metric.compute()
    tensor(0.7500)
    """


def named_figures(
    metric: MeasureMetric, *, prefix: str | None = None, postfix: str | None = None
) -> torchmetrics.MetricCollection:
    """Return a collection with one named figure for each k of a metric, for loggers.

    Loggers and callbacks need one number per name, but a metric with several k returns a tensor.
    The metrics of the collection share their counts, so `update` counts all k in one pass.

    Parameters
    ----------
    metric : MeasureMetric
        With one k or several, for instance ``TopKAccuracy(k=(1, 5))``.
    prefix, postfix : str, optional
        Added to each name, as in `torchmetrics.MetricCollection`.

    Returns
    -------
    MetricCollection
        Its metrics are called ``top_1_accuracy``, ``top_5_accuracy`` and so on.

    Raises
    ------
    ValueError
        If the metric computes one figure per class, or one at every k.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import TopKAccuracy, named_figures
    >>> metrics = named_figures(TopKAccuracy(k=(1, 2)), prefix="val_")
    >>> metrics.update(torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]]), torch.tensor([1, 2]))
    >>> metrics.compute()
    {'val_top_1_accuracy': tensor(0.5000), 'val_top_2_accuracy': tensor(1.)}
    """
    if metric.average in {None, "none"}:
        raise ValueError(
            f"average={metric.average!r} gives a figure for each class; pass a metric with"
            " average='micro' or 'macro', or one with a single k to torchmetrics.ClasswiseWrapper"
        )
    if metric.measure.every_k:
        raise ValueError(
            "k='all' has a figure for each class of the scores, which are not known yet; pass a"
            " metric with the k to log, for instance k=(1, 5, 10)"
        )
    names = naming.figure_names(metric.measure)
    return torchmetrics.MetricCollection(
        dict(zip(names, metric.each_k(), strict=True)),
        prefix=prefix,
        postfix=postfix,
        compute_groups=[list(names)],
    )
