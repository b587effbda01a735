"""Bootstrap intervals on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from genadapter.errors import ConfigError
from training.evaluation.intervals import (
    Array,
    TaskRows,
    bootstrap_means,
    interval,
    mean_over_tasks,
)


def _rows(*values: float) -> Array:
    return np.array(values, dtype=np.float64)[:, None]


def test_mean_weighs_tasks_alike() -> None:
    """A task with more rows weighs no more."""
    tasks = [TaskRows("f", _rows(1, 1, 1, 1)), TaskRows("g", _rows(0))]
    assert mean_over_tasks(tasks)[0] == 0.5


def test_constant_values_have_no_width() -> None:
    """Where every row is alike, so is every draw."""
    tasks = [TaskRows(f, _rows(0.25, 0.25)) for f in "aabc"]
    assert interval(bootstrap_means(tasks, seed=0)[:, 0]) == (0.25, 0.25)


def test_one_task_gives_the_plain_bootstrap() -> None:
    """With one family of one task the spread is that of a mean of its rows."""
    values = _rows(*([0.0] * 50 + [1.0] * 50))
    draws = bootstrap_means([TaskRows("f", values)], seed=1, num_draws=20_000)
    assert draws.mean() == pytest.approx(0.5, abs=0.005)
    assert draws.std() == pytest.approx(np.sqrt(0.25 / 100), rel=0.05)


def test_families_are_resampled_whole() -> None:
    """Two families, all right and all wrong: a draw has both, one or the other."""
    tasks = [TaskRows("a", _rows(1, 1)), TaskRows("b", _rows(0, 0))]
    draws = bootstrap_means(tasks, seed=2, num_draws=20_000)[:, 0]
    shares = [np.mean(draws == value) for value in (0, 0.5, 1)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.02)


def test_tasks_are_resampled_within_families() -> None:
    """One family of two such tasks: the same three outcomes."""
    tasks = [TaskRows("a", _rows(1, 1)), TaskRows("a", _rows(0, 0))]
    draws = bootstrap_means(tasks, seed=3, num_draws=20_000)[:, 0]
    shares = [np.mean(draws == value) for value in (0, 0.5, 1)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.02)


def test_matches_a_bootstrap_written_out() -> None:
    """The counting form has the moments of one that draws thing by thing."""
    rng = np.random.default_rng(0)
    tasks = [
        TaskRows(family, rng.random((rows, 1)).round())
        for family, rows in [("a", 3), ("a", 5), ("a", 4), ("b", 6), ("c", 2), ("c", 7)]
    ]
    plain = np.array([_draw_plainly(tasks, rng) for _ in range(4000)])
    draws = bootstrap_means(tasks, seed=4, num_draws=20_000)[:, 0]
    assert draws.mean() == pytest.approx(plain.mean(), abs=0.01)
    assert draws.std() == pytest.approx(plain.std(), rel=0.06)


def _draw_plainly(tasks: list[TaskRows], rng: np.random.Generator) -> float:
    names = sorted({task.family for task in tasks})
    means = []
    for family in rng.choice(names, len(names)):
        members = [task for task in tasks if task.family == family]
        for member in rng.integers(len(members), size=len(members)):
            values = members[member].values_RC[:, 0]
            means.append(rng.choice(values, len(values)).mean())
    return float(np.mean(means))


def test_columns_are_drawn_together() -> None:
    """A column and its double keep their ratio in every draw."""
    values = np.random.default_rng(5).random((10, 1))
    both = np.concatenate([values, 2 * values], axis=1)
    draws = bootstrap_means([TaskRows("a", both), TaskRows("b", both)], seed=6)
    np.testing.assert_allclose(draws[:, 1], 2 * draws[:, 0])
    assert draws.shape == (2000, 2)


def test_same_seed_same_draws() -> None:
    """The seed decides."""
    tasks = [TaskRows("a", _rows(0, 1, 1)), TaskRows("b", _rows(1, 0, 0))]
    first, again, other = (bootstrap_means(tasks, seed=s) for s in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_task_is_refused() -> None:
    """A mean of nothing is an error."""
    with pytest.raises(ConfigError, match="at least one task"):
        bootstrap_means([], seed=0)
