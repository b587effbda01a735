"""Streams of batches: which tasks, rows and descriptions meet in a training step."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import lightning
from torch.utils.data import DataLoader, IterableDataset

from genadapter.checks import at_least
from genadapter.errors import ConfigError
from training.batches import Batch, PromptedData, TaskData
from training.conditions import ConditionTable
from training.teacher import Teacher


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchConfig:
    """What one training step looks at."""

    num_tasks: int = 16
    """Tasks a step (B)."""
    rows_per_task: int = 2
    """Rows of each."""
    swapped_share: float = 0.125
    """Rows added that go through another task's adapter, as a share of the others."""
    shown_share: float = 0.0
    """Share of slots that are shown by examples, of tasks that can be."""
    num_buckets: int = 4
    """Tasks are grouped by length, so that a batch holds little padding."""

    def __post_init__(self) -> None:
        """Rejects sizes that make no batch."""
        at_least(1, self, "num_tasks", "rows_per_task", "num_buckets")
        for name in ("swapped_share", "shown_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} must be 0 to 1, got {getattr(self, name)}")


class BatchStream(IterableDataset[Batch]):
    """An endless, seeded stream of batches; siblings over one pool come together."""

    def __init__(
        self,
        data: TaskData | PromptedData,
        conditions: ConditionTable | None,
        config: BatchConfig,
        *,
        tasks: Sequence[int],
        seed: int,
        weights: Mapping[int, float] | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        """Groups tasks by length.

        Args:
            data: Rows with their states.
            conditions: What slots may be told; `None` where none is needed.
            config: Sizes of a batch.
            tasks: Positions of the tasks to draw from.
            seed: Of the stream; another one gives another order.
            weights: How often each task is drawn; `None` draws all alike.
            teacher: Asked about every batch, for those who learn from it.
        """
        self.teacher = teacher
        self.data, self.conditions, self.config = data, conditions, config
        self.seed = seed
        self.weights = weights or dict.fromkeys(tasks, 1.0)
        usable = [t for t in tasks if data.of_task[t]]
        usable.sort(key=lambda t: (data.length_of(t), t))
        count = max(1, min(config.num_buckets, len(usable) // (2 * config.num_tasks)))
        size = -(-len(usable) // count)
        self.buckets = [usable[i : i + size] for i in range(0, len(usable), size)]
        self.siblings: dict[str, list[int]] = defaultdict(list)
        for task in usable:
            self.siblings[data.tasks[task].pool or data.tasks[task].id].append(task)

    def __iter__(self) -> Iterator[Batch]:
        """Yields batches for ever."""
        rng = random.Random(self.seed)
        while True:
            yield self._draw(rng)

    def _draw(self, rng: random.Random) -> Batch:
        tasks = self._draw_tasks(rng)
        slots = [(task, self._draw_condition(task, rng)) for task in tasks]
        rows = []
        for slot, (task, told) in enumerate(slots):
            own = self._unshown(task, told)
            for position in rng.choices(own, k=self.config.rows_per_task):
                rows.append((slot, position))
        num_swapped = round(self.config.swapped_share * len(rows))
        twins = rng.sample(range(len(rows)), num_swapped if len(tasks) > 1 else 0)
        for twin in twins:
            slot, position = rows[twin]
            rows.append((self._wrong_slot(slot, tasks, rng), position))
        batch = self.data.collate(slots, rows, twins)
        if self.teacher is None:
            return batch
        return replace(batch, taught_NV=self.teacher.logits(batch, slots, rows))

    def _unshown(self, task: int, told: int) -> Sequence[int]:
        """Rows of a task that are not in the very condition, or it could be copied from."""
        own = self.data.of_task[task]
        if self.conditions is None:
            return own
        shown = {e.input for e in self.conditions.conditions[told].examples}
        return (
            [p for p in own if self.data.rows[p].input not in shown] if shown else own
        )

    def _draw_tasks(self, rng: random.Random) -> list[int]:
        weights = [sum(self.weights[t] for t in bucket) for bucket in self.buckets]
        bucket = rng.choices(self.buckets, weights)[0]
        wanted = min(self.config.num_tasks, len(bucket))
        chosen: list[int] = []
        # Without replacement: as exponential clocks ring, each at its task's rate.
        rings = {t: rng.expovariate(self.weights[t]) for t in bucket}
        for task in sorted(bucket, key=rings.__getitem__):
            pool = self.data.tasks[task].pool or self.data.tasks[task].id
            sibling = rng.choice(self.siblings[pool])
            # A task and a sibling side by side: same inputs, other answers.
            for candidate in (task, sibling):
                if candidate not in chosen and len(chosen) < wanted:
                    chosen.append(candidate)
        return chosen

    def _draw_condition(self, task: int, rng: random.Random) -> int:
        if self.conditions is None:
            return 0
        shown = self.conditions.shown[task]
        if shown and rng.random() < self.config.shown_share:
            return rng.choice(shown)
        return rng.choice(self.conditions.train[task])

    def _wrong_slot(self, slot: int, tasks: Sequence[int], rng: random.Random) -> int:
        pool = self.data.tasks[tasks[slot]].pool
        others = [s for s in range(len(tasks)) if s != slot]
        near = [s for s in others if pool and self.data.tasks[tasks[s]].pool == pool]
        return rng.choice(near or others)


class TaskDataModule(lightning.LightningDataModule):
    """Hands the stream to Lightning; each leg of a run draws fresh batches."""

    def __init__(
        self, stream: BatchStream, validation: list[DataLoader[Batch]] | None = None
    ) -> None:
        """Takes what to train on and, where wanted, what to validate on."""
        super().__init__()
        self._stream, self._validation = stream, validation

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches as they come; collated by the stream itself."""
        return DataLoader(self._stream, batch_size=None)

    def val_dataloader(self) -> list[DataLoader[Batch]]:
        """Rows told their own description, then rows told another's."""
        return self._validation or []


def validation_batches(
    data: TaskData | PromptedData,
    conditions: ConditionTable,
    *,
    tasks: Sequence[int],
    rows_per_task: int,
    told: Literal["own", "other"],
) -> list[Batch]:
    """Batches over tasks with held-out descriptions, the same on every call.

    Args:
        data: Rows with their states.
        conditions: What slots are told.
        tasks: Positions of the tasks.
        rows_per_task: Rows of each task.
        told: `other` tells every task the description of one far from it in the list.
    """
    usable = sorted((t for t in tasks if data.of_task[t]), key=data.length_of)
    shift = 0 if told == "own" else len(usable) // 2
    batches = []
    for start in range(0, len(usable), 4):
        chunk = usable[start : start + 4]
        slots, rows = [], []
        for slot, task in enumerate(chunk):
            source = usable[(start + slot + shift) % len(usable)]
            slots.append((task, conditions.heldout[source][0]))
            rows += [(slot, row) for row in data.of_task[task][:rows_per_task]]
        batches.append(data.collate(slots, rows))
    return batches
