"""How likely a family that models experts finds them: a bound, to be raised."""

from __future__ import annotations

from torch import Tensor

from genadapter.errors import ConfigError
from training.objectives.base import Step, weight_objective


@weight_objective
def evidence(step: Step) -> Tensor:
    """Negative evidence lower bound, averaged over slots whose task has an expert.

    Reference: Kingma and Welling, Auto-Encoding Variational Bayes, 2014; conditional as
    in Sohn, Lee and Yan, 2015.
    """
    if step.evidence_B is None or step.expert_b_BP is None:
        raise ConfigError("evidence needs experts: train them before the generator")
    known_B = ~step.expert_b_BP[:, 0].isnan()
    return step.evidence_B.sum() / known_B.sum().clamp_min(1)
