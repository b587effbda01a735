"""Oracles: experts trained on the very tasks that are scored; what could be reached.

Shapes: N tasks of a group, P parameters of one flattened B.
"""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain, zip_longest
from pathlib import Path
from statistics import mean

from torch import Tensor

from genadapter.artifact import new_file, read_tensors, write_tensors
from genadapter.base_model import BaseModel
from genadapter.errors import CorruptArtifactError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.batches import TaskData, num_tokens
from training.checks import at_least
from training.datamodule import BatchConfig, BatchStream, TaskDataModule
from training.evaluation.cells import base_values, digest_of
from training.module import AdapterTraining, OptimConfig, new_trainer
from training.sources import ExpertSource
from training.tasks import Task

logger = logging.getLogger(__name__)

_VERSION = 1
"""Of how oracles are trained: raised where the same inputs give other ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OracleConfig:
    """How oracles are trained."""

    optim: OptimConfig = field(
        default_factory=lambda: OptimConfig(
            learning_rate=6e-3, warmup_steps=5, max_steps=100
        )
    )
    """Steps and rate of every group."""
    group_size: int = 16
    """Oracles trained in one forward pass."""
    rows_per_task: int = 4
    """Rows of each a step."""
    max_rows: int = 200
    """Training rows of a task at most."""
    max_tokens: int = 160
    """Longer rows are left out."""

    def __post_init__(self) -> None:
        """Rejects sizes that train nothing."""
        at_least(1, self, "group_size", "rows_per_task", "max_rows", "max_tokens")


def choose_tasks(
    tasks: Sequence[Task], distances: Sequence[str], *, count: int
) -> list[int]:
    """Positions of tasks to train oracles for, spread over distances and families.

    Args:
        tasks: The tasks that are scored.
        distances: How far each is from what was trained on.
        count: How many to choose at most.
    """
    places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for position, (task, distance) in enumerate(zip(tasks, distances, strict=True)):
        if task.num_train_rows:
            places[distance][task.family].append(position)
    by_distance = [_take_turns(families.values()) for families in places.values()]
    return sorted(_take_turns(by_distance)[:count])


def train_oracles(
    tasks: Sequence[Task],
    positions: Sequence[int],
    *,
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    config: OracleConfig,
    seed: int,
    keep: Path | None = None,
) -> dict[int, Tensor]:
    """Trains one expert a task on its own training rows, many in one forward pass.

    Args:
        tasks: The tasks that are scored.
        positions: Those that get an oracle.
        base: The frozen base.
        spec: Shape of the adapters.
        shared: The frozen A, and the B that every oracle starts from.
        config: How long and on how much.
        seed: Of the order of rows.
        keep: Folder that finished groups are written to, and read from where all that
            decides them is the same; `None` trains every group and keeps none.

    Returns:
        By position, a flattened B of shape (P,). A task without a training row of at
        most `max_tokens` tokens has none.

    Raises:
        StorageError: The folder does not take a group.
    """
    usable = [p for p in positions if _has_short_row(tasks[p], base, config.max_tokens)]
    if num_without := len(positions) - len(usable):
        logger.warning(
            "%d of %d tasks get no oracle: no training row has at most %d tokens",
            num_without,
            len(positions),
            config.max_tokens,
        )
    order = sorted(usable, key=lambda p: (_mean_length(tasks[p]), p))
    oracles: dict[int, Tensor] = {}
    for start in range(0, len(order), config.group_size):
        group = order[start : start + config.group_size]
        own = _Group(
            tasks=[tasks[p] for p in group],
            base=base,
            spec=spec,
            shared=shared,
            config=config,
            seed=seed,
        )
        trained_NP = _train(own) if keep is None else _find_or_train(own, keep)
        oracles.update(zip(group, trained_NP, strict=True))
    return oracles


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """All that decides what a group of oracles learns."""

    tasks: Sequence[Task]
    base: BaseModel
    spec: LoraSpec
    shared: SharedFactors
    config: OracleConfig
    seed: int

    def digest(self) -> str:
        values = {
            "version": _VERSION,
            "base": base_values(self.base),
            "spec": self.spec.to_dict(),
            "config": asdict(self.config),
            "seed": self.seed,
            "tasks": [
                (task.id, [(e.input, e.outputs) for e in task.rows("train")])
                for task in self.tasks
            ],
        }
        return digest_of(values, (self.shared.a, self.shared.b))


def _find_or_train(group: _Group, folder: Path) -> Tensor:
    path = folder / f"{group.digest()}.safetensors"
    if path.exists():
        try:
            b_NP = _read(path, group)
        except CorruptArtifactError as error:
            logger.warning("%s is damaged, so it is trained again: %s", path, error)
        else:
            logger.info("oracles of %d tasks, kept in %s", len(b_NP), path)
            return b_NP
    b_NP = _train(group)
    with new_file(path) as partial:
        write_tensors(partial, {"b": b_NP})
    return b_NP


def _read(path: Path, group: _Group) -> Tensor:
    b_NP = read_tensors(path).get("b")
    shape = (len(group.tasks), group.shared.flat_b().numel())
    if b_NP is None or b_NP.shape != shape:
        raise CorruptArtifactError(f"{path} holds no B of shape {shape}")
    return b_NP


def _train(group: _Group) -> Tensor:
    base, spec, config = group.base, group.spec, group.config
    data = TaskData(
        group.tasks,
        base,
        start_layer=spec.layers[0],
        max_tokens=config.max_tokens,
        max_rows=config.max_rows,
    )
    places = range(len(group.tasks))
    source = ExpertSource(group.shared, places)
    batch = BatchConfig(
        num_tasks=len(group.tasks),
        rows_per_task=config.rows_per_task,
        swapped_share=0,
        num_buckets=1,
    )
    module = AdapterTraining(source, base=base, spec=spec, config=config.optim)
    try:
        with tempfile.TemporaryDirectory() as folder:
            data.cache.prepare(Path(folder))
            stream = BatchStream(data, None, batch, tasks=places, seed=group.seed)
            new_trainer(config.optim, base.device).fit(module, TaskDataModule(stream))
    finally:
        module.detach()
    return source.b_NP.detach().cpu()


def _has_short_row(task: Task, base: BaseModel, max_tokens: int) -> bool:
    return any(num_tokens(e, base) <= max_tokens for e in task.rows("train"))


def _mean_length(task: Task) -> float:
    return mean(len(e.input) + len(e.outputs[0]) for e in task.examples)


def _take_turns(lists: Iterable[list[int]]) -> list[int]:
    rounds = zip_longest(*lists)
    return [p for p in chain.from_iterable(rounds) if p is not None]
