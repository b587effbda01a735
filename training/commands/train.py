"""`genadapter train`: a whole run, from the task suite to a bundle."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genadapter.display import print_json, progress
from genadapter.errors import ConfigError
from training.commands.workspace import (
    AssignmentsArgument,
    DeviceOption,
    DtypeOption,
    RecipeArgument,
    open_workspace,
    read_recipe,
)

if TYPE_CHECKING:
    from training.workspace import Workspace


def train(
    recipe_name: RecipeArgument,
    assignments: AssignmentsArgument = None,
    time_budget: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            help="Time for the generator's training over all legs of the run.",
        ),
    ] = None,
    leg: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            help="Stop in good order after so long; the same command goes on.",
        ),
    ] = None,
    bundle_out: Annotated[
        Path | None,
        typer.Option(help="New folder for the bundle; default: in the run's folder."),
    ] = None,
    is_prompted: Annotated[
        bool,
        typer.Option(
            "--prompted",
            help="Train the baseline that reads descriptions in its prompts, "
            "even if the family does without.",
        ),
    ] = False,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train a generator and all it stands on; started again, it resumes."""
    for name, minutes in (("--time-budget", time_budget), ("--leg", leg)):
        if minutes is not None and minutes <= 0:
            raise ConfigError(f"{name} must be above 0 minutes, got {minutes}")
    if bundle_out is not None and bundle_out.exists():
        raise ConfigError(f"{bundle_out} exists: give a folder that does not exist yet")
    recipe = read_recipe(recipe_name, assignments)
    work = open_workspace(recipe, device=device, dtype=dtype, leg_minutes=leg)
    from training.fitting import LegOverError

    try:
        print_json(_train(work, time_budget, bundle_out, is_prompted=is_prompted))
    except LegOverError:
        print_json({"finished": False, "run": str(work.folder)})


def _train(
    work: Workspace,
    time_budget: float | None,
    bundle_out: Path | None,
    *,
    is_prompted: bool,
) -> dict[str, Any]:  # Any: plain JSON
    from genadapter.generators import Surroundings, find_family
    from training import run
    from training.bundling import bundle_run

    with progress("Training the multi-task adapter"):
        shared = run.train_multitask(work)
    with progress(f"Training {work.num_experts} experts"):
        experts_NP = run.train_experts(work, shared)
        library = run.build_library(work, shared, experts_NP)
    values: dict[str, Any] = {"finished": True}  # Any: plain JSON
    prefix, reads_base = None, find_family(work.recipe.family).reads_base
    if is_prompted or reads_base:
        with progress("Training the prompted multi-task adapter"):
            tuned = _train_prompted(work)
            values["prompted"] = str(tuned)
    if reads_base:
        prefix = run.start_prefix(work, run.read_factors(tuned))
    surroundings = Surroundings(
        spec=work.spec,
        shared=shared,
        library=library,
        embedding_size=work.encoder.embedding_size,
        hidden_size=work.base.hidden_size,
        reading_spec=work.reading_spec,
        prefix=prefix,
    )
    generator = run.train_generator(
        work,
        surroundings,
        experts_NP,
        budget_seconds=None if time_budget is None else 60 * time_budget,
    )
    folder = bundle_out or work.folder / "bundle"
    with progress("Measuring and writing the bundle"):
        # Beside what an earlier leg made: a failure leaves that in place.
        made = folder.with_name(f".{folder.name}-new")
        shutil.rmtree(made, ignore_errors=True)
        bundle = bundle_run(work, surroundings, experts_NP, generator, made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return {
        **values,
        "bundle": str(folder),
        "digest": bundle.digest,
        "results": bundle.manifest.results,
    }


def _train_prompted(work: Workspace) -> Path:
    """The adapter that reads tasks in its prompts, at its own best scale."""
    from training import run
    from training.tuning import tune_prompted

    tuned = work.folder / "prompted.safetensors"
    if not tuned.exists():
        trained = run.read_factors(run.train_prompted(work))
        run.save_factors(tune_prompted(work, trained), tuned)
    return tuned
