"""A wrong description must serve worse than the right one, by a bounded margin."""

from __future__ import annotations

from torch import Tensor

from training.objectives.base import Step, objective

MARGIN_NATS = 1.0
"""Beyond this gap a wrong adapter is left alone: ruining it teaches nothing."""


@objective
def margin(step: Step) -> Tensor:
    """Hinge on the loss of swapped rows against the same rows told right.

    The right row's loss is a constant here; only the supervised objective lowers it.
    """
    is_swapped_G = step.batch.twin_G >= 0
    if not bool(is_swapped_G.any()):
        return step.row_loss_G.new_zeros(())
    wrong = step.row_loss_G[is_swapped_G]
    right = step.row_loss_G[step.batch.twin_G[is_swapped_G]].detach()
    return (MARGIN_NATS + right - wrong).relu().mean()
