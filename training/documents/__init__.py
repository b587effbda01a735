"""Documents: invented facts in running text, and questions that nothing else answers.

No base can know them, so an answer without the text in the prompt comes from the adapter
alone. Subjects, their facts and all wordings are in `facts.toml`, written for this project.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from training.tasks import Example, Task

FACTS = Path(__file__).with_name("facts.toml")
FEWEST_FACTS, MOST_FACTS = 3, 6
"""Of one document."""
NUM_WORDINGS = 8
"""Documents that state the same facts, in other words and another order."""
Part = Literal["train", "test"]


@dataclass(frozen=True, slots=True)
class _Fact:
    values: tuple[str, ...]
    """What may be true; the answer."""
    statements: tuple[str, ...]
    """Sentences with `{name}` and `{value}`."""
    questions: tuple[str, ...]
    """With `{name}`."""


@dataclass(frozen=True, slots=True)
class _Subject:
    names: tuple[tuple[str, ...], tuple[str, ...]]
    """First and last parts of invented names."""
    facts: Mapping[str, _Fact]


def make_documents(count: int, *, part: Part, seed: int) -> list[Task]:
    """Tasks whose condition is a document, each about a subject of its own.

    Args:
        count: How many; subjects take turns.
        part: Names of one part do not come up in the other.
        seed: Of every choice.
    """
    subjects = _subjects()
    return [
        _task(kind, subjects[kind], number=number, part=part, seed=seed)
        for number in range(count)
        for kind in [list(subjects)[number % len(subjects)]]
    ]


def _task(kind: str, subject: _Subject, *, number: int, part: Part, seed: int) -> Task:
    rng = random.Random(f"{seed}/documents/{part}/{number}")
    first, last = (_part_of(names, part) for names in subject.names)
    name = f"{rng.choice(first)} {rng.choice(last)}"
    chosen = rng.sample(sorted(subject.facts), k=rng.randint(FEWEST_FACTS, MOST_FACTS))
    known = {key: rng.choice(subject.facts[key].values) for key in chosen}
    asked = [
        Example(question.format(name=name), (value,))
        for key, value in known.items()
        for question in subject.facts[key].questions
    ]
    rng.shuffle(asked)
    return Task(
        id=f"documents_{part}_{kind}_{number}",
        family="documents",
        pool=f"documents_{kind}",
        split=part,
        told_by="document",
        descriptions=tuple(
            _text(name, known, subject.facts, rng) for _ in range(NUM_WORDINGS)
        ),
        examples=tuple(asked),
        licence="Apache-2.0",
        source="genadapter",
        is_train_only=part == "train",
    )


def _text(
    name: str,
    known: Mapping[str, str],
    facts: Mapping[str, _Fact],
    rng: random.Random,
) -> str:
    return " ".join(
        rng.choice(facts[key].statements).format(name=name, value=known[key])
        for key in rng.sample(list(known), k=len(known))
    )


def _part_of(names: Sequence[str], part: Part) -> Sequence[str]:
    """Every fourth name is kept for tests."""
    is_test = part == "test"
    return [name for i, name in enumerate(names) if (i % 4 == 3) is is_test]


@cache
def _subjects() -> dict[str, _Subject]:
    values = tomllib.loads(FACTS.read_text("utf-8"))
    return {
        kind: _Subject(
            (tuple(own["first"]), tuple(own["last"])),
            {
                key: _Fact(
                    tuple(fact["values"]),
                    tuple(fact["statements"]),
                    tuple(fact["questions"]),
                )
                for key, fact in own["facts"].items()
            },
        )
        for kind, own in values.items()
    }
