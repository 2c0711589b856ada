"""The page for Keras users runs as it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def test_the_page_for_keras_users_runs(
    run_page: Callable[[str], dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where it saves a model
    names = run_page("docs/keras.md")
    assert float(names["ours"].result()) == 0.5
    np.testing.assert_allclose(float(names["own"].result()), 2 / 102, rtol=1e-6)
    assert names["history"].history["val_top_1_accuracy"][-1] > 0.7
