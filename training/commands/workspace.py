"""What the training commands share: the options of a run, and opening its workspace."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genadapter.display import progress
from genadapter.errors import ConfigError

if TYPE_CHECKING:
    from genadapter.base_model import BaseModel
    from genadapter.encoder import Encoder
    from training.recipes import Recipe
    from training.workspace import Workspace

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


SuiteOption = Annotated[Path, typer.Option(help="Folder of the suite.")]
BundleOption = Annotated[
    Path | None, typer.Option(help="Bundle folder, in place of the usual places.")
]
BaseOption = Annotated[
    str | None, typer.Option(help="Folder or hub id of the base model.")
]
PromptedOption = Annotated[
    Path | None,
    typer.Option(
        help="File that `train --prompted` reports; default: what the bundle reads by."
    ),
]
LegOption = Annotated[
    float | None,
    typer.Option(
        metavar="MINUTES",
        help="Stop in good order after so long; the same command goes on.",
    ),
]
DescriptionsOption = Annotated[
    Path | None,
    typer.Option(help="Folder of `tasks encode`; training loads no encoder then."),
]


def load_models(
    recipe: Recipe, device: str, dtype: str, descriptions: Path | None = None
) -> tuple[BaseModel, Encoder]:
    """The recipe's base model, and the packaged encoder or one of kept embeddings."""
    with progress("Loading the base model and the encoder"):
        from genadapter.base_model import BaseModel
        from genadapter.encoder import SentenceEncoder
        from training.kept_encoder import KeptEncoder

        kept = None if descriptions is None else KeptEncoder(descriptions)
        source = recipe.base or None
        base = BaseModel.load(source, device=device, dtype=dtype)  # type: ignore[arg-type] # refused there if unknown
        return base, kept or SentenceEncoder(device=device)


def read_recipe(name: str, assignments: Sequence[str] | None) -> Recipe:
    """The recipe of that name with its changes.

    Raises:
        ConfigError: An unknown recipe or setting.
    """
    with progress("Reading the recipe"):
        from training.recipes import find_recipe, override

        return override(find_recipe(name), assignments or [])


def check_prompted(path: Path | None) -> None:
    """Raises ConfigError for a file of the prompted adapter that is not there."""
    if path is not None and not path.exists():
        raise ConfigError(
            f"--prompted {path} does not exist: make it with "
            "`genadapter train RECIPE --prompted`"
        )


def check_minutes(option: str, minutes: float | None) -> None:
    """Raises ConfigError for a time that has passed before it begins."""
    if minutes is not None and minutes <= 0:
        raise ConfigError(f"{option} must be above 0 minutes, got {minutes}")


def open_workspace(
    recipe: Recipe,
    *,
    device: str,
    dtype: str,
    leg_minutes: float | None = None,
    descriptions: Path | None = None,
) -> Workspace:
    """Reads the tasks and encodes what they are told by.

    Args:
        recipe: What to train, on what.
        device: A torch device.
        dtype: The base's dtype.
        leg_minutes: Time, from now, until the run stops in good order.
        descriptions: Folder of embeddings to use in place of an encoder.

    Raises:
        ConfigError: The run's folder holds stages of another recipe.
    """
    deadline = None if leg_minutes is None else time.monotonic() + 60 * leg_minutes
    if device == "cuda":
        # Of processes that share a run, each has a device of its own.
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
    base, encoder = load_models(recipe, device, dtype, descriptions)
    with progress("Preparing tasks and descriptions"):
        from training.workspace import prepare

        return prepare(recipe, base=base, encoder=encoder, deadline=deadline)
