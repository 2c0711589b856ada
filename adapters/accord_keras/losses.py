"""The loss classes, for ``model.compile(loss=SmoothTopKLoss(k=5))``."""

from __future__ import annotations

from typing import Any, Literal

import keras

from accord.backends import refusals
from accord.losses import configured

_registered = keras.saving.register_keras_serializable(package="accord")


class ConfiguredLoss(keras.losses.Loss):  # type: ignore[misc]  # keras has no types
    """A loss of `accord.losses` with its options, the same on every backend.

    Parameters
    ----------
    loss : accord.losses.configured.Loss
        What to compute.
    **more
        ``name``, ``reduction`` and ``dtype``, as every Keras loss takes them.
    """

    def __init__(self, loss: configured.Loss, **more: Any) -> None:
        super().__init__(**more)
        self.loss = loss

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample.

        Parameters
        ----------
        y_true, y_pred : tensor
            The target and the logits.
        """
        with refusals.named(
            relevance="y_true",
            teacher="y_true",
            y_score="y_pred",
            student="y_pred",
        ):
            target = y_true if self.loss.dense else _labels(y_true, y_pred)
            return self.loss(target, y_pred, reduction="none")  # which Keras reduces

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` makes an equal loss of."""
        return {**super().get_config(), "dtype": self.dtype, **self.loss.options()}


@_registered
class ListMLELoss(ConfiguredLoss):
    """Negative log-likelihood of the order by falling relevance: `accord.losses.list_mle`.

    ``y_true`` holds a relevance for each entry.

    Parameters
    ----------
    k, ties, axis
        As `accord.losses.list_mle` takes them.
    **more
        ``name``, ``reduction`` and ``dtype``, as every Keras loss takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import ListMLELoss
    >>> round(float(ListMLELoss()(np.array([[2, 0, 1]]), np.log([[3.0, 1.0, 4.0]]))), 4)
    1.204
    """

    def __init__(
        self,
        *,
        k: int | None = None,
        ties: Literal["first", "bound"] = "first",
        axis: int = -1,
        **more: Any,
    ) -> None:
        super().__init__(configured.ListMLE(k, ties, axis), **more)


@_registered
class SmoothTopKLoss(ConfiguredLoss):
    """Smooth surrogate of the top-k error: `accord.losses.smooth_top_k`.

    ``y_true`` holds the true class of each sample, with or without a last axis of length 1.

    Parameters
    ----------
    k, temperature, axis
        As `accord.losses.smooth_top_k` takes them.
    **more
        ``name``, ``reduction`` and ``dtype``, as every Keras loss takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import SmoothTopKLoss
    >>> round(float(SmoothTopKLoss(k=2)(np.array([1]), np.array([[4.0, 2.0, 1.0, 0.0]]))), 4)
    1.1359
    """

    def __init__(self, k: int, *, temperature: float = 1.0, axis: int = -1, **more: Any) -> None:
        super().__init__(configured.SmoothTopK(k, temperature, axis), **more)


@_registered
class TopKDistillationLoss(ConfiguredLoss):
    """Divergence over the teacher's k best classes: `accord.losses.top_k_distillation`.

    ``y_true`` holds the teacher's logits, ``y_pred`` the student's.

    Parameters
    ----------
    k, temperature, rest, ties, axis
        As `accord.losses.top_k_distillation` takes them.
    **more
        ``name``, ``reduction`` and ``dtype``, as every Keras loss takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from accord_keras import TopKDistillationLoss
    >>> teacher, student = np.log([[0.5, 0.3, 0.2]]), np.log([[0.2, 0.3, 0.5]])
    >>> round(float(TopKDistillationLoss(k=1)(teacher, student)), 4)
    0.2231
    """

    def __init__(
        self,
        k: int,
        *,
        temperature: float = 1.0,
        rest: Literal["other", "drop"] = "other",
        ties: Literal["first", "last"] = "first",
        axis: int = -1,
        **more: Any,
    ) -> None:
        loss = configured.TopKDistillation(k, temperature, rest, ties, axis)
        super().__init__(loss, **more)


def _labels(y_true: Any, y_pred: Any) -> Any:
    """Return labels without the last axis of length 1 that Keras' data adapters give them."""
    column = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1
    return y_true[..., 0] if column else y_true
