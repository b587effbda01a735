"""The task suite: held-out tasks share nothing with training, and it can be rebuilt."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from genadapter.errors import ConfigError, PackageUnavailableError, TaskFormatError
from training.catalogue.build import (
    MAX_ROWS,
    MAX_TASKS_PER_FAMILY,
    MIN_ROWS,
    TEST_FAMILIES,
    VALIDATION_FAMILIES,
    all_families,
    build_family,
    build_suite,
)
from training.catalogue.source import TaskDraft
from training.suite_report import MAX_TASKS_PER_FRAME, find_leaks, widest_frame
from training.tasks import Task, read_tasks

FOLDER = Path(__file__).parents[2] / "data" / "tasks"
REBUILT = ("country_facts", "spelling")
AGREEING = {
    "list_ops_reverse",  # of three words, what swapping the ends gives
    "phonetics_one_syllable",  # says yes and no, as words that start with a vowel do
    "phonetics_syllable_count",  # often the number of vowels
    "selection_city_or_number",  # the kind of the first item, if one of these
}
"""Held-out tasks with more than a fifth of their test rows in one training task, which
asks something else and often means the same answer."""
MAX_SHARED = 0.6
"""Of the smaller task's rows; short tasks over one pool agree by chance that often."""


@pytest.fixture(scope="session")
def built() -> list[Task]:
    """The suite as it is in the repository."""
    return read_tasks(FOLDER)


def is_trained_on(task: Task) -> bool:
    """Whether a generator may learn from the task."""
    return task.split == "train"


def make_draft(**changes: object) -> TaskDraft:
    """A draft that the builder accepts."""
    values = {
        "id": "x_double",
        "descriptions": ("Double it.", "Twice the number."),
        "rows": [(str(i), str(2 * i)) for i in range(MIN_ROWS)],
        "pool": "numbers",
        "group": "doubling",
        "licence": "CC0",
        "source": "made here",
    }
    return TaskDraft(**{**values, **changes})  # type: ignore[arg-type] # some on purpose


def make_family(*drafts: TaskDraft, name: str = "made") -> SimpleNamespace:
    """A family module in memory."""
    return SimpleNamespace(FAMILY=name, PACKAGES=(), drafts=lambda: drafts)


def test_splits_are_those_of_whole_families(built: list[Task]) -> None:
    """Validation and test families appear in no other split."""
    for task in built:
        if task.family in TEST_FAMILIES:
            assert task.split == "test", task.id
        elif task.family in VALIDATION_FAMILIES:
            assert task.split == "validation", task.id
        else:
            assert task.split in ("train", "unseen"), task.id


def test_groups_lie_on_one_side(built: list[Task]) -> None:
    """A task made from a training task's table is never held out."""
    splits: dict[tuple[str, str], set[str]] = defaultdict(set)
    for task in built:
        splits[task.family, task.group].add(task.split)
    mixed = [group for group, found in splits.items() if len(found) > 1]
    assert not mixed


def test_no_held_out_table_is_in_training(built: list[Task]) -> None:
    """No held-out task is a training task under another name.

    Two tasks are one table where most rows of the smaller one, input and answer alike,
    are rows of the other.
    """
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    sizes = {task.id: len(task.examples) for task in built}
    for task in filter(is_trained_on, built):
        for example in task.examples:
            places[example.input, example.outputs[0].casefold()].add(task.id)
    for task in built:
        if is_trained_on(task):
            continue
        shared = Counter(
            other
            for example in task.examples
            for other in places.get((example.input, example.outputs[0].casefold()), ())
        )
        for other, count in shared.items():
            smaller = min(sizes[task.id], sizes[other])
            assert count < MAX_SHARED * smaller, (task.id, other)


def test_nothing_held_out_is_in_training(built: list[Task]) -> None:
    """No table, no description; rows only where two tasks are known to agree."""
    leaks = find_leaks(built)
    rows = [leak for leak in leaks if leak.startswith("rows: ")]
    assert leaks == rows
    assert {leak.split(" test rows of ")[1].split()[0] for leak in rows} == AGREEING


def test_no_wording_frame_serves_many_tasks(built: list[Task]) -> None:
    """Descriptions are written, not made from templates."""
    frame = widest_frame(built)
    assert frame is not None
    assert frame.num_tasks <= MAX_TASKS_PER_FRAME, frame


def test_no_description_is_used_twice(built: list[Task]) -> None:
    """One wording names one task, whatever its case and blanks."""
    owners: dict[str, set[str]] = defaultdict(set)
    for task in built:
        plain = [" ".join(d.casefold().split()) for d in task.descriptions]
        assert len(set(plain)) == len(plain), task.id
        for wording in plain:
            owners[wording].add(task.id)
    shared = {wording: ids for wording, ids in owners.items() if len(ids) > 1}
    assert not shared


def test_every_task_is_of_use(built: list[Task]) -> None:
    """Sizes, licence and source; inputs once each; a wording to hold out."""
    counts = Counter(task.family for task in built)
    assert max(counts.values()) <= MAX_TASKS_PER_FAMILY
    for task in built:
        assert MIN_ROWS <= len(task.examples) <= MAX_ROWS, task.id
        inputs = [example.input for example in task.examples]
        assert len(set(inputs)) == len(inputs), task.id
        assert len(task.descriptions) >= 4, task.id
        assert "unknown" not in (task.licence, task.source), task.id


def test_builder_gives_the_same_tasks_in_any_order() -> None:
    """Order of drafts and rows is no part of the suite."""
    rows = [(str(i), str(2 * i)) for i in range(400)]
    other = make_draft(id="x_treble", group="trebling")
    first = build_family(make_family(make_draft(rows=rows), other))
    again = build_family(make_family(other, make_draft(rows=rows[::-1])))
    assert first == again
    assert [len(task.examples) for task in first] == [MAX_ROWS, MIN_ROWS]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rows": [("1", "2")]}, "1 rows, at least 40 needed"),
        ({"rows": [("1", " ")]}, "blank input or answer"),
        ({"rows": [("1", "2"), ("1", "3")]}, "has two answers"),
    ],
)
def test_unusable_draft_is_refused(changes: dict[str, object], message: str) -> None:
    """The message names the task."""
    family = make_family(make_draft(**changes))
    with pytest.raises(TaskFormatError, match=f"x_double: .*{message}"):
        build_family(family)


def test_family_of_too_many_tasks_is_refused() -> None:
    """One family must not drown the others."""
    drafts = [make_draft(id=f"x_{i}") for i in range(MAX_TASKS_PER_FAMILY + 1)]
    with pytest.raises(ConfigError, match="has 31 tasks, at most 30"):
        build_family(make_family(*drafts))


def test_missing_package_spares_the_other_families(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can be built is written, then the missing one is named."""

    def missing() -> tuple[TaskDraft, ...]:
        raise PackageUnavailableError("gone==1.0", "no such version")

    modules = {
        "gone": SimpleNamespace(FAMILY="gone", PACKAGES=(), drafts=missing),
        "made": make_family(make_draft()),
    }
    monkeypatch.setattr("training.catalogue.build.all_families", lambda: modules)
    with pytest.raises(PackageUnavailableError, match=r"gone: .*gone==1\.0"):
        build_suite(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["made.jsonl"]


@pytest.mark.slow
@pytest.mark.packaged
@pytest.mark.parametrize("family", REBUILT)
def test_rebuilt_family_has_the_same_bytes(family: str, tmp_path: Path) -> None:
    """Pinned packages and seeded draws give the committed file again."""
    assert family in all_families()
    build_suite(tmp_path, families=(family,))
    name = f"{family}.jsonl"
    assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
