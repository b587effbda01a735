"""Chat samples become tasks, where they are such that a small model can learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from genadapter.errors import TaskFormatError
from training.chat_samples import MIN_ROWS, read_chat_samples

INSTRUCTION = "Answer with the plural of the English noun, and with nothing else."


def row(text: str, ideal: Any, instruction: str = INSTRUCTION) -> str:
    """One line of a file."""
    messages = [
        {"role": "system", "content": instruction},
        {"role": "user", "content": text},
    ]
    return json.dumps({"input": messages, "ideal": ideal})


def rows(count: int = MIN_ROWS, **changes: str) -> list[str]:
    """So many rows with answers of their own."""
    return [row(f"noun{i}", f"noun{i}s", **changes) for i in range(count)]


def write(folder: Path, lines: list[str], name: str = "plural-nouns") -> None:
    """Writes one file of samples."""
    path = folder / name / "samples.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_file_is_one_task(tmp_path: Path) -> None:
    """Its instruction is the description; answers in a list are all accepted."""
    lines = [*rows(), row("mouse", ["mice", "mouses"]), "not json", '{"other": 1}']
    write(tmp_path, lines)
    (task,) = read_chat_samples(tmp_path)
    assert task.id == "evals_plural_nouns"
    assert task.descriptions == (INSTRUCTION,)
    assert task.licence == "MIT"
    assert len(task.examples) == MIN_ROWS + 1
    assert task.examples[-1].input == "mouse"
    assert task.examples[-1].outputs == ("mice", "mouses")


def test_rows_that_do_not_fit_are_left_out(tmp_path: Path) -> None:
    """Of another instruction, contradicting an earlier one, or with several turns."""
    turns = json.loads(row("ox", "oxen"))
    turns["input"] += [{"role": "user", "content": "and now?"}]
    lines = [*rows(), row("noun0", "other"), json.dumps(turns)]
    write(tmp_path, [*lines, row("cat", "chat", "Say the French word for this noun.")])
    (task,) = read_chat_samples(tmp_path)
    assert [e.outputs for e in task.examples] == [
        (f"noun{i}s",) for i in range(MIN_ROWS)
    ]


@pytest.mark.parametrize(
    "lines",
    [
        rows(MIN_ROWS - 1),
        rows(instruction="You are a helpful assistant."),
        rows(instruction="Подбери множественное число к этому существительному."),
        [row(f"noun{i}", "same") for i in range(MIN_ROWS)],
        [row(f"noun{i} " * 80, f"{i}") for i in range(MIN_ROWS)],
        [row(f"noun{i}", f"{i} " * 40) for i in range(MIN_ROWS)],
        [row(f"noun{i}", f"{i}", INSTRUCTION + str(i)) for i in range(MIN_ROWS)],
    ],
    ids=["few", "generic", "letters", "answer", "inputs", "answers", "instructions"],
)
def test_files_that_teach_little_are_left_out(lines: list[str], tmp_path: Path) -> None:
    """Too few rows, no instruction of their own, or too long."""
    write(tmp_path, rows(), "good")
    write(tmp_path, lines, "bad")
    assert [task.id for task in read_chat_samples(tmp_path)] == ["evals_good"]


def test_folder_without_a_task_is_refused(tmp_path: Path) -> None:
    """With what is expected in it."""
    write(tmp_path, rows(3))
    with pytest.raises(TaskFormatError, match="holds no file of chat samples"):
        read_chat_samples(tmp_path)
