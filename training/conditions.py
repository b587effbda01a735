"""What generators are told of every task, and what the encoder makes of it, once.

Shapes: B conditions, E embedding.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from genadapter.artifact import new_file, read_tensors, write_tensors
from genadapter.condition import Condition, Demonstration
from genadapter.encoder import Encoder, embed_passages
from genadapter.packages import home
from training.tasks import Task

_VERSION = 4
"""Of the files that embeddings are kept in."""
CHUNK_SIZE = 64
"""Texts that are encoded at once."""
MAX_SHOWN_CHARACTERS = 400
"""Of an example, input and output together: sixteen are a reading of some length."""
SHOWN_SIZES = (3, 5, 8, 16)
"""Examples in a condition, one after the other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConditionTable:
    """Conditions of every task with their embeddings, computed once."""

    conditions: tuple[Condition, ...]
    """Descriptions of all tasks, then what shows some of them by examples."""
    embeddings_BE: Tensor
    """Their embeddings."""
    train: tuple[tuple[int, ...], ...]
    """For each task, its training descriptions' positions."""
    heldout: tuple[tuple[int, ...], ...]
    """For each task, its held-out descriptions' positions."""
    shown: tuple[tuple[int, ...], ...]
    """For each task, positions of the conditions that show it by examples."""

    @classmethod
    def encode(
        cls, tasks: Sequence[Task], encoder: Encoder, *, num_shown: int = 0
    ) -> ConditionTable:
        """Encodes all conditions of all tasks; the next run finds them on disk.

        Args:
            tasks: The suite, by position.
            encoder: Embeds their passages.
            num_shown: Conditions by examples, for each task.
        """
        conditions: list[Condition] = []
        train: list[tuple[int, ...]] = []
        heldout: list[tuple[int, ...]] = []
        for task in tasks:
            own = range(len(conditions), len(conditions) + len(task.descriptions))
            conditions += described(task)
            train.append(tuple(own[: task.num_train_descriptions]))
            heldout.append(tuple(own[task.num_train_descriptions :]) or tuple(own[-1:]))
        shown = []
        for task in tasks:
            examples = shown_by_examples(task, num_shown)
            shown.append(tuple(range(len(conditions), len(conditions) + len(examples))))
            conditions += examples
        return cls(
            conditions=tuple(conditions),
            embeddings_BE=_embeddings([c.passages for c in conditions], encoder),
            train=tuple(train),
            heldout=tuple(heldout),
            shown=tuple(shown),
        )


def described(task: Task) -> list[Condition]:
    """A task's descriptions, each a condition."""
    return [task.told(text) for text in task.descriptions]


def shown_by_examples(task: Task, count: int) -> list[Condition]:
    """A task shown by a few of its training rows, every third time described as well.

    Args:
        task: A task; half of its rows are shown at most, that others be left to answer.
        count: Conditions; none where the task has too few short rows.
    """
    draw = random.Random(f"shown {task.id}")
    rows = demonstrations_of(task)
    largest = len(rows) // 2
    if largest < SHOWN_SIZES[0]:
        return []
    found = []
    for number in range(count):
        size = min(largest, SHOWN_SIZES[number % len(SHOWN_SIZES)])
        told = draw.choice(task.train_descriptions) if number % 3 == 2 else None
        found.append(
            Condition(description=told, examples=tuple(draw.sample(rows, size)))
        )
    return found


def demonstrations_of(task: Task) -> list[Demonstration]:
    """A task's training rows as examples, each input once, long ones left out."""
    found: dict[str, Demonstration] = {}
    for row in task.rows("train"):
        shown = Demonstration(input=row.input, output=row.outputs[0])
        is_usable = row.input.strip() and row.outputs[0].strip()
        if is_usable and len(shown.text) <= MAX_SHOWN_CHARACTERS:
            found.setdefault(" ".join(row.input.split()), shown)
    return list(found.values())


def passages_of(tasks: Sequence[Task], *, num_shown: int = 0) -> list[str]:
    """Every passage that an encoder is given for these tasks."""
    return [
        passage
        for task in tasks
        for condition in (*described(task), *shown_by_examples(task, num_shown))
        for passage in condition.passages
    ]


def _embeddings(texts: Sequence[tuple[str, ...]], encoder: Encoder) -> Tensor:
    path = _cache_path(texts, encoder)
    if not path.exists():
        encoded = {"embeddings": encode_all(texts, encoder)}
        # Another run may be at the same texts; whoever comes second replaces.
        with new_file(path) as partial:
            write_tensors(partial, encoded)
    return read_tensors(path)["embeddings"]


def encode_all(texts: Sequence[tuple[str, ...]], encoder: Encoder) -> Tensor:
    """Embeddings of any number of texts in passages, of shape (B, E), on the CPU."""
    # Texts of like length share a chunk, so that little of it is padding.
    order = sorted(range(len(texts)), key=lambda i: sum(map(len, texts[i])))
    embeddings_BE = torch.zeros(len(texts), encoder.embedding_size)
    for start in range(0, len(order), CHUNK_SIZE):
        chunk = order[start : start + CHUNK_SIZE]
        embeddings_BE[chunk] = embed_passages(encoder, [texts[i] for i in chunk]).cpu()
    return embeddings_BE


def _cache_path(texts: Sequence[tuple[str, ...]], encoder: Encoder) -> Path:
    made_of = (_VERSION, encoder.name, encoder.dtype)
    digest = hashlib.sha256(repr((made_of, texts)).encode())
    return home() / "states" / f"{digest.hexdigest()[:24]}.texts"
