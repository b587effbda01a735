"""Task files: what is read, what is refused, what a task hides from training."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from genadapter.errors import TaskFormatError
from training.tasks import Task, read_tasks, write_tasks

GOOD: dict[str, Any] = {  # Any: plain JSON
    "id": "plural",
    "descriptions": ["Give the plural."],
    "examples": [{"input": "cat", "output": "cats"}],
}


def write_lines(path: Path, *values: object) -> Path:
    """A file of one JSON value a line."""
    path.write_text("".join(json.dumps(v) + "\n" for v in values), encoding="utf-8")
    return path


def test_tasks_survive_a_round_trip(suite: list[Task], tmp_path: Path) -> None:
    """What is written reads back equal, for several accepted answers too."""
    write_tasks(suite, tmp_path / "tasks.jsonl")
    assert read_tasks(tmp_path / "tasks.jsonl") == suite
    several = {**GOOD, "examples": [{"input": "fish", "output": ["fish", "fishes"]}]}
    [task] = read_tasks(write_lines(tmp_path / "one.jsonl", several))
    assert task.examples[0].outputs == ("fish", "fishes")
    write_tasks([task], tmp_path / "again.jsonl")
    assert read_tasks(tmp_path / "again.jsonl") == [task]


def test_other_keys_are_kept_and_ignored(tmp_path: Path) -> None:
    """They are written back as they came, and tell no two tasks apart."""
    examples = [{"input": "cat", "output": "cats", "row": 7}]
    values = {**GOOD, "examples": examples, "author": {"name": "me"}}
    [task] = read_tasks(write_lines(tmp_path / "one.jsonl", values))
    write_tasks([task], tmp_path / "again.jsonl")
    [line] = (tmp_path / "again.jsonl").read_text(encoding="utf-8").splitlines()
    written = json.loads(line)
    assert written["author"] == {"name": "me"}
    assert written["examples"] == examples
    [plain] = read_tasks(write_lines(tmp_path / "plain.jsonl", GOOD))
    assert task == plain
    assert hash(task) == hash(plain)


def test_packed_files_and_folders_are_read(suite: list[Task], tmp_path: Path) -> None:
    """A folder gives the tasks of all its files, packed ones too."""
    folder = tmp_path / "tasks"
    write_tasks(suite[:2], folder / "a.jsonl")
    write_tasks(suite[2:], tmp_path / "b.jsonl")
    packed = gzip.compress((tmp_path / "b.jsonl").read_bytes())
    (folder / "b.jsonl.gz").write_bytes(packed)
    (folder / "notes.txt").write_text("not a task file", encoding="utf-8")
    assert read_tasks(folder) == suite


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({**GOOD, "id": ""}, "'id' is missing or empty"),
        ({**GOOD, "descriptions": []}, "'descriptions' is missing or empty"),
        ({**GOOD, "descriptions": "Give it."}, "'descriptions' must be a list"),
        ({**GOOD, "descriptions": [" "]}, "description must say what the task is"),
        (
            {**GOOD, "descriptions": ["Give it.", "x" * 8001]},
            "description must have at most 8000 characters, got 8001",
        ),
        ({**GOOD, "examples": 5}, "'examples' must be a list"),
        ({**GOOD, "examples": ["cat"]}, "an example needs 'input' text"),
        ({**GOOD, "examples": [{"input": "cat"}]}, "'output' must be a text or a list"),
        (
            {**GOOD, "examples": [{"input": "cat", "output": []}]},
            "'output' must be a text or a list",
        ),
        ({**GOOD, "split": "dev"}, "split must be one of train, unseen"),
        (["plural"], "expected an object"),
    ],
)
def test_bad_line_is_refused_by_file_line_and_reason(
    bad: object, reason: str, tmp_path: Path
) -> None:
    """The message leads to the very line."""
    path = write_lines(tmp_path / "tasks.jsonl", {**GOOD, "id": "good"}, bad)
    with pytest.raises(TaskFormatError, match=rf"tasks\.jsonl, line 2: .*{reason}"):
        read_tasks(path)


@pytest.mark.parametrize("line", [b"{broken", b'{"id": "\xff"}'])
def test_line_that_is_not_json_is_named(line: bytes, tmp_path: Path) -> None:
    """Broken JSON and other encodings alike."""
    path = tmp_path / "tasks.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\n" + line)
    with pytest.raises(TaskFormatError, match=r"tasks\.jsonl, line 3: not JSON"):
        read_tasks(path)


def test_ids_must_be_unique_over_files(tmp_path: Path) -> None:
    """Two tasks of one id would share their expert."""
    write_lines(tmp_path / "a.jsonl", GOOD)
    write_lines(tmp_path / "b.jsonl", GOOD)
    with pytest.raises(TaskFormatError, match="'plural' occurs twice"):
        read_tasks(tmp_path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """Nothing there is an error, not an empty suite."""
    with pytest.raises(TaskFormatError, match="no such file"):
        read_tasks(tmp_path / "none.jsonl")


def test_natural_instructions_file_is_one_task(tmp_path: Path) -> None:
    """Definition, instances, category and licence are taken over."""
    path = tmp_path / "task001_plural.json"
    values = {
        "Definition": ["Give the plural of the noun."],
        "Categories": ["Word Relation"],
        "Instances": [{"id": "1", "input": "cat", "output": ["cats"]}],
        "Instance License": ["MIT"],
        "Contributors": ["a friend"],
    }
    path.write_text(json.dumps(values), encoding="utf-8")
    [task] = read_tasks(path)
    assert (task.id, task.family, task.licence) == (
        "task001_plural",
        "word_relation",
        "MIT",
    )
    assert task.descriptions == ("Give the plural of the noun.",)
    assert task.examples[0].outputs == ("cats",)
    written = task.to_dict()
    assert written["Contributors"] == ["a friend"]
    assert written["examples"] == [{"input": "cat", "output": "cats", "id": "1"}]


@pytest.mark.parametrize("text", ["{}", "[1]", "{", '{"Definition": "x"}'])
def test_other_json_is_not_taken_for_natural_instructions(
    text: str, tmp_path: Path
) -> None:
    """The message says what such a file needs."""
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TaskFormatError, match="needs 'Definition' and 'Instances'"):
        read_tasks(path)


def test_parts_of_a_task_do_not_overlap(suite: list[Task]) -> None:
    """Rows and descriptions that are trained on are never tested on."""
    for task in suite:
        parts = [task.rows(part) for part in ("train", "validation", "test")]
        assert [row for part in parts for row in part] == list(task.examples)
        assert len(parts[0]) == task.num_train_rows
        told = set(task.train_descriptions) & set(task.heldout_descriptions)
        assert not told


def test_nothing_of_a_train_only_task_is_held_out(suite: list[Task]) -> None:
    """All rows and wordings are trained on; a wording to be told of stays."""
    task = replace(suite[0], is_train_only=True)
    assert task.rows("train") == task.examples
    assert task.rows("validation") == task.rows("test") == ()
    assert task.train_descriptions == task.descriptions
    assert task.heldout_descriptions == task.descriptions[-1:]
    assert task.to_dict() == suite[0].to_dict()


def test_only_description_serves_training_and_test(tmp_path: Path) -> None:
    """An imported task with one wording is still usable."""
    [task] = read_tasks(write_lines(tmp_path / "one.jsonl", GOOD))
    assert task.train_descriptions == task.heldout_descriptions == ("Give the plural.",)
