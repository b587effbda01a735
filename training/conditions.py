"""What generators are told of every task, and what the encoder makes of it, once.

Shapes: B conditions, E embedding.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path

import torch
from torch import Tensor

from genadapter.artifact import new_file, read_tensors, write_tensors
from genadapter.condition import Condition, Demonstration
from genadapter.encoder import Encoder, embed_passages
from genadapter.packages import home
from training.tasks import Task

_VERSION = 5
"""Of the files that embeddings are kept in."""
CHUNK_SIZE = 64
"""Texts that are encoded at once."""
GROUPS_AT_ONCE = 64
"""Tasks whose texts are: a killed run loses no more than these."""
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
        """Encodes all conditions of all tasks; later runs find those of a task on disk.

        Args:
            tasks: The suite, by position.
            encoder: Embeds their passages.
            num_shown: Conditions by examples, for each task.
        """
        told = [described(task) for task in tasks]
        shown = [shown_by_examples(task, num_shown) for task in tasks]
        places = _places([*told, *shown])
        train, heldout = [], []
        for task, own in zip(tasks, places, strict=False):
            train.append(own[: task.num_train_descriptions])
            heldout.append(own[task.num_train_descriptions :] or own[-1:])
        return cls(
            conditions=tuple(chain.from_iterable([*told, *shown])),
            embeddings_BE=_embeddings(
                [[c.passages for c in own] for own in (*told, *shown)], encoder
            ),
            train=tuple(train),
            heldout=tuple(heldout),
            shown=tuple(places[len(tasks) :]),
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


def _places(groups: Sequence[Sequence[Condition]]) -> list[tuple[int, ...]]:
    """Where each group's conditions lie once all groups stand in a row."""
    ends = list(accumulate(map(len, groups)))
    return [
        tuple(range(end - len(group), end))
        for group, end in zip(groups, ends, strict=True)
    ]


def _embeddings(
    groups: Sequence[Sequence[tuple[str, ...]]], encoder: Encoder
) -> Tensor:
    """Embeddings of texts in passages, group after group; each group has its file."""
    paths = [_cache_path(group, encoder) for group in groups]
    missing = [i for i, path in enumerate(paths) if groups[i] and not path.exists()]
    for start in range(0, len(missing), GROUPS_AT_ONCE):
        chunk = missing[start : start + GROUPS_AT_ONCE]
        encoded_BE = encode_all([text for i in chunk for text in groups[i]], encoder)
        parts = torch.split(encoded_BE, [len(groups[i]) for i in chunk])
        for i, own_BE in zip(chunk, parts, strict=True):
            # Another run may be at the same texts; whoever comes second replaces.
            with new_file(paths[i]) as partial:
                write_tensors(partial, {"embeddings": own_BE.contiguous()})
    return torch.cat(
        [
            read_tensors(path)["embeddings"]
            for path, group in zip(paths, groups, strict=True)
            if group
        ]
    )


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
