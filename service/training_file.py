"""Training files: JSON lines of conversations, as OpenAI's fine-tuning takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from genadapter.condition import MAX_EXAMPLES, Condition, Demonstration
from genadapter.errors import ConditionError
from service.errors import TrainingFileError

_WANTED = (
    'expected {"messages": [{"role": "user", "content": ...}, {"role": "assistant", '
    '"content": ...}]}, with a system message before them or without'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingFile:
    """What a training file says."""

    condition: Condition
    """Its system message as the description, its conversations as examples."""
    num_unread: int
    """Conversations that are more than a condition takes."""


def read_training_file(content: bytes) -> TrainingFile:
    """Reads a training file.

    Args:
        content: UTF-8, a conversation of two turns a line. A system message must be
            the same in all lines: it is read as the description of the task.

    Raises:
        TrainingFileError: A line is none, or the lines contradict each other.
    """
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError as error:
        raise TrainingFileError(f"it is no UTF-8, at byte {error.start}") from error
    rows = list(_rows(lines))
    if not rows:
        raise TrainingFileError(f"it has no conversation: {_WANTED}")
    systems = {system for system, _ in rows}
    if len(systems) > 1:
        raise TrainingFileError(
            f"its lines have {len(systems)} different system messages: give all lines "
            "the same one, which is read as the description of the task, or none"
        )
    try:
        condition = Condition(
            description=systems.pop(),
            examples=tuple(example for _, example in rows[:MAX_EXAMPLES]),
        )
    except ConditionError as error:
        raise TrainingFileError(str(error)) from error
    return TrainingFile(
        condition=condition, num_unread=max(0, len(rows) - MAX_EXAMPLES)
    )


def _rows(lines: list[str]) -> Iterator[tuple[str | None, Demonstration]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            messages = json.loads(line)["messages"]
            turns = [(str(m["role"]), m["content"]) for m in messages]
        except (ValueError, KeyError, TypeError) as error:
            raise TrainingFileError(f"line {number} is none: {_WANTED}") from error
        system = turns.pop(0)[1] if turns and turns[0][0] == "system" else None
        if [role for role, _ in turns] != ["user", "assistant"] or not all(
            isinstance(text, str) for text in (system or "", *(t for _, t in turns))
        ):
            raise TrainingFileError(f"line {number} is none: {_WANTED}")
        yield system, Demonstration(input=turns[0][1], output=turns[1][1])
