"""Looks: how a group of experts does on unseen rows while it is trained.

Shapes: N tasks of the group, K looks, G rows of a batch.
"""

from __future__ import annotations

from typing import Any

import lightning
import torch
from torch import Tensor, nn

from training.batches import Batch, TaskData
from training.module import AdapterTraining

MIN_GAIN = 0.003
"""A look at which the mean of the best likelihoods rose by less has gained nothing."""
_TASKS_PER_BATCH = 4


class Looks(lightning.Callback):
    """Keeps the weights of every task from its best look; ends what gains no more."""

    def __init__(
        self,
        data: TaskData | None,
        *,
        num_tasks: int,
        every_steps: int,
        patience: int,
    ) -> None:
        """Takes the rows to look at.

        Args:
            data: Unseen rows of the tasks; `None`, or a task without rows, keeps the
                last weights.
            num_tasks: Tasks in training; every parameter has an entry for each.
            every_steps: Steps between looks.
            patience: Looks in a row without a gain after which training ends.
        """
        self._batches = [] if data is None else _batches(data, num_tasks)
        self._every, self._patience = every_steps, patience
        self._best_N = torch.full((num_tasks,), torch.nan)
        self._kept: dict[str, Tensor] = {}
        self.steps: list[int] = []
        self._looks: list[Tensor] = []
        self._num_idle = 0

    @property
    def likelihood_NK(self) -> Tensor:
        """Likelihood of an answer token at every look, NaN for tasks without rows.

        It is the geometric mean over a row's answer tokens, averaged over rows.
        """
        if not self._looks:
            return self._best_N.new_zeros(len(self._best_N), 0)
        return torch.stack(self._looks, dim=1)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, module: Any, *_: Any
    ) -> None:  # Any: Lightning's hook
        """Looks every few steps, and at the end."""
        step = trainer.global_step
        if step % self._every and step != trainer.max_steps:
            return
        likelihood_N = self._look(module)
        before = float(self._best_N.nan_to_num(0.0).mean())
        is_better_N = ~(likelihood_N <= self._best_N)
        self._best_N = likelihood_N.where(is_better_N, self._best_N)
        self._keep(module.source, is_better_N)
        self.steps.append(step)
        self._looks.append(likelihood_N)
        gain = float(self._best_N.nan_to_num(0.0).mean()) - before
        self._num_idle = 0 if gain >= MIN_GAIN else self._num_idle + 1
        if self._batches and self._num_idle >= self._patience:
            trainer.should_stop = True

    def restore(self, source: nn.Module) -> None:
        """Puts every task's best weights back."""
        source.load_state_dict(self._kept, strict=False)

    @torch.no_grad()
    def _look(self, module: AdapterTraining) -> Tensor:
        total_N = torch.zeros(len(self._best_N))
        count_N = torch.zeros(len(self._best_N))
        for batch in (batch.to(module.device) for batch in self._batches):
            logits_NV = module.answer_logits(batch, module.source(batch))
            likelihood_G = (-module.row_losses(batch, logits_NV)).exp().cpu()
            tasks_G = batch.tasks_B[batch.slot_of_G].cpu()
            total_N.index_add_(0, tasks_G, likelihood_G)
            count_N.index_add_(0, tasks_G, torch.ones_like(likelihood_G))
        return total_N / count_N

    def _keep(self, source: nn.Module, chosen_N: Tensor) -> None:
        for name, parameter in source.named_parameters():
            own = parameter.detach()
            kept = self._kept.setdefault(name, own.clone())
            places = chosen_N.to(own.device)
            kept[places] = own[places]


def _batches(data: TaskData, num_tasks: int) -> list[Batch]:
    tasks = sorted((t for t in range(num_tasks) if data.of_task[t]), key=data.length_of)
    chunks = [
        tasks[start : start + _TASKS_PER_BATCH]
        for start in range(0, len(tasks), _TASKS_PER_BATCH)
    ]
    return [
        data.collate(
            [(task, 0) for task in chunk],
            [
                (slot, row)
                for slot, task in enumerate(chunk)
                for row in data.of_task[task]
            ],
        )
        for chunk in chunks
    ]
