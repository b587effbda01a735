"""Results: every method's scores on the same rows of one task.

Shapes: R rows of a task, M metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from genadapter.pipeline import Pipeline
from training.evaluation.answering import Question
from training.evaluation.cells import Column
from training.evaluation.controls import description_of
from training.evaluation.intervals import Array
from training.evaluation.scoring import (
    Score,
    has_two_answers,
    majority_answer,
    score,
)
from training.evaluation.upper_bound import UpperBound
from training.tasks import Task

Distance = Literal["seen_tasks", "unseen_tasks", "unseen_families"]
"""How far a task is from what the generator was trained on."""
METRICS = ("exact_match", "contained", "rouge_l")
MAJORITY = "majority"
"""Stands among the methods where tasks are a choice of two answers."""
MIN_ORACLE_GAIN = 0.2
"""A task has room to gain where its oracle beats the base by so much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskResult:
    """Every method's scores on the same rows of one task."""

    id: str
    """The task's id."""
    family: str
    """Its family."""
    distance: Distance
    """How far it is from the training tasks."""
    has_two_answers: bool
    """Whether it is a choice of two answers."""
    num_rows: int
    """Rows that were asked (R)."""
    similarity: float | None
    """Cosine of its description and that of the nearest expert's task; `None` where the
    bundle has no expert."""
    scores: Mapping[str, Array]
    """By method, (R, M) in the order of `METRICS`; without methods that do not apply."""
    oracle_gain: float | None = None
    """Exact match of its oracle less that of the base, over all the rows that the
    oracle answered; `None` without one."""
    told: Mapping[str, str] = field(default_factory=dict)
    """By control, the task whose description was given in place of this one's."""
    by_seed: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By method that was trained more than once, exact match of each; `scores` are means."""

    def mean(self, method: str, metric: str = "exact_match") -> float | None:
        """Mean of one method over the rows; `None` where it does not apply."""
        if method not in self.scores:
            return None
        return float(self.scores[method][:, METRICS.index(metric)].mean())

    @property
    def has_headroom(self) -> bool:
        """Whether there is an oracle, and it gains enough."""
        return has_headroom(self.oracle_gain)


def similarities_of(tasks: Sequence[Task], pipeline: Pipeline) -> list[float | None]:
    """How near to each task's description the nearest expert of the bundle lies."""
    library = pipeline.bundle.surroundings.library
    if not library.experts:
        return [None] * len(tasks)
    embeddings_BE = pipeline.encoder.encode([description_of(task) for task in tasks])
    near = library.search(embeddings_BE, num_neighbours=1)
    return [float(nearest) for nearest in near.similarities_BK[:, 0]]


def has_headroom(oracle_gain: float | None) -> bool:
    """Whether an oracle gains enough over the base."""
    return oracle_gain is not None and oracle_gain >= MIN_ORACLE_GAIN - 1e-9


def distance_of(task: Task, pipeline: Pipeline) -> Distance:
    """How far a task is from what the bundle's generator was trained on."""
    # First of all: tasks of a file are all marked `train`, and splits may change.
    if task.id in pipeline.bundle.manifest.trained_on:
        return "seen_tasks"
    if task.split in ("validation", "test"):
        return "unseen_families"
    if task.split == "unseen":
        return "unseen_tasks"
    experts = pipeline.bundle.surroundings.library.experts
    is_known = any(expert.family == task.family for expert in experts)
    return "unseen_tasks" if is_known else "unseen_families"


def score_rows(scores: Sequence[Score]) -> Array:
    """Scores of one task's rows, of shape (R, M)."""
    return np.array([[getattr(score, name) for name in METRICS] for score in scores])


def score_tasks(
    tasks: Sequence[Task],
    distances: Sequence[Distance],
    similarities: Sequence[float | None],
    questions: Sequence[Question],
    columns: Mapping[str, Sequence[Column]],
    *,
    bound: UpperBound | None = None,
) -> list[TaskResult]:
    """Every method's answers against the references, task by task.

    Args:
        tasks: The tasks that are scored.
        distances: How far each is from what was trained on.
        similarities: How near to each the nearest expert lies.
        questions: The rows of all tasks.
        columns: By method, an answer a question; more than one column where it was
            trained with several seeds.
        bound: What oracles answered.
    """
    return [
        _task_result(
            task,
            position,
            distances[position],
            {i: q for i, q in enumerate(questions) if q.task == position},
            columns,
            similarity=similarities[position],
            oracle_gain=None if bound is None else bound.gain_of(task),
        )
        for position, task in enumerate(tasks)
    ]


def _task_result(
    task: Task,
    position: int,
    distance: Distance,
    asked: Mapping[int, Question],
    columns: Mapping[str, Sequence[Column]],
    *,
    similarity: float | None,
    oracle_gain: float | None,
) -> TaskResult:
    scores, by_seed = {}, {}
    for method, own in columns.items():
        each = [_scores(column, asked) for column in own]
        known = [scored for scored in each if scored is not None]
        if known:
            scores[method] = np.mean(known, axis=0)
        if len(known) > 1:
            by_seed[method] = [float(scored[:, 0].mean()) for scored in known]
    if has_two_answers(task):
        guess = majority_answer(task)
        scores[MAJORITY] = score_rows([score(guess, q.example) for q in asked.values()])
    return TaskResult(
        id=task.id,
        family=task.family,
        distance=distance,
        has_two_answers=has_two_answers(task),
        num_rows=len(asked),
        similarity=similarity,
        scores=scores,
        oracle_gain=oracle_gain,
        told={
            method: own[0].told[position]
            for method, own in columns.items()
            if position in own[0].told
        },
        by_seed=by_seed,
    )


def _scores(column: Column, asked: Mapping[int, Question]) -> Array | None:
    """Scores of one task's rows, (R, M); `None` where the method does not apply."""
    answered = [
        score(answer, question.example)
        for i, question in asked.items()
        if (answer := column.answers[i]) is not None
    ]
    return score_rows(answered) if answered else None
