"""Curriculum: the tasks that a recipe learns from, and those it is judged on.

Test tasks are read for one purpose: that no drill gives their answers.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from training.augment import variants
from training.batches import num_tokens
from training.documents import make_documents
from training.drills import make_drills
from training.profiles import make_profiles
from training.recipes import Recipe
from training.tasks import Task, read_tasks

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Curriculum:
    """The tasks of a run."""

    natural: tuple[Task, ...]
    """Training tasks as they were built or given; first those that get an expert."""
    num_experts: int
    """Of them, so many get one."""
    made: tuple[Task, ...]
    """What was made for training: variants of those, drills, documents and profiles."""
    validation: tuple[Task, ...]
    """Whole families that settings are chosen by."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All of them, in this order."""
        return (*self.natural, *self.made, *self.validation)


def make_curriculum(recipe: Recipe, base: BaseModel) -> Curriculum:
    """Reads the suite and makes what the recipe asks for.

    Args:
        recipe: Which tasks and rows; its seed decides what is made.
        base: Counts tokens: tasks without a row that is short enough are left out.

    Raises:
        ConfigError: The suite holds no training task.
    """
    natural, validation = (
        _with_rows(tasks, base, recipe) for tasks in select_tasks(recipe)
    )
    with_expert = _thinned(natural, recipe.experts.max_tasks)
    known = {task.id for task in with_expert}
    natural = [*with_expert, *(task for task in natural if task.id not in known)]
    varied = variants(
        natural,
        relabelled=recipe.data.relabelled,
        reformatted=recipe.data.reformatted,
        max_rows=recipe.data.variant_rows,
        seed=recipe.seed,
    )
    drills = make_drills(
        natural,
        heldout_tasks(recipe) if recipe.data.drills else [],
        count=recipe.data.drills,
        max_rows=recipe.data.drill_rows,
        seed=recipe.seed,
    )
    documents = make_documents(recipe.data.documents, part="train", seed=recipe.seed)
    profiles = make_profiles(recipe.data.profiles, part="train", seed=recipe.seed)
    made = [*varied, *drills, *documents, *profiles]
    return Curriculum(
        natural=tuple(natural),
        num_experts=len(with_expert),
        made=tuple(_with_rows(made, base, recipe)),
        validation=tuple(validation),
    )


def select_tasks(recipe: Recipe) -> tuple[list[Task], list[Task]]:
    """The training and the validation tasks of a recipe; test tasks are never read."""
    suite = read_tasks(Path(recipe.data.folder))
    train = [t for t in suite if t.split == "train"]
    for path in recipe.data.extra_files:
        train += read_tasks(Path(path))
    validation = [t for t in suite if t.split == "validation"]
    if not train:
        raise ConfigError(
            f"{recipe.data.folder} holds no training task: build the suite with "
            "`genadapter tasks build`"
        )
    limit, share = recipe.data.max_tasks, recipe.data.task_share
    train = _thinned(_thinned(train, limit), math.ceil(share * len(train)))
    return (
        [_told_less(task, recipe.data.max_descriptions) for task in train],
        _thinned(validation, limit),
    )


def heldout_tasks(recipe: Recipe) -> list[Task]:
    """The suite's tasks that nothing may be trained on; drills are compared with them."""
    return [t for t in read_tasks(Path(recipe.data.folder)) if t.split != "train"]


def _thinned(tasks: list[Task], count: int) -> list[Task]:
    """At most so many tasks, spread evenly; 0 keeps all."""
    if not count or count >= len(tasks):
        return tasks
    return [tasks[i * len(tasks) // count] for i in range(count)]


def _told_less(task: Task, count: int) -> Task:
    """A training task with at most so many descriptions; 0 keeps all."""
    told = task.train_descriptions
    if not count or count >= len(told):
        return task
    # As many more as make a quarter, for those are held out.
    return replace(
        task, descriptions=told[:count] + task.heldout_descriptions[: count // 3]
    )


def _with_rows(tasks: list[Task], base: BaseModel, recipe: Recipe) -> list[Task]:
    """The tasks that have a row to train on."""
    limit = recipe.data.max_tokens
    kept = [
        task
        for task in tasks
        if any(num_tokens(e, base) <= limit for e in task.rows("train"))
    ]
    if left_out := len(tasks) - len(kept):
        logger.warning(
            "%d tasks have no row of at most %d tokens: left out", left_out, limit
        )
    return kept
