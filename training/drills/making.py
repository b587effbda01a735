"""Drills drawn for a suite: materials from its training rows, tasks out of drills."""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from genadapter.errors import ConfigError
from training.drills.base import KINDS, Drill, Material, Materials, NoInputError
from training.tasks import Example, Task

logger = logging.getLogger(__name__)

MIN_ROWS = 8
"""A drill with fewer rows is left out."""
ENOUGH: Mapping[Material, int] = {"words": 50, "sentences": 20}
"""How much of a material the training rows must hold for the kinds that need it."""
MAX_SHARE = 0.6
"""Largest share of a drill's rows that have the same answer."""
AGREEMENT = 0.9
"""Share of same answers from which on a drill counts as the same task."""
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

    Kinds whose materials the training rows do not hold are not drawn.

    Args:
        tasks: Training tasks; their training rows give words and sentences.
        heldout: Tasks whose answers no drill may give; see `agrees`.
        count: Drills to draw; those of one name, and those left out, are not replaced.
        max_rows: Rows of a drill at most.
        seed: Of every choice.

    Raises:
        ConfigError: Drills are asked for, and not one could be made.
    """
    materials = materials_of(tasks)
    names = _drawn_kinds(materials) if count else []
    made: dict[str, Task] = {}
    for number in range(count):
        name = names[number % len(names)]
        rng = random.Random(f"{seed}/{name}/{number}")
        try:
            drill = KINDS[name].make(rng, materials)
            if drill.name in made or any(agrees(drill, task) for task in heldout):
                continue
            examples = _balanced(list(_rows(drill, rng, max_rows)))
        except NoInputError as error:
            logger.debug("a drill of kind %s is left out: %s", name, error)
            continue
        if len(examples) >= MIN_ROWS:
            made[drill.name] = _task(drill, examples)
    if count and not made:
        raise ConfigError(
            f"not one of {count} drills could be made: each needs {MIN_ROWS} rows, at "
            f"most {max_rows} are allowed, and held-out tasks must not have the same "
            "answers; set data.drills=0, or allow more with data.drill_rows"
        )
    return list(made.values())


def materials_of(tasks: Sequence[Task]) -> Materials:
    """What the training rows of tasks hold: single words and sentences."""
    words: dict[str, None] = {}
    sentences: dict[str, None] = {}
    for text in (example.input for task in tasks for example in task.rows("train")):
        if _WORD.fullmatch(text):
            words[text] = None
        elif text.isascii() and _is_sentence(text):
            sentences[text] = None
    return Materials(words=tuple(words), sentences=tuple(sentences))


def agrees(drill: Drill, task: Task) -> bool:
    """Whether a drill answers a task's inputs as the task does, be it with other labels.

    A drill that is merely related, or that does not answer the task's inputs, does not.
    """
    compared = task.examples[:COMPARED_ROWS]
    pairs = Counter(
        (answer.lower(), example.outputs[0].lower())
        for example in compared
        if (answer := drill.answer(example.input)) is not None
    )
    num_pairs = pairs.total()
    if num_pairs < max(MIN_ROWS, len(compared) // 10):
        return False
    if sum(n for (a, b), n in pairs.items() if a == b) >= AGREEMENT * num_pairs:
        return True
    ours, theirs = sorted({a for a, _ in pairs}), sorted({b for _, b in pairs})
    if not 2 <= len(ours) == len(theirs) <= 4:
        return False
    renamings = (zip(ours, order, strict=True) for order in permutations(theirs))
    num_same = max(sum(pairs[pair] for pair in renaming) for renaming in renamings)
    return num_same >= AGREEMENT * num_pairs


def _drawn_kinds(materials: Materials) -> list[str]:
    """The kinds whose materials are there, in their order."""
    lacking = {m: n for m in ENOUGH if (n := materials.count(m)) < ENOUGH[m]}
    for material, num_found in lacking.items():
        logger.warning(
            "drills that need %s are left out: the training rows hold %d of %d",
            material,
            num_found,
            ENOUGH[material],
        )
    return [name for name in sorted(KINDS) if not lacking.keys() & KINDS[name].needs]


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
