"""Drills: every kind holds what it says, and none teaches a held-out task."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from training.drills import (
    KINDS,
    MIN_ROWS,
    Drill,
    Materials,
    agrees,
    make_drills,
    materials_of,
)
from training.tasks import Example, Task, read_tasks

SUITE = Path(__file__).parents[2] / "data" / "tasks"


@pytest.fixture(scope="module")
def suite() -> list[Task]:
    """The committed suite."""
    return read_tasks(SUITE)


@pytest.fixture(scope="module")
def materials(suite: list[Task]) -> Materials:
    """What its training rows hold."""
    return materials_of([task for task in suite if task.split == "train"])


def test_materials_are_words_and_sentences(materials: Materials) -> None:
    """Plenty of both, and nothing else among them."""
    assert len(materials.words) > 1000
    assert len(materials.sentences) > 200
    assert all(word.isalpha() and word.islower() for word in materials.words)
    assert all(5 <= len(s.split()) <= 14 for s in materials.sentences)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_kind_is_told_and_answered(name: str, materials: Materials) -> None:
    """Wordings are filled and differ; inputs have answers; no answer drowns the others."""
    for seed in range(6):
        rng = random.Random(f"{name}/{seed}")
        drill = KINDS[name](rng, materials)
        assert len(set(drill.descriptions)) == len(drill.descriptions) >= 8
        assert not any(re.search(r"\{\w*\}", told) for told in drill.descriptions)
        inputs = [drill.draw(rng) for _ in range(40)]
        answers = [drill.answer(text) for text in inputs]
        answered = [answer for answer in answers if answer]
        assert len(answered) >= 30
        assert max(Counter(answered).values()) <= 32
        assert answers == [drill.answer(text) for text in inputs]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_any_text_may_be_asked(name: str, materials: Materials) -> None:
    """A rule says nothing about inputs that are not its own; it does not fall over."""
    drill = KINDS[name](random.Random(0), materials)
    for text in ("", " ", "x", "12", "3, 4", "a: b", "?!", "Ünïcode 😀", "a, b, c, d"):
        assert drill.answer(text) is None or isinstance(drill.answer(text), str)


def _drill(change: str = "upper") -> Drill:
    return Drill(
        name=f"test_{change}",
        pool="words",
        descriptions=("Do it.",) * 8,
        draw=lambda rng: rng.choice(["ab", "cd", "ef"]),
        answer=lambda text: getattr(text, change)() if text.isalpha() else None,
    )


def _task(outputs: list[str]) -> Task:
    examples = [Example(f"w{'x' * i}", (o,)) for i, o in enumerate(outputs)]
    return Task(id="t", descriptions=("d",), examples=tuple(examples), split="test")


def test_same_task_is_recognised() -> None:
    """By its answers, whatever it is called."""
    inputs = [f"w{'x' * i}" for i in range(20)]
    assert agrees(_drill(), _task([text.upper() for text in inputs]))
    assert not agrees(_drill(), _task([text[::-1] + "!" for text in inputs]))


def test_same_task_with_other_labels_is_recognised() -> None:
    """A consistent renaming of labels is no other task."""
    drill = replace(_drill(), answer=lambda text: "A" if len(text) % 2 else "B")
    parity = ["odd" if len(f"w{'x' * i}") % 2 else "even" for i in range(20)]
    assert agrees(drill, _task(parity))
    assert not agrees(drill, _task(parity[:10] + parity[9::-1]))


def test_drills_leave_out_held_out_tasks(suite: list[Task]) -> None:
    """No drill of the real suite does what a held-out task asks."""
    train = [task for task in suite if task.split == "train"]
    heldout = [task for task in suite if task.split != "train"]
    made = make_drills(train, heldout, count=2 * len(KINDS), max_rows=12, seed=0)
    assert len(made) > len(KINDS)
    assert len({task.id for task in made}) == len(made)
    assert all(MIN_ROWS <= len(task.examples) <= 12 for task in made)
    again = make_drills(train, heldout, count=2 * len(KINDS), max_rows=12, seed=0)
    assert made == again
    unchecked = make_drills(train, [], count=2 * len(KINDS), max_rows=12, seed=0)
    left_out = {task.id for task in unchecked} - {task.id for task in made}
    assert left_out
    # A drill that became a held-out task is a drill no more.
    (taken, *_) = made
    without = make_drills(
        train,
        [*heldout, replace(taken, split="test")],
        count=2 * len(KINDS),
        max_rows=12,
        seed=0,
    )
    assert taken.id not in {task.id for task in without}
