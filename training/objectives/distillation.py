"""What a teacher that reads the task in its prompt expects, token by token."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from genadapter.errors import ConfigError
from training.objectives.base import Step, objective


@objective
def distillation(step: Step) -> Tensor:
    """Kullback-Leibler divergence from the teacher, in nats an answer token.

    Rows that go through another task's adapter count as well: the teacher was told that
    task too, so its answer is what the description asks for.

    Reference: Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network,
    2015; at temperature 1.
    """
    if step.batch.taught_NV is None or step.logits_NV is None:
        raise ConfigError(
            "distillation needs a teacher: choose a family that starts from a prompted "
            "adapter"
        )
    return functional.kl_div(
        step.logits_NV.float().log_softmax(dim=1),
        step.batch.taught_NV.float().log_softmax(dim=1),
        reduction="batchmean",
        log_target=True,
    )
