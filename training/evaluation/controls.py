"""Controls: other descriptions, to see whether the right one is what does the work."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

from genadapter.condition import Condition, Demonstration
from training.tasks import Task


def description_of(task: Task) -> str:
    """What every method is told of a task: a wording that was never trained on."""
    return task.heldout_descriptions[0]


def other_wording(task: Task) -> str | None:
    """Another wording that was never trained on; `None` where there is one alone."""
    return next(iter(task.heldout_descriptions[1:]), None)


def task_of_another_family(
    task: Task, others: Sequence[Task], *, seed: int
) -> Task | None:
    """A task drawn from other families, over other inputs where there are such."""
    foreign = [t for t in others if t.family != task.family]
    apart = [t for t in foreign if not task.pool or t.pool != task.pool]
    return _pick(apart or foreign, task, "shuffled", seed)


def sibling(task: Task, others: Sequence[Task], *, seed: int) -> Task | None:
    """Another task over the same inputs; `None` where there is none."""
    siblings = [t for t in others if task.pool and t.pool == task.pool]
    return _pick([t for t in siblings if t.id != task.id], task, "sibling", seed)


def junk(condition: Condition, task: Task, *, seed: int) -> Condition:
    """Random letters, as many words in every part as the task's condition has."""
    rng = _random(task, "junk", seed)

    def letters(text: str) -> str:
        words = [
            "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 9)))
            for _ in text.split()
        ]
        return " ".join(words)

    return Condition(
        description=condition.description and letters(condition.description),
        document=condition.document and letters(condition.document),
        profile=condition.profile and letters(condition.profile),
        examples=tuple(
            Demonstration(input=letters(e.input), output=letters(e.output))
            for e in condition.examples
        ),
    )


def _pick(
    candidates: Sequence[Task], task: Task, purpose: str, seed: int
) -> Task | None:
    if not candidates:
        return None
    ordered = sorted(candidates, key=lambda t: t.id)
    return _random(task, purpose, seed).choice(ordered)


def _random(task: Task, purpose: str, seed: int) -> random.Random:
    # Seeded by the task, so that adding a task changes no other task's draw of junk.
    return random.Random(f"{seed}/{purpose}/{task.id}")
