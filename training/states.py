"""States of the lower layers, computed once a row and kept in a mapped file.

Adapters sit on the upper layers, so what the lower layers make of a row never changes.
All prompts begin alike (the chat template), so that start is kept and run once for
several rows: they follow it one after the other in a sequence.

Shapes: S sequences, T tokens, D hidden.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.artifact import not_written
from genadapter.base_model import BaseModel, Packing


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


class StateCache:
    """Lower-layer states in one file: of the common start, then of each row's rest."""

    def __init__(
        self, rows: Sequence[Row], base: BaseModel, start_layer: int, *, num_common: int
    ) -> None:
        """Remembers where each row lies; nothing is computed yet.

        Args:
            rows: What to cache.
            base: Whose lower layers to run.
            start_layer: How many of them.
            num_common: How many first tokens all rows share; kept once.
        """
        self._rows = rows
        self._base = base
        self._start_layer = start_layer
        self._num_common = num_common
        lengths = torch.tensor([num_common, *[len(r) - num_common for r in rows]])
        self._offsets = lengths.cumsum(0).tolist()
        self._states_TD: Tensor | None = None

    def prepare(self, folder: Path) -> None:
        """Computes the states unless the folder already holds them."""
        shape = (self._offsets[-1], self._base.model.config.hidden_size)
        path = folder / f"{self._key()}.states"
        partial = path.with_suffix(".partial")
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _reserve(partial, 2 * shape[0] * shape[1])
            states_TD = _map_file(partial, shape)
            self._fill(states_TD)
            del states_TD
            partial.rename(path)
        self._states_TD = _map_file(path, shape)

    @property
    def common(self) -> Tensor:
        """States of the common start, of shape (T, D)."""
        assert self._states_TD is not None
        return self._states_TD[: self._num_common]

    def row(self, position: int) -> Tensor:
        """States of one row behind the common start, of shape (T, D)."""
        assert self._states_TD is not None
        return self._states_TD[self._offsets[position] : self._offsets[position + 1]]

    def _key(self) -> str:
        digest = hashlib.sha256()
        digest.update(f"{self._base.fingerprint.digest}/{self._start_layer}".encode())
        digest.update(f"/{self._num_common}".encode())
        for row in self._rows:
            digest.update(repr((row.prompt, row.answer)).encode())
        return digest.hexdigest()[:24]

    @torch.inference_mode()
    def _fill(self, states_TD: Tensor) -> None:
        order = sorted(range(len(self._rows)), key=lambda i: len(self._rows[i]))
        sequences = [order[i : i + 4] for i in range(0, len(order), 4)]
        for start in track(
            range(0, len(sequences), 16),
            description="lower states",
            transient=True,
            console=Console(stderr=True),
        ):
            chunk = sequences[start : start + 16]
            hidden_STD, packing = self.run(
                [self._rows[i] for i in own] for own in chunk
            )
            for own, hidden_TD, segments_T in zip(
                chunk, hidden_STD, packing.segments_BT, strict=True
            ):
                states_TD[: self._num_common] = hidden_TD[segments_T == 0]
                for segment, i in enumerate(own, start=1):
                    found_TD = hidden_TD[segments_T == segment]
                    states_TD[self._offsets[i] : self._offsets[i + 1]] = found_TD

    def run(self, sequences: Iterable[Sequence[Row]]) -> tuple[Tensor, Packing]:
        """Lower states of packed rows, computed now.

        Returns:
            States of shape (S, T, D) on the base's device, and where rows lie in them.
        """
        sequences = list(sequences)
        packing = pack_rows(
            [[len(row) for row in rows] for rows in sequences], self._num_common
        )
        ids = []
        for rows in sequences:
            own = [
                token for row in rows for token in _token_ids(row)[self._num_common :]
            ]
            ids.append(torch.tensor([*rows[0].prompt[: self._num_common], *own]))
        device = self._base.device
        packing = packing.to(device)
        hidden_STD = self._base.lower_states(
            pad_sequence(ids, batch_first=True).to(device),
            num_layers=self._start_layer,
            packing=packing,
        )
        return hidden_STD, packing


def pack_rows(lengths: Sequence[Sequence[int]], num_common: int) -> Packing:
    """Lays rows out in sequences.

    Args:
        lengths: For every sequence the lengths of its rows, common start included.
        num_common: Length of the common start.
    """
    segments, places = [], []
    for own in lengths:
        rests = [length - num_common for length in own]
        marks = torch.arange(len(own) + 1).repeat_interleave(
            torch.tensor([num_common, *rests])
        )
        counts = [
            torch.arange(num_common),
            *(num_common + torch.arange(n) for n in rests),
        ]
        segments.append(marks)
        places.append(torch.cat(counts))
    return Packing(
        segments_BT=pad_sequence(segments, batch_first=True, padding_value=-1),
        places_BT=pad_sequence(places, batch_first=True),
    )


def _reserve(path: Path, num_bytes: int) -> None:
    """Takes the space now: a disk that fills up under a mapped file kills the process."""
    try:
        with path.open("wb") as stream:
            stream.truncate(num_bytes)
            if hasattr(os, "posix_fallocate"):  # not on every system
                os.posix_fallocate(stream.fileno(), 0, num_bytes)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise not_written(path, error) from error


def _map_file(path: Path, shape: tuple[int, int]) -> Tensor:
    flat = torch.from_file(
        str(path), shared=True, size=shape[0] * shape[1], dtype=torch.bfloat16
    )
    return flat.view(shape)


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
