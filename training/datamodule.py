"""Batches for training: rows of many tasks, their cached lower states, a condition each.

Rows of a task share a sequence: the start that all prompts have in common once, then
each row's own tokens.

Shapes: B slots (a task and its adapter), G rows, S sequences, T tokens, D hidden, N
answer tokens of a batch.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import lightning
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, IterableDataset

from genadapter.base_model import BaseModel, Packing
from genadapter.errors import ConfigError
from training.checks import at_least
from training.descriptions import DescriptionTable
from training.states import Row, StateCache, num_common_tokens, pack_rows
from training.tasks import Example, Task

SEQUENCE_TOKENS = 96
"""Longer sequences cost more in attention than their shared start saves."""

ExamplePart = Literal["train", "validation", "test"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of several tasks, packed into sequences."""

    hidden_STD: Tensor
    """Cached lower states, zero where padded on the right."""
    packing: Packing
    """Where the rows of a sequence lie."""
    positions_ST: Tensor
    """True where the next token belongs to an answer."""
    slot_of_S: Tensor
    """For every sequence the slot, 0 to B - 1, whose adapter it goes through."""
    targets_N: Tensor
    """The answer tokens, in row-major order of the positions."""
    row_of_N: Tensor
    """The row that each target belongs to."""
    slot_of_G: Tensor
    """For every row its sequence's slot."""
    tasks_B: Tensor
    """For every slot its task's position in the suite."""
    descriptions_B: Tensor
    """For every slot the description it is told, as a position in the features."""
    twin_G: Tensor
    """For a row that goes through another task's adapter the same row going through
    its own, else -1."""

    @property
    def num_rows(self) -> int:
        """Rows of the batch (G)."""
        return len(self.slot_of_G)

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = {
            name: getattr(self, name).to(device) for name in self.__dataclass_fields__
        }
        return Batch(**moved)


class TaskData:
    """Tokenised rows of a suite with their cached states."""

    def __init__(
        self,
        tasks: Sequence[Task],
        base: BaseModel,
        *,
        start_layer: int,
        part: ExamplePart = "train",
        max_tokens: int = 160,
        max_rows: int = 200,
        prompted: Literal["input", "description"] = "input",
    ) -> None:
        """Tokenises one part of every task's rows.

        Args:
            tasks: The suite; positions in it name tasks from here on.
            base: Gives prompts and lower states.
            start_layer: First decoder layer that carries an adapter.
            part: Which of a task's rows to take.
            max_tokens: Longer rows are left out.
            max_rows: Rows of a task beyond this are left out.
            prompted: Whether prompts hold the input alone or the description as well.

        Raises:
            ConfigError: No task has a row that is short enough.
        """
        self.tasks = tuple(tasks)
        self.base = base
        rows: list[Row] = []
        for position, task in enumerate(tasks):
            kept = [
                row
                for i, example in enumerate(task.rows(part))
                if len(row := _tokenise(position, i, task, example, base, prompted))
                <= max_tokens
            ]
            rows += kept[:max_rows]
        if not rows:
            raise ConfigError(f"no {part} row has at most {max_tokens} tokens")
        self.rows = tuple(rows)
        self.of_task: dict[int, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            self.of_task[row.task].append(i)
        self.num_common = num_common_tokens(self.rows)
        self.cache = StateCache(
            self.rows, base, start_layer, num_common=self.num_common
        )

    def collate(
        self,
        slots: Sequence[tuple[int, int]],
        rows: Sequence[tuple[int, int]],
        twins: Sequence[int] = (),
        *,
        sequence_tokens: int = SEQUENCE_TOKENS,
    ) -> Batch:
        """Builds a batch.

        Args:
            slots: For every slot its task and the description it is told.
            rows: For every row of the batch its slot and its position in the data.
            twins: The last rows go through a wrong slot; each names its right twin.
            sequence_tokens: Rows of a slot share a sequence up to this length; 0 gives
                every row its own.
        """
        sequences = self.sequences(rows, sequence_tokens)
        in_order = [g for own in sequences for g in own]
        chosen = {g: self.rows[rows[g][1]] for g in in_order}
        states = [
            torch.cat([self.cache.common, *(self.cache.row(rows[g][1]) for g in own)])
            for own in sequences
        ]
        is_read = [
            torch.tensor(
                [False] * self.num_common
                + [
                    i >= len(chosen[g].prompt) - 1
                    for g in own
                    for i in range(self.num_common, len(chosen[g]))
                ]
            )
            for own in sequences
        ]
        return Batch(
            hidden_STD=pad_sequence(states, batch_first=True).to(self.base.dtype),
            packing=pack_rows(
                [[len(chosen[g]) for g in own] for own in sequences], self.num_common
            ),
            positions_ST=pad_sequence(is_read, batch_first=True),
            slot_of_S=torch.tensor([rows[own[0]][0] for own in sequences]),
            targets_N=torch.tensor([t for g in in_order for t in chosen[g].answer]),
            row_of_N=torch.tensor([g for g in in_order for _ in chosen[g].answer]),
            slot_of_G=torch.tensor([slot for slot, _ in rows]),
            tasks_B=torch.tensor([task for task, _ in slots]),
            descriptions_B=torch.tensor([description for _, description in slots]),
            twin_G=torch.tensor([-1] * (len(rows) - len(twins)) + list(twins)),
        )

    def sequences(
        self, rows: Sequence[tuple[int, int]], sequence_tokens: int
    ) -> list[list[int]]:
        """Which rows, by their place in the list, share a sequence: rows of one slot."""
        found: list[list[int]] = []
        open_of_slot: dict[int, tuple[list[int], int]] = {}
        for g, (slot, position) in enumerate(rows):
            length = len(self.rows[position])
            own, total = open_of_slot.get(slot, ([], sequence_tokens))
            total += length - self.num_common
            if total > sequence_tokens:
                own, total = [], length
                found.append(own)
            own.append(g)
            open_of_slot[slot] = own, total
        return found


def num_tokens(example: Example, base: BaseModel) -> int:
    """Tokens of an example that go through the model."""
    return len(base.prompt_ids(example.input) + base.answer_ids(example.outputs[0])) - 1


def _tokenise(
    position: int,
    index: int,
    task: Task,
    example: Example,
    base: BaseModel,
    prompted: Literal["input", "description"],
) -> Row:
    told = None
    if prompted == "description":
        told = task.train_descriptions[index % len(task.train_descriptions)]
    prompt = base.prompt_ids(example.input, description=told)
    return Row(position, tuple(prompt), tuple(base.answer_ids(example.outputs[0])))


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchConfig:
    """What one training step looks at."""

    num_tasks: int = 16
    """Tasks a step (B)."""
    rows_per_task: int = 2
    """Rows of each."""
    swapped_share: float = 0.125
    """Rows added that go through another task's adapter, as a share of the others."""
    num_buckets: int = 4
    """Tasks are grouped by length, so that a batch holds little padding."""

    def __post_init__(self) -> None:
        """Rejects sizes that make no batch."""
        at_least(1, self, "num_tasks", "rows_per_task", "num_buckets")
        if not 0 <= self.swapped_share <= 1:
            raise ConfigError(f"swapped_share must be 0 to 1, got {self.swapped_share}")


class BatchStream(IterableDataset[Batch]):
    """An endless, seeded stream of batches; siblings over one pool come together."""

    def __init__(
        self,
        data: TaskData,
        descriptions: DescriptionTable | None,
        config: BatchConfig,
        *,
        tasks: Sequence[int],
        seed: int,
    ) -> None:
        """Groups tasks by length.

        Args:
            data: Rows with their states.
            descriptions: What slots may be told; `None` where no condition is needed.
            config: Sizes of a batch.
            tasks: Positions of the tasks to draw from.
            seed: Of the stream; another one gives another order.
        """
        self.data, self.descriptions, self.config = data, descriptions, config
        self.seed = seed
        usable = [t for t in tasks if data.of_task[t]]
        usable.sort(key=lambda t: (_median_length(data, t), t))
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
        slots = [(task, self._draw_description(task, rng)) for task in tasks]
        rows = []
        for slot, task in enumerate(tasks):
            own = self.data.of_task[task]
            for position in rng.choices(own, k=self.config.rows_per_task):
                rows.append((slot, position))
        num_swapped = round(self.config.swapped_share * len(rows))
        twins = rng.sample(range(len(rows)), num_swapped if len(tasks) > 1 else 0)
        for twin in twins:
            slot, position = rows[twin]
            rows.append((self._wrong_slot(slot, tasks, rng), position))
        return self.data.collate(slots, rows, twins)

    def _draw_tasks(self, rng: random.Random) -> list[int]:
        weights = [len(bucket) for bucket in self.buckets]
        bucket = rng.choices(self.buckets, weights)[0]
        wanted = min(self.config.num_tasks, len(bucket))
        chosen: list[int] = []
        for task in rng.sample(bucket, len(bucket)):
            pool = self.data.tasks[task].pool or self.data.tasks[task].id
            sibling = rng.choice(self.siblings[pool])
            # A task and a sibling side by side: same inputs, other answers.
            for candidate in (task, sibling):
                if candidate not in chosen and len(chosen) < wanted:
                    chosen.append(candidate)
        return chosen

    def _draw_description(self, task: int, rng: random.Random) -> int:
        if self.descriptions is None:
            return 0
        return rng.choice(self.descriptions.train[task])

    def _wrong_slot(self, slot: int, tasks: Sequence[int], rng: random.Random) -> int:
        pool = self.data.tasks[tasks[slot]].pool
        others = [s for s in range(len(tasks)) if s != slot]
        near = [s for s in others if pool and self.data.tasks[tasks[s]].pool == pool]
        return rng.choice(near or others)


def _median_length(data: TaskData, task: int) -> int:
    lengths = sorted(len(data.rows[i]) for i in data.of_task[task])
    return lengths[len(lengths) // 2]


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
    data: TaskData,
    descriptions: DescriptionTable,
    *,
    tasks: Sequence[int],
    rows_per_task: int,
    told: Literal["own", "other"],
) -> list[Batch]:
    """Batches over tasks with held-out descriptions, the same on every call.

    Args:
        data: Rows with their states.
        descriptions: What slots are told.
        tasks: Positions of the tasks.
        rows_per_task: Rows of each task.
        told: `other` tells every task the description of one far from it in the list.
    """
    usable = sorted(
        (t for t in tasks if data.of_task[t]), key=lambda t: _median_length(data, t)
    )
    shift = 0 if told == "own" else len(usable) // 2
    batches = []
    for start in range(0, len(usable), 4):
        chunk = usable[start : start + 4]
        slots, rows = [], []
        for slot, task in enumerate(chunk):
            source = usable[(start + slot + shift) % len(usable)]
            slots.append((task, descriptions.heldout[source][0]))
            rows += [(slot, row) for row in data.of_task[task][:rows_per_task]]
        batches.append(data.collate(slots, rows))
    return batches
