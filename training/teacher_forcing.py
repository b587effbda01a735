"""How well adapters serve tasks, teacher-forced: one forward pass, no decoding.

Shapes: B slots, G rows, N answer tokens, V vocabulary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean

import torch

from genadapter.lora import LoraSpec
from genadapter.packages import home
from training.batches import Batch, TaskData
from training.datamodule import validation_batches
from training.module import AdapterTraining, exact_rows
from training.sources import AdapterSource
from training.workspace import Workspace, evenly


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskScore:
    """Means over the rows of one task."""

    loss: float
    """Cross-entropy of the answer in nats a token."""
    accuracy: float
    """Share of rows whose every answer token is the most likely one."""


def unseen_batches(
    work: Workspace, tasks: range, *, max_tasks: int, max_rows: int
) -> list[Batch]:
    """Rows of training tasks that were kept from training, told in held-out words.

    Args:
        work: The run.
        tasks: Positions of training tasks, from the first one on.
        max_tasks: Of them at most so many, evenly spread.
        max_rows: Rows of each at most.
    """
    data = TaskData(
        work.tasks[: tasks.stop],
        work.base,
        start_layer=work.recipe.adapter.start_layer,
        part="validation",
        max_tokens=work.recipe.data.max_tokens,
        max_rows=max_rows,
    )
    data.cache.open(home() / "states")
    return validation_batches(
        data,
        work.conditions,
        tasks=evenly(tasks, max_tasks),
        rows_per_task=max_rows,
        told="own",
    )


@torch.inference_mode()
def score_tasks(
    work: Workspace,
    source: AdapterSource,
    batches: Iterable[Batch],
    *,
    spec: LoraSpec | None = None,
) -> dict[int, TaskScore]:
    """Scores a source of adapters on rows of tasks.

    Args:
        work: Base model and shape of its adapters.
        source: What gives the adapters; left in evaluation mode.
        batches: Rows, each told which slot it goes through.
        spec: Shape of the source's adapters; `None` means the run's.

    Returns:
        By position in the suite, the score of every task that has a row.
    """
    device = work.base.device
    module = AdapterTraining(
        source.to(device).eval(),
        base=work.base,
        spec=spec or work.spec,
        config=work.recipe.optim,
    )
    losses: dict[int, list[float]] = defaultdict(list)
    exact: dict[int, list[float]] = defaultdict(list)
    try:
        for batch in (batch.to(device) for batch in batches):
            logits_NV = module.answer_logits(batch, source(batch))
            tasks = batch.tasks_B[batch.slot_of_G].tolist()
            loss_G = module.row_losses(batch, logits_NV)
            rows = zip(
                tasks,
                loss_G.tolist(),
                exact_rows(batch, logits_NV).tolist(),
                strict=True,
            )
            for task, loss, is_exact in rows:
                losses[task].append(loss)
                exact[task].append(float(is_exact))
    finally:
        module.detach()
    return {
        task: TaskScore(loss=mean(losses[task]), accuracy=mean(exact[task]))
        for task in losses
    }


def mean_accuracy(scores: Mapping[int, TaskScore]) -> float:
    """Mean over tasks, each weighing the same."""
    return mean(score.accuracy for score in scores.values())
