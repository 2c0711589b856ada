"""Figures by name in a real Lightning run, with a logger and callbacks that watch them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
import torchmetrics
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

import accord
from accord_torch import TopKAccuracy, named_figures

SEEDED = torch.Generator().manual_seed(16)
INPUTS = torch.randint(0, 4, (50, 8), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (50,), generator=SEEDED)
NAMES = ["val_top_1_accuracy", "val_top_3_accuracy"]


class Classifier(lightning.LightningModule):
    """A linear classifier that logs two k by name."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(8, 6)
        self.top = named_figures(TopKAccuracy(k=(1, 3)), prefix="val_")
        self.seen: list[list[float]] = []

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])

    def validation_step(self, batch: tuple[Tensor, Tensor]) -> None:
        self.top.update(self.layer(batch[0]), batch[1])
        self.log_dict(self.top)

    def on_validation_epoch_end(self) -> None:
        self.seen.append(accord.top_k_accuracy(LABELS, self.layer(INPUTS), (1, 3)).tolist())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Still(Classifier):
    """One that learns nothing."""

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.0)


class ByClass(Classifier):
    """One that logs a figure for each class."""

    def __init__(self) -> None:
        super().__init__()
        self.by_class = torchmetrics.ClasswiseWrapper(TopKAccuracy(3, average=None))

    def validation_step(self, batch: tuple[Tensor, Tensor]) -> None:
        self.by_class.update(self.layer(batch[0]), batch[1])

    def on_validation_epoch_end(self) -> None:
        super().on_validation_epoch_end()
        self.log_dict(self.by_class.compute())
        self.by_class.reset()


def fitted(model: Classifier, folder: Path, *callbacks: Any) -> lightning.Trainer:
    data: Any = DataLoader(TensorDataset(INPUTS, LABELS), batch_size=16)
    trainer = lightning.Trainer(
        max_epochs=4,
        accelerator="cpu",
        logger=CSVLogger(folder),
        callbacks=list(callbacks),
        num_sanity_val_steps=0,
        log_every_n_steps=1,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, data, data)
    return trainer


pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have many workers",
    "ignore:.*is deprecated",
    "ignore:The number of training batches",
)


def test_a_logger_and_a_checkpoint_take_named_figures(tmp_path: Path) -> None:
    best = ModelCheckpoint(
        tmp_path / "best", monitor="val_top_3_accuracy", mode="max", save_top_k=1
    )
    model = Classifier()
    fitted(model, tmp_path, best)
    text = next(tmp_path.rglob("metrics.csv")).read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row[NAMES[0]]]
    logged = [[float(row[name]) for name in NAMES] for row in rows]
    assert logged == [pytest.approx(figures) for figures in model.seen]
    assert float(best.best_model_score or 0) == pytest.approx(max(top for _, top in model.seen))


def test_early_stopping_watches_a_named_figure(tmp_path: Path) -> None:
    stop = EarlyStopping("val_top_1_accuracy", mode="max", patience=1)
    trainer = fitted(Still(), tmp_path, stop)
    assert trainer.current_epoch == 2  # of 4: the second is no better than the first


def test_figures_by_class_are_logged_by_the_wrapper_of_torchmetrics(tmp_path: Path) -> None:
    model = ByClass()
    trainer = fitted(model, tmp_path)
    expected = accord.top_k_accuracy(LABELS, model.layer(INPUTS), 3, average=None)
    logged = [trainer.callback_metrics[f"topkaccuracy_{place}"] for place in range(6)]
    assert logged == pytest.approx(expected.tolist())
