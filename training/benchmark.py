"""How fast experts are trained: many in one forward pass, with each lever on and off.

Three ways meet on the same tasks in one run: ours; the same shared forward pass without
any lever; and PEFT, one expert after another, until each reaches the loss that ours
reached. Rows a second are of whole training steps: forward, backward and optimiser.

Shapes: B slots, G rows, T tokens, N answer tokens, V vocabulary.
"""

from __future__ import annotations

import copy
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.datamodule import Batch, TaskData
from training.module import AdapterTraining, OptimConfig
from training.sources import ExpertSource
from training.tasks import Task

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchConfig:
    """Sizes of the comparison."""

    num_experts: int = 16
    """Experts that are trained."""
    num_sequential: int = 4
    """Of those, how many PEFT trains; its time for all is scaled up from them."""
    group_size: int = 8
    """Experts in one forward pass; groups are of similar row length."""
    rows_per_task: int = 2
    """Rows of an expert a step, for ours and for PEFT."""
    num_steps: int = 30
    """Steps that ours trains; its final loss is PEFT's goal."""
    max_steps_factor: int = 4
    """Others give up after this many times as many steps."""
    num_timed_steps: int = 3
    """Steps that a rate is taken from, for each group."""
    learning_rate: float = 3e-3
    """Of every expert, with AdamW and a short warm-up."""
    max_tokens: int = 96
    """Longer rows are left out."""
    judged_rows: int = 8
    """Training rows of a task that its loss is read from."""
    seed: int = 0
    """Of the order of rows."""

    def __post_init__(self) -> None:
        """Rejects sizes that measure nothing."""
        for name in ("num_experts", "num_sequential", "group_size", "num_steps"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1, got {getattr(self, name)}"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Levers:
    """What makes a step of the shared forward pass fast."""

    cached_lower_states: bool = True
    """Layers below the adapters are read from the cache, not run."""
    answer_only_logits: bool = True
    """The vocabulary is read out at answer tokens alone."""
    native_dtype: bool = True
    """The dtype and attention chosen for this machine, not float32 and sdpa."""
    length_buckets: bool = True
    """Experts of one forward pass have rows of similar length."""


LEVERS = ("cached_lower_states", "answer_only_logits", "native_dtype", "length_buckets")
NO_LEVERS = Levers(**dict.fromkeys(LEVERS, False))


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """What training to a goal took."""

    loss: float
    """Mean over tasks, on the judged rows."""
    num_steps: int
    """Steps of one expert, or the mean over experts."""
    seconds: float
    """Of training alone; reading the loss off is not counted."""
    num_rows: int
    """Rows that went through."""

    @property
    def rows_per_second(self) -> float:
        """Rate of the whole."""
        return self.num_rows / self.seconds


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
            tasks: At least one; the first that have short rows are taken.
            base: The base as this machine runs it best.
            plain_base: The same weights in float32 with sdpa.
            spec: Shape of the adapters.
            shared: The frozen A and the multi-task B.
            states: Folder of cached states.
            config: Sizes.

        Raises:
            ConfigError: No task has a short row.
        """
        self._spec, self._shared, self._config = spec, shared, config
        self._bases = {True: base, False: plain_base}
        self._data = {
            native: TaskData(
                tasks, b, start_layer=spec.layers[0], max_tokens=config.max_tokens
            )
            for native, b in self._bases.items()
        }
        for data in self._data.values():
            data.cache.prepare(states)
        data = self._data[True]
        usable = [t for t in range(len(tasks)) if data.of_task[t]]
        self._tasks = sorted(usable[: config.num_experts], key=self._mean_length)

    @property
    def num_experts(self) -> int:
        """Experts that are trained; fewer than asked for where tasks are few."""
        return len(self._tasks)

    def train(self, *, is_from_multitask: bool, goal: float | None = None) -> Trained:
        """Trains all experts with every lever.

        Args:
            is_from_multitask: Whether they start from B_0, or from zero.
            goal: Mean loss to stop at; `None` trains the configured steps.
        """
        config, runs = self._config, []
        limit = config.num_steps * (1 if goal is None else config.max_steps_factor)
        for group in self._groups(is_bucketed=True):
            with self._trial(group, Levers(), is_from_multitask) as trial:
                runs.append(trial.train_until(goal, limit))
        return Trained(
            loss=_mean_over([run.loss for run in runs], self._groups(is_bucketed=True)),
            num_steps=round(mean(run.num_steps for run in runs)),
            seconds=sum(run.seconds for run in runs),
            num_rows=sum(run.num_rows for run in runs),
        )

    def rate(self, levers: Levers) -> float:
        """Rows a second of training steps with some levers on."""
        seconds, rows = 0.0, 0
        for group in self._groups(is_bucketed=levers.length_buckets):
            with self._trial(group, levers, is_from_multitask=True) as trial:
                trial.step()  # warms up
                for _ in range(self._config.num_timed_steps):
                    seconds += trial.step()
                    rows += len(group) * self._config.rows_per_task
        return rows / seconds

    def train_sequentially(self, goal: float) -> Trained:
        """Trains some of the experts with PEFT, one after another, to a goal."""
        every = max(1, len(self._tasks) // self._config.num_sequential)
        chosen = self._tasks[::every][: self._config.num_sequential]
        limit = self._config.num_steps * self._config.max_steps_factor
        runs = []
        for task in chosen:
            trial = PeftTrial(task, self._data[True], self._spec, self._config)
            runs.append(trial.train_until(goal, limit))
        scale = len(self._tasks) / len(chosen)
        return Trained(
            loss=mean(run.loss for run in runs),
            num_steps=round(mean(run.num_steps for run in runs)),
            seconds=scale * sum(run.seconds for run in runs),
            num_rows=round(scale * sum(run.num_rows for run in runs)),
        )

    def _trial(
        self, group: Sequence[int], levers: Levers, is_from_multitask: bool
    ) -> SharedTrial:
        source = ExpertSource(self._shared, group)
        if not is_from_multitask:
            torch.nn.init.zeros_(source.b_NP)
        data = self._data[levers.native_dtype]
        return SharedTrial(group, source, data, self._spec, self._config, levers)

    def _groups(self, *, is_bucketed: bool) -> list[list[int]]:
        size = min(self._config.group_size, len(self._tasks))
        if is_bucketed:
            count = range(0, len(self._tasks), size)
            return [self._tasks[i : i + size] for i in count]
        count = range(-(-len(self._tasks) // size))
        return [self._tasks[i :: len(count)] for i in count]

    def _mean_length(self, task: int) -> float:
        data = self._data[True]
        return mean(len(data.rows[i]) for i in data.of_task[task])


def _mean_over(values: Sequence[float], groups: Sequence[Sequence[int]]) -> float:
    sizes = [len(group) for group in groups]
    return sum(v * n for v, n in zip(values, sizes, strict=True)) / sum(sizes)


def _train_until(
    step: Callable[[], float],
    loss: Callable[[], float],
    *,
    goal: float | None,
    limit: int,
    rows_per_step: int,
) -> Trained:
    """Steps until the loss is at the goal, looked at every fifth step, or the limit."""
    seconds, steps, found = 0.0, 0, float("inf")
    while steps < limit and (goal is None or found > goal):
        seconds += step()
        steps += 1
        if goal is not None and steps % 5 == 0:
            found = loss()
    return Trained(
        loss=loss() if goal is None or steps % 5 else found,
        num_steps=steps,
        seconds=seconds,
        num_rows=steps * rows_per_step,
    )


def _warmed_up(optimizer: torch.optim.Optimizer, learning_rate: float) -> Any:
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 5)
    )
