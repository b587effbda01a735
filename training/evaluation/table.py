"""Table: every method answers the same rows of every task."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from genadapter.attach import AdapterSlots
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights, check_fits
from genadapter.manifest import check_base
from genadapter.pipeline import Pipeline
from training.evaluation.answering import Question, answer_all, questions_of
from training.evaluation.intervals import Array
from training.evaluation.methods import (
    ORACLE,
    Setting,
    Treatment,
    check_inputs,
    check_methods,
    known_methods,
    treatment,
)
from training.evaluation.oracle import OracleConfig, choose_tasks, train_oracles
from training.evaluation.report import Report, build_report
from training.evaluation.results import MAJORITY, Distance, TaskResult, score_rows
from training.evaluation.scoring import has_two_answers, majority_answer, score
from training.tasks import Split, Task, read_tasks

logger = logging.getLogger(__name__)

TASK_SETS: Mapping[str, tuple[Split, ...]] = {
    "heldout": ("unseen", "test"),
    "validation": ("validation",),
    "seen": ("train",),
    "all": ("train", "unseen", "test"),
}
"""Parts of the suite by name; a file may be named in their place. `all` leaves out the
validation families: settings were chosen by them, so they flatter."""

Progress = Callable[[str, float], None]
"""Told the method that starts and the share of all methods that is done."""


def find_tasks(name: str, suite: Sequence[Task]) -> list[Task]:
    """The tasks to score.

    Args:
        name: A key of `TASK_SETS`, or a task file.
        suite: The built suite.

    Raises:
        ConfigError: Neither a name that is known nor a file; or no task is in it.
        TaskFormatError: The file is malformed.
    """
    if name in TASK_SETS:
        tasks = [task for task in suite if task.split in TASK_SETS[name]]
    elif Path(name).exists():
        tasks = read_tasks(Path(name))
    else:
        raise ConfigError(
            f"no tasks {name!r}; give one of {', '.join(TASK_SETS)}, or a task file"
        )
    if not tasks:
        raise ConfigError(
            f"tasks {name!r} are none: build the suite with `genadapter tasks build`"
        )
    return tasks


def evaluate(
    tasks: Sequence[Task],
    *,
    base: BaseModel,
    pipeline: Pipeline,
    methods: Sequence[str] | None = None,
    num_rows: int = 50,
    num_oracles: int = 0,
    seed: int = 0,
    suite: Sequence[Task] = (),
    prompted: SharedFactors | None = None,
    oracle: OracleConfig | None = None,
    progress: Progress | None = None,
) -> Report:
    """Scores methods on held-out rows of tasks, told held-out descriptions.

    Args:
        tasks: The tasks to score; every method answers the same rows of each.
        base: The base model that the bundle was trained on.
        pipeline: The generator to score, with its bundle.
        methods: Names from `known_methods`; `None` means all of them, and leaves those
            empty that lack what they run on.
        num_rows: Test rows of a task at most.
        num_oracles: Tasks that an oracle is trained for; any adds the method `oracle`.
        seed: Of controls, oracles and bootstrap.
        suite: Further tasks that controls may borrow descriptions from.
        prompted: The adapter of `multitask_prompted`.
        oracle: How oracles are trained.
        progress: Called before each method and at the end.

    Raises:
        ConfigError: An unknown method, one named without what it runs on, or a number
            out of range.
        SpecMismatchError: The base is not the bundle's, or the prompted adapter has
            another shape.
    """
    check_inputs(methods or (), prompted=prompted, num_oracles=num_oracles)
    chosen = list(known_methods(pipeline.family) if methods is None else methods)
    if num_oracles and ORACLE not in chosen:
        chosen.append(ORACLE)
    _check(tasks, chosen, pipeline.family, num_rows=num_rows, num_oracles=num_oracles)
    check_base(pipeline.bundle.manifest, base)
    if prompted is not None:
        _check_prompted(prompted, pipeline.bundle.surroundings.spec)
    tell = progress or (lambda _method, _share: None)
    distances = [distance_of(task, pipeline) for task in tasks]
    around = pipeline.bundle.surroundings
    tell("training oracles" if num_oracles else chosen[0], 0.0)
    setting = Setting(
        tasks=tasks,
        suite=_joined(tasks, suite),
        pipeline=pipeline,
        prompted=prompted,
        oracles=train_oracles(
            tasks,
            choose_tasks(tasks, distances, count=num_oracles),
            base=base,
            spec=around.spec,
            shared=around.shared,
            config=oracle or OracleConfig(),
            seed=seed,
        ),
        seed=seed,
    )
    questions = questions_of(tasks, base=base, num_rows=num_rows)
    results = _run_methods(chosen, setting, questions, base=base, tell=tell)
    return build_report(
        _by_task(results, tasks, distances, questions),
        chosen,
        default=pipeline.family,
        seed=seed,
        origin={
            "bundle": pipeline.bundle.digest,
            "base": base.fingerprint.digest,
            "rows": num_rows,
            "oracles": len(setting.oracles),
            "seed": seed,
        },
    )


def distance_of(task: Task, pipeline: Pipeline) -> Distance:
    """How far a task is from what the bundle's generator was trained on."""
    if task.split in ("validation", "test"):
        return "unseen_families"
    if task.split == "unseen":
        return "unseen_tasks"
    # Tasks of a file are all marked `train`; the bundle knows which of them were.
    if task.id in pipeline.bundle.manifest.trained_on:
        return "seen_tasks"
    experts = pipeline.bundle.surroundings.library.experts
    is_known = any(expert.family == task.family for expert in experts)
    return "unseen_tasks" if is_known else "unseen_families"


@dataclass(frozen=True, kw_only=True, slots=True)
class _MethodResult:
    treatment: Treatment
    scores_of_task: Mapping[int, Array]


def _check(
    tasks: Sequence[Task],
    methods: Sequence[str],
    family: str,
    *,
    num_rows: int,
    num_oracles: int,
) -> None:
    check_methods(methods, family)
    if not tasks:
        raise ConfigError("there must be at least one task to evaluate, got none")
    if num_rows < 1:
        raise ConfigError(f"rows must be at least 1, got {num_rows}")
    if num_oracles < 0:
        raise ConfigError(f"oracles must be at least 0, got {num_oracles}")


def _check_prompted(prompted: SharedFactors, spec: LoraSpec) -> None:
    try:
        check_fits(LoraWeights(prompted.a, prompted.b), spec)
    except SpecMismatchError as error:
        raise SpecMismatchError(
            f"the prompted multi-task adapter does not fit the bundle: {error}; train "
            "it with the same recipe as the bundle"
        ) from error


def _joined(tasks: Sequence[Task], suite: Sequence[Task]) -> list[Task]:
    return list({task.id: task for task in [*suite, *tasks]}.values())


def _run_methods(
    methods: Sequence[str],
    setting: Setting,
    questions: Sequence[Question],
    *,
    base: BaseModel,
    tell: Progress,
) -> dict[str, _MethodResult]:
    around = setting.pipeline.bundle.surroundings
    slots = AdapterSlots(base.model, around.spec)
    results = {}
    try:
        for number, method in enumerate(methods):
            tell(method, number / len(methods))
            started = time.perf_counter()
            applied = treatment(method, setting)
            answers = answer_all(
                questions, applied, base=base, slots=slots, shared_a=around.shared.a
            )
            results[method] = _MethodResult(
                treatment=applied, scores_of_task=_scores(questions, answers)
            )
            seconds = time.perf_counter() - started
            logger.info("method %s, %d rows, %.1f s", method, len(answers), seconds)
    finally:
        slots.detach()
    tell("done", 1.0)
    return results


def _scores(
    questions: Sequence[Question], answers: Sequence[str | None]
) -> dict[int, Array]:
    scores: dict[int, list[tuple[Question, str]]] = {}
    for question, answer in zip(questions, answers, strict=True):
        if answer is not None:
            scores.setdefault(question.task, []).append((question, answer))
    return {
        task: score_rows([score(answer, q.example) for q, answer in given])
        for task, given in scores.items()
    }


def _by_task(
    results: Mapping[str, _MethodResult],
    tasks: Sequence[Task],
    distances: Sequence[Distance],
    questions: Sequence[Question],
) -> list[TaskResult]:
    return [
        _task_result(
            results,
            position,
            task,
            distances[position],
            [q for q in questions if q.task == position],
        )
        for position, task in enumerate(tasks)
    ]


def _task_result(
    results: Mapping[str, _MethodResult],
    position: int,
    task: Task,
    distance: Distance,
    questions: Sequence[Question],
) -> TaskResult:
    scores = {
        method: result.scores_of_task[position]
        for method, result in results.items()
        if position in result.scores_of_task
    }
    if has_two_answers(task):
        guess = majority_answer(task)
        scores[MAJORITY] = score_rows([score(guess, q.example) for q in questions])
    return TaskResult(
        id=task.id,
        family=task.family,
        distance=distance,
        has_two_answers=has_two_answers(task),
        num_rows=len(questions),
        scores=scores,
        told={
            method: result.treatment.told[position]
            for method, result in results.items()
            if position in result.treatment.told
        },
    )
