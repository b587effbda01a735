"""Upper bound: what the base and an oracle answer on every scored task, kept in a file.

It is made once, before any generator is trained: which tasks have headroom is then
settled, and every later table reads the same file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from genadapter.artifact import new_file, read_json, write_json
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, CorruptArtifactError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.evaluation.answering import Question, answer_all, questions_of
from training.evaluation.cells import Column, digest_of
from training.evaluation.methods import Treatment
from training.evaluation.oracle import Form, Oracle
from training.evaluation.scoring import score
from training.tasks import Task

_REMAKE = "make the file anew with `genadapter experts oracles`"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskBound:
    """What was answered on one task's first test rows."""

    digest: str
    """Of all rows of the task."""
    form: Form
    """Of the oracle."""
    curves: Mapping[Form, Sequence[tuple[int, float]]]
    """As in `Oracle.curves`."""
    base: Sequence[str]
    """The bare base's answers."""
    oracle: Sequence[str]
    """The oracle's answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UpperBound:
    """What base and oracles answered, and what it was made of."""

    fingerprint: str
    """Of the base model."""
    num_rows: int
    """Test rows of a task at most."""
    tasks: Mapping[str, TaskBound]
    """By task id; a task without a short training row has none."""

    def check(self, tasks: Sequence[Task], *, base: BaseModel, num_rows: int) -> None:
        """Raises ConfigError unless all of it holds of these tasks and this base."""
        if self.fingerprint != base.fingerprint.digest:
            raise ConfigError(
                f"the oracles were trained on base {self.fingerprint}, this one is "
                f"{base.fingerprint.digest}: {_REMAKE}"
            )
        if num_rows > self.num_rows:
            raise ConfigError(
                f"the oracles answered {self.num_rows} rows of a task, asked for are "
                f"{num_rows}: pass --rows {self.num_rows} or less, or {_REMAKE}"
            )
        for task in tasks:
            found = self.tasks.get(task.id)
            if found is not None and found.digest != _digest(task):
                raise ConfigError(
                    f"the oracle of task {task.id!r} was trained on other rows than "
                    f"the task has now: {_REMAKE}"
                )

    def column(self, tasks: Sequence[Task], questions: Sequence[Question]) -> Column:
        """The oracles' answers to questions, which are each task's first rows."""
        seen: dict[int, int] = defaultdict(int)
        answers = []
        for question in questions:
            found = self.tasks.get(tasks[question.task].id)
            row = seen[question.task]
            seen[question.task] += 1
            answers.append(None if found is None else found.oracle[row])
        return Column(answers=tuple(answers), told={})

    def gain_of(self, task: Task) -> float | None:
        """Exact match of the oracle less the base's, over all rows that it answered."""
        found = self.tasks.get(task.id)
        if found is None:
            return None
        rows = task.rows("test")[: len(found.oracle)]
        base, oracle = (
            mean(score(a, e).exact_match for a, e in zip(given, rows, strict=True))
            for given in (found.base, found.oracle)
        )
        return oracle - base

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The file's content."""
        return {
            "base": self.fingerprint,
            "rows": self.num_rows,
            "tasks": {
                name: {
                    "digest": found.digest,
                    "form": found.form,
                    "curves": {
                        form: [[step, round(value, 4)] for step, value in curve]
                        for form, curve in found.curves.items()
                    },
                    "base": list(found.base),
                    "oracle": list(found.oracle),
                }
                for name, found in self.tasks.items()
            },
        }


def answer_bound(
    tasks: Sequence[Task],
    oracles: Mapping[int, Oracle],
    *,
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    num_rows: int,
) -> UpperBound:
    """Has the base and every oracle answer test rows.

    Args:
        tasks: The tasks.
        oracles: By position.
        base: The frozen base.
        spec: Shape of the oracles.
        shared: Factors of that shape.
        num_rows: Test rows of a task at most.
    """
    if num_rows < 1:
        raise ConfigError(f"rows must be at least 1, got {num_rows}")
    questions = [
        q
        for q in questions_of(tasks, base=base, num_rows=num_rows)
        if q.task in oracles
    ]
    treatments = {
        "base": Treatment(prompt="input", b_of=dict.fromkeys(oracles)),
        "oracle": Treatment(
            prompt="input",
            b_of={p: oracle.b_P for p, oracle in oracles.items()},
            a_of={p: oracle.a for p, oracle in oracles.items()},
        ),
    }
    answers: dict[str, dict[int, list[str]]] = {}
    for name, treatment in treatments.items():
        of_task = answers[name] = defaultdict(list)
        given = answer_all(questions, treatment, base=base, shared=shared, spec=spec)
        for question, answer in zip(questions, given, strict=True):
            of_task[question.task].append(answer or "")
    return UpperBound(
        fingerprint=base.fingerprint.digest,
        num_rows=num_rows,
        tasks={
            tasks[p].id: TaskBound(
                digest=_digest(tasks[p]),
                form=oracle.form,
                curves=oracle.curves,
                base=answers["base"][p],
                oracle=answers["oracle"][p],
            )
            for p, oracle in sorted(oracles.items())
        },
    )


def write_bound(bound: UpperBound, path: Path) -> None:
    """Writes it as JSON, whole or not at all.

    Raises:
        StorageError: The disk does not take it.
    """
    with new_file(path) as partial:
        write_json(partial, bound.to_dict())


def read_bound(path: Path) -> UpperBound:
    """Reads what `write_bound` wrote.

    Raises:
        CorruptArtifactError: The file is missing or damaged.
    """
    values = read_json(path)
    try:
        return UpperBound(
            fingerprint=values["base"],
            num_rows=values["rows"],
            tasks={name: _bound(found) for name, found in values["tasks"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CorruptArtifactError(
            f"{path} holds no answers of oracles ({error!r}): {_REMAKE}"
        ) from error


def _bound(values: Mapping[str, Any]) -> TaskBound:  # Any: plain JSON
    found = TaskBound(
        digest=values["digest"],
        form=values["form"],
        curves={
            form: [(step, value) for step, value in curve]
            for form, curve in values["curves"].items()
        },
        base=values["base"],
        oracle=values["oracle"],
    )
    if len(found.base) != len(found.oracle):
        raise ValueError(f"{len(found.base)} and {len(found.oracle)} answers")
    return found


def _digest(task: Task) -> str:
    return digest_of(
        [
            (row.input, row.outputs)
            for part in ("train", "validation", "test")
            for row in task.rows(part)
        ]
    )
