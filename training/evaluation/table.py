"""Table: every method answers the same rows of every task."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from genadapter.base_model import BaseModel
from genadapter.condition import MAX_EXAMPLES
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights, check_fits
from genadapter.manifest import check_base
from genadapter.pipeline import Pipeline
from training.documents import make_documents
from training.evaluation.answering import Question, answer_all, questions_of
from training.evaluation.cells import (
    Cells,
    Column,
    base_values,
    code_values,
    digest_of,
)
from training.evaluation.controls import description_of
from training.evaluation.few_shot import FEW_SHOT, FewShotConfig
from training.evaluation.methods import (
    ORACLE,
    Setting,
    check_methods,
    check_oracles,
    check_prompted,
    known_methods,
    shuffled,
    treatment,
)
from training.evaluation.rating import check_familiarity
from training.evaluation.report import Report, build_report
from training.evaluation.results import distance_of, score_tasks, similarities_of
from training.evaluation.upper_bound import UpperBound
from training.profiles import make_profiles
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

MADE_TASKS: Mapping[str, Callable[[], list[Task]]] = {
    "documents": lambda: make_documents(60, part="test", seed=0),
    "profiles": lambda: make_profiles(60, part="test", seed=0),
    "novel_profiles": lambda: make_profiles(60, part="novel", seed=0),
}
"""Tasks that are told otherwise: questions on documents that nothing was trained on, where
the base answers closed-book, and to users whom nobody was trained on; the last hold
preferences of kinds that no trained user has."""

Progress = Callable[[str, float], None]
"""Told the method that starts and the share of all methods that is done."""


def find_tasks(name: str, suite: Sequence[Task]) -> list[Task]:
    """The tasks to score.

    Args:
        name: A key of `TASK_SETS` or `MADE_TASKS`, or a task file.
        suite: The built suite.

    Raises:
        ConfigError: Neither a name that is known nor a file; or no task is in it.
        TaskFormatError: The file is malformed.
    """
    if name in MADE_TASKS:
        return MADE_TASKS[name]()
    if name in TASK_SETS:
        tasks = [task for task in suite if task.split in TASK_SETS[name]]
    elif Path(name).exists():
        tasks = read_tasks(Path(name))
    else:
        raise ConfigError(
            f"no tasks {name!r}; give one of {', '.join([*TASK_SETS, *MADE_TASKS])}, or "
            "a task file"
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
    seed: int = 0,
    num_shots: int = 0,
    few_shot: FewShotConfig = FEW_SHOT,
    suite: Sequence[Task] = (),
    prompted: SharedFactors | None = None,
    bound: UpperBound | None = None,
    rivals: Sequence[Pipeline] = (),
    repeats: Sequence[Pipeline] = (),
    cells: Cells | None = None,
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
        seed: Of controls and bootstrap.
        num_shots: Training rows of a task that generators are told in place of its
            description, where they take examples; 0 tells the description.
        few_shot: How rivals learn from those rows.
        suite: Further tasks that controls may borrow descriptions from.
        prompted: The adapter of `multitask_prompted`; `None` means what the bundle's
            generator reads with.
        bound: What oracles answered; adds the method `oracle`.
        rivals: Generators of other families, with their bundles; each adds its row and
            one with other tasks' descriptions.
        repeats: The same family trained with other seeds; its rows are means over all.
        cells: What methods answered in earlier calls; a method whose answers are there
            for the very same arguments is not asked again.
        progress: Called before each method and at the end.

    Raises:
        ConfigError: An unknown method, one named without what it runs on, a number out
            of range, two bundles of one family, or a rival that was trained on what is
            held out here.
        SpecMismatchError: The base is not a bundle's, or the prompted adapter has
            another shape.
        StorageError: The disk does not take what is to be kept.
    """
    prompted = prompted or _reads_by(pipeline)
    check_oracles(methods or (), bound)
    check_prompted(methods or (), prompted)
    chosen = list(
        known_methods(pipeline.family, num_shots=num_shots)
        if methods is None
        else methods
    )
    if bound is not None and ORACLE not in chosen:
        chosen.append(ORACLE)
    check_methods(chosen, pipeline.family, num_shots=num_shots)
    _check(tasks, num_rows=num_rows, num_shots=num_shots)
    for one in (pipeline, *rivals, *repeats):
        check_base(one.bundle.manifest, base)
    _check_rivals(pipeline, rivals, tasks)
    _check_repeats(pipeline, repeats)
    if bound is not None:
        bound.check(tasks, base=base, num_rows=num_rows)
    if prompted is not None:
        _check_prompted(prompted, pipeline.bundle.surroundings.prompted_spec)
    tell = progress or (lambda _method, _share: None)
    distances = [distance_of(task, pipeline) for task in tasks]
    setting = Setting(
        tasks=tasks,
        suite=_joined(tasks, suite),
        pipeline=pipeline,
        prompted=prompted,
        seed=seed,
        base=base,
        num_shots=num_shots,
        few_shot=few_shot,
    )
    questions = questions_of(tasks, base=base, num_rows=num_rows)
    asked = [(method, setting) for method in chosen if method != ORACLE]
    for rival in rivals:
        own = replace(setting, pipeline=rival)
        asked += [(method, own) for method in (rival.family, shuffled(rival.family))]
    repeated = [m for m in chosen if m.startswith(pipeline.family)]
    for repeat in repeats:
        asked += [(m, replace(setting, pipeline=repeat)) for m in repeated]
    columns = _run_methods(asked, questions, base=base, cells=cells, tell=tell)
    chosen = [*columns, *(method for method in chosen if method == ORACLE)]
    if bound is not None:
        columns[ORACLE] = [bound.column(tasks, questions)]
    results = score_tasks(
        tasks,
        distances,
        similarities_of(tasks, pipeline),
        questions,
        columns,
        bound=bound,
    )
    return build_report(
        results,
        chosen,
        default=pipeline.family,
        seed=seed,
        familiarity=check_familiarity(tasks, results, pipeline, seed=seed),
        origin={
            "bundle": pipeline.bundle.digest,
            "repeats": [repeat.bundle.digest for repeat in repeats],
            "rivals": {rival.family: rival.bundle.digest for rival in rivals},
            "steps": {
                one.family: one.bundle.manifest.recipe["generator_steps"]
                for one in (pipeline, *rivals)
                if "generator_steps" in one.bundle.manifest.recipe
            },
            "base": base.fingerprint.digest,
            "rows": num_rows,
            "shots": num_shots,
            "oracles": sum(
                bound is not None and task.id in bound.tasks for task in tasks
            ),
            "seed": seed,
        },
    )


def _reads_by(pipeline: Pipeline) -> SharedFactors | None:
    """What the bundle reads by, if that was trained to read."""
    known = pipeline.bundle.generator.prompted
    return known if known is not None and known.flat_b().any() else None


def evaluation_digest(
    setting: Setting,
    questions: Sequence[Question],
    *,
    base: BaseModel,
) -> str:
    """Names all that decides what any method answers.

    Args:
        setting: What methods draw on.
        questions: The rows of all tasks.
        base: Answers them.
    """
    pipeline, prompted = setting.pipeline, setting.prompted
    values = {
        "code": code_values(),
        "bundle": pipeline.bundle.digest,
        "family": pipeline.family,
        "base": base_values(base),
        "reading": [str(read_in) for read_in in _reading_dtypes(pipeline)],
        "tasks": [_values_of(task) for task in setting.tasks],
        "questions": [
            (q.task, q.example.input, q.description, q.max_new_tokens)
            for q in questions
        ],
        # Controls borrow descriptions from all tasks that are known.
        "suite": sorted(
            (t.id, t.family, t.pool, description_of(t)) for t in setting.suite
        ),
        "seed": setting.seed,
        "shots": [
            setting.num_shots,
            asdict(setting.few_shot),
            asdict(setting.refinement),
        ],
    }
    return digest_of(values, () if prompted is None else (prompted.a, prompted.b))


def _reading_dtypes(pipeline: Pipeline) -> list[torch.dtype]:
    reader = pipeline.reader
    return [pipeline.encoder.dtype, *([reader.base.dtype] if reader else [])]


def _check(tasks: Sequence[Task], *, num_rows: int, num_shots: int) -> None:
    if not 0 <= num_shots <= MAX_EXAMPLES:
        raise ConfigError(f"shots must be 0 to {MAX_EXAMPLES}, got {num_shots}")
    if not tasks:
        raise ConfigError("there must be at least one task to evaluate, got none")
    if num_rows < 1:
        raise ConfigError(f"rows must be at least 1, got {num_rows}")


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


def _values_of(task: Task) -> tuple[object, ...]:
    examples = [(e.input, e.outputs) for e in task.examples]
    kind = (task.family, task.pool, task.split, task.is_train_only)
    return task.id, kind, task.descriptions, examples


def _check_rivals(
    pipeline: Pipeline, rivals: Sequence[Pipeline], tasks: Sequence[Task]
) -> None:
    names = [pipeline.family, *(rival.family for rival in rivals)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(
            f"two bundles of family {twice[0]!r}: rows are named by family, so give one "
            "bundle of each"
        )
    own = set(pipeline.bundle.manifest.trained_on)
    for rival in rivals:
        known = set(rival.bundle.manifest.trained_on) - own
        if seen := sorted(task.id for task in tasks if task.id in known):
            raise ConfigError(
                f"the {rival.family} bundle was trained on task {seen[0]!r}, which the "
                f"{pipeline.family} bundle was not: train both on the same tasks"
            )


def _check_repeats(pipeline: Pipeline, repeats: Sequence[Pipeline]) -> None:
    digests = {pipeline.bundle.digest}
    for repeat in repeats:
        if repeat.family != pipeline.family:
            raise ConfigError(
                f"a repeat must be of family {pipeline.family!r}, got one of "
                f"{repeat.family!r}: pass that as a rival"
            )
        if repeat.bundle.manifest.trained_on != pipeline.bundle.manifest.trained_on:
            raise ConfigError(
                "a repeat was trained on other tasks than the bundle: give one that "
                "differs by its seed alone"
            )
        if repeat.bundle.digest in digests:
            raise ConfigError(
                f"bundle {repeat.bundle.digest[:12]} is given twice: a repeat must be "
                "another training"
            )
        digests.add(repeat.bundle.digest)


def _run_methods(
    asked: Sequence[tuple[str, Setting]],
    questions: Sequence[Question],
    *,
    base: BaseModel,
    cells: Cells | None,
    tell: Progress,
) -> dict[str, list[Column]]:
    columns: dict[str, list[Column]] = {}
    for number, (method, setting) in enumerate(asked):
        tell(method, number / len(asked))
        kept = cells and cells.of(evaluation_digest(setting, questions, base=base))
        found = kept and kept.find(method, num_answers=len(questions))
        column = found or _answer(method, setting, questions, base=base)
        if kept is not None and found is None:
            kept.keep(method, column)
        columns.setdefault(method, []).append(column)
    tell("done", 1.0)
    return columns


def _answer(
    method: str,
    setting: Setting,
    questions: Sequence[Question],
    *,
    base: BaseModel,
) -> Column:
    started = time.perf_counter()
    around = setting.pipeline.bundle.surroundings
    applied = treatment(method, setting)
    answers = answer_all(
        questions, applied, base=base, shared=around.shared, spec=around.spec
    )
    seconds = time.perf_counter() - started
    logger.info("method %s, %d rows, %.1f s", method, len(answers), seconds)
    return Column(answers=tuple(answers), told=applied.told)
