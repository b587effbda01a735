"""Ablations: what each part of a generator's training is worth.

Each trains the generator anew with one part changed, on what the run has trained before
it, and is judged on the validation families.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from torch import Tensor

from genadapter.artifact import new_file, read_json, write_json
from genadapter.errors import ConfigError
from genadapter.generators import Surroundings
from training import run
from training.fitting import best_look
from training.recipes import Recipe, override
from training.workspace import Workspace, prepare, run_folder, to_json

RESULT_FILE = "result.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ablation:
    """One part of the training, changed."""

    name: str
    """Names its folder, too."""
    assignments: tuple[str, ...] = ()
    """Changes of the recipe."""


ABLATIONS = (
    Ablation(name="as-it-is"),
    Ablation(name="no-margin", assignments=('optim.objectives={"supervised": 1.0}',)),
    Ablation(
        name="teacher",
        assignments=(
            'optim.objectives={"supervised": 1.0, "margin": 0.2, "distillation": 1.0}',
        ),
    ),
    Ablation(name="no-drills", assignments=("data.drills=0",)),
    Ablation(
        name="no-variants", assignments=("data.relabelled=0", "data.reformatted=0")
    ),
    Ablation(name="pooled", assignments=("generator.num_tokens=1",)),
    Ablation(name="no-mean", assignments=("optim.average_decay=0",)),
    Ablation(name="blank-start", assignments=("learns_to_read=false",)),
    Ablation(name="half-of-tasks", assignments=("data.task_share=0.5",)),
    Ablation(name="quarter-of-tasks", assignments=("data.task_share=0.25",)),
    Ablation(name="three-descriptions", assignments=("data.max_descriptions=3",)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AblationResult:
    """How the generator does on the validation families at its best checkpoint."""

    name: str
    step: int
    matched: float
    """Share of rows whose every answer token is the likeliest, told the right task."""
    shuffled: float
    """The same, told another task."""
    matched_likelihood: float
    """Mean likelihood of an answer token."""
    shuffled_likelihood: float
    seconds: float
    """Of training and judging, in the last leg."""


def find_ablations(names: Sequence[str]) -> list[Ablation]:
    """The ablations of those names; all of them where none is given.

    Raises:
        ConfigError: An unknown name.
    """
    known = {ablation.name: ablation for ablation in ABLATIONS}
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"no ablation {unknown[0]!r}; found: {', '.join(known)}")
    return [known[name] for name in names or known]


def ablate(
    work: Workspace, surroundings: Surroundings, experts_NP: Tensor, ablation: Ablation
) -> AblationResult:
    """Trains the generator with one part changed; what is finished is read.

    Args:
        work: The run, its stages before the generator done.
        surroundings: What they left; its prefix is where the generator starts.
        experts_NP: The experts.
        ablation: What is changed.

    Raises:
        ConfigError: The change does not fit the run's family.
        LegOverError: The leg is over; the same call goes on.
    """
    started = time.monotonic()
    recipe = override(work.recipe, ablation.assignments)
    recipe = replace(recipe, name=f"{work.recipe.name}/ablations/{ablation.name}")
    path, settings = run_folder(recipe.name) / RESULT_FILE, to_json(recipe)
    # Steps and rates may change while a run goes on: a result is of its own.
    if path.exists() and (kept := read_json(path))["recipe"] == settings:
        return AblationResult(**kept["result"])
    own = _workspace(work, recipe)
    is_same_start = all(
        getattr(recipe, name) == getattr(work.recipe, name)
        for name in ("data", "generator", "learns_to_read")
    )
    if surroundings.prefix is not None and not is_same_start:
        prompted = surroundings.prefix.prompted
        if not recipe.learns_to_read:
            prompted = run.unread(own)
        surroundings = replace(surroundings, prefix=run.start_prefix(own, prompted))
    run.train_generator(own, surroundings, experts_left(experts_NP, work, own))
    step, metrics = best_look(run.generator_folder(own))
    result = AblationResult(
        name=ablation.name,
        step=step,
        seconds=round(time.monotonic() - started, 1),
        **metrics,
    )
    with new_file(path) as partial:
        write_json(partial, {"recipe": settings, "result": asdict(result)})
    return result


def experts_left(experts_NP: Tensor, run_work: Workspace, own: Workspace) -> Tensor:
    """The experts of the tasks that an ablation leaves, in its order.

    Args:
        experts_NP: Those of the run.
        run_work: The run.
        own: The ablation, of no other tasks with an expert.
    """
    places = {run_work.tasks[p].id: p for p in run_work.expert_tasks}
    return experts_NP[[places[own.tasks[p].id] for p in own.expert_tasks]]


def _workspace(work: Workspace, recipe: Recipe) -> Workspace:
    """The run's own with another recipe, prepared anew where its tasks change."""
    if recipe.data == work.recipe.data:
        return replace(work, recipe=recipe, folder=run_folder(recipe.name))
    return prepare(recipe, base=work.base, encoder=work.encoder, deadline=work.deadline)
