"""Complete configurations of a run, one function each, and typed overrides."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from genadapter.checks import at_least
from genadapter.errors import ConfigError
from genadapter.generators import families, find_family
from genadapter.generators.hypernetwork import HypernetworkGenerator
from training.datamodule import BatchConfig
from training.module import OptimConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class DataConfig:
    """Which tasks and rows a run learns from."""

    folder: str = "data/tasks"
    """The built suite."""
    extra_files: tuple[str, ...] = ()
    """More task files, trained on whole; imported or licensed apart."""
    max_tasks: int = 0
    """Training tasks at most, and validation tasks as well; 0 means all."""
    task_share: float = 1.0
    """Share of the training tasks that is learned from, spread evenly."""
    max_descriptions: int = 0
    """Descriptions of a training task at most; 0 means all."""
    max_rows: int = 200
    """Training rows of a task at most."""
    max_tokens: int = 128
    """Longer rows are left out."""
    relabelled: int = 2
    """Variants with other labels of every training task that names its labels."""
    reformatted: float = 0.6
    """Share of training tasks that get a variant with another answer format."""
    variant_rows: int = 60
    """Rows of a variant at most."""
    drills: int = 0
    """Small tasks with parameters that are drawn (`training/drills`)."""
    drill_rows: int = 24
    """Rows of a drill at most."""
    documents: int = 0
    """Documents of invented facts, with questions (`training/documents`)."""
    profiles: int = 0
    """Users with preferences, and questions to them (`training/profiles`)."""
    shown: int = 0
    """Conditions by examples of every task, for families that take them."""
    natural_share: float = 0.5
    """Share of the steps' tasks that are neither a variant nor a drill."""
    validation_rows: int = 16
    """Rows of a validation task that a checkpoint is judged on."""

    def __post_init__(self) -> None:
        """Rejects sizes that leave nothing to learn from."""
        at_least(1, self, "max_rows", "max_tokens", "variant_rows", "validation_rows")
        at_least(1, self, "drill_rows")
        at_least(0, self, "max_tasks", "relabelled", "reformatted", "drills", "shown")
        at_least(0, self, "documents", "profiles", "max_descriptions")
        if not 0 < self.task_share <= 1:
            raise ConfigError(
                f"task_share must be above 0 and at most 1, got {self.task_share}"
            )
        if not 0 < self.natural_share < 1:
            raise ConfigError(
                f"natural_share must lie between 0 and 1, got {self.natural_share}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class AdapterConfig:
    """Shape of the experts."""

    rank: int = 8
    """Rank of every factor pair."""
    alpha: float = 16.0
    """PEFT's `lora_alpha`."""
    target_modules: tuple[str, ...] = ("q_proj", "v_proj")
    """Linear layers that carry adapters."""
    start_layer: int = 15
    """First decoder layer with adapters; the states below are cached."""

    def __post_init__(self) -> None:
        """Rejects shapes that no adapter has."""
        at_least(1, self, "rank")
        at_least(0, self, "start_layer")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingConfig:
    """Shape of the adapter that reads tasks in its prompts; its layers are the experts'."""

    rank: int = 16
    """Rank of every factor pair."""
    alpha: float = 32.0
    """PEFT's `lora_alpha`."""
    target_modules: tuple[str, ...] = (
        "q_proj",
        "k_proj",
        "v_proj",
        "o_proj",
        "gate_proj",
        "up_proj",
        "down_proj",
    )
    """Linear layers that carry it."""

    def __post_init__(self) -> None:
        """Rejects shapes that no adapter has."""
        at_least(1, self, "rank")


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpertsConfig:
    """How experts are trained and kept."""

    optim: OptimConfig
    """Steps and rate of every group of experts."""
    group_size: int = 32
    """Experts trained in one forward pass."""
    rows_per_task: int = 2
    """Rows of each a step."""
    num_components: int = 240
    """Basis vectors that the experts are kept in."""
    max_tasks: int = 0
    """Training tasks that get an expert at most, spread evenly; 0 gives all one."""

    def __post_init__(self) -> None:
        """Rejects sizes that train nothing."""
        at_least(1, self, "group_size", "rows_per_task", "num_components")
        at_least(0, self, "max_tasks")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """Everything that decides what a run produces."""

    name: str
    """Names the run's folder."""
    base: str = ""
    """Folder or hub id of the base model; empty means the packaged one."""
    start: str = ""
    """Folder of a bundle to go on from: its shared factors, its adapter that reads tasks
    and, of the same family, its generator; empty begins anew."""
    data: DataConfig = field(default_factory=DataConfig)
    """Tasks and rows."""
    adapter: AdapterConfig = field(default_factory=AdapterConfig)
    """Shape of the experts."""
    reading: ReadingConfig = field(default_factory=ReadingConfig)
    """Shape of what reads tasks in its prompts."""
    batch: BatchConfig = field(default_factory=BatchConfig)
    """Size of a generator step."""
    multitask: OptimConfig
    """Training of the shared A and B_0."""
    prompted: OptimConfig
    """Training of what reads tasks in its prompts."""
    experts: ExpertsConfig
    """Training of the experts."""
    learns_to_read: bool = True
    """Whether an adapter learns first to read tasks in its prompts, and generators that
    read start from it; without, they start from the base as it is."""
    family: str = "hypernetwork"
    """The generator family."""
    generator: Any = field(  # Any: the family's Config
        default_factory=HypernetworkGenerator.Config
    )
    """The family's own config; another family brings its own."""
    optim: OptimConfig
    """Training of the generator."""
    validate_every_steps: int = 250
    """Steps between looks at the validation families."""
    seed: int = 0
    """Of everything drawn at random."""
    generator_seed: int = 0
    """Added to it for the generator: a run can train one family several times."""

    def __post_init__(self) -> None:
        """Rejects a rhythm without beats."""
        at_least(1, self, "validate_every_steps")


def smoke() -> Recipe:
    """A whole run in under three minutes on two cores; shows that it works, no more."""
    return Recipe(
        name="smoke",
        data=DataConfig(max_tasks=24, max_rows=24, max_tokens=64, validation_rows=4),
        batch=BatchConfig(num_tasks=8),
        multitask=OptimConfig(learning_rate=1e-3, warmup_steps=5, max_steps=10),
        prompted=OptimConfig(learning_rate=1e-3, warmup_steps=5, max_steps=10),
        experts=ExpertsConfig(
            optim=OptimConfig(learning_rate=3e-3, warmup_steps=2, max_steps=4),
            group_size=24,
            num_components=8,
        ),
        generator=HypernetworkGenerator.Config(width=64),
        optim=OptimConfig(
            warmup_steps=5,
            max_steps=15,
            objectives={"supervised": 1.0, "margin": 0.2},
        ),
        validate_every_steps=10,
    )


def cpu() -> Recipe:
    """About two and a half hours of two cores, in legs that resume."""
    return Recipe(
        name="cpu",
        data=DataConfig(
            max_rows=100, max_tokens=104, variant_rows=40, drills=600, drill_rows=16
        ),
        multitask=OptimConfig(learning_rate=2e-3, warmup_steps=20, max_steps=500),
        prompted=OptimConfig(learning_rate=2e-3, warmup_steps=20, max_steps=1500),
        experts=ExpertsConfig(
            optim=OptimConfig(learning_rate=6e-3, warmup_steps=4, max_steps=30),
            rows_per_task=4,
        ),
        optim=OptimConfig(
            learning_rate=4e-4,
            warmup_steps=50,
            max_steps=900,
            average_decay=0.998,
            objectives={"supervised": 1.0, "margin": 0.2},
        ),
        validate_every_steps=150,
    )


def gpu() -> Recipe:
    """Two legs of nine minutes on one large GPU."""
    return Recipe(
        name="gpu",
        data=DataConfig(max_rows=240, max_tokens=160, validation_rows=32),
        batch=BatchConfig(num_tasks=64, rows_per_task=4, num_buckets=4),
        multitask=OptimConfig(learning_rate=2e-3, warmup_steps=20, max_steps=600),
        prompted=OptimConfig(learning_rate=2e-3, warmup_steps=20, max_steps=4000),
        experts=ExpertsConfig(
            optim=OptimConfig(learning_rate=6e-3, warmup_steps=5, max_steps=80),
            group_size=128,
            rows_per_task=4,
        ),
        optim=OptimConfig(
            learning_rate=4e-4,
            warmup_steps=200,
            max_steps=20_000,
            average_decay=0.999,
            objectives={"supervised": 1.0, "margin": 0.2},
        ),
        validate_every_steps=500,
    )


RECIPES: dict[str, Callable[[], Recipe]] = {"smoke": smoke, "cpu": cpu, "gpu": gpu}


def find_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        ConfigError: There is none; the message lists those found.
    """
    if name not in RECIPES:
        raise ConfigError(f"no recipe {name!r}; found: {', '.join(RECIPES)}")
    return RECIPES[name]()


def override(recipe: Recipe, assignments: Sequence[str]) -> Recipe:
    """Applies `section.field=value` assignments.

    Args:
        recipe: The recipe to change.
        assignments: Values are JSON, or plain text for text fields.

    Raises:
        ConfigError: An unknown field, with the closest names, a wrong type or value, or
            a family that is not trained this way.
        UnknownFamilyError: No such generator family.
    """
    for assignment in assignments:
        path, sign, value = assignment.partition("=")
        if not sign:
            raise ConfigError(f"expected section.field=value, got {assignment!r}")
        if path == "family":
            recipe = _of_family(recipe, value)
        else:
            recipe = _assign(recipe, path.split("."), value, path)
    _check_family(recipe)
    return recipe


def _of_family(recipe: Recipe, name: str) -> Recipe:
    """The recipe with another family, which learns from what it can of the objectives."""
    family = find_family(name)
    weights = recipe.optim.objectives
    known = {n: w for n, w in weights.items() if n in family.objectives}
    optim = replace(
        recipe.optim,
        objectives=known or dict.fromkeys(family.objectives[:1], 1.0) or weights,
    )
    return replace(recipe, family=name, generator=family.Config(), optim=optim)


def _check_family(recipe: Recipe) -> None:
    family = find_family(recipe.family)
    if not family.objectives:
        trained = [name for name, cls in families().items() if cls.objectives]
        raise ConfigError(
            f"family {recipe.family!r} is not trained: choose {' or '.join(trained)}; "
            "every bundle can run the untrained families as well"
        )
    if unknown := sorted(set(recipe.optim.objectives) - set(family.objectives)):
        raise ConfigError(
            f"family {recipe.family!r} cannot learn from {unknown[0]!r}: set "
            f"optim.objectives to some of {', '.join(family.objectives)}"
        )
    is_shown, share = recipe.data.shown > 0, recipe.batch.shown_share
    if is_shown != (share > 0):
        raise ConfigError(
            f"data.shown is {recipe.data.shown} and batch.shown_share {share}: set both, "
            "or neither"
        )
    if is_shown and "examples" not in family.conditions:
        raise ConfigError(
            f"family {recipe.family!r} takes no examples: set data.shown and "
            "batch.shown_share to 0"
        )
    if recipe.optim.warm_start_steps and "reconstruction" not in family.objectives:
        raise ConfigError(
            f"family {recipe.family!r} has no experts to match in a warm start, got "
            f"optim.warm_start_steps = {recipe.optim.warm_start_steps}: set it to 0"
        )


def _assign(
    config: Any, path: Sequence[str], value: str, whole: str
) -> Any:  # Any: configs
    names = [f.name for f in fields(config)]
    if path[0] not in names:
        close = difflib.get_close_matches(path[0], names) or names
        raise ConfigError(f"no setting {whole!r}; closest: {', '.join(close)}")
    current = getattr(config, path[0])
    if len(path) > 1:
        if not is_dataclass(current):
            raise ConfigError(f"{path[0]!r} has no parts, got {whole!r}")
        return replace(config, **{path[0]: _assign(current, path[1:], value, whole)})
    return replace(config, **{path[0]: _parse(value, current, whole)})


def _parse(value: str, current: Any, path: str) -> Any:  # Any: a field's value
    if isinstance(current, str):
        return value
    try:
        parsed = json.loads(value)
    except json.JSONDecodeError:
        parsed = value.split(",") if isinstance(current, tuple) else value
    if isinstance(current, tuple) and isinstance(parsed, list):
        return tuple(parsed)
    if isinstance(current, float) and isinstance(parsed, int):
        return float(parsed)
    if type(parsed) is not type(current):
        wanted = type(current).__name__
        raise ConfigError(f"{path} must be a {wanted}, got {value!r}")
    return parsed
