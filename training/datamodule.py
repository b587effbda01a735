"""Batches for training: rows of many tasks, their cached lower states, a condition each.

Adapters sit on the upper layers, so the lower layers' states of a row never change:
they are computed once and kept in a file that is mapped into memory.

Shapes: N rows, T tokens, D hidden, B tasks of a batch, G rows of a batch.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import lightning
import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, IterableDataset

from genadapter.base_model import BaseModel
from genadapter.condition import Condition
from genadapter.encoder import Encoder, TextFeatures
from genadapter.errors import ConfigError
from training.tasks import Example, Task

ExamplePart = Literal["train", "validation", "test"]


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenised example: a prompt and the answer that is learned."""

    task: int
    """Position of its task in the suite."""
    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        """Number of tokens that go through the model."""
        return len(self.prompt) + len(self.answer) - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Rows of several tasks."""

    hidden_GTD: Tensor
    """Cached lower states, zero where padded on the right."""
    positions_GT: Tensor
    """True where the next token belongs to the answer."""
    targets_N: Tensor
    """The answer tokens, in row-major order of the positions."""
    row_of_N: Tensor
    """The row that each target belongs to."""
    slot_of_G: Tensor
    """For every row the slot, 0 to B - 1, whose adapter it goes through."""
    tasks_B: Tensor
    """For every slot its task's position in the suite."""
    descriptions_B: Tensor
    """For every slot the description it is told, as a position in the features."""
    twin_G: Tensor
    """For a row that goes through another task's adapter the same row going through
    its own, else -1."""

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = {
            name: getattr(self, name).to(device, non_blocking=True)
            for name in self.__dataclass_fields__
        }
        return Batch(**moved)


class StateCache:
    """Lower-layer states of rows, one after the other in one file."""

    def __init__(self, rows: Sequence[Row], base: BaseModel, start_layer: int) -> None:
        """Remembers where each row lies; nothing is computed yet."""
        self._rows = rows
        self._base = base
        self._start_layer = start_layer
        lengths = torch.tensor([0, *[len(r) for r in rows]])
        self._offsets = lengths.cumsum(0).tolist()
        self._states_TD: Tensor | None = None

    def prepare(self, folder: Path, *, batch_rows: int = 32) -> None:
        """Computes the states unless the folder already holds them."""
        shape = (self._offsets[-1], self._base.model.config.hidden_size)
        path = folder / f"{self._key()}.states"
        partial = path.with_suffix(".partial")
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            states_TD = _map_file(partial, shape)
            self._fill(states_TD, batch_rows)
            del states_TD
            partial.rename(path)
        self._states_TD = _map_file(path, shape)

    def row(self, position: int) -> Tensor:
        """States of one row, of shape (T, D)."""
        assert self._states_TD is not None
        return self._states_TD[self._offsets[position] : self._offsets[position + 1]]

    def _key(self) -> str:
        digest = hashlib.sha256()
        digest.update(f"{self._base.fingerprint.digest}/{self._start_layer}".encode())
        for row in self._rows:
            digest.update(repr((row.prompt, row.answer)).encode())
        return digest.hexdigest()[:24]

    @torch.inference_mode()
    def _fill(self, states_TD: Tensor, batch_rows: int) -> None:
        order = sorted(range(len(self._rows)), key=lambda i: len(self._rows[i]))
        chunks = [order[i : i + batch_rows] for i in range(0, len(order), batch_rows)]
        for chunk in track(
            chunks,
            description="lower states",
            transient=True,
            console=Console(stderr=True),
        ):
            ids = [torch.tensor(_token_ids(self._rows[i])) for i in chunk]
            ids_BT = pad_sequence(ids, batch_first=True).to(self._base.device)
            hidden_BTD = self._base.lower_states(ids_BT, num_layers=self._start_layer)
            for states, i in zip(
                hidden_BTD.to("cpu", torch.bfloat16), chunk, strict=True
            ):
                states_TD[self._offsets[i] : self._offsets[i + 1]] = states[
                    : len(self._rows[i])
                ]


def _map_file(path: Path, shape: tuple[int, int]) -> Tensor:
    flat = torch.from_file(
        str(path), shared=True, size=shape[0] * shape[1], dtype=torch.bfloat16
    )
    return flat.view(shape)


def _token_ids(row: Row) -> tuple[int, ...]:
    return (row.prompt + row.answer)[:-1]


@dataclass(frozen=True, slots=True)
class DescriptionTable:
    """Features of every description of every task, encoded once."""

    features: TextFeatures
    train: tuple[tuple[int, ...], ...]
    """For each task, its training descriptions' positions."""
    heldout: tuple[tuple[int, ...], ...]
    """For each task, its held-out descriptions' positions."""

    @classmethod
    def encode(cls, tasks: Sequence[Task], encoder: Encoder) -> DescriptionTable:
        """Encodes all descriptions of all tasks."""
        texts: list[str] = []
        train: list[tuple[int, ...]] = []
        heldout: list[tuple[int, ...]] = []
        for task in tasks:
            own = range(len(texts), len(texts) + len(task.descriptions))
            texts += [Condition(description=d).text for d in task.descriptions]
            train.append(tuple(own[: task.num_train_descriptions]))
            heldout.append(tuple(own[task.num_train_descriptions :]) or tuple(own[-1:]))
        return cls(encode_all(texts, encoder), tuple(train), tuple(heldout))


def encode_all(texts: Sequence[str], encoder: Encoder) -> TextFeatures:
    """Features of many texts, encoded in chunks of similar length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    chunks = [order[i : i + 64] for i in range(0, len(order), 64)]
    parts = [encoder.encode([texts[i] for i in chunk]) for chunk in chunks]
    longest = max(part.tokens_BTE.shape[1] for part in parts)
    back = torch.tensor(order).argsort()
    return TextFeatures(
        pooled_BE=torch.cat([p.pooled_BE for p in parts])[back],
        tokens_BTE=torch.cat([_pad(p.tokens_BTE.half(), longest) for p in parts])[back],
        mask_BT=torch.cat([_pad(p.mask_BT, longest) for p in parts])[back],
    )


def _pad(tensor: Tensor, length: int) -> Tensor:
    shape = list(tensor.shape)
    shape[1] = length - shape[1]
    return torch.cat([tensor, tensor.new_zeros(shape)], dim=1)


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
        self.cache = StateCache(self.rows, base, start_layer)

    def collate(
        self,
        slots: Sequence[tuple[int, int]],
        rows: Sequence[tuple[int, int]],
        twins: Sequence[int] = (),
    ) -> Batch:
        """Builds a batch.

        Args:
            slots: For every slot its task and the description it is told.
            rows: For every row of the batch its slot and its position in the data.
            twins: The last rows go through a wrong slot; each names its right twin.
        """
        chosen = [self.rows[position] for _, position in rows]
        states = [self.cache.row(position) for _, position in rows]
        hidden_GTD = pad_sequence(states, batch_first=True).to(self.base.dtype)
        positions_GT = torch.zeros(hidden_GTD.shape[:2], dtype=torch.bool)
        for g, row in enumerate(chosen):
            positions_GT[g, len(row.prompt) - 1 : len(row)] = True
        targets = [token for row in chosen for token in row.answer]
        row_of = [g for g, row in enumerate(chosen) for _ in row.answer]
        return Batch(
            hidden_GTD=hidden_GTD,
            positions_GT=positions_GT,
            targets_N=torch.tensor(targets),
            row_of_N=torch.tensor(row_of),
            slot_of_G=torch.tensor([slot for slot, _ in rows]),
            tasks_B=torch.tensor([task for task, _ in slots]),
            descriptions_B=torch.tensor([description for _, description in slots]),
            twin_G=torch.tensor([-1] * (len(rows) - len(twins)) + list(twins)),
        )


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
        for name in ("num_tasks", "rows_per_task", "num_buckets"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1, got {getattr(self, name)}"
                )
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
