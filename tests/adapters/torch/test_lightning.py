"""Metrics in a real Lightning run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
import torchmetrics
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

import accord
from accord_torch import SparseCategoricalAccuracy, TopKAccuracy

SEEDED = torch.Generator().manual_seed(5)
INPUTS = torch.randint(0, 4, (50, 8), generator=SEEDED) / 4
LABELS = torch.randint(0, 6, (50,), generator=SEEDED)


class Classifier(lightning.LightningModule):
    """A linear classifier that logs what it scores, each in a way Lightning offers."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(8, 6)
        self.train_top = TopKAccuracy(2)
        self.top = TopKAccuracy(3)
        self.macro = SparseCategoricalAccuracy(average="macro")
        self.both = torchmetrics.MetricCollection({"one": TopKAccuracy(1), "two": TopKAccuracy(2)})

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        scores = self.layer(batch[0])
        self.log("train", self.train_top(scores, batch[1]))
        return torch.nn.functional.cross_entropy(scores, batch[1])

    def validation_step(self, batch: tuple[Tensor, Tensor]) -> None:
        scores = self.layer(batch[0])
        self.top.update(scores, batch[1])
        self.macro(scores, batch[1])
        self.both.update(scores, batch[1])
        self.log("top", self.top)
        self.log("macro", self.macro, on_step=False, on_epoch=True)
        self.log_dict(self.both)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*is deprecated")
@pytest.mark.filterwarnings("ignore:The number of training batches")
def test_a_trainer_logs_the_figures_of_the_whole_epoch(tmp_path: Path) -> None:
    model = Classifier()
    data: Any = DataLoader(TensorDataset(INPUTS, LABELS), batch_size=16)
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=tmp_path,
    )
    trainer.fit(model, data, data)
    logged = trainer.validate(model, data, verbose=False)[0]
    scores = model.layer(INPUTS)
    expected = {
        "top": accord.top_k_accuracy(LABELS, scores, 3),
        "macro": accord.sparse_categorical_accuracy(LABELS, scores, average="macro"),
        "one": accord.top_k_accuracy(LABELS, scores, 1),
        "two": accord.top_k_accuracy(LABELS, scores, 2),
    }
    assert logged == pytest.approx({name: figure.item() for name, figure in expected.items()})
    assert 0 <= trainer.logged_metrics["top"] <= 1
