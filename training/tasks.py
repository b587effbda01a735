"""Tasks as values, and the files they are read from.

The project's own format is JSON lines: one task a line with `id`, `descriptions` and
`examples` of `input` and `output` (a string, or a list of accepted ones). The other
fields of `Task` are optional; keys of any other name are kept and ignored. Natural
Instructions JSON files are read as well.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from genadapter.condition import Condition
from genadapter.errors import ConditionError, TaskFormatError

Split = Literal["train", "unseen", "validation", "test"]
"""`unseen` are held-out tasks of training families; the last two are whole families."""
SPLITS: tuple[Split, ...] = get_args(Split)
ToldBy = Literal["description", "document", "profile"]


@dataclass(frozen=True, slots=True)
class Example:
    """One input and the answers that count as right."""

    input: str
    outputs: tuple[str, ...]
    """Accepted answers; the first is the reference."""
    extra: Mapping[str, Any] = field(  # Any: plain JSON
        default_factory=dict, compare=False, kw_only=True
    )
    """Keys of its file that mean nothing here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task: what it is in words, and examples of it."""

    id: str
    descriptions: tuple[str, ...]
    examples: tuple[Example, ...]
    family: str = "imported"
    pool: str = ""
    """Tasks of one pool ask different things of the same inputs; empty if alone."""
    group: str = ""
    """Tasks made from one table; the task's own id if it is alone."""
    told_by: ToldBy = "description"
    """What its descriptions are: of the task in words, documents to answer from, or profiles
    of the user to suit."""
    split: Split = "train"
    licence: str = "unknown"
    source: str = "unknown"
    is_train_only: bool = False
    """Made of training rows and wordings, as variants are: nothing is held out of it.
    Files do not hold this."""
    extra: Mapping[str, Any] = field(  # Any: plain JSON
        default_factory=dict, compare=False
    )
    """Keys of its file that mean nothing here."""

    @property
    def num_train_rows(self) -> int:
        """Rows that may be trained on; the next tenth validates, the rest tests."""
        share = 1.0 if self.is_train_only else 0.7
        return int(share * len(self.examples))

    def rows(self, part: Literal["train", "validation", "test"]) -> tuple[Example, ...]:
        """The task's rows of one part; the parts do not overlap."""
        start = self.num_train_rows
        middle = max(start, int(0.8 * len(self.examples)))
        bounds = {
            "train": (0, start),
            "validation": (start, middle),
            "test": (middle, len(self.examples)),
        }
        return self.examples[slice(*bounds[part])]

    @property
    def num_train_descriptions(self) -> int:
        """Descriptions that may be trained on: all but the last quarter."""
        num_heldout = 0 if self.is_train_only else len(self.descriptions) // 4
        return len(self.descriptions) - num_heldout

    def told(self, text: str) -> Condition:
        """One of its descriptions as a generator is told it."""
        if self.told_by == "document":
            return Condition(document=text)
        if self.told_by == "profile":
            return Condition(profile=text)
        return Condition(description=text)

    @property
    def train_descriptions(self) -> tuple[str, ...]:
        """Descriptions that may be trained on."""
        return self.descriptions[: self.num_train_descriptions]

    @property
    def heldout_descriptions(self) -> tuple[str, ...]:
        """Descriptions never trained on; the last, where all are."""
        return (
            self.descriptions[self.num_train_descriptions :] or self.descriptions[-1:]
        )

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The task as JSON values; single answers are plain strings."""
        examples = [
            {
                "input": e.input,
                "output": e.outputs[0] if len(e.outputs) == 1 else list(e.outputs),
                **e.extra,
            }
            for e in self.examples
        ]
        return {
            "id": self.id,
            "family": self.family,
            "split": self.split,
            "pool": self.pool,
            "group": self.group,
            "licence": self.licence,
            "source": self.source,
            **({} if self.told_by == "description" else {"told_by": self.told_by}),
            "descriptions": list(self.descriptions),
            "examples": examples,
            **self.extra,
        }


_KEYS = frozenset(f.name for f in fields(Task)) - {"is_train_only", "extra"}
_EXAMPLE_KEYS = frozenset(("input", "output"))
_NATURAL_KEYS = frozenset(("Definition", "Instances", "Categories", "Instance License"))


def read_tasks(path: Path) -> list[Task]:
    """Reads every task of a file, or of all task files in a folder.

    Args:
        path: `.jsonl`, `.jsonl.gz`, a Natural Instructions `.json`, or a folder.

    Raises:
        TaskFormatError: A line is malformed or an id occurs twice; names file, line
            and reason.
    """
    if path.is_dir():
        files = sorted(f for f in path.iterdir() if _is_task_file(f))
        tasks = [task for file in files for task in _read_file(file)]
    elif path.exists():
        tasks = _read_file(path)
    else:
        raise TaskFormatError(f"{path}: no such file; give a .jsonl, .json or a folder")
    seen: set[str] = set()
    for task in tasks:
        if task.id in seen:
            raise TaskFormatError(
                f"{path}: task id {task.id!r} occurs twice; rename one"
            )
        seen.add(task.id)
    return tasks


def write_tasks(tasks: Iterable[Task], path: Path) -> None:
    """Writes tasks as JSON lines; the file appears whole or not at all."""
    from genadapter.artifact import new_file  # brings torch, which --help must not

    lines = [json.dumps(t.to_dict(), ensure_ascii=False) + "\n" for t in tasks]
    with new_file(path) as partial:
        partial.write_text("".join(lines), encoding="utf-8", newline="\n")


def check_consistent(task: Task) -> None:
    """Checks that no input has two rows whose answers have none in common.

    Raises:
        TaskFormatError: It has; names the input and both answers.
    """
    accepted: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for example in task.examples:
        for before in accepted[example.input]:
            if set(before).isdisjoint(example.outputs):
                raise TaskFormatError(
                    f"task {task.id!r}: input {example.input!r:.80} has the answer "
                    f"{before[0]!r:.40} in one row and {example.outputs[0]!r:.40} in "
                    "another: leave one out, or accept both as a list in one row"
                )
        accepted[example.input].append(example.outputs)


def _is_task_file(path: Path) -> bool:
    return path.name.endswith((".jsonl", ".jsonl.gz", ".json"))


def _read_file(path: Path) -> list[Task]:
    if path.suffix == ".json":
        return [_from_natural_instructions(path)]
    opened = gzip.open if path.suffix == ".gz" else open
    tasks = []
    # Read as bytes, so that one line in another encoding can be named.
    with opened(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                tasks.append(_parse_line(line, f"{path}, line {number}"))
    return tasks


def _parse_line(line: bytes, place: str) -> Task:
    try:
        values = json.loads(line.decode("utf-8"))
    except ValueError as error:
        raise TaskFormatError(f"{place}: not JSON: {error}") from error
    if not isinstance(values, dict):
        raise TaskFormatError(f"{place}: expected an object, got {values!r:.60}")
    return _task_from(values, place)


def _task_from(values: Mapping[str, Any], place: str) -> Task:  # Any: plain JSON
    for key in ("id", "descriptions", "examples"):
        if not values.get(key):
            raise TaskFormatError(f"{place}: {key!r} is missing or empty; add it")
    if not isinstance(values["examples"], list):
        raise TaskFormatError(
            f"{place}: 'examples' must be a list, got {values['examples']!r:.60}"
        )
    told_by = values.get("told_by", "description")
    if told_by not in get_args(ToldBy):
        raise TaskFormatError(
            f"{place}: told_by must be one of {', '.join(get_args(ToldBy))}, got "
            f"{told_by!r}"
        )
    _check_descriptions(values["descriptions"], told_by, place)
    split = values.get("split", "train")
    if split not in SPLITS:
        raise TaskFormatError(
            f"{place}: split must be one of {', '.join(SPLITS)}, got {split!r}"
        )
    examples = tuple(_example_from(e, place) for e in values["examples"])
    task_id = str(values["id"])
    return Task(
        id=task_id,
        descriptions=tuple(values["descriptions"]),
        examples=examples,
        family=str(values.get("family", "imported")),
        pool=str(values.get("pool", "")),
        group=str(values.get("group") or task_id),
        split=split,
        told_by=told_by,
        licence=str(values.get("licence", "unknown")),
        source=str(values.get("source", "unknown")),
        extra=_others(values, _KEYS),
    )


def _check_descriptions(
    descriptions: Any,  # Any: plain JSON
    told_by: ToldBy,
    place: str,
) -> None:
    if not isinstance(descriptions, list):
        raise TaskFormatError(
            f"{place}: 'descriptions' must be a list, got {descriptions!r:.60}"
        )
    try:
        for text in descriptions:
            Condition(**{told_by: text})
    except ConditionError as error:
        raise TaskFormatError(f"{place}: {error}") from error


def _example_from(values: Any, place: str) -> Example:  # Any: plain JSON
    if not isinstance(values, dict) or not isinstance(values.get("input"), str):
        raise TaskFormatError(f"{place}: an example needs 'input' text, got {values!r}")
    output = values.get("output")
    outputs = [output] if isinstance(output, str) else output
    if (
        not isinstance(outputs, list)
        or not outputs
        or not all(isinstance(o, str) for o in outputs)
    ):
        raise TaskFormatError(
            f"{place}: 'output' must be a text or a list of accepted texts, "
            f"got {output!r}"
        )
    extra = _others(values, _EXAMPLE_KEYS)
    return Example(values["input"], tuple(outputs), extra=extra)


def _others(
    values: Mapping[str, Any], known: frozenset[str]
) -> dict[str, Any]:  # Any: plain JSON
    return {key: value for key, value in values.items() if key not in known}


def _from_natural_instructions(path: Path) -> Task:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        definition, instances = values["Definition"], values["Instances"]
    except (ValueError, KeyError, TypeError) as error:
        raise TaskFormatError(
            f"{path}: not a Natural Instructions task ({error!r}); it needs "
            "'Definition' and 'Instances'"
        ) from error
    categories = values.get("Categories") or ["imported"]
    licence = values.get("Instance License") or ["unknown"]
    plain = {
        "id": path.stem,
        "descriptions": [definition] if isinstance(definition, str) else definition,
        "examples": instances,
        "family": str(categories[0]).lower().replace(" ", "_"),
        "licence": str(licence[0]),
        "source": "Natural Instructions",
        **_others(values, _KEYS | _NATURAL_KEYS),
    }
    return _task_from(plain, str(path))
