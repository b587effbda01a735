"""What a run is made of: its tasks, their rows and states, and the folder it keeps."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from genadapter.artifact import read_json, write_json
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.generators import find_family
from genadapter.lora import LoraSpec
from genadapter.packages import home
from training.batches import TaskData
from training.conditions import ConditionTable
from training.curriculum import make_curriculum
from training.datamodule import BatchConfig
from training.module import OptimConfig
from training.recipes import DataConfig, ExpertsConfig, Recipe
from training.tasks import Task

logger = logging.getLogger(__name__)

RECIPE_FILE = "recipe.json"
_RESUMABLE = (
    "family",
    "generator",
    "generator_seed",
    "optim",
    "validate_every_steps",
)
"""Settings of the last stage alone: a run may go on with other ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """What every stage of a run shares."""

    recipe: Recipe
    folder: Path
    base: BaseModel
    encoder: Encoder
    spec: LoraSpec
    """Shape of the experts."""
    reading_spec: LoraSpec
    """Shape of the adapter that reads tasks in its prompts."""
    tasks: tuple[Task, ...]
    """Training tasks first, then what was made of them, then the validation tasks."""
    num_experts: int
    """Training tasks that get an expert; they come first."""
    num_natural: int
    """Training tasks as they were built or given, without what was made of them."""
    num_train: int
    """Tasks that are trained on, variants and drills included."""
    data: TaskData
    conditions: ConditionTable
    start: Bundle | None = None
    """What the run goes on from."""
    deadline: float | None = None
    """On the monotonic clock, when this leg of the run must stop."""
    num_devices: int = 1
    """Processes that share every step of the generator's training."""

    @property
    def train_tasks(self) -> range:
        """Positions of the tasks that are trained on."""
        return range(self.num_train)

    @property
    def expert_tasks(self) -> range:
        """Positions of the tasks that get an expert."""
        return range(self.num_experts)

    @property
    def weights(self) -> dict[int, float]:
        """How often each training task is drawn."""
        share, num_made = (
            self.recipe.data.natural_share,
            self.num_train - self.num_natural,
        )
        if not num_made:
            return dict.fromkeys(self.train_tasks, 1.0)
        natural, made = share / self.num_natural, (1 - share) / num_made
        return {t: natural if t < self.num_natural else made for t in self.train_tasks}

    @property
    def validation_tasks(self) -> range:
        """Positions of the validation families' tasks."""
        return range(self.num_train, len(self.tasks))


def evenly(places: range, at_most: int) -> range:
    """At most so many of the places, evenly spread."""
    return places[:: max(1, -(-len(places) // at_most))]


def run_folder(name: str) -> Path:
    """Where a run keeps its stages and checkpoints."""
    return home() / "runs" / name


def bundles_of(name: str) -> list[Path]:
    """Folders of the bundles that a run made, one a family and seed.

    Raises:
        ConfigError: The run made none.
    """
    folder = run_folder(name) / "bundles"
    found = sorted(path for path in folder.glob("*") if path.is_dir())
    if not found:
        raise ConfigError(
            f"run {name!r} has no bundle in {folder}: make them with `genadapter train "
            f"RECIPE name={name}`, once for every family"
        )
    return found


def prepare(
    recipe: Recipe,
    *,
    base: BaseModel,
    encoder: Encoder,
    deadline: float | None = None,
) -> Workspace:
    """Reads tasks and encodes descriptions.

    Args:
        recipe: What to train, on what.
        base: The frozen base.
        encoder: Reads the descriptions.
        deadline: On the monotonic clock, when this leg of the run must stop.

    Raises:
        ConfigError: The run's folder holds stages of another recipe, or a setting does
            not fit the base or the tasks.
    """
    folder = run_folder(recipe.name)
    check_same_run(recipe)
    curriculum = make_curriculum(recipe, base)
    tasks = curriculum.tasks
    digest = digest_of_tasks(tasks)
    _check_same_tasks(folder, digest)
    spec = base.spec(**asdict(recipe.adapter))
    start_layer = recipe.adapter.start_layer
    reading_spec = base.spec(**asdict(recipe.reading), start_layer=start_layer)
    start = _read_start(recipe, base, encoder, (spec, reading_spec))
    find_family(recipe.family).check_spec(reading_spec)
    data = TaskData(
        tasks,
        base,
        start_layer=recipe.adapter.start_layer,
        max_tokens=recipe.data.max_tokens,
        max_rows=recipe.data.max_rows,
    )
    data.cache.open(home() / "states")
    logger.info("%d tasks, %d rows", len(tasks), len(data.rows))
    # Only now: a run that could not begin must not bind the next one to its settings.
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RECIPE_FILE, {**to_json(recipe), "tasks_sha256": digest})
    return Workspace(
        recipe=recipe,
        folder=folder,
        base=base,
        encoder=encoder,
        spec=spec,
        reading_spec=reading_spec,
        tasks=tasks,
        num_experts=curriculum.num_experts,
        num_natural=len(curriculum.natural),
        num_train=len(curriculum.natural) + len(curriculum.made),
        data=data,
        conditions=ConditionTable.encode(tasks, encoder, num_shown=recipe.data.shown),
        start=start,
        deadline=deadline,
    )


def _read_start(
    recipe: Recipe, base: BaseModel, encoder: Encoder, specs: tuple[LoraSpec, LoraSpec]
) -> Bundle | None:
    """The bundle that a run goes on from, if it fits the run."""
    if not recipe.start:
        return None
    start = load_bundle(Path(recipe.start), base=base, encoder=encoder)
    around, generator = start.surroundings, start.generator
    if (around.spec, around.prompted_spec) != specs:
        raise ConfigError(
            f"the bundle in {recipe.start} has adapters of another shape than the run: "
            "set adapter and reading as its manifest's recipe does, or start from none"
        )
    if generator.family == recipe.family and generator.config != recipe.generator:
        raise ConfigError(
            f"the {recipe.family} in {recipe.start} was built with {generator.config}, "
            f"the run asks for {recipe.generator}: set generator as it is there"
        )
    return start


def check_same_run(recipe: Recipe) -> None:
    """Raises ConfigError where finished stages were made with other settings."""
    path = run_folder(recipe.name) / RECIPE_FILE
    if not path.exists():
        return
    found, wanted = read_json(path), to_json(recipe)
    # A setting that came later was what it is by default.
    found = {"base": "", "start": "", "learns_to_read": True, **found}
    experts = ExpertsConfig(optim=OptimConfig())
    for section, config in (
        ("data", DataConfig()),
        ("batch", BatchConfig()),
        ("experts", experts),
    ):
        defaults = json.loads(json.dumps(asdict(config)))
        found[section] = {**defaults, **found.get(section, {})}
    changed = [
        key for key in wanted if key not in _RESUMABLE and found.get(key) != wanted[key]
    ]
    if changed:
        raise ConfigError(
            f"run {recipe.name!r} in {path.parent} was begun with other settings of "
            f"{', '.join(changed)}: start another with name=NAME, or remove the folder"
        )


def digest_of_tasks(tasks: Sequence[Task]) -> str:
    """Hex sha256 over ids, wordings and rows, in order."""
    digest = hashlib.sha256()
    for task in tasks:
        rows = [(example.input, example.outputs) for example in task.examples]
        digest.update(repr((task.id, task.descriptions, rows)).encode())
    return digest.hexdigest()


def _check_same_tasks(folder: Path, digest: str) -> None:
    path = folder / RECIPE_FILE
    found = read_json(path).get("tasks_sha256", digest) if path.exists() else digest
    if found != digest:
        raise ConfigError(
            f"the tasks are no longer those that the run in {folder} was begun with: "
            "the suite, its drills or variants have changed; start another run with "
            "name=NAME, or remove the folder"
        )


def to_json(recipe: Recipe) -> dict[str, Any]:  # Any: plain JSON
    """A recipe as JSON values."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    return values
