"""Builds the task suite: drafts of every family, capped, checked, split and written."""

from __future__ import annotations

import hashlib
import logging
import random
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from genadapter.errors import ConfigError, PackageUnavailableError, TaskFormatError
from training import catalogue
from training.catalogue.sheets import Sheet, sheets
from training.catalogue.source import Family, TaskDraft
from training.tasks import Example, Split, Task, write_tasks

logger = logging.getLogger(__name__)

MAX_ROWS = 300
MIN_ROWS = 40
MAX_TASKS_PER_FAMILY = 30
TEST_FAMILIES = frozenset(
    {"extraction", "text_type", "phonetics", "units", "elements", "emoji", "markup"}
)
VALIDATION_FAMILIES = frozenset(
    {
        "spelling",
        "colours",
        "chat",
        "code_lines",
        "opinions",
        "premise_pairs",
        "business_notes",
    }
)
UNSEEN_SHARE = 0.15
"""Share of a training family's groups of tasks that is held out."""


def all_families() -> dict[str, Family]:
    """The catalogue's modules and sheets, by the names of their families."""
    modules = [
        import_module(f"{catalogue.__name__}.{found.name}")
        for found in iter_modules(catalogue.__path__)
        if found.name != "build"
    ]
    families: list[Family] = [m for m in modules if isinstance(m, Family)]
    families += sheets()
    return {f.FAMILY: f for f in sorted(families, key=lambda f: f.FAMILY)}


def build_suite(folder: Path, *, families: tuple[str, ...] = ()) -> list[Task]:
    """Builds families into `folder`, one JSON-lines file each.

    Args:
        folder: Where `<family>.jsonl` files go.
        families: Families to build; empty means all.

    Returns:
        Every task written.

    Raises:
        ConfigError: A family that the catalogue does not have.
        PackageUnavailableError: Some family's package is missing; the others are
            built, and the file of the missing one is left as it was.
    """
    known = all_families()
    if unknown := sorted(set(families) - set(known)):
        raise ConfigError(f"no task family {unknown[0]!r}; found: {', '.join(known)}")
    written: list[Task] = []
    missing: list[str] = []
    for name in families or tuple(known):
        try:
            tasks = build_family(known[name])
        except PackageUnavailableError as error:
            missing.append(f"{name}: {error}")
            continue
        write_tasks(tasks, folder / f"{name}.jsonl")
        logger.info("built %s: %d tasks", name, len(tasks))
        written += tasks
    if missing:
        raise PackageUnavailableError("families " + "; ".join(missing), missing[-1])
    return written


def build_family(family: Family) -> list[Task]:
    """All tasks of one family, sorted by id."""
    drafts = sorted(family.drafts(), key=lambda d: d.id)
    if len(drafts) > MAX_TASKS_PER_FAMILY:
        raise ConfigError(
            f"family {family.FAMILY} has {len(drafts)} tasks, at most "
            f"{MAX_TASKS_PER_FAMILY} are allowed: leave some out"
        )
    splits = dict(_split_groups(family, drafts))
    return [_finish(d, family.FAMILY, splits[d.group]) for d in drafts]


def _split_groups(
    family: Family, drafts: list[TaskDraft]
) -> Iterator[tuple[str, Split]]:
    sizes = Counter(d.group for d in drafts)
    is_sheet = isinstance(family, Sheet)  # Written to be trained on, whole.
    num_unseen = 0 if is_sheet else round(UNSEEN_SHARE * len(drafts))
    # Whole groups only, in an order that looks at nothing but their names.
    for group in sorted(sizes, key=lambda g: _digest(f"{family.FAMILY}/{g}")):
        if family.FAMILY in TEST_FAMILIES:
            yield group, "test"
        elif family.FAMILY in VALIDATION_FAMILIES:
            yield group, "validation"
        elif sizes[group] <= num_unseen:
            num_unseen -= sizes[group]
            yield group, "unseen"
        else:
            yield group, "train"


def _finish(draft: TaskDraft, family: str, split: Split) -> Task:
    descriptions = tuple(dict.fromkeys(" ".join(d.split()) for d in draft.descriptions))
    order = random.Random(f"{draft.id}/descriptions")
    return Task(
        id=draft.id,
        descriptions=tuple(order.sample(descriptions, len(descriptions))),
        examples=_examples(draft),
        family=family,
        pool=draft.pool,
        group=draft.group,
        split=split,
        licence=draft.licence,
        source=draft.source,
    )


def _examples(draft: TaskDraft) -> tuple[Example, ...]:
    answers: dict[str, tuple[str, ...]] = {}
    for text, answer in draft.rows:
        outputs = (answer,) if isinstance(answer, str) else tuple(answer)
        if not text.strip() or not all(o.strip() for o in outputs):
            raise TaskFormatError(f"{draft.id}: blank input or answer in {text!r}")
        if answers.setdefault(text, outputs) != outputs:
            raise TaskFormatError(
                f"{draft.id}: input {text!r} has two answers, {answers[text]} and "
                f"{outputs}: accept both in one row"
            )
    rows = sorted(answers.items())
    random.Random(draft.id).shuffle(rows)
    if len(rows) < MIN_ROWS:
        raise TaskFormatError(
            f"{draft.id}: {len(rows)} rows, at least {MIN_ROWS} needed"
        )
    return tuple(Example(text, outputs) for text, outputs in rows[:MAX_ROWS])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
