"""Which adapter shape to build on: what experts gain under each candidate.

For every candidate a multi-task adapter is trained, then experts of tasks from
validation families start from it; what they gain over the base on unseen rows counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.library import flatten_b
from genadapter.packages import home
from training import run
from training.batches import TaskData
from training.datamodule import BatchConfig
from training.fitting import fit
from training.module import OptimConfig
from training.recipes import AdapterConfig, Recipe
from training.sources import AdapterSource, ExpertSource, FreeExpertSource
from training.teacher_forcing import mean_accuracy, score_tasks
from training.workspace import Workspace, prepare

MAX_ROWS = 40
"""Unseen rows of a task that are scored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A shape to try."""

    name: str
    adapter: AdapterConfig
    is_a_free: bool = False
    """Whether experts train their A as well."""


CANDIDATES = (
    Candidate(name="shared A, rank 8, from layer 15", adapter=AdapterConfig()),
    Candidate(
        name="shared A, rank 16, from layer 15",
        adapter=AdapterConfig(rank=16, alpha=32.0),
    ),
    Candidate(
        name="free A, rank 8, from layer 15", adapter=AdapterConfig(), is_a_free=True
    ),
    Candidate(
        name="shared A, rank 8, from layer 10", adapter=AdapterConfig(start_layer=10)
    ),
    Candidate(
        name="shared A, rank 8, from layer 0", adapter=AdapterConfig(start_layer=0)
    ),
    Candidate(
        name="shared A, rank 8, from layer 15, also o and down",
        adapter=AdapterConfig(
            target_modules=("down_proj", "o_proj", "q_proj", "v_proj")
        ),
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecResult:
    """What one candidate reached; accuracies are means over the tasks."""

    name: str
    base: float
    multitask: float
    expert: float
    parameters_per_expert: int
    seconds: float


def search_specs(
    recipe: Recipe,
    *,
    base: BaseModel,
    encoder: Encoder,
    candidates: Sequence[Candidate] = CANDIDATES,
    num_tasks: int = 12,
    expert_steps: int = 60,
) -> Iterator[SpecResult]:
    """Tries every candidate on the same tasks, rows and steps.

    Args:
        recipe: Gives the training tasks and the multi-task schedule.
        base: The frozen base.
        encoder: Only completes the workspace.
        candidates: Shapes to try.
        num_tasks: Validation tasks that experts are trained for.
        expert_steps: Steps of every expert.
    """
    for candidate in candidates:
        started = time.monotonic()
        named = replace(
            recipe,
            name=_run_name(candidate, num_tasks, expert_steps),
            adapter=candidate.adapter,
        )
        work = prepare(named, base=base, encoder=encoder)
        shared = run.train_multitask(work)
        found = work.validation_tasks
        count = min(num_tasks, len(found))
        tasks = [found[i * len(found) // count] for i in range(count)]
        kind = FreeExpertSource if candidate.is_a_free else ExpertSource
        experts = kind(shared, tasks)
        fit(
            work,
            experts,
            OptimConfig(learning_rate=6e-3, warmup_steps=5, max_steps=expert_steps),
            BatchConfig(num_tasks=len(tasks), swapped_share=0, num_buckets=1),
            name="spec-experts",
            tasks=tasks,
        )
        multitask = ExpertSource(shared, tasks)
        nothing = ExpertSource(shared, tasks)
        torch.nn.init.zeros_(nothing.b_NP)
        yield SpecResult(
            name=candidate.name,
            base=accuracy(work, nothing, tasks),
            multitask=accuracy(work, multitask, tasks),
            expert=accuracy(work, experts, tasks),
            parameters_per_expert=flatten_b(shared.b).numel(),
            seconds=time.monotonic() - started,
        )


def _run_name(candidate: Candidate, num_tasks: int, expert_steps: int) -> str:
    shape = candidate.name.replace(" ", "-").replace(",", "")
    return f"spec-{shape}-{num_tasks}-tasks-{expert_steps}-steps"


def accuracy(work: Workspace, source: AdapterSource, tasks: Sequence[int]) -> float:
    """Mean share of test rows answered token for token."""
    unseen = [work.tasks[t] for t in tasks]
    data = TaskData(
        unseen,
        work.base,
        start_layer=work.recipe.adapter.start_layer,
        part="test",
        max_tokens=work.recipe.data.max_tokens,
    )
    data.cache.open(home() / "states")
    batches = [
        data.collate([(task, 0)], [(0, row) for row in data.of_task[place][:MAX_ROWS]])
        for place, task in enumerate(tasks)
    ]
    return mean_accuracy(score_tasks(work, source, batches))
