"""Drills drawn for a suite: materials from its training rows, tasks out of drills."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from training.drills.base import KINDS, Drill, Materials
from training.tasks import Example, Task

MIN_ROWS = 8
"""A drill with fewer rows is left out."""
MAX_SHARE = 0.6
"""Largest share of a drill's rows that have the same answer."""
AGREEMENT = 0.9
"""Share of a held-out task's rows from which on a drill is the same task."""
COMPARED_ROWS = 80
"""Rows of a held-out task that a drill is compared on."""
_DRAWS_PER_ROW = 20
_WORD = re.compile(r"[a-z]{3,10}")


def make_drills(
    tasks: Sequence[Task],
    heldout: Sequence[Task],
    *,
    count: int,
    max_rows: int,
    seed: int,
) -> list[Task]:
    """Draws drills, every kind as often as the others.

    Args:
        tasks: Training tasks; their training rows give words, sentences and tables.
        heldout: Tasks that no drill may teach.
        count: Drills to draw; those of one name, and those left out, are not replaced.
        max_rows: Rows of a drill at most.
        seed: Of every choice.
    """
    materials = materials_of(tasks)
    names = sorted(KINDS)
    made: dict[str, Task] = {}
    for number in range(count):
        name = names[number % len(names)]
        rng = random.Random(f"{seed}/{name}/{number}")
        drill = KINDS[name](rng, materials)
        if drill.name in made or any(agrees(drill, task) for task in heldout):
            continue
        examples = _balanced(list(_rows(drill, rng, max_rows)))
        if len(examples) >= MIN_ROWS:
            made[drill.name] = _task(drill, examples)
    return list(made.values())


def materials_of(tasks: Sequence[Task]) -> Materials:
    """What the training rows of tasks hold: single words, sentences, closed tables."""
    words: dict[str, None] = {}
    sentences: dict[str, None] = {}
    tables: dict[str, dict[str, str]] = {}
    for task in tasks:
        rows = task.rows("train")
        tables[task.id] = {e.input: e.outputs[0] for e in rows}
        for text in tables[task.id]:
            if _WORD.fullmatch(text):
                words[text] = None
            elif text.isascii() and _is_sentence(text):
                sentences[text] = None
    return Materials(words=tuple(words), sentences=tuple(sentences), tables=tables)


def agrees(drill: Drill, task: Task) -> bool:
    """Whether a drill does what a task asks, be it with other labels."""
    pairs = [
        (answer.lower(), example.outputs[0].lower())
        for example in task.examples[:COMPARED_ROWS]
        if (answer := drill.answer(example.input)) is not None
    ]
    if len(pairs) < max(MIN_ROWS, len(task.examples[:COMPARED_ROWS]) // 10):
        return False
    if sum(a == b for a, b in pairs) >= AGREEMENT * len(pairs):
        return True
    labels = {a for a, _ in pairs}, {b for _, b in pairs}
    if not 2 <= len(labels[0]) == len(labels[1]) <= 4:
        return False
    counts = Counter(pairs)
    best = {a: max(labels[1], key=lambda b: counts[a, b]) for a in labels[0]}
    num_same = sum(counts[pair] for pair in best.items())
    return len(set(best.values())) == len(best) and num_same >= AGREEMENT * len(pairs)


def _rows(drill: Drill, rng: random.Random, count: int) -> Iterator[Example]:
    seen: set[str] = set()
    for _ in range(_DRAWS_PER_ROW * count):
        text = drill.draw(rng)
        answer = drill.answer(text)
        if answer and text not in seen:
            seen.add(text)
            yield Example(text, (answer,))
        if len(seen) == count:
            return


def _balanced(examples: list[Example]) -> list[Example]:
    """The rows, without those of the commonest answer that are too many."""
    counts = Counter(e.outputs for e in examples)
    if len(counts) < 2:
        return examples
    (commonest, count), *_ = counts.most_common(1)
    rest = len(examples) - count
    left = int(rest * MAX_SHARE / (1 - MAX_SHARE))
    kept = []
    for example in examples:
        if example.outputs == commonest:
            left -= 1
            if left < 0:
                continue
        kept.append(example)
    return kept


def _task(drill: Drill, examples: Sequence[Example]) -> Task:
    return Task(
        id=f"drill/{drill.name}",
        descriptions=drill.descriptions,
        examples=tuple(examples),
        family="drills",
        pool=drill.pool,
        group=f"drill/{drill.name}",
        is_train_only=True,
    )


def _is_sentence(text: str) -> bool:
    words = text.split()
    is_closed = text[0].isupper() and text[-1] in ".!?"
    return 5 <= len(words) <= 14 and is_closed and "\n" not in text
