"""Cross-entropy through the frozen model, every row weighing the same."""

from __future__ import annotations

from torch import Tensor

from training.objectives.base import Step, objective


@objective
def supervised(step: Step) -> Tensor:
    """Mean loss of the rows that go through their own task's adapter."""
    return step.row_loss_G[step.batch.twin_G < 0].mean()
