"""What the encoder makes of every description of a suite, computed once.

Shapes: B texts, T tokens, S tokens of all texts, E embedding.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from genadapter.artifact import new_file, read_tensors, write_tensors
from genadapter.condition import Condition
from genadapter.encoder import Encoder, TextFeatures
from genadapter.packages import home
from genadapter.passes import pad_states
from training.tasks import Task

_VERSION = 3
"""Of the files that features are kept in."""
CHUNK_SIZE = 64
"""Texts that are encoded at once."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """Token states of many texts without padding."""

    states_SE: Tensor
    """Of all texts, one after the other, float16."""
    lengths_B: Tensor
    """Tokens of each text."""

    def select(self, texts_B: Tensor) -> tuple[Tensor, Tensor]:
        """States of shape (B, T, E), padded with zeros, and where they are real."""
        ends_B = self.lengths_B.cumsum(0)
        own = [
            self.states_SE[end - length : end].float()
            for end, length in zip(
                ends_B[texts_B].tolist(), self.lengths_B[texts_B].tolist(), strict=True
            )
        ]
        return pad_states(own)


@dataclass(frozen=True, kw_only=True, slots=True)
class TextTable:
    """Features of many texts."""

    pooled_BE: Tensor
    """Unit-norm sentence embeddings, float32."""
    tokens: Ragged
    """The encoder's token states."""

    def select(self, texts_B: Tensor) -> TextFeatures:
        """Features of the texts at the given positions, padded to their longest."""
        tokens_BTE, mask_BT = self.tokens.select(texts_B)
        return TextFeatures(
            pooled_BE=self.pooled_BE[texts_B], tokens_BTE=tokens_BTE, mask_BT=mask_BT
        )


@dataclass(frozen=True, slots=True)
class DescriptionTable:
    """Features of every description of every task, encoded once."""

    texts: tuple[str, ...]
    """The descriptions themselves."""
    features: TextTable
    train: tuple[tuple[int, ...], ...]
    """For each task, its training descriptions' positions."""
    heldout: tuple[tuple[int, ...], ...]
    """For each task, its held-out descriptions' positions."""

    @classmethod
    def encode(cls, tasks: Sequence[Task], encoder: Encoder) -> DescriptionTable:
        """Encodes all descriptions of all tasks; the next run finds them on disk."""
        texts: list[str] = []
        train: list[tuple[int, ...]] = []
        heldout: list[tuple[int, ...]] = []
        for task in tasks:
            own = range(len(texts), len(texts) + len(task.descriptions))
            texts += [Condition(description=d).text for d in task.descriptions]
            train.append(tuple(own[: task.num_train_descriptions]))
            heldout.append(tuple(own[task.num_train_descriptions :]) or tuple(own[-1:]))
        path = _cache_path(texts, encoder)
        if not path.exists():
            encoded = _encode(texts, encoder)
            # Another run may be at the same texts; whoever comes second replaces.
            with new_file(path) as partial:
                write_tensors(partial, encoded)
        found = read_tensors(path)
        table = TextTable(
            pooled_BE=found["pooled"],
            tokens=Ragged(found["tokens"], found["num_tokens"]),
        )
        return cls(tuple(texts), table, tuple(train), tuple(heldout))


def _cache_path(texts: Sequence[str], encoder: Encoder) -> Path:
    made_of = (_VERSION, encoder.name, encoder.dtype)
    digest = hashlib.sha256(repr((made_of, texts)).encode())
    return home() / "states" / f"{digest.hexdigest()[:24]}.texts"


def _encode(texts: Sequence[str], encoder: Encoder) -> dict[str, Tensor]:
    """Features of many texts, encoded in chunks of similar length."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    pooled: dict[int, Tensor] = {}
    tokens: dict[int, Tensor] = {}
    for start in range(0, len(order), CHUNK_SIZE):
        chunk = order[start : start + CHUNK_SIZE]
        text = encoder.encode([texts[i] for i in chunk])
        for place, i in enumerate(chunk):
            pooled[i] = text.pooled_BE[place].cpu()
            tokens[i] = text.tokens_BTE[place][text.mask_BT[place]].half().cpu()
    every = range(len(texts))
    return {
        "pooled": torch.stack([pooled[i] for i in every]),
        "tokens": torch.cat([tokens[i] for i in every]),
        "num_tokens": torch.tensor([len(tokens[i]) for i in every]),
    }
