"""Batches: rows of many tasks packed into sequences, with their lower states.

Rows of a task share a sequence: the start that all prompts have in common once, then
each row's own tokens.

Shapes: B slots (a task and its adapter), G rows, S sequences, T tokens, D hidden, N
answer tokens of a batch, V vocabulary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.base_model import BaseModel, Packing
from genadapter.errors import ConfigError
from genadapter.reading import MAX_READ_TOKENS
from training.conditions import ConditionTable
from training.states import Row, StateCache, num_common_tokens, pack_rows, run_rows
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
    conditions_B: Tensor
    """For every slot the condition it is told, as a position in the table of them."""
    twin_G: Tensor
    """For a row that goes through another task's adapter the same row going through
    its own, else -1."""
    taught_NV: Tensor | None = None
    """What a teacher expects at each answer token; `None` without one."""

    @property
    def num_rows(self) -> int:
        """Rows of the batch (G)."""
        return len(self.slot_of_G)

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        moved = {
            name: value.to(device)
            for name in self.__dataclass_fields__
            if (value := getattr(self, name)) is not None
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
    ) -> None:
        """Tokenises one part of every task's rows.

        Args:
            tasks: The suite; positions in it name tasks from here on.
            base: Gives prompts and lower states.
            start_layer: First decoder layer that carries an adapter.
            part: Which of a task's rows to take.
            max_tokens: Longer rows are left out.
            max_rows: Rows of a task beyond this are left out.

        Raises:
            ConfigError: No task has a row that is short enough.
        """
        self.tasks = tuple(tasks)
        self.base, self.start_layer = base, start_layer
        rows: list[Row] = []
        for position, task in enumerate(tasks):
            kept = [
                row
                for example in task.rows(part)
                if len(row := _tokenise(position, example, base)) <= max_tokens
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
        chosen = [self.rows[position] for _, position in rows]
        sequences = self.sequences(rows, sequence_tokens)
        states = self.cache.rows([position for _, position in rows])
        lengths = [[len(chosen[g]) for g in own] for own in sequences]
        return join(
            slots,
            slots_of(rows),
            chosen,
            twins,
            sequences=sequences,
            starts=[self.num_common] * len(slots),
            hidden_STD=pad_sequence(
                [
                    torch.cat([self.cache.common, *(states[g] for g in own)])
                    for own in sequences
                ],
                batch_first=True,
            ).to(self.base.dtype),
            packing=pack_rows(lengths, [self.num_common] * len(sequences)),
        )

    def sequences(
        self, rows: Sequence[tuple[int, int]], sequence_tokens: int
    ) -> list[list[int]]:
        """Which rows, by their place in the list, share a sequence."""
        return share_sequences(
            slots_of(rows),
            [self.rows[position] for _, position in rows],
            [self.num_common] * (1 + max(slots_of(rows))),
            sequence_tokens,
        )

    def length_of(self, task: int) -> int:
        """Tokens of a task's middle row, by which tasks are grouped."""
        lengths = sorted(len(self.rows[i]) for i in self.of_task[task])
        return lengths[len(lengths) // 2]


def slots_of(rows: Sequence[tuple[int, int]]) -> list[int]:
    """For every row of a batch its slot."""
    return [slot for slot, _ in rows]


def share_sequences(
    slots: Sequence[int],
    rows: Sequence[Row],
    starts: Sequence[int],
    sequence_tokens: int,
) -> list[list[int]]:
    """Which rows, by their place in the list, share a sequence: rows of one slot.

    Args:
        slots: For every row its slot.
        rows: The rows.
        starts: For every slot, how many first tokens its rows share.
        sequence_tokens: Length of a sequence that another row may not exceed.
    """
    found: list[list[int]] = []
    open_of_slot: dict[int, tuple[list[int], int]] = {}
    for g, (slot, row) in enumerate(zip(slots, rows, strict=True)):
        own, total = open_of_slot.get(slot, ([], sequence_tokens))
        total += len(row) - starts[slot]
        if total > sequence_tokens:
            own, total = [], len(row)
            found.append(own)
        own.append(g)
        open_of_slot[slot] = own, total
    return found


def join(
    slots: Sequence[tuple[int, int]],
    slot_of: Sequence[int],
    rows: Sequence[Row],
    twins: Sequence[int],
    *,
    sequences: Sequence[Sequence[int]],
    starts: Sequence[int],
    hidden_STD: Tensor,
    packing: Packing,
) -> Batch:
    """A batch of packed rows.

    Args:
        slots: For every slot its task and the description it is told.
        slot_of: For every row its slot.
        rows: The rows.
        twins: As in `TaskData.collate`.
        sequences: The rows of every sequence, by their place in the list.
        starts: For every slot, how many first tokens its rows share.
        hidden_STD: Lower states of the sequences.
        packing: Where rows lie in them.
    """
    is_read = []
    for own in sequences:
        start = starts[slot_of[own[0]]]
        answers = [
            i >= len(rows[g].prompt) - 1
            for g in own
            for i in range(start, len(rows[g]))
        ]
        is_read.append(torch.tensor([False] * start + answers))
    in_order = [g for own in sequences for g in own]
    return Batch(
        hidden_STD=hidden_STD,
        packing=packing,
        positions_ST=pad_sequence(is_read, batch_first=True),
        slot_of_S=torch.tensor([slot_of[own[0]] for own in sequences]),
        targets_N=torch.tensor([t for g in in_order for t in rows[g].answer]),
        row_of_N=torch.tensor([g for g in in_order for _ in rows[g].answer]),
        slot_of_G=torch.tensor(slot_of),
        tasks_B=torch.tensor([task for task, _ in slots]),
        conditions_B=torch.tensor([description for _, description in slots]),
        twin_G=torch.tensor([-1] * (len(rows) - len(twins)) + list(twins)),
    )


class PromptedData:
    """The same rows with their task in the prompt, where the base reads it."""

    def __init__(self, data: TaskData, conditions: ConditionTable) -> None:
        """Takes rows as they are; what they are told is drawn batch by batch."""
        self.tasks, self.rows, self.of_task = data.tasks, data.rows, data.of_task
        self.base, self._data = data.base, data
        # Once: the chat template is rendered for it.
        start_ids = self.base.start_ids
        self._num_known = len(start_ids)
        self._told = [
            (*start_ids, *self.base.reading_ids(told.text, at_most=MAX_READ_TOKENS))
            for told in conditions.conditions
        ]
        self._conditions = conditions

    def length_of(self, task: int) -> int:
        """Tokens of a task's middle row, and of its first description."""
        first = self._told[self._conditions.train[task][0]]
        return self._data.length_of(task) + len(first)

    def collate(
        self,
        slots: Sequence[tuple[int, int]],
        rows: Sequence[tuple[int, int]],
        twins: Sequence[int] = (),
    ) -> Batch:
        """Builds a batch; lower states are computed now.

        Args:
            slots: For every slot its task and the description that its prompts hold.
            rows: As in `TaskData.collate`.
            twins: As in `TaskData.collate`.
        """
        told = [self._told[description] for _, description in slots]
        starts = [len(ids) for ids in told]
        num_known = self._num_known
        chosen = [
            replace(row, prompt=(*told[slot], *row.prompt[num_known:]))
            for slot, position in rows
            for row in [self.rows[position]]
        ]
        sequence_tokens = max(starts) + SEQUENCE_TOKENS - num_known
        sequences = share_sequences(slots_of(rows), chosen, starts, sequence_tokens)
        with torch.no_grad():
            hidden_STD, packing = run_rows(
                [[chosen[g] for g in own] for own in sequences],
                self.base,
                num_common=[starts[rows[own[0]][0]] for own in sequences],
                num_layers=self._data.start_layer,
            )
        return join(
            slots,
            slots_of(rows),
            chosen,
            twins,
            sequences=sequences,
            starts=starts,
            hidden_STD=hidden_STD,
            packing=packing,
        )


def num_tokens(example: Example, base: BaseModel) -> int:
    """Tokens of an example that go through the model."""
    return len(base.prompt_ids(example.input) + base.answer_ids(example.outputs[0])) - 1


def _tokenise(position: int, example: Example, base: BaseModel) -> Row:
    return Row(
        position,
        tuple(base.prompt_ids(example.input)),
        tuple(base.answer_ids(example.outputs[0])),
        example.input,
    )
