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
    RecipeArgument,
    open_workspace,
    read_recipe,
)


def ablate(
    recipe_name: RecipeArgument,
    assignments: AssignmentsArgument = None,
    names: Annotated[
        list[str] | None, typer.Option("--only", help="Only this one; repeatable.")
    ] = None,
    device: DeviceOption = "cpu",
    dtype: DtypeOption = "auto",
) -> None:
    """Train the generator again and again, each time with one part changed.

    One JSON object an ablation: how it does on the validation families. What is
    finished is not trained again.
    """
    recipe = read_recipe(recipe_name, assignments)
    from training import ablations

    chosen = ablations.find_ablations(names or ())
    work = open_workspace(recipe, device=device, dtype=dtype)
    stages = train_stages(work)
    for ablation in chosen:
        with progress(f"Ablation {ablation.name}"):
            result = ablations.ablate(
                work, stages.surroundings, stages.experts.b_NP, ablation
            )
        print_json(asdict(result))
