"""Parts of a condition in files: examples, a line each, and documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from genadapter.condition import Demonstration
from genadapter.errors import ConditionError

_SHAPE = 'a line is like {"input": "cat", "output": "cats"}'


def read_examples(path: Path) -> tuple[Demonstration, ...]:
    """The examples of a file, in its order; blank lines do not count.

    Args:
        path: UTF-8 text. A line may give `outputs`, a list of which the first counts, in
            place of `output`; other keys are ignored.

    Raises:
        ConditionError: The file is missing, not text, empty, or a line is malformed.
    """
    examples = tuple(
        _example(line, f"{path}, line {number}")
        for number, line in enumerate(read_document(path).splitlines(), start=1)
        if line.strip()
    )
    if not examples:
        raise ConditionError(f"{path} holds no example: {_SHAPE}")
    return examples


def read_document(path: Path) -> str:
    """The text of a file.

    Raises:
        ConditionError: The file is missing, or not text.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConditionError(
            f"cannot read {path} ({error}): give a text file in UTF-8"
        ) from error


def _example(line: str, place: str) -> Demonstration:
    try:
        values: Any = json.loads(line)  # Any: whatever the line holds
    except json.JSONDecodeError as error:
        raise ConditionError(f"{place} is not JSON ({error}): {_SHAPE}") from error
    match values:
        case {"input": str(given), "output": str(wanted)}:
            return Demonstration(input=given, output=wanted)
        case {"input": str(given), "outputs": [str(wanted), *_]}:
            return Demonstration(input=given, output=wanted)
        case _:
            raise ConditionError(f"{place} has no input with an output: {_SHAPE}")
