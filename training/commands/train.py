"""`genadapter train`: a whole run, from the task suite to a bundle."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genadapter.display import print_json, progress
from genadapter.errors import ConfigError
from training.commands.stages import train_stages
from training.commands.workspace import (
    AssignmentsArgument,
    DescriptionsOption,
    DeviceOption,
    DtypeOption,
    LegOption,
    RecipeArgument,
    check_minutes,
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
    leg: LegOption = None,
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
    descriptions: DescriptionsOption = None,
    num_devices: Annotated[
        int,
        typer.Option(
            "--devices",
            min=1,
            help="Processes that share the generator's steps (ddp), each on a device.",
        ),
    ] = 1,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train a generator and all it stands on; started again, it resumes."""
    check_minutes("--time-budget", time_budget)
    check_minutes("--leg", leg)
    if bundle_out is not None and bundle_out.exists():
        raise ConfigError(f"{bundle_out} exists: give a folder that does not exist yet")
    recipe = read_recipe(recipe_name, assignments)
    work = open_workspace(
        recipe,
        device=device,
        dtype=dtype,
        leg_minutes=leg,
        descriptions=descriptions,
    )
    from training.fitting import LegOverError

    try:
        shared = replace(work, num_devices=num_devices)
        made = _train(shared, time_budget, bundle_out, is_prompted=is_prompted)
        if made is not None:
            print_json(made)
    except LegOverError:
        print_json({"finished": False, "run": str(work.folder)})


def _train(
    work: Workspace,
    time_budget: float | None,
    bundle_out: Path | None,
    *,
    is_prompted: bool,
) -> dict[str, Any] | None:  # Any: plain JSON
    """What is to be printed; nothing by a process that only helped with the steps."""
    from training import run
    from training.bundling import bundle_run

    stages = train_stages(work, is_prompted=is_prompted)
    surroundings, experts_NP = stages.surroundings, stages.experts.b_NP
    generator = run.train_generator(
        work,
        surroundings,
        experts_NP,
        budget_seconds=None if time_budget is None else 60 * time_budget,
    )
    if run.is_helper():
        return None
    folder = bundle_out or work.folder / "bundles" / run.generator_name(work)
    with progress("Measuring and writing the bundle"):
        # Beside what an earlier leg made: a failure leaves that in place.
        made = folder.with_name(f".{folder.name}-new")
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(made, ignore_errors=True)
        bundle = bundle_run(work, surroundings, experts_NP, generator, made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return {
        "finished": True,
        **({"prompted": str(stages.prompted)} if stages.prompted else {}),
        "bundle": str(folder),
        "digest": bundle.digest,
        "results": bundle.manifest.results,
    }
