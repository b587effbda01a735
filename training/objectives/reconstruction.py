"""Distance to the trained expert: a warm start, not a goal.

Alone it does not carry over to unseen tasks (Charakorn et al., Text-to-LoRA, 2025,
table 6). All experts share their A, so they are compared entry by entry.
"""

from __future__ import annotations

import torch
from torch import Tensor

from genadapter.errors import ConfigError
from training.objectives.base import Step, weight_objective

MIN_EXPERTS = 2
"""Fewer experts in a step have no spread to measure by."""


@weight_objective
def reconstruction(step: Step) -> Tensor:
    """Squared distance to the experts, in units of their spread, or size where none."""
    if step.expert_b_BP is None:
        raise ConfigError(
            "reconstruction needs experts: train them before the generator"
        )
    known_B = ~step.expert_b_BP[:, 0].isnan()
    if int(known_B.sum()) < MIN_EXPERTS:
        return step.b_BP.sum() * 0
    experts_BP = step.expert_b_BP[known_B]
    variance_P = experts_BP.var(dim=0)
    is_common_P = variance_P == 0
    # What all experts have in common, such as their A, has a size and no spread.
    unit_P = torch.where(
        is_common_P,
        _mean_over(experts_BP.square().mean(dim=0), is_common_P),
        _mean_over(variance_P, ~is_common_P),
    )
    return ((step.b_BP[known_B] - experts_BP).square() / unit_P).mean()


def _mean_over(values_P: Tensor, chosen_P: Tensor) -> Tensor:
    return (values_P * chosen_P).sum() / chosen_P.sum().clamp_min(1) + 1e-12
