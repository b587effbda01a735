"""A whole run, stage after stage; a stage that is done already is read from its file.

Stages: multi-task adapter (A, B_0) -> experts on A -> library -> generator -> bundle.

Shapes: N experts, P parameters of one flattened B.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from torch import Tensor, nn
from torch.utils.data import DataLoader

from genadapter.artifact import read_tensors, write_tensors
from genadapter.base_model import BaseModel
from genadapter.encoder import Encoder
from genadapter.errors import ConfigError
from genadapter.generators import Generator, Surroundings, find_family
from genadapter.library import (
    Expert,
    ExpertLibrary,
    SharedFactors,
    compact_basis,
    flatten_b,
    split_b,
)
from genadapter.lora import LoraSpec
from genadapter.packages import home
from training.augment import variants
from training.curves import write_curves
from training.datamodule import (
    BatchConfig,
    BatchStream,
    DescriptionTable,
    TaskData,
    TaskDataModule,
    validation_batches,
)
from training.module import AdapterTraining, OptimConfig, new_trainer
from training.recipes import Recipe
from training.sources import ExpertSource, GeneratorSource, MultiTaskSource
from training.tasks import Task, read_tasks

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace:
    """What every stage of a run shares."""

    recipe: Recipe
    folder: Path
    base: BaseModel
    encoder: Encoder
    spec: LoraSpec
    tasks: tuple[Task, ...]
    """Training tasks first, then their variants, then tasks of validation families."""
    num_experts: int
    """Training tasks without the variants: those that get an expert."""
    num_train: int
    """Tasks that are trained on, variants included."""
    data: TaskData
    descriptions: DescriptionTable

    @property
    def train_tasks(self) -> range:
        """Positions of the tasks that are trained on."""
        return range(self.num_train)

    @property
    def expert_tasks(self) -> range:
        """Positions of the tasks that get an expert."""
        return range(self.num_experts)

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


def _thinned(tasks: list[Task], count: int) -> list[Task]:
    """At most so many tasks, spread evenly; 0 keeps all."""
    if not count:
        return tasks
    return tasks[:: max(1, len(tasks) // count)][:count]


def prepare(recipe: Recipe, *, base: BaseModel, encoder: Encoder) -> Workspace:
    """Reads tasks, encodes descriptions and caches lower states."""
    folder = run_folder(recipe.name)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(recipe), indent=1, default=str)
    (folder / "recipe.json").write_text(text, encoding="utf-8")
    train, validation = select_tasks(recipe)
    varied = variants(
        train,
        relabelled=recipe.data.relabelled,
        reformatted=recipe.data.reformatted,
        max_rows=recipe.data.variant_rows,
        seed=recipe.seed,
    )
    tasks = (*train, *varied, *validation)
    spec = base.spec(**asdict(recipe.adapter))
    data = TaskData(
        tasks,
        base,
        start_layer=recipe.adapter.start_layer,
        max_tokens=recipe.data.max_tokens,
        max_rows=recipe.data.max_rows,
    )
    data.cache.prepare(home() / "states")
    logger.info("%d tasks, %d rows", len(tasks), len(data.rows))
    return Workspace(
        recipe=recipe,
        folder=folder,
        base=base,
        encoder=encoder,
        spec=spec,
        tasks=tasks,
        num_experts=len(train),
        num_train=len(train) + len(varied),
        data=data,
        descriptions=DescriptionTable.encode(tasks, encoder),
    )


def train_multitask(work: Workspace) -> SharedFactors:
    """The shared A and the multi-task B_0."""
    path = work.folder / "shared.safetensors"
    if not path.exists():
        _train_multitask(work, work.data, path, name="multitask")
    return read_factors(path)


def train_prompted(work: Workspace) -> Path:
    """The rival that reads each task in its prompt: same rank, rows and steps.

    Returns:
        The file of its factors, for `genadapter evaluate --prompted`.
    """
    path = work.folder / "multitask_prompted.safetensors"
    if not path.exists():
        data = TaskData(
            work.tasks[: work.num_train],
            work.base,
            start_layer=work.recipe.adapter.start_layer,
            max_tokens=2 * work.recipe.data.max_tokens,
            max_rows=work.recipe.data.max_rows,
            prompted="description",
        )
        data.cache.prepare(home() / "states")
        _train_multitask(work, data, path, name="multitask_prompted")
    return path


def _train_multitask(work: Workspace, data: TaskData, path: Path, *, name: str) -> None:
    source = MultiTaskSource(work.spec, seed=work.recipe.seed)
    fit(work, source, work.recipe.multitask, work.recipe.batch, name=name, data=data)
    tensors = {f"a.{n}": t.detach().cpu() for n, t in source.a_by_module.items()}
    b = split_b(source.b_P.detach().cpu(), work.spec)
    _save(tensors | {f"b.{n}": t for n, t in b.items()}, path)


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
    """Indexes the experts by the first training description of their tasks."""
    chosen = [work.descriptions.train[t][0] for t in work.expert_tasks]
    components = min(work.recipe.experts.num_components, len(experts_NP))
    basis_CP, coefficients_NC = compact_basis(
        experts_NP - flatten_b(shared.b), num_components=components
    )
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
    generator = family(work.recipe.generator, surroundings)
    source = GeneratorSource(
        generator,
        shared=surroundings.shared,
        library=surroundings.library,
        descriptions=work.descriptions,
        tasks=work.tasks,
        seed=work.recipe.seed,
    )
    fit(
        work,
        source,
        work.recipe.optim,
        work.recipe.batch,
        name="generator",
        experts_NP=experts_NP,
        budget_seconds=budget_seconds,
        is_validated=True,
    )
    best = best_checkpoint(work.folder / "generator")
    state = torch.load(best, map_location="cpu", weights_only=True)["state_dict"]
    source.load_state_dict({k.removeprefix("source."): v for k, v in state.items()})
    return generator.cpu().eval()


def best_checkpoint(folder: Path) -> Path:
    """The checkpoint with the best validation score, or the last one."""
    best = sorted(folder.glob("best*.ckpt"), key=lambda p: p.stat().st_mtime)
    return best[-1] if best else folder / "last.ckpt"


def fit(
    work: Workspace,
    source: nn.Module,
    optim: OptimConfig,
    batch: BatchConfig,
    *,
    name: str,
    data: TaskData | None = None,
    tasks: Sequence[int] | None = None,
    experts_NP: Tensor | None = None,
    budget_seconds: float | None = None,
    is_validated: bool = False,
) -> AdapterTraining:
    """Trains a source with Lightning, resuming from its last checkpoint."""
    folder = work.folder / name
    last = folder / "last.ckpt"
    resumed = torch.load(last, weights_only=True)["global_step"] if last.exists() else 0
    stream = BatchStream(
        data or work.data,
        work.descriptions,
        batch,
        tasks=work.train_tasks if tasks is None else tasks,
        seed=work.recipe.seed + 1_000_003 * resumed,
    )
    module = AdapterTraining(
        source,
        base=work.base,
        spec=work.spec,
        config=optim,
        expert_b_NP=experts_NP,
        budget_seconds=budget_seconds,
    )
    every = work.recipe.validate_every_steps
    trainer = new_trainer(
        optim,
        work.base.device,
        callbacks=_callbacks(folder, every, is_validated=is_validated),
        validate_every_steps=every if is_validated else None,
    )
    loaders = _validation_loaders(work) if is_validated else None
    trainer.fit(
        module,
        TaskDataModule(stream, loaders),
        ckpt_path=str(last) if last.exists() else None,
    )
    trainer.save_checkpoint(last)
    module.detach()
    write_curves(module.losses, folder)
    return module


def _validation_loaders(work: Workspace) -> list[DataLoader]:  # type: ignore[type-arg] # batches
    told_each = [
        validation_batches(
            work.data,
            work.descriptions,
            tasks=work.validation_tasks,
            rows_per_task=work.recipe.data.validation_rows,
            told=told,
        )
        for told in ("own", "other")
    ]
    return [DataLoader(batches, batch_size=None) for batches in told_each]  # type: ignore[arg-type] # a list is a dataset


def _callbacks(
    folder: Path, every_steps: int, *, is_validated: bool
) -> list[lightning.Callback]:
    last = ModelCheckpoint(
        dirpath=folder, save_last=True, save_top_k=0, every_n_train_steps=every_steps
    )
    if not is_validated:
        return [last]
    best = ModelCheckpoint(
        dirpath=folder, filename="best", monitor="score", mode="max", save_top_k=1
    )
    return [last, best, RichProgressBar(console_kwargs={"stderr": True})]


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    write_tensors(partial, tensors)
    partial.rename(path)
