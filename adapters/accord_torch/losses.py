"""Losses as modules: options where the module is made, then ``loss(logits, target)`` as in PyTorch."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from accord.losses import configured, inputs
from accord.losses.inputs import Reduction


class LossModule(torch.nn.Module):
    """A loss of `accord.losses` with its options.

    Parameters
    ----------
    loss : accord.losses.configured.Loss
        What to compute.
    reduction : {"mean", "sum", "none"}
        The weighted mean over samples, their weighted sum, or one weighted loss for each.
    """

    def __init__(self, loss: configured.Loss, reduction: Reduction) -> None:
        super().__init__()
        inputs.refuse_option(reduction)
        self.loss = loss
        self.reduction = reduction

    def extra_repr(self) -> str:
        """Return the options, for ``repr``."""
        options = {**self.loss.options(), "reduction": self.reduction}
        return ", ".join(f"{name}={value!r}" for name, value in options.items())

    def _of(
        self, target: Tensor, logits: Tensor, mask: Tensor | None, sample_weight: Tensor | None
    ) -> Tensor:
        found: Tensor = self.loss(
            target, logits, mask=mask, sample_weight=sample_weight, reduction=self.reduction
        )
        return found


class ListMLELoss(LossModule):
    """Negative log-likelihood of the order by falling relevance: `accord.losses.list_mle`.

    Parameters
    ----------
    k, ties, axis, reduction
        As `accord.losses.list_mle` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import ListMLELoss
    >>> logits = torch.tensor([[3.0, 1.0, 4.0]]).log()
    >>> ListMLELoss()(logits, torch.tensor([[2, 0, 1]]))
    tensor(1.2040)
    """

    def __init__(
        self,
        *,
        k: int | None = None,
        ties: Literal["first", "bound"] = "first",
        axis: int = -1,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(configured.ListMLE(k, ties, axis), reduction)

    def forward(
        self,
        y_score: Tensor,
        relevance: Tensor,
        *,
        mask: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss.

        Parameters
        ----------
        y_score, relevance, mask, sample_weight
            As `accord.losses.list_mle` takes them, the logits first.
        """
        return self._of(relevance, y_score, mask, sample_weight)


class SmoothTopKLoss(LossModule):
    """Smooth surrogate of the top-k error: `accord.losses.smooth_top_k`.

    Parameters
    ----------
    k, temperature, axis, reduction
        As `accord.losses.smooth_top_k` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import SmoothTopKLoss
    >>> SmoothTopKLoss(2)(torch.tensor([[4.0, 2.0, 1.0, 0.0]]), torch.tensor([1]))
    tensor(1.1359)
    """

    def __init__(
        self,
        k: int,
        *,
        temperature: float = 1.0,
        axis: int = -1,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(configured.SmoothTopK(k, temperature, axis), reduction)

    def forward(
        self,
        y_score: Tensor,
        y_true: Tensor,
        *,
        mask: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss.

        Parameters
        ----------
        y_score, y_true, mask, sample_weight
            As `accord.losses.smooth_top_k` takes them, the logits first.
        """
        return self._of(y_true, y_score, mask, sample_weight)


class TopKDistillationLoss(LossModule):
    """Divergence over the teacher's k best classes: `accord.losses.top_k_distillation`.

    Parameters
    ----------
    k, temperature, rest, ties, axis, reduction
        As `accord.losses.top_k_distillation` takes them.

    Examples
    --------
    >>> import torch
    >>> from accord_torch import TopKDistillationLoss
    >>> student = torch.tensor([[0.2, 0.3, 0.5]]).log()
    >>> TopKDistillationLoss(1)(student, torch.tensor([[0.5, 0.3, 0.2]]).log())
    tensor(0.2231)
    """

    def __init__(
        self,
        k: int,
        *,
        temperature: float = 1.0,
        rest: Literal["other", "drop"] = "other",
        ties: Literal["first", "last"] = "first",
        axis: int = -1,
        reduction: Reduction = "mean",
    ) -> None:
        loss = configured.TopKDistillation(k, temperature, rest, ties, axis)
        super().__init__(loss, reduction)

    def forward(
        self,
        student: Tensor,
        teacher: Tensor,
        *,
        mask: Tensor | None = None,
        sample_weight: Tensor | None = None,
    ) -> Tensor:
        """Return the loss.

        Parameters
        ----------
        student, teacher, mask, sample_weight
            As `accord.losses.top_k_distillation` takes them, the student first.
        """
        return self._of(teacher, student, mask, sample_weight)
