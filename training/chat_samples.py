"""Chat samples: files whose rows hold an instruction, an input and the ideal answer.

The layout of OpenAI's evals (MIT; `evals/registry/data` of the package of that name): JSON
lines, each with `input`, messages of the roles system and user, and `ideal`, an answer or a
list of them. A file is a task where nearly all its rows have one instruction, inputs and
answers are short, and both are mostly in Latin letters: what small models can learn from.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from genadapter.errors import TaskFormatError
from training.tasks import Example, Task

MIN_ROWS = 15
MAX_ROWS = 300
MAX_INSTRUCTION, MIN_INSTRUCTION = 600, 40
"""Characters; a shorter one, such as "You are a helpful assistant.", tells no task."""
MAX_INPUT, MAX_ANSWER = 260, 60
"""Characters, medians over a file."""
MIN_SHARE = 0.8
"""Of a file's rows that must have the same instruction."""
MIN_LATIN = 0.97
"""Share of ASCII characters in instruction, inputs and answers."""


@dataclass(frozen=True, slots=True)
class _Row:
    instruction: str
    text: str
    answers: tuple[str, ...]


def read_chat_samples(folder: Path) -> list[Task]:
    """Every task of a folder and those below it, by the path of its file.

    Raises:
        TaskFormatError: There is none.
    """
    tasks = []
    for path in sorted(folder.rglob("*.jsonl")):
        task = _task_of(path, path.relative_to(folder))
        if task is not None:
            tasks.append(task)
    if not tasks:
        raise TaskFormatError(
            f"{folder} holds no file of chat samples that makes a task: give a folder "
            "such as evals/registry/data, whose .jsonl files have 'input' and 'ideal'"
        )
    return tasks


def _task_of(path: Path, name: Path) -> Task | None:
    rows = list(_rows(path))
    if len(rows) < MIN_ROWS:
        return None
    (instruction, count), *_ = Counter(row.instruction for row in rows).most_common(1)
    if count < MIN_SHARE * len(rows):
        return None
    if not MIN_INSTRUCTION <= len(instruction) <= MAX_INSTRUCTION:
        return None
    # Of rows that contradict each other the first is kept.
    answers_of: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.instruction == instruction:
            answers_of.setdefault(row.text, row.answers)
    if not _fits(instruction, answers_of):
        return None
    stem = "_".join([*name.parent.parts, name.stem]).removesuffix("_samples")
    examples = [Example(text, answers) for text, answers in answers_of.items()]
    return Task(
        id=f"evals_{stem}".replace("-", "_").replace(".", "_").lower(),
        family="evals",
        descriptions=(instruction,),
        examples=tuple(examples[:MAX_ROWS]),
        licence="MIT",
        source=f"OpenAI evals, {name}",
    )


def _fits(instruction: str, answers_of: dict[str, tuple[str, ...]]) -> bool:
    """Whether there are enough rows, short and in Latin letters, with several answers."""
    firsts = [answers[0] for answers in answers_of.values()]
    if len(firsts) < MIN_ROWS or len(set(firsts)) < 2:
        return False
    everything = "".join([instruction, *answers_of, *firsts])
    is_latin = sum(c.isascii() for c in everything) >= MIN_LATIN * len(everything)
    return (
        is_latin
        and median(map(len, answers_of)) <= MAX_INPUT
        and median(map(len, firsts)) <= MAX_ANSWER
    )


def _rows(path: Path) -> Iterator[_Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                row = _row_of(json.loads(line))
            except ValueError:
                continue
            if row is not None:
                yield row


def _row_of(values: Any) -> _Row | None:  # Any: plain JSON
    match values:
        case {"input": list(messages), "ideal": ideal}:
            answers = ideal if isinstance(ideal, list) else [ideal]
        case _:
            return None
    said: dict[str, list[str]] = {"system": [], "user": []}
    for message in messages:
        match message:
            # Named system messages are turns of an example, not an instruction.
            case {"role": "system" | "user" as role, "content": str(text), **others}:
                if "name" not in others:
                    said[role].append(text.strip())
            case _:
                return None
    texts = [answer.strip() for answer in answers if isinstance(answer, str)]
    if len(said["user"]) != 1 or not said["user"][0] or not all(texts) or not texts:
        return None
    return _Row(" ".join(said["system"]), said["user"][0], tuple(texts))
