"""A whole run, stage after stage; a stage that is done already is read from its file.

Stages: multi-task adapter (A, B_0) -> experts on A -> library -> prompted multi-task
adapter -> generator -> bundle.

Shapes: N experts, P parameters of one flattened B.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from torch import Tensor, nn
from torch.utils.data import DataLoader

from genadapter.artifact import (
    new_file,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.generators import (
    Generator,
    PrefixStart,
    Surroundings,
    find_family,
)
from genadapter.library import (
    Expert,
    ExpertLibrary,
    SharedFactors,
    compact_basis,
    flatten_b,
)
from genadapter.lora import LoraSpec
from genadapter.packages import home
from genadapter.quantisation import quantise, restore
from training.augment import variants
from training.averaging import WeightAverage
from training.batches import Batch, PromptedData, TaskData, num_tokens
from training.curves import write_curves
from training.datamodule import (
    BatchConfig,
    BatchStream,
    TaskDataModule,
    validation_batches,
)
from training.descriptions import DescriptionTable
from training.drills import make_drills
from training.module import AdapterTraining, OptimConfig, new_trainer
from training.prefix import prefix_start
from training.recipes import Recipe
from training.sources import (
    AdapterSource,
    ExpertSource,
    GeneratorSource,
    MultiTaskSource,
)
from training.tasks import Task, read_tasks
from training.whitening import second_moments, whiten

logger = logging.getLogger(__name__)

RECIPE_FILE = "recipe.json"
LAST_FILE, BEST_FILE = "last.ckpt", "best.ckpt"
_RESUMABLE = ("optim", "validate_every_steps")
"""Settings of the last stage alone: a run may go on with other ones."""
MEASURED_BATCHES = 12
"""Batches that the base's layers are listened to on."""
CHECKPOINT_STEPS = 100
"""Steps between checkpoints; a killed run loses no more than these."""


class LegOverError(Exception):
    """A leg of a run is over in good order; the same command goes on from here."""


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
    """Training tasks without variants and drills: those that get an expert."""
    num_train: int
    """Tasks that are trained on, variants and drills included."""
    data: TaskData
    descriptions: DescriptionTable
    deadline: float | None = None
    """On the monotonic clock, when this leg of the run must stop."""

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
            self.num_train - self.num_experts,
        )
        if not num_made:
            return dict.fromkeys(self.train_tasks, 1.0)
        natural, made = share / self.num_experts, (1 - share) / num_made
        return {t: natural if t < self.num_experts else made for t in self.train_tasks}

    @property
    def validation_tasks(self) -> range:
        """Positions of the validation families' tasks."""
        return range(self.num_train, len(self.tasks))


def run_folder(name: str) -> Path:
    """Where a run keeps its stages and checkpoints."""
    return home() / "runs" / name


def select_tasks(recipe: Recipe) -> tuple[list[Task], list[Task]]:
    """The training and the validation tasks of a recipe; test tasks are never read."""
    suite = read_tasks(Path(recipe.data.folder))
    train = [t for t in suite if t.split == "train"]
    for path in recipe.data.extra_files:
        train += read_tasks(Path(path))
    validation = [t for t in suite if t.split == "validation"]
    if not train:
        raise ConfigError(
            f"{recipe.data.folder} holds no training task: build the suite with "
            "`genadapter tasks build`"
        )
    return (
        _thinned(train, recipe.data.max_tasks),
        _thinned(validation, recipe.data.max_tasks),
    )


def heldout_tasks(recipe: Recipe) -> list[Task]:
    """The suite's tasks that nothing may be trained on; drills are compared with them."""
    return [t for t in read_tasks(Path(recipe.data.folder)) if t.split != "train"]


def _thinned(tasks: list[Task], count: int) -> list[Task]:
    """At most so many tasks, spread evenly; 0 keeps all."""
    if not count or count >= len(tasks):
        return tasks
    return [tasks[i * len(tasks) // count] for i in range(count)]


def prepare(
    recipe: Recipe,
    *,
    base: BaseModel,
    encoder: Encoder,
    deadline: float | None = None,
) -> Workspace:
    """Reads tasks, encodes descriptions and caches lower states.

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
    train, validation = (
        _with_rows(tasks, base, recipe) for tasks in select_tasks(recipe)
    )
    varied = variants(
        train,
        relabelled=recipe.data.relabelled,
        reformatted=recipe.data.reformatted,
        max_rows=recipe.data.variant_rows,
        seed=recipe.seed,
    )
    drills = make_drills(
        train,
        heldout_tasks(recipe) if recipe.data.drills else [],
        count=recipe.data.drills,
        max_rows=recipe.data.drill_rows,
        seed=recipe.seed,
    )
    made = _with_rows([*varied, *drills], base, recipe)
    tasks = (*train, *made, *validation)
    digest = digest_of_tasks(tasks)
    _check_same_tasks(folder, digest)
    spec = base.spec(**asdict(recipe.adapter))
    start_layer = recipe.adapter.start_layer
    reading_spec = base.spec(**asdict(recipe.reading), start_layer=start_layer)
    find_family(recipe.family).check_spec(reading_spec)
    data = TaskData(
        tasks,
        base,
        start_layer=recipe.adapter.start_layer,
        max_tokens=recipe.data.max_tokens,
        max_rows=recipe.data.max_rows,
    )
    data.cache.prepare(home() / "states")
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
        num_experts=len(train),
        num_train=len(train) + len(made),
        data=data,
        descriptions=DescriptionTable.encode(tasks, encoder),
        deadline=deadline,
    )


def _with_rows(tasks: list[Task], base: BaseModel, recipe: Recipe) -> list[Task]:
    """The tasks that have a row to train on."""
    limit = recipe.data.max_tokens
    kept = [
        task
        for task in tasks
        if any(num_tokens(e, base) <= limit for e in task.rows("train"))
    ]
    if left_out := len(tasks) - len(kept):
        logger.warning(
            "%d tasks have no row of at most %d tokens: left out", left_out, limit
        )
    return kept


def check_same_run(recipe: Recipe) -> None:
    """Raises ConfigError where finished stages were made with other settings."""
    path = run_folder(recipe.name) / RECIPE_FILE
    if not path.exists():
        return
    found, wanted = read_json(path), to_json(recipe)
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


def train_multitask(work: Workspace) -> SharedFactors:
    """The shared A, whitened, and the multi-task B_0."""
    path = work.folder / "shared.safetensors"
    if not path.exists():
        source = MultiTaskSource(work.spec, seed=work.recipe.seed)
        fit(work, source, work.recipe.multitask, _plain(work), name="multitask")
        shared = source.factors(work.spec)
        moments = second_moments(work.base, work.spec, shared, _plain_batches(work))
        save_factors(whiten(shared, moments), path)
    return read_factors(path)


def train_prompted(work: Workspace) -> Path:
    """The adapter that reads each task in its prompt: a rival, and where others start.

    Returns:
        The file of its factors at their best checkpoint on the validation families;
        `tuning.tune_prompted` gives them their scale.
    """
    path = work.folder / "multitask_prompted.safetensors"
    if not path.exists():
        source = MultiTaskSource(work.reading_spec, seed=work.recipe.seed)
        name = "multitask_prompted"
        fit(
            work,
            source,
            work.recipe.prompted,
            _plain(work),
            name=name,
            spec=work.reading_spec,
            data=PromptedData(work.data, work.descriptions),
            is_validated=True,
        )
        load_best(source, work.folder / name)
        save_factors(source.factors(work.reading_spec), path)
    return path


def _plain(work: Workspace) -> BatchConfig:
    """Batches for one adapter of all tasks, which no row can go through wrongly."""
    return replace(work.recipe.batch, swapped_share=0)


def start_prefix(work: Workspace, prompted: SharedFactors) -> PrefixStart:
    """What the generator starts from, if it writes prefixes.

    Args:
        work: The run.
        prompted: The adapter that reads tasks in its prompts.

    Raises:
        ConfigError: Prompts do not begin with as many tokens as the prefix is to have.
    """
    return prefix_start(
        work.base,
        work.reading_spec,
        prompted,
        _plain_batches(work),
        num_tokens=work.recipe.generator.num_tokens,
    )


def _plain_batches(work: Workspace) -> Iterator[Batch]:
    """A few batches of training rows, for what is measured on the base's layers."""
    stream = BatchStream(
        work.data,
        None,
        _plain(work),
        tasks=work.train_tasks,
        seed=work.recipe.seed,
    )
    return islice(stream, MEASURED_BATCHES)


def save_factors(factors: SharedFactors, path: Path) -> None:
    """Writes A and B of a multi-task stage, for `read_factors`."""
    tensors = {f"a.{name}": a for name, a in factors.a.items()}
    _save(tensors | {f"b.{name}": b for name, b in factors.b.items()}, path)


def read_factors(path: Path) -> SharedFactors:
    """The factors that a multi-task stage wrote.

    Raises:
        CorruptArtifactError: The file is damaged.
    """
    tensors = read_tensors(path)
    return SharedFactors(
        a={n[2:]: t.float() for n, t in tensors.items() if n.startswith("a.")},
        b={n[2:]: t.float() for n, t in tensors.items() if n.startswith("b.")},
    )


def train_experts(work: Workspace, shared: SharedFactors) -> Tensor:
    """One expert a training task, as flattened B of shape (N, P).

    Experts are trained in groups of similar row length, each group in one forward
    pass; finished groups are kept, so a killed run loses one group at most.
    """
    config = work.recipe.experts
    lengths = {
        t: sum(len(work.data.rows[i]) for i in work.data.of_task[t])
        / max(1, len(work.data.of_task[t]))
        for t in work.expert_tasks
    }
    order = sorted(work.expert_tasks, key=lambda t: (lengths[t], t))
    size = config.group_size
    experts_NP = flatten_b(shared.b).repeat(work.num_experts, 1)
    for number, start in enumerate(range(0, len(order), size)):
        group = order[start : start + size]
        path = work.folder / "experts" / f"{number:04d}.safetensors"
        if not path.exists():
            source = ExpertSource(shared, group)
            batch = BatchConfig(
                num_tasks=len(group),
                rows_per_task=config.rows_per_task,
                swapped_share=0,
                num_buckets=1,
            )
            name = f"experts-{number:04d}"
            fit(work, source, config.optim, batch, name=name, tasks=group)
            _save({"b": source.b_NP.detach().cpu()}, path)
        experts_NP[torch.tensor(group)] = read_tensors(path)["b"]
    return experts_NP


def build_library(
    work: Workspace, shared: SharedFactors, experts_NP: Tensor
) -> ExpertLibrary:
    """Indexes the experts by the first training description of their tasks.

    The basis is rounded here as a bundle keeps it, so that generators learn on it.
    """
    chosen = [work.descriptions.train[t][0] for t in work.expert_tasks]
    components = min(work.recipe.experts.num_components, len(experts_NP))
    basis_CP, coefficients_NC = compact_basis(
        experts_NP - flatten_b(shared.b), num_components=components
    )
    basis_CP = restore(*quantise(basis_CP), num_columns=basis_CP.shape[1])
    experts = [
        Expert(id=t.id, family=t.family, group=t.group, description=t.descriptions[0])
        for t in work.tasks[: work.num_experts]
    ]
    return ExpertLibrary(
        experts,
        embeddings_NE=work.descriptions.features.pooled_BE[torch.tensor(chosen)],
        coefficients_NC=coefficients_NC,
        basis_CP=basis_CP,
    )


def train_generator(
    work: Workspace,
    surroundings: Surroundings,
    experts_NP: Tensor,
    *,
    budget_seconds: float | None = None,
) -> Generator:
    """The generator at its best checkpoint on the validation families."""
    torch.manual_seed(work.recipe.seed)
    family = find_family(work.recipe.family)
    if family.reads_base and surroundings.prefix is None:
        raise ConfigError(
            f"family {family.family!r} starts from a prompted adapter, got none: give "
            "Surroundings prefix"
        )
    generator = family(work.recipe.generator, surroundings)
    source = GeneratorSource(
        generator,
        library=surroundings.library,
        descriptions=work.descriptions,
        tasks=work.tasks,
        seed=work.recipe.seed,
        reader=generator.reader(work.base),
    )
    fit(
        work,
        source,
        work.recipe.optim,
        work.recipe.batch,
        name="generator",
        spec=generator.spec,
        experts_NP=experts_NP,
        budget_seconds=budget_seconds,
        is_validated=True,
        averaged=generator,
    )
    load_best(source, work.folder / "generator")
    return generator.cpu().eval()


def load_best(source: AdapterSource, folder: Path) -> None:
    """Gives a source the weights of a folder's best checkpoint."""
    best = best_checkpoint(folder)
    state = torch.load(best, map_location="cpu", weights_only=True)["state_dict"]
    source.load_state_dict({k.removeprefix("source."): v for k, v in state.items()})


def generator_steps(work: Workspace) -> int:
    """Steps behind the generator's best checkpoint."""
    path = best_checkpoint(work.folder / "generator")
    steps: int = torch.load(path, map_location="cpu", weights_only=True)["global_step"]
    return steps


def best_checkpoint(folder: Path) -> Path:
    """The checkpoint with the best validation score, or the last one."""
    best = folder / BEST_FILE
    return best if best.exists() else folder / LAST_FILE


def fit(
    work: Workspace,
    source: AdapterSource,
    optim: OptimConfig,
    batch: BatchConfig,
    *,
    name: str,
    spec: LoraSpec | None = None,
    data: TaskData | PromptedData | None = None,
    tasks: Sequence[int] | None = None,
    experts_NP: Tensor | None = None,
    budget_seconds: float | None = None,
    is_validated: bool = False,
    averaged: nn.Module | None = None,
) -> AdapterTraining:
    """Trains a source with Lightning, resuming from its last checkpoint.

    Of `averaged`, a part of the source, checkpoints hold the running mean.

    Raises:
        LegOverError: The workspace's deadline has passed; a checkpoint was written.
    """
    folder = work.folder / name
    last = folder / LAST_FILE
    resumed = torch.load(last, weights_only=True)["global_step"] if last.exists() else 0
    stream = BatchStream(
        data or work.data,
        work.descriptions,
        batch,
        tasks=work.train_tasks if tasks is None else tasks,
        seed=work.recipe.seed + 1_000_003 * resumed,
        weights=work.weights if tasks is None else None,
    )
    module = AdapterTraining(
        source,
        base=work.base,
        spec=spec or work.spec,
        config=optim,
        expert_b_NP=experts_NP,
        budget_seconds=budget_seconds,
        deadline=work.deadline,
    )
    every = work.recipe.validate_every_steps
    keeps_last, keeps_best = _checkpoints(folder)
    callbacks = [keeps_last, RichProgressBar(console_kwargs={"stderr": True})]
    if is_validated:
        callbacks.append(keeps_best)
    if averaged is not None and optim.average_decay:
        callbacks.append(WeightAverage(averaged, decay=optim.average_decay))
    trainer = new_trainer(
        optim,
        work.base.device,
        callbacks=callbacks,
        validate_every_steps=every if is_validated else None,
    )
    loaders = _validation_loaders(work, data or work.data) if is_validated else None
    trainer.fit(
        module,
        TaskDataModule(stream, loaders),
        ckpt_path=str(last) if last.exists() else None,
    )
    trainer.save_checkpoint(last)
    if loaders and not module.is_interrupted:
        best = keeps_best.best_model_score
        trainer.validate(module, loaders, verbose=False)
        if best is None or trainer.callback_metrics["score"] > best:
            trainer.save_checkpoint(folder / BEST_FILE)
    module.detach()
    if module.losses:
        write_curves(module.losses, folder)
    if module.is_interrupted:
        raise LegOverError
    return module


def _validation_loaders(
    work: Workspace, data: TaskData | PromptedData
) -> list[DataLoader]:  # type: ignore[type-arg] # batches
    told_each = [
        validation_batches(
            data,
            work.descriptions,
            tasks=work.validation_tasks,
            rows_per_task=work.recipe.data.validation_rows,
            told=told,
        )
        for told in ("own", "other")
    ]
    return [DataLoader(batches, batch_size=None) for batches in told_each]  # type: ignore[arg-type] # a list is a dataset


def _checkpoints(folder: Path) -> tuple[ModelCheckpoint, ModelCheckpoint]:
    """What keeps the last weights of a run, and what keeps its best ones."""
    last = ModelCheckpoint(
        dirpath=folder,
        save_last=True,
        save_top_k=0,
        every_n_train_steps=CHECKPOINT_STEPS,
        # Or a later leg writes last-v1 beside it, which nobody resumes from.
        enable_version_counter=False,
    )
    best = ModelCheckpoint(
        dirpath=folder,
        filename=Path(BEST_FILE).stem,
        monitor="score",
        mode="max",
        save_top_k=1,
        enable_version_counter=False,
    )
    return last, best


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    with new_file(path) as partial:
        write_tensors(partial, tensors)
