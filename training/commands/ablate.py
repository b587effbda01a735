"""`genadapter ablate`: what each part of a generator's training is worth."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from genadapter.display import print_json, progress
from training.commands.stages import train_stages
from training.commands.workspace import (
    AssignmentsArgument,
    DeviceOption,
    DtypeOption,
    LegOption,
    RecipeArgument,
    check_minutes,
    open_workspace,
    read_recipe,
)


def ablate(
    recipe_name: RecipeArgument,
    assignments: AssignmentsArgument = None,
    names: Annotated[
        list[str] | None, typer.Option("--only", help="Only this one; repeatable.")
    ] = None,
    leg: LegOption = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train the generator again and again, each time with one part changed.

    One JSON object an ablation: how it does on the validation families. What is
    finished is not trained again.
    """
    check_minutes("--leg", leg)
    recipe = read_recipe(recipe_name, assignments)
    from training import ablations
    from training.fitting import LegOverError

    chosen = ablations.find_ablations(names or ())
    work = open_workspace(recipe, device=device, dtype=dtype, leg_minutes=leg)
    try:
        stages = train_stages(work)
        for ablation in chosen:
            with progress(f"Ablation {ablation.name}"):
                result = ablations.ablate(
                    work, stages.surroundings, stages.experts.b_NP, ablation
                )
            print_json(asdict(result))
    except LegOverError:
        print_json({"finished": False, "run": str(work.folder)})
