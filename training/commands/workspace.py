"""What the training commands share: the options of a run, and opening its workspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from genadapter.display import progress
from genadapter.errors import ConfigError

if TYPE_CHECKING:
    from genadapter.base_model import BaseModel
    from genadapter.encoder import Encoder
    from training.recipes import Recipe
    from training.run import Workspace

_RESUMABLE = ("optim", "validate_every_steps")
"""Settings of the last stage alone: a run may go on with other ones."""

RecipeArgument = Annotated[
    str, typer.Argument(metavar="RECIPE", help="smoke, cpu or gpu.")
]
AssignmentsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SECTION.FIELD=VALUE]...", help="Changes, such as data.max_tasks=40."
    ),
]
DeviceOption = Annotated[str, typer.Option(help="A torch device: cpu or cuda.")]
DtypeOption = Annotated[
    str, typer.Option(help="auto, float32 or bfloat16; auto asks the processor.")
]


def load_models(device: str, dtype: str) -> tuple[BaseModel, Encoder]:
    """The packaged base model and encoder."""
    with progress("Loading the base model and the encoder"):
        from genadapter.base_model import BaseModel
        from genadapter.encoder import SentenceEncoder

        base = BaseModel.load(device=device, dtype=dtype)  # type: ignore[arg-type] # refused there if unknown
        return base, SentenceEncoder(device=device)


def read_recipe(name: str, assignments: Sequence[str] | None) -> Recipe:
    """The recipe of that name with its changes.

    Raises:
        ConfigError: An unknown recipe or setting.
    """
    from training.recipes import find_recipe, override

    return override(find_recipe(name), assignments or [])


def open_workspace(recipe: Recipe, *, device: str, dtype: str) -> Workspace:
    """Reads the tasks and caches what every stage of a run needs.

    Raises:
        ConfigError: The run's folder holds stages of another configuration.
    """
    check_same_run(recipe)
    base, encoder = load_models(device, dtype)
    with progress("Preparing tasks, descriptions and lower states"):
        from training.run import prepare

        return prepare(recipe, base=base, encoder=encoder)


def check_same_run(recipe: Recipe) -> None:
    """Raises ConfigError where finished stages were made with other settings."""
    from training.run import run_folder

    path = run_folder(recipe.name) / "recipe.json"
    if not path.exists():
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    wanted = json.loads(json.dumps(asdict(recipe), default=str))
    changed = [
        key for key in wanted if key not in _RESUMABLE and found.get(key) != wanted[key]
    ]
    if changed:
        raise ConfigError(
            f"run {recipe.name!r} in {path.parent} was begun with other settings of "
            f"{', '.join(changed)}: start another with name=NAME, or remove the folder"
        )
