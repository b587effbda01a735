"""States of the lower layers, computed once a row and kept in mapped files.

Adapters sit on the upper layers, so what the lower layers make of a row never changes.
All prompts begin alike (the chat template), so that start is kept and run once for
several rows: they follow it one after the other in a sequence.

Shapes: S sequences, T tokens, D hidden.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.artifact import new_file
from genadapter.base_model import BaseModel, Packing

TASKS_AT_ONCE = 32
"""Tasks whose states are computed together: a killed run loses no more than these."""


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
    """Lower-layer states of every row behind the common start, one file a task."""

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
        self._common_TD: Tensor | None = None
        self._states: dict[int, Tensor] = {}

    def prepare(self, folder: Path) -> None:
        """Computes the states of the tasks that the folder does not hold yet.

        Raises:
            StorageError: The disk is full, or the folder may not be written to.
        """
        paths = {task: folder / f"{self._key(task)}.states" for task in self._of_task}
        missing = [task for task, path in paths.items() if not path.exists()]
        for start in track(
            range(0, len(missing), TASKS_AT_ONCE),
            description="lower states",
            transient=True,
            console=Console(stderr=True),
        ):
            tasks = missing[start : start + TASKS_AT_ONCE]
            for task, states_TD in self._compute(tasks).items():
                with new_file(paths[task]) as path:
                    states_TD.view(torch.uint8).numpy().tofile(path)
        with torch.inference_mode():
            hidden_STD, packing = self.run([self._rows[:1]])
        common_TD = hidden_STD[0, packing.segments_BT[0] == 0]
        self._common_TD = common_TD.to("cpu", torch.bfloat16).clone()
        for task, path in paths.items():
            parts = torch.split(self._map(path, task), self._lengths(task))
            self._states |= dict(zip(self._of_task[task], parts, strict=True))

    @property
    def common(self) -> Tensor:
        """States of the common start, of shape (T, D)."""
        assert self._common_TD is not None
        return self._common_TD

    def row(self, position: int) -> Tensor:
        """States of one row behind the common start, of shape (T, D)."""
        return self._states[position]

    def _lengths(self, task: int) -> list[int]:
        return [len(self._rows[i]) - self._num_common for i in self._of_task[task]]

    def _map(self, path: Path, task: int) -> Tensor:
        shape = (sum(self._lengths(task)), self._base.hidden_size)
        flat = torch.from_file(
            str(path), shared=True, size=shape[0] * shape[1], dtype=torch.bfloat16
        )
        return flat.view(shape)

    def _key(self, task: int) -> str:
        digest = hashlib.sha256()
        digest.update(f"{self._base.fingerprint.digest}/{self._start_layer}".encode())
        digest.update(f"/{self._num_common}".encode())
        for i in self._of_task[task]:
            digest.update(repr((self._rows[i].prompt, self._rows[i].answer)).encode())
        return digest.hexdigest()[:24]

    @torch.inference_mode()
    def _compute(self, tasks: Sequence[int]) -> dict[int, Tensor]:
        """States of all rows of some tasks, of shape (T, D) each."""
        positions = [i for task in tasks for i in self._of_task[task]]
        order = sorted(positions, key=lambda i: len(self._rows[i]))
        sequences = [order[i : i + 4] for i in range(0, len(order), 4)]
        found: dict[int, Tensor] = {}
        for start in range(0, len(sequences), 16):
            chunk = sequences[start : start + 16]
            hidden_STD, packing = self.run(
                [self._rows[i] for i in own] for own in chunk
            )
            hidden_STD = hidden_STD.to("cpu", torch.bfloat16)
            for own, hidden_TD, segments_T in zip(
                chunk, hidden_STD, packing.segments_BT.cpu(), strict=True
            ):
                for segment, i in enumerate(own, start=1):
                    found[i] = hidden_TD[segments_T == segment]
        return {
            task: torch.cat([found[i] for i in self._of_task[task]]) for task in tasks
        }

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
