"""What the encoder makes of every description of a suite, computed once.

Shapes: B texts, T tokens, S tokens of all texts, E embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.base_model import BaseModel, Reading
from genadapter.condition import Condition
from genadapter.encoder import Encoder, TextFeatures
from genadapter.packages import home
from training.states import Row, StateCache
from training.tasks import Task


@dataclass(frozen=True, kw_only=True, slots=True)
class TextTable:
    """Features of many texts without padding."""

    pooled_BE: Tensor
    """Unit-norm sentence embeddings, float32."""
    tokens_SE: Tensor
    """Token states of all texts, one after the other, float16."""
    offsets: tuple[int, ...]
    """Where each text's tokens begin; the last entry is their end."""

    def select(self, texts_B: Tensor) -> TextFeatures:
        """Features of the texts at the given positions, padded to their longest."""
        own = [self._tokens(position) for position in texts_B.tolist()]
        tokens_BTE = pad_sequence(own, batch_first=True)
        lengths_B = torch.tensor([len(tokens) for tokens in own])
        return TextFeatures(
            pooled_BE=self.pooled_BE[texts_B],
            tokens_BTE=tokens_BTE.float(),
            mask_BT=torch.arange(tokens_BTE.shape[1]) < lengths_B.unsqueeze(1),
        )

    def _tokens(self, position: int) -> Tensor:
        return self.tokens_SE[self.offsets[position] : self.offsets[position + 1]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingTable:
    """The base model's lower states over many texts, without padding."""

    states_SD: Tensor
    """States of all texts, one after the other."""
    offsets: tuple[int, ...]
    """Where each text's tokens begin; the last entry is their end."""

    def select(self, texts_B: Tensor) -> Reading:
        """States over the texts at the given positions, padded to their longest."""
        own = [
            self.states_SD[self.offsets[i] : self.offsets[i + 1]]
            for i in texts_B.tolist()
        ]
        states_BTD = pad_sequence(own, batch_first=True).float()
        lengths_B = torch.tensor([len(states) for states in own])
        return Reading(
            states_BTD=states_BTD,
            mask_BT=torch.arange(states_BTD.shape[1]) < lengths_B.unsqueeze(1),
        )

    @classmethod
    def read(
        cls, texts: Sequence[str], base: BaseModel, *, num_layers: int
    ) -> ReadingTable:
        """Runs the base model's lower layers over texts."""
        rows = [Row(0, tuple(base.reading_ids(text)), (0,)) for text in texts]
        num_common = 1
        cache = StateCache(rows, base, num_layers, num_common=num_common)
        cache.prepare(home() / "states")
        lengths = torch.tensor([0, *(len(row) - num_common for row in rows)])
        return cls(
            states_SD=cache.rest, offsets=tuple(lengths.cumsum(0).tolist())
        )


@dataclass(frozen=True, slots=True)
class DescriptionTable:
    """Features of every description of every task, encoded once."""

    features: TextTable
    train: tuple[tuple[int, ...], ...]
    """For each task, its training descriptions' positions."""
    heldout: tuple[tuple[int, ...], ...]
    """For each task, its held-out descriptions' positions."""
    readings: ReadingTable

    @classmethod
    def encode(cls, tasks: Sequence[Task], encoder: Encoder, base: BaseModel, *, num_layers: int) -> DescriptionTable:
        """Encodes all descriptions of all tasks."""
        texts: list[str] = []
        train: list[tuple[int, ...]] = []
        heldout: list[tuple[int, ...]] = []
        for task in tasks:
            own = range(len(texts), len(texts) + len(task.descriptions))
            texts += [Condition(description=d).text for d in task.descriptions]
            train.append(tuple(own[: task.num_train_descriptions]))
            heldout.append(tuple(own[task.num_train_descriptions :]) or tuple(own[-1:]))
        return cls(encode_all(texts, encoder), tuple(train), tuple(heldout), ReadingTable.read(texts, base, num_layers=num_layers))


def encode_all(texts: Sequence[str], encoder: Encoder) -> TextTable:
    """Features of many texts, encoded in chunks of similar length."""
    key = hashlib.sha256(repr((encoder.name, list(texts))).encode()).hexdigest()[:24]
    path = home() / "states" / f"{key}.texts"
    if path.exists():
        found = torch.load(path)
        return TextTable(**found)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    pooled: dict[int, Tensor] = {}
    tokens: dict[int, Tensor] = {}
    for start in range(0, len(order), 64):
        chunk = order[start : start + 64]
        found = encoder.encode([texts[i] for i in chunk])
        for place, i in enumerate(chunk):
            pooled[i] = found.pooled_BE[place]
            tokens[i] = found.tokens_BTE[place][found.mask_BT[place]].half()
    lengths = torch.tensor([0, *(len(tokens[i]) for i in range(len(texts)))])
    table = TextTable(
        pooled_BE=torch.stack([pooled[i] for i in range(len(texts))]),
        tokens_SE=torch.cat([tokens[i] for i in range(len(texts))]),
        offsets=tuple(lengths.cumsum(0).tolist()),
    )
    torch.save({"pooled_BE": table.pooled_BE, "tokens_SE": table.tokens_SE, "offsets": table.offsets}, path)
    return table
