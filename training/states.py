"""States of the lower layers, computed once for every row that is met, in mapped files.

Adapters sit on the upper layers, so what the lower layers make of a row never changes.
All prompts begin alike (the chat template), so that start is kept and run once for
several rows: they follow it one after the other in a sequence.

Shapes: S sequences, T tokens, D hidden.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.artifact import new_file
from genadapter.base_model import BaseModel, Packing

ROWS_AT_ONCE = 4
"""Rows that share a sequence when their states are computed."""
SEQUENCES_AT_ONCE = 16
"""Such sequences in one pass."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenised example: a prompt and the answer that is learned."""

    task: int
    """Position of its task in the suite."""
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    input: str = ""
    """The example's own words; empty where nobody asks for them."""

    def __len__(self) -> int:
        """Number of tokens that go through the model."""
        return len(self.prompt) + len(self.answer) - 1


class StateCache:
    """Lower-layer states of every row behind the common start, one file a task.

    A row's states are computed when they are first asked for, and found by every later
    run that holds the same rows of its task.
    """

    def __init__(
        self, rows: Sequence[Row], base: BaseModel, start_layer: int, *, num_common: int
    ) -> None:
        """Remembers where each row lies; nothing is computed yet.

        Args:
            rows: What to cache.
            base: Whose lower layers to run.
            start_layer: How many of them.
            num_common: How many first tokens all rows share; not kept.
        """
        self._rows = rows
        self._base = base
        self._start_layer = start_layer
        self._num_common = num_common
        self._of_task: dict[int, list[int]] = defaultdict(list)
        for position, row in enumerate(rows):
            self._of_task[row.task].append(position)
        self._folder: Path | None = None
        self._mapped: dict[int, Tensor] = {}
        self._filled: set[int] = set()

    def open(self, folder: Path) -> None:
        """Says where the states are found and kept."""
        self._folder = folder

    @cached_property
    def common(self) -> Tensor:
        """States of the common start, of shape (T, D)."""
        with torch.inference_mode():
            hidden_STD, packing = self.run([self._rows[:1]])
        common_TD = hidden_STD[0, packing.segments_BT[0] == 0]
        return common_TD.to("cpu", torch.bfloat16).clone()

    def rows(self, positions: Sequence[int]) -> list[Tensor]:
        """States of rows behind the common start, each of shape (T, D).

        Args:
            positions: Which rows; those without states yet get theirs now, together.

        Raises:
            StorageError: The disk is full, or the folder may not be written to.
        """
        asked = set(positions) - self._filled
        for task in sorted({self._rows[i].task for i in asked}):
            if self._of_task[task][0] not in self._mapped:
                self._map(task)
        missing = sorted(i for i in asked if not _is_whole(self._mapped[i]))
        for i, states_TD in self._compute(missing):
            self._mapped[i].copy_(states_TD)
        self._filled |= asked
        return [self._mapped[i] for i in positions]

    def _map(self, task: int) -> None:
        """Maps the file of a task; a new one is all zeros."""
        assert self._folder is not None, "open the cache before rows are asked for"
        path = self._folder / f"{self._key(task)}.states"
        own = self._of_task[task]
        lengths = [len(self._rows[i]) - self._num_common for i in own]
        shape = (sum(lengths), self._base.hidden_size)
        if not path.exists():
            with new_file(path) as partial, partial.open("wb") as file:
                # All of it: a mapped file that finds the disk full ends the process.
                os.posix_fallocate(file.fileno(), 0, 2 * math.prod(shape))
        flat = torch.from_file(
            str(path), shared=True, size=math.prod(shape), dtype=torch.bfloat16
        )
        parts = torch.split(flat.view(shape), lengths)
        self._mapped |= dict(zip(own, parts, strict=True))

    def _key(self, task: int) -> str:
        digest = hashlib.sha256()
        digest.update(f"{self._base.fingerprint.digest}/{self._start_layer}".encode())
        digest.update(f"/{self._num_common}".encode())
        for i in self._of_task[task]:
            digest.update(repr((self._rows[i].prompt, self._rows[i].answer)).encode())
        return digest.hexdigest()[:24]

    @torch.inference_mode()
    def _compute(self, positions: Sequence[int]) -> Iterator[tuple[int, Tensor]]:
        """States of some rows, of shape (T, D) each, in bfloat16 on the CPU."""
        order = sorted(positions, key=lambda i: len(self._rows[i]))
        sequences = [
            order[i : i + ROWS_AT_ONCE] for i in range(0, len(order), ROWS_AT_ONCE)
        ]
        for start in range(0, len(sequences), SEQUENCES_AT_ONCE):
            chunk = sequences[start : start + SEQUENCES_AT_ONCE]
            hidden_STD, packing = self.run(
                [self._rows[i] for i in own] for own in chunk
            )
            hidden_STD = hidden_STD.to("cpu", torch.bfloat16)
            for own, hidden_TD, segments_T in zip(
                chunk, hidden_STD, packing.segments_BT.cpu(), strict=True
            ):
                for segment, i in enumerate(own, start=1):
                    yield i, hidden_TD[segments_T == segment]

    def run(self, sequences: Iterable[Sequence[Row]]) -> tuple[Tensor, Packing]:
        """What `run_rows` makes of rows of this cache."""
        sequences = list(sequences)
        return run_rows(
            sequences,
            self._base,
            num_common=[self._num_common] * len(sequences),
            num_layers=self._start_layer,
        )


def run_rows(
    sequences: Sequence[Sequence[Row]],
    base: BaseModel,
    *,
    num_common: Sequence[int],
    num_layers: int,
) -> tuple[Tensor, Packing]:
    """Lower states of packed rows, computed now.

    Args:
        sequences: The rows of every sequence.
        base: Whose layers to run.
        num_common: For every sequence, how many first tokens its rows share.
        num_layers: How many layers to run.

    Returns:
        States of shape (S, T, D) on the base's device, and where rows lie in them.
    """
    packing = pack_rows([[len(row) for row in rows] for rows in sequences], num_common)
    ids = [
        torch.tensor(
            [
                *rows[0].prompt[:start],
                *(token for row in rows for token in _token_ids(row)[start:]),
            ]
        )
        for rows, start in zip(sequences, num_common, strict=True)
    ]
    packing = packing.to(base.device)
    hidden_STD = base.lower_states(
        pad_sequence(ids, batch_first=True).to(base.device),
        num_layers=num_layers,
        packing=packing,
    )
    return hidden_STD, packing


def pack_rows(lengths: Sequence[Sequence[int]], num_common: Sequence[int]) -> Packing:
    """Lays rows out in sequences.

    Args:
        lengths: For every sequence the lengths of its rows, common start included.
        num_common: For every sequence the length of its common start.
    """
    segments, places = [], []
    for own, start in zip(lengths, num_common, strict=True):
        rests = [length - start for length in own]
        marks = torch.arange(len(own) + 1).repeat_interleave(
            torch.tensor([start, *rests])
        )
        counts = [
            torch.arange(start),
            *(start + torch.arange(n) for n in rests),
        ]
        segments.append(marks)
        places.append(torch.cat(counts))
    return Packing(
        segments_BT=pad_sequence(segments, batch_first=True, padding_value=-1),
        places_BT=pad_sequence(places, batch_first=True),
    )


def _is_whole(states_TD: Tensor) -> bool:
    """Whether every token of a row has its states: what was never written is zero."""
    return bool(states_TD.any(dim=1).all())


def _token_ids(row: Row) -> tuple[int, ...]:
    return (row.prompt + row.answer)[:-1]


def num_common_tokens(rows: Sequence[Row]) -> int:
    """First tokens that all prompts share, short of any prompt's last token."""
    first = min(row.prompt for row in rows)
    last = max(row.prompt for row in rows)
    shortest = min(len(row.prompt) for row in rows) - 1
    # What the first and the last in order share, all between them share.
    same = (a == b for a, b in zip(first, last, strict=False))
    return len(list(takewhile(bool, islice(same, shortest))))
