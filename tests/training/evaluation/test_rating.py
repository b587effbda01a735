"""What familiarity is worth on tasks that were scored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from genadapter.checkpoint import Bundle
from genadapter.encoder import Encoder
from genadapter.familiarity import FamiliarityScale
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from training.evaluation.rating import NUM_GIBBERISH, check_familiarity
from training.evaluation.results import TaskResult
from training.tasks import Example, Task

TEXTS = ("sort", "sort one two", "sort one two three four")
TASKS = [
    Task(
        id=f"a{i}",
        family="a",
        descriptions=(text, text),
        examples=(Example("one", ("two",)),),
    )
    for i, text in enumerate(TEXTS)
]


def _result(task: Task, gain: float) -> TaskResult:
    scores = {"base": 0.0, "hypernetwork": gain}
    return TaskResult(
        id=task.id,
        family=task.family,
        distance="unseen_tasks",
        has_two_answers=False,
        num_rows=1,
        similarity=None,
        scores={name: np.full((1, 3), value) for name, value in scores.items()},
    )


@pytest.fixture
def rating(
    tmp_path: Path,
    write_bundle: Callable[..., Bundle],
    encoder: Encoder,
    reader: Reader,
) -> Pipeline:
    """A pipeline that expects more of longer texts; those below three tokens are strange."""
    weights_F = torch.zeros(encoder.embedding_size + 2)
    weights_F[-1] = 1.0
    # The embeddings' own least squares: what the texts are, from the shortest on.
    embeddings_NE = encoder.encode(sorted(TEXTS, key=len))
    success_E = torch.linalg.pinv(embeddings_NE) @ torch.arange(float(len(TEXTS)))
    scale = FamiliarityScale(
        weights_F=weights_F,
        bias=torch.zeros(()),
        known_Q=torch.linspace(float(np.log(2.5)), 5.0, 100),
        success_E=success_E,
        success_Q=torch.linspace(-0.5, 2.5, 100),
    )
    bundle = write_bundle(tmp_path / "bundle", familiarity=scale)
    return Pipeline("tests/tiny-llama", bundle, encoder, reader)


@pytest.mark.parametrize(
    ("gains", "expected"),
    [((0.0, 0.5, 1.0), 1.0), ((1.0, 0.5, 0.0), -1.0), ((0.5, 0.5, 0.5), None)],
)
def test_ranks_of_familiarity_and_gain_are_compared(
    rating: Pipeline, gains: tuple[float, ...], expected: float | None
) -> None:
    """Undefined where all tasks gain alike."""
    results = [_result(t, gain) for t, gain in zip(TASKS, gains, strict=True)]
    check = check_familiarity(TASKS, results, rating, seed=0)
    assert check is not None
    assert check.num_tasks == 3
    assert check.rank_correlation == (
        None if expected is None else pytest.approx(expected)
    )


def test_a_table_without_the_base_knows_no_gain(rating: Pipeline) -> None:
    """What is rated beside it stands; nothing fails."""
    results = [
        replace(result, scores={"hypernetwork": result.scores["hypernetwork"]})
        for result in (_result(task, 0.5) for task in TASKS)
    ]
    check = check_familiarity(TASKS, results, rating, seed=0)
    assert check is not None
    assert (check.num_tasks, check.rank_correlation) == (0, None)
    assert check.num_descriptions == len(TEXTS)


def test_shares_that_are_called_strange(rating: Pipeline) -> None:
    """One of the three descriptions is too short; few texts of gibberish are."""
    results = [_result(task, 0.0) for task in TASKS]
    check = check_familiarity(TASKS, results, rating, seed=0)
    assert check is not None
    assert check.num_descriptions == 3
    assert check.flagged_descriptions == pytest.approx(1 / 3)
    assert check.num_gibberish == 2 * NUM_GIBBERISH
    assert 0 < check.flagged_gibberish < 1


def test_bundle_that_rates_nothing_has_no_check(pipeline: Pipeline) -> None:
    """Absent, not zero."""
    results = [_result(task, 0.0) for task in TASKS]
    assert check_familiarity(TASKS, results, pipeline, seed=0) is None
