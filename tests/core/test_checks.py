"""Messages in the words of the caller (R23)."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import accord
from accord.inputs import options
from accord.metric import warn_of_invalid


def test_a_message_calls_arguments_as_the_caller_does_r23() -> None:
    error = ValueError("y_true[3] is 9, not in numpy.asarray(y_score); y_scores stays")
    options.rename(error, y_true="target", y_score="preds")
    assert str(error) == "target[3] is 9, not in numpy.asarray(preds); y_scores stays"


def test_a_warning_calls_arguments_as_the_caller_does_r22_r23() -> None:
    tally = accord.Tally(*map(np.int64, (0, 0, 0, 2, 2, 0)))
    with pytest.warns(RuntimeWarning, match=r"2 labels .* of preds; check target, or"):
        assert warn_of_invalid(tally, names=("target", "preds"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert warn_of_invalid(tally, warned=True)
