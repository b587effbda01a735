"""Distance to the trained expert: a warm start, not a goal.

Alone it does not carry over to unseen tasks (Charakorn et al., Text-to-LoRA, 2025,
table 6). All B factors share their A, so they are compared entry by entry.
"""

from __future__ import annotations

from torch import Tensor

from genadapter.errors import ConfigError
from training.objectives.base import Step, weight_objective

MIN_EXPERTS = 2
"""Fewer experts in a step have no spread to measure by."""


@weight_objective
def reconstruction(step: Step) -> Tensor:
    """Squared distance to the experts, in units of their own spread."""
    if step.expert_b_BP is None:
        raise ConfigError(
            "reconstruction needs experts: train them before the generator"
        )
    known_B = ~step.expert_b_BP[:, 0].isnan()
    if int(known_B.sum()) < MIN_EXPERTS:
        return step.b_BP.sum() * 0
    experts_BP = step.expert_b_BP[known_B]
    spread = experts_BP.var(dim=0).mean().clamp_min(1e-12)
    return (step.b_BP[known_B] - experts_BP).square().mean() / spread
