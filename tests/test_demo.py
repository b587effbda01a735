"""The demonstration's choice of tasks and its judgement of answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from genadapter.comparison import Answers
from genadapter.demo import (
    BUILT_IN_TASKS,
    DemoTask,
    Shown,
    choose,
    held_out_tasks,
    is_right,
)
from genadapter.errors import ConfigError, TaskFormatError


def write_tasks(folder: Path, *tasks: dict[str, object]) -> None:
    """One task file, as the catalogue writes it."""
    folder.mkdir(exist_ok=True)
    text = "".join(json.dumps(task) + "\n" for task in tasks)
    (folder / "tasks.jsonl").write_text(text)


def task_line(name: str, *, split: str = "test") -> dict[str, object]:
    """One task with two rows."""
    return {
        "id": name,
        "family": name.split("_")[0],
        "split": split,
        "descriptions": ["seen wording", "held-out wording"],
        "examples": [
            {"input": "a", "output": "A"},
            {"input": "b", "output": ["B", "bee"]},
        ],
    }


def test_only_held_out_families_are_shown(tmp_path: Path) -> None:
    """Tasks of training families, and any the bundle names, never appear."""
    splits = ("train", "unseen", "validation", "test")
    write_tasks(tmp_path, *(task_line(f"f_{s}", split=s) for s in splits))
    assert [t.id for t in held_out_tasks(tmp_path, trained_on=())] == ["f_test"]
    assert held_out_tasks(tmp_path, trained_on=("f_test",)) == []


def test_generator_is_given_a_wording_that_no_training_sees(tmp_path: Path) -> None:
    """The last wording of a task is held out of all training."""
    write_tasks(tmp_path, task_line("f_one"))
    (task,) = held_out_tasks(tmp_path, trained_on=())
    assert task.description == "held-out wording"
    assert task.rows == (("a", ("A",)), ("b", ("B", "bee")))


def test_without_task_files_the_built_in_list_serves(tmp_path: Path) -> None:
    """An installed package shows something from any folder."""
    found = held_out_tasks(tmp_path / "absent", trained_on=())
    assert found == list(BUILT_IN_TASKS)


def test_malformed_task_file_is_named_with_its_line(tmp_path: Path) -> None:
    """The message leads to the place."""
    write_tasks(tmp_path, task_line("f_one"), {"split": "test", "id": "f_two"})
    with pytest.raises(TaskFormatError, match=r"tasks\.jsonl, line 2"):
        held_out_tasks(tmp_path, trained_on=())


def some_tasks() -> list[DemoTask]:
    """Three families of three tasks with five rows each."""
    rows = tuple((str(i), (str(i),)) for i in range(5))
    return [
        DemoTask(id=f"{family}_{i}", family=family, description="do it", rows=rows)
        for family in ("one", "two", "three")
        for i in range(3)
    ]


def test_choice_spreads_over_families_and_repeats_with_its_seed() -> None:
    """A seed alone decides, and no family comes twice before all came once."""
    choices = [
        choose(some_tasks(), ids=(), num_tasks=3, num_rows=2, seed=seed)
        for seed in (0, 0, 1, 2, 3)
    ]
    assert choices[0] == choices[1]
    assert len({tuple(t.id for t in c) for c in choices}) > 1
    for chosen in choices:
        assert {task.family for task in chosen} == {"one", "two", "three"}
        assert all(len(task.rows) == 2 for task in chosen)


def test_named_tasks_are_shown_and_unknown_ones_refused() -> None:
    """Ids win over the seed; a wrong one brings the list of right ones."""
    tasks = some_tasks()
    (task,) = choose(tasks, ids=["two_1"], num_tasks=3, num_rows=9, seed=0)
    assert (task.id, len(task.rows)) == ("two_1", 5)
    with pytest.raises(ConfigError, match=r"no held-out task 'four'; found: one_0"):
        choose(tasks, ids=["four"], num_tasks=3, num_rows=9, seed=0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("Paris", True), (" paris. ", True), ("Paris is it", False), ("", False)],
)
def test_answer_is_right_up_to_case_blanks_and_full_stop(
    answer: str, expected: bool
) -> None:
    """Anything beside the answer makes it wrong, for all three alike."""
    assert is_right(answer, ("france", ("Paris",))) is expected


def test_right_answers_are_counted_for_all_three() -> None:
    """Every column is judged by the same rule."""
    task = DemoTask(
        id="t", family="f", description="d", rows=(("a", ("A",)), ("b", ("B",)))
    )
    answers = (
        Answers(input="a", base="no", prompted="a", adapter="A"),
        Answers(input="b", base="no", prompted="no", adapter="B"),
    )
    shown = Shown(task=task, answers=answers)
    assert shown.num_right == {"base": 0, "prompted": 1, "adapter": 2}
