"""Intervals: how far a mean over tasks would move had other tasks been drawn.

Tasks of a family are alike and rows of a task more so, so the bootstrap draws families,
then tasks within them, then rows within those (Davison and Hinkley, Bootstrap Methods
and their Application, 1997, section 3.8).

Shapes: S draws, F families, J tasks of one family, R rows of one task, C columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genadapter.errors import ConfigError

NUM_DRAWS = 2000
LEVEL = 0.95

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TaskRows:
    """What is averaged of one task."""

    family: str
    """Its family."""
    values_RC: Array
    """One line a row; the columns are drawn together."""


def mean_over_tasks(tasks: Sequence[TaskRows]) -> Array:
    """Mean over tasks of the mean over their rows, of shape (C,)."""
    mean_C: Array = np.stack([t.values_RC.mean(axis=0) for t in tasks]).mean(axis=0)
    return mean_C


def bootstrap_means(
    tasks: Sequence[TaskRows], *, seed: int, num_draws: int = NUM_DRAWS
) -> Array:
    """Means over tasks under resampling of families, then tasks, then rows.

    Args:
        tasks: At least one task with at least one row; all of the same columns.
        seed: Of the draws; the same tasks and seed give the same draws.
        num_draws: How many (S).

    Returns:
        One mean a draw and column, of shape (S, C).
    """
    if not tasks:
        raise ConfigError("a bootstrap needs at least one task, got none")
    rng = np.random.default_rng(seed)
    families: dict[str, list[TaskRows]] = defaultdict(list)
    for task in tasks:
        families[task.family].append(task)
    total_SC = np.zeros((num_draws, tasks[0].values_RC.shape[1]))
    num_tasks_S = np.zeros(num_draws, dtype=np.int64)
    times_SF = _draw(rng, np.full(num_draws, len(families)), len(families))
    for place, name in enumerate(sorted(families)):
        members = families[name]
        times_SJ = _draw(rng, times_SF[:, place] * len(members), len(members))
        num_tasks_S += times_SJ.sum(axis=1)
        for member, task in enumerate(members):
            num_rows = len(task.values_RC)
            times_SR = _draw(rng, times_SJ[:, member] * num_rows, num_rows)
            total_SC += times_SR @ task.values_RC / num_rows
    means_SC: Array = total_SC / num_tasks_S[:, None]
    return means_SC


def interval(draws_S: Array) -> tuple[float, float]:
    """The middle 95% of the draws."""
    outside = (1 - LEVEL) / 2
    low, high = np.quantile(draws_S, [outside, 1 - outside])
    return float(low), float(high)


def _draw(rng: np.random.Generator, totals_S: Counts, size: int) -> Counts:
    # How often each of `size` things comes up in so many draws with replacement. One
    # thing that is drawn m times has its parts resampled m times, hence m * size.
    counts: Counts = rng.multinomial(totals_S, np.full(size, 1 / size))
    return counts
