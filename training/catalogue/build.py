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
from types import ModuleType

from genadapter.errors import ConfigError, PackageUnavailableError, TaskFormatError
from training import catalogue
from training.catalogue.source import TaskDraft
from training.tasks import Example, Split, Task, write_tasks

logger = logging.getLogger(__name__)

MAX_ROWS = 300
MIN_ROWS = 40
MAX_TASKS_PER_FAMILY = 30
TEST_FAMILIES = frozenset(
    {"extraction", "text_type", "phonetics", "units", "elements", "emoji", "markup"}
)
VALIDATION_FAMILIES = frozenset({"spelling", "colours", "chat", "code_lines"})
UNSEEN_SHARE = 0.15
"""Share of a training family's groups of tasks that is held out."""


def family_modules() -> dict[str, ModuleType]:
    """Every family module of the catalogue, by family name."""
    modules = [
        import_module(f"{catalogue.__name__}.{found.name}")
        for found in iter_modules(catalogue.__path__)
        if found.name != "build"
    ]
    families = {m.FAMILY: m for m in modules if hasattr(m, "FAMILY")}
    return dict(sorted(families.items()))


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
    modules = family_modules()
    if unknown := sorted(set(families) - set(modules)):
        raise ConfigError(f"no task family {unknown[0]!r}; found: {', '.join(modules)}")
    written: list[Task] = []
    missing: list[str] = []
    for name in families or tuple(modules):
        try:
            tasks = build_family(modules[name])
        except PackageUnavailableError as error:
            missing.append(f"{name}: {error}")
            continue
        write_tasks(tasks, folder / f"{name}.jsonl")
        logger.info("built %s: %d tasks", name, len(tasks))
        written += tasks
    if missing:
        raise PackageUnavailableError("families " + "; ".join(missing), missing[-1])
    return written


def build_family(module: ModuleType) -> list[Task]:
    """All tasks of one family module, sorted by id."""
    drafts = sorted(module.drafts(), key=lambda d: d.id)
    if len(drafts) > MAX_TASKS_PER_FAMILY:
        raise ConfigError(
            f"family {module.FAMILY} has {len(drafts)} tasks, at most "
            f"{MAX_TASKS_PER_FAMILY} are allowed: leave some out"
        )
    splits = dict(_split_groups(module.FAMILY, drafts))
    return [_finish(d, module.FAMILY, splits[d.group]) for d in drafts]


def _split_groups(family: str, drafts: list[TaskDraft]) -> Iterator[tuple[str, Split]]:
    sizes = Counter(d.group for d in drafts)
    num_unseen = round(UNSEEN_SHARE * len(drafts))
    # Whole groups only, in an order that looks at nothing but their names.
    for group in sorted(sizes, key=lambda g: _digest(f"{family}/{g}")):
        if family in TEST_FAMILIES:
            yield group, "test"
        elif family in VALIDATION_FAMILIES:
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
