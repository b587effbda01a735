"""The running mean of a run's weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import lightning
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from genadapter.errors import ConfigError
from training.averaging import WeightAverage

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*LeafSpec:FutureWarning",  # lightning itself
    "ignore:.*does not have many workers.*",
)


class Ones(IterableDataset[Tensor]):
    """Batches without end."""

    def __iter__(self) -> Iterator[Tensor]:
        """Yields the same batch for ever."""
        while True:
            yield torch.ones(1)


class Walk(lightning.LightningModule):
    """One weight that every step lowers by 1, and one that is frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.ParameterDict(
            {
                "walks": nn.Parameter(torch.zeros(())),
                "stays": nn.Parameter(torch.ones(()), requires_grad=False),
            }
        )
        self.seen: list[float] = []

    def training_step(self, _batch: Tensor, _index: int) -> Tensor:
        """The weight itself is the loss."""
        return self.part["walks"] * 1.0

    def validation_step(self, _batch: Tensor, _index: int) -> None:
        """Notes what validation is shown."""
        self.seen.append(float(self.part["walks"]))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Plain steps of size 1."""
        return torch.optim.SGD([self.part["walks"]], lr=1.0)


def fit(module: Walk, *, steps: int, last: Path, is_resumed: bool = False) -> None:
    """Trains for so many steps in all and writes a checkpoint."""
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_steps=steps,
        max_epochs=-1,
        callbacks=[WeightAverage(module.part, decay=0.5)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        limit_val_batches=1,
        val_check_interval=2,
        check_val_every_n_epoch=None,
    )
    loaders = (DataLoader(Ones(), batch_size=None),) * 2
    trainer.fit(module, *loaders, ckpt_path=str(last) if is_resumed else None)
    trainer.save_checkpoint(last)


def means(steps: int) -> list[float]:
    """What the mean is after every step."""
    mean, found = 0.0, []
    for step in range(1, steps + 1):
        kept = min(0.5, (1 + step) / (10 + step))
        mean = kept * mean + (1 - kept) * -step
        found.append(mean)
    return found


def test_validation_sees_the_mean_and_training_goes_on(tmp_path: Path) -> None:
    """The mean follows the weights, which it leaves where they are."""
    module = Walk()
    fit(module, steps=4, last=tmp_path / "last.ckpt")
    assert float(module.part["walks"].detach()) == -4
    expected = means(4)
    assert module.seen == pytest.approx([expected[1], expected[3]])


def test_a_checkpoint_holds_the_mean_and_resumes_as_if_nothing_was(
    tmp_path: Path,
) -> None:
    """Two legs end where one does."""
    last = tmp_path / "last.ckpt"
    fit(Walk(), steps=3, last=last)
    saved = torch.load(last, weights_only=True)
    assert float(saved["state_dict"]["part.walks"]) == pytest.approx(means(3)[-1])
    assert float(saved["state_dict"]["part.stays"]) == 1
    module = Walk()
    fit(module, steps=5, last=last, is_resumed=True)
    assert float(module.part["walks"].detach()) == -5
    saved = torch.load(last, weights_only=True)
    assert float(saved["state_dict"]["part.walks"]) == pytest.approx(means(5)[-1])


@pytest.mark.parametrize("decay", [-0.1, 0.0, 1.0])
def test_decay_is_a_share(decay: float) -> None:
    """The message names the value."""
    with pytest.raises(ConfigError, match=f"between 0 and 1, got {decay}"):
        WeightAverage(nn.Linear(1, 1), decay=decay)
