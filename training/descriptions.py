"""What the encoder makes of every description of a suite, computed once.

Shapes: B texts, T tokens, S tokens of all texts, E embedding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from genadapter.condition import Condition
from genadapter.encoder import Encoder, TextFeatures
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


@dataclass(frozen=True, slots=True)
class DescriptionTable:
    """Features of every description of every task, encoded once."""

    features: TextTable
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


def encode_all(texts: Sequence[str], encoder: Encoder) -> TextTable:
    """Features of many texts, encoded in chunks of similar length."""
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
    return TextTable(
        pooled_BE=torch.stack([pooled[i] for i in range(len(texts))]),
        tokens_SE=torch.cat([tokens[i] for i in range(len(texts))]),
        offsets=tuple(lengths.cumsum(0).tolist()),
    )
