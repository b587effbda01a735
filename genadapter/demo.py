"""The demonstration: tasks that a bundle never saw, described in words.

Held-out tasks come from the project's task files where they are at hand, otherwise
from a short list below. Both follow one rule: whole task families that no bundle of
this project is trained on, and never a task that the bundle itself names.
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.comparison import Answers, compare
from genadapter.errors import ConfigError, TaskFormatError

HELD_OUT_SPLIT = "test"
"""Split of the task files whose families take part in no training."""

Row = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoTask:
    """A task to be shown: words for the generator, rows to judge it by."""

    id: str
    """The task's id in the task files."""
    family: str
    """The task's family."""
    description: str
    """All that the generator sees."""
    rows: tuple[Row, ...]
    """Inputs, and for each the answers that count as right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One task after the base and the adapter have answered it."""

    task: DemoTask
    answers: tuple[Answers, ...]

    @property
    def num_right(self) -> dict[str, int]:
        """Right answers of each of the three."""
        pairs = list(zip(self.task.rows, self.answers, strict=True))
        return {
            "base": sum(is_right(a.base, row) for row, a in pairs),
            "prompted": sum(is_right(a.prompted or "", row) for row, a in pairs),
            "adapter": sum(is_right(a.adapter, row) for row, a in pairs),
        }


BUILT_IN_TASKS = (
    DemoTask(
        id="extraction_email",
        family="extraction",
        description="Find the e-mail address in the message and give only that.",
        rows=(
            (
                "Hi, this is Rosa Keller from Salem; write to keller7@mail.example "
                "or ring 555-201-8841.",
                ("keller7@mail.example",),
            ),
            (
                "Call 555-730-1192 for Omar Haddad in Dayton, or use "
                "haddad52@office.example instead.",
                ("haddad52@office.example",),
            ),
            (
                "My number is 555-664-0375 and my email is june.oh@studio.example, "
                "says June Oh of Tucson.",
                ("june.oh@studio.example",),
            ),
            (
                "Please send the keys to Ivo Marek, Boise; his address is "
                "marek3@home.example, his phone 555-118-4420.",
                ("marek3@home.example",),
            ),
        ),
    ),
    DemoTask(
        id="units_kind",
        family="units",
        description=(
            "Say what the measurement measures: answer length, mass, time or volume."
        ),
        rows=(
            ("18 kg", ("mass",)),
            ("40 min", ("time",)),
            ("3 km", ("length",)),
            ("250 ml", ("volume",)),
            ("9 oz", ("mass",)),
        ),
    ),
    DemoTask(
        id="elements_symbol",
        family="elements",
        description="Name the chemical symbol of the element.",
        rows=(
            ("Calcium", ("Ca",)),
            ("Neon", ("Ne",)),
            ("Zinc", ("Zn",)),
            ("Cobalt", ("Co",)),
            ("Iodine", ("I",)),
        ),
    ),
)
"""Tasks of held-out families, for where the task files are not at hand."""


def is_right(answer: str, row: Row) -> bool:
    """Whether an answer is an accepted one, letter case and a full stop aside."""
    return _plain(answer) in {_plain(accepted) for accepted in row[1]}


def held_out_tasks(folder: Path, *, trained_on: Collection[str]) -> list[DemoTask]:
    """Every task that may be shown, with all of its rows.

    Args:
        folder: The project's task files; need not exist.
        trained_on: Ids of tasks that the bundle was trained on.
    """
    lines = [line for path in _task_files(folder) for line in _held_out_lines(path)]
    tasks = lines or list(BUILT_IN_TASKS)
    return [task for task in tasks if task.id not in trained_on]


def choose(
    tasks: Sequence[DemoTask],
    *,
    ids: Sequence[str],
    num_tasks: int,
    num_rows: int,
    seed: int,
) -> list[DemoTask]:
    """Picks tasks and rows at random, as many families as there can be.

    Args:
        tasks: What may be shown.
        ids: Tasks to show; none leaves the choice to the seed.
        num_tasks: How many to choose where `ids` is empty.
        num_rows: Rows of each.
        seed: Decides what is chosen, with nothing else known of the tasks.

    Raises:
        ConfigError: An id is not among the tasks.
    """
    by_id = {task.id: task for task in tasks}
    if unknown := [name for name in ids if name not in by_id]:
        raise ConfigError(
            f"no held-out task {unknown[0]!r}; found: {', '.join(sorted(by_id))}"
        )
    order = random.Random(seed)
    shuffled = order.sample(sorted(tasks, key=lambda t: t.id), len(tasks))
    chosen = [by_id[name] for name in ids] or _spread(shuffled)[:num_tasks]
    return [
        replace(
            task, rows=tuple(order.sample(task.rows, min(num_rows, len(task.rows))))
        )
        for task in chosen
    ]


def show(
    base: BaseModel, adapter: Adapter, task: DemoTask, *, max_new_tokens: int
) -> Shown:
    """Lets the base, the prompted base and the adapter answer a task's inputs."""
    answers = compare(
        base,
        adapter,
        inputs=[text for text, _ in task.rows],
        description=task.description,
        max_new_tokens=max_new_tokens,
    )
    return Shown(task=task, answers=tuple(answers))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).removesuffix(".")


def _spread(tasks: Sequence[DemoTask]) -> list[DemoTask]:
    """The same tasks, ordered so that families take turns."""
    turns: dict[str, int] = {}
    keyed = []
    for position, task in enumerate(tasks):
        turns[task.family] = turns.get(task.family, -1) + 1
        keyed.append((turns[task.family], position, task))
    return [task for _, _, task in sorted(keyed, key=lambda k: k[:2])]


def _task_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl")) if folder.is_dir() else []


def _held_out_lines(path: Path) -> Iterator[DemoTask]:
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                values = json.loads(line)
                if values.get("split") != HELD_OUT_SPLIT:
                    continue
                yield DemoTask(
                    id=values["id"],
                    family=values["family"],
                    # The last wording is one that no training run sees.
                    description=values["descriptions"][-1],
                    rows=tuple(
                        (e["input"], _accepted(e["output"])) for e in values["examples"]
                    ),
                )
            except (ValueError, KeyError, IndexError, TypeError) as error:
                raise TaskFormatError(
                    f"{path}, line {number}: not a task ({error!r}); build the files "
                    "again or move this one away"
                ) from error


def _accepted(output: str | list[str]) -> tuple[str, ...]:
    return (output,) if isinstance(output, str) else tuple(output)
