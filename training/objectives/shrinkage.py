"""Generated weights are kept small."""

from __future__ import annotations

from torch import Tensor

from training.objectives.base import Step, weight_objective


@weight_objective
def shrinkage(step: Step) -> Tensor:
    """Mean square of all that is written (Charakorn et al., Text-to-LoRA, 2025)."""
    return step.b_BP.square().mean()
