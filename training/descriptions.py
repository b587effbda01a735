"""What the encoder makes of every description of a suite, computed once.

Shapes: B texts, E embedding.
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
from genadapter.encoder import Encoder
from genadapter.packages import home
from training.tasks import Task

_VERSION = 4
"""Of the files that embeddings are kept in."""
CHUNK_SIZE = 64
"""Texts that are encoded at once."""


@dataclass(frozen=True, slots=True)
class DescriptionTable:
    """Embeddings of every description of every task, computed once."""

    texts: tuple[str, ...]
    """The descriptions themselves."""
    embeddings_BE: Tensor
    """Their embeddings."""
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
            texts += texts_of(task)
            train.append(tuple(own[: task.num_train_descriptions]))
            heldout.append(tuple(own[task.num_train_descriptions :]) or tuple(own[-1:]))
        path = _cache_path(texts, encoder)
        if not path.exists():
            encoded = {"embeddings": encode_all(texts, encoder)}
            # Another run may be at the same texts; whoever comes second replaces.
            with new_file(path) as partial:
                write_tensors(partial, encoded)
        found = read_tensors(path)
        return cls(tuple(texts), found["embeddings"], tuple(train), tuple(heldout))


def texts_of(task: Task) -> list[str]:
    """A task's descriptions as an encoder is given them."""
    return [Condition(description=text).text for text in task.descriptions]


def encode_all(texts: Sequence[str], encoder: Encoder) -> Tensor:
    """Embeddings of any number of texts, of shape (B, E), on the CPU."""
    # Texts of like length share a chunk, so that little of it is padding.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    embeddings_BE = torch.zeros(len(texts), encoder.embedding_size)
    for start in range(0, len(order), CHUNK_SIZE):
        chunk = order[start : start + CHUNK_SIZE]
        embeddings_BE[chunk] = encoder.encode([texts[i] for i in chunk]).cpu()
    return embeddings_BE


def _cache_path(texts: Sequence[str], encoder: Encoder) -> Path:
    made_of = (_VERSION, encoder.name, encoder.dtype)
    digest = hashlib.sha256(repr((made_of, texts)).encode())
    return home() / "states" / f"{digest.hexdigest()[:24]}.texts"
