"""How fast experts are trained: many in one forward pass, with each lever on and off.

Three ways meet on the same tasks in one run: ours; the same shared forward pass without
any lever; and PEFT, one expert after another, each until it reaches the loss that ours
reached for its task. Rows a second are of whole steps: forward, backward, optimiser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from statistics import mean
from typing import Any

import torch

from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.batches import TaskData
from training.experts.trials import (
    Levers,
    PeftTrial,
    SharedTrial,
    Trained,
    TrialConfig,
    train_until,
)
from training.sources import ExpertSource
from training.tasks import Task

LEVERS = tuple(f.name for f in fields(Levers))
NO_LEVERS = Levers(**dict.fromkeys(LEVERS, False))
PATIENCE = 4
"""The other ways give up after so many times the steps that ours makes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchConfig:
    """Sizes of the comparison."""

    num_experts: int = 16
    """Experts that are trained."""
    num_sequential: int = 4
    """Of those, how many PEFT trains; its time for all is scaled up from them."""
    group_size: int = 8
    """Experts in one forward pass."""
    num_steps: int = 30
    """Steps that ours makes."""
    num_timed_steps: int = 3
    """Steps of each group that a rate is taken from."""
    max_tokens: int = 96
    """Longer rows are left out."""
    trial: TrialConfig = field(default_factory=TrialConfig)
    """How every expert is trained."""

    def __post_init__(self) -> None:
        """Rejects sizes that measure nothing."""
        at_least(1, self, "num_experts", "num_sequential", "group_size", "num_steps")


class ExpertBench:
    """The same experts, trained in different ways."""

    def __init__(
        self,
        tasks: Sequence[Task],
        *,
        base: BaseModel,
        plain_base: BaseModel,
        spec: LoraSpec,
        shared: SharedFactors,
        states: Path,
        config: BenchConfig,
    ) -> None:
        """Caches the lower states of the tasks' rows.

        Args:
            tasks: The first of them that have short rows are trained.
            base: The base as this machine runs it best.
            plain_base: The same weights in float32 with sdpa.
            spec: Shape of the adapters.
            shared: The frozen A, and the multi-task B to start from.
            states: Folder of cached states.
            config: Sizes.

        Raises:
            ConfigError: No task has a short row.
        """
        self._spec, self._shared, self._config = spec, shared, config
        self._data = {
            is_native: TaskData(
                tasks, model, start_layer=spec.layers[0], max_tokens=config.max_tokens
            )
            for is_native, model in ((True, base), (False, plain_base))
        }
        for data in self._data.values():
            data.cache.open(states)
            data.cache.rows(range(len(data.rows)))
        usable = [t for t in range(len(tasks)) if self._data[True].of_task[t]]
        self.tasks = sorted(usable[: config.num_experts], key=self._mean_length)

    def train(self, *, is_from_multitask: bool, goal: float | None = None) -> Trained:
        """Trains all experts with every lever.

        Args:
            is_from_multitask: Whether they start from B_0, or from zero.
            goal: Mean loss of a group to stop at; `None` trains the configured steps.
        """
        limit = self._config.num_steps * (1 if goal is None else PATIENCE)
        runs = []
        for group in self._groups(is_bucketed=True):
            with self._trial(group, Levers(), is_from_multitask) as trial:
                runs.append(train_until(trial, goal=goal, limit=limit))
        return _joined(runs)

    def rate(self, levers: Levers) -> float:
        """Rows a second with some levers on."""
        seconds, num_rows = 0.0, 0
        for group in self._groups(is_bucketed=levers.length_buckets):
            with self._trial(group, levers, True) as trial:
                trial.step()  # warms up
                run = train_until(trial, goal=None, limit=self._config.num_timed_steps)
                seconds, num_rows = seconds + run.seconds, num_rows + run.num_rows
        return num_rows / seconds

    def train_sequentially(self, goals: dict[int, float]) -> Trained:
        """Trains some of the experts with PEFT, one after another.

        Args:
            goals: By task, the loss to reach.
        """
        every = max(1, len(self.tasks) // self._config.num_sequential)
        runs = []
        for task in self.tasks[::every][: self._config.num_sequential]:
            trial = PeftTrial(
                task,
                data=self._data[True],
                spec=self._spec,
                config=self._config.trial,
            )
            limit = self._config.num_steps * PATIENCE
            runs.append(train_until(trial, goal=goals[task], limit=limit))
        return _joined(runs)

    @contextmanager
    def _trial(
        self, group: Sequence[int], levers: Levers, is_from_multitask: bool
    ) -> Iterator[SharedTrial]:
        source = ExpertSource(self._shared, group)
        if not is_from_multitask:
            torch.nn.init.zeros_(source.b_NP)
        trial = SharedTrial(
            source,
            group,
            data=self._data[levers.native_dtype],
            spec=self._spec,
            config=self._config.trial,
            levers=levers,
        )
        try:
            yield trial
        finally:
            trial.close()

    def _groups(self, *, is_bucketed: bool) -> list[list[int]]:
        size = self._config.group_size
        count = -(-len(self.tasks) // size)
        if is_bucketed:
            return [self.tasks[i * size : (i + 1) * size] for i in range(count)]
        return [self.tasks[i::count] for i in range(count)]

    def _mean_length(self, task: int) -> float:
        data = self._data[True]
        return mean(len(data.rows[i]) for i in data.of_task[task])


def run_bench(bench: ExpertBench) -> dict[str, Any]:  # Any: plain JSON
    """Trains and times the experts every way, and sets the figures side by side."""
    ours = bench.train(is_from_multitask=True)
    goal = mean(ours.losses.values())
    from_zero = bench.train(is_from_multitask=False, goal=goal)
    rate = bench.rate(Levers())
    plain_rate = bench.rate(NO_LEVERS)
    without = {
        name: bench.rate(Levers(**{lever: lever != name for lever in LEVERS}))
        for name in LEVERS
    }
    peft = bench.train_sequentially(ours.losses)
    scale = len(bench.tasks) / len(peft.losses)
    levers = {name: rate / slower for name, slower in without.items()}
    levers["start_from_multitask"] = from_zero.num_steps / ours.num_steps
    return {
        "rows_per_second": {
            "ours": round(rate, 2),
            "shared_forward": round(plain_rate, 2),
            "peft_sequential": round(peft.num_rows / peft.seconds, 2),
        },
        "speedup": round(scale * peft.seconds / ours.seconds, 2),
        "levers": {name: round(factor, 3) for name, factor in levers.items()},
        "seconds": {
            "ours": round(ours.seconds, 2),
            "peft_sequential": round(scale * peft.seconds, 2),
        },
        "final_loss": {
            "ours": round(mean(ours.losses[task] for task in peft.losses), 4),
            "peft_sequential": round(mean(peft.losses.values()), 4),
        },
        "num_experts": len(bench.tasks),
        "num_experts_with_peft": len(peft.losses),
    }


def _joined(runs: Sequence[Trained]) -> Trained:
    return Trained(
        losses={task: loss for run in runs for task, loss in run.losses.items()},
        num_steps=sum(run.num_steps for run in runs),
        seconds=sum(run.seconds for run in runs),
        num_rows=sum(run.num_rows for run in runs),
    )
