"""Oracles: experts trained on the very tasks that are scored; what could be reached.

Shapes: N oracles of a group, K looks at each, L layers, R rank, I in, P parameters of one
flattened B.
"""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from typing import Literal, get_args

import torch
from torch import Tensor

from genadapter.artifact import new_file, read_tensors, write_tensors
from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.errors import CorruptArtifactError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from training.batches import TaskData, num_tokens
from training.datamodule import BatchConfig, BatchStream, TaskDataModule
from training.evaluation.cells import base_values, digest_of
from training.evaluation.looks import Looks
from training.module import AdapterTraining, OptimConfig, new_trainer
from training.sources import ExpertSource, FreeExpertSource
from training.tasks import Task

logger = logging.getLogger(__name__)

Form = Literal["shared_a", "free_a"]
"""Whether an oracle trains B alone, on the A that all experts share, or A as well."""
FORMS: tuple[Form, ...] = get_args(Form)
_VERSION = 2
"""Of how oracles are trained: raised where the same inputs give other ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OracleConfig:
    """How oracles are trained."""

    optim: OptimConfig = field(
        default_factory=lambda: OptimConfig(
            learning_rate=6e-3, warmup_steps=5, max_steps=120
        )
    )
    """Steps and rate of every group; it ends before where nothing is gained any more."""
    look_every_steps: int = 20
    """Steps between looks at the validation rows."""
    patience: int = 2
    """Looks in a row without a gain after which a group is done."""
    judged_rows: int = 16
    """Validation rows of a task at most, by which its best weights are chosen."""
    group_size: int = 16
    """Oracles trained in one forward pass."""
    rows_per_task: int = 4
    """Rows of each a step."""
    max_rows: int = 210
    """Training rows of a task at most."""
    max_tokens: int = 160
    """Longer rows are left out."""

    def __post_init__(self) -> None:
        """Rejects sizes that train nothing."""
        at_least(1, self, "group_size", "rows_per_task", "max_rows", "max_tokens")
        at_least(1, self, "look_every_steps", "patience", "judged_rows")


@dataclass(frozen=True, kw_only=True, slots=True)
class Oracle:
    """The best adapter found for one task."""

    form: Form
    a: Mapping[str, Tensor]
    """Per module, its A of shape (L, R, I)."""
    b_P: Tensor
    """Its flattened B."""
    curves: Mapping[Form, tuple[tuple[int, float], ...]]
    """By form, steps and the likelihood of a validation row's answer token behind them;
    empty where the task has no validation row."""


def train_oracles(
    tasks: Sequence[Task],
    *,
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    config: OracleConfig,
    seed: int,
    keep: Path | None = None,
    forms: Sequence[Form] = FORMS,
) -> dict[int, Oracle]:
    """Trains an adapter a task on its own training rows, many in one forward pass.

    Each is trained in all forms, and at the step and in the form kept in which the
    task's validation rows are likeliest.

    Args:
        tasks: The tasks that are scored.
        base: The frozen base.
        spec: Shape of the adapters.
        shared: The A and the B that every oracle starts from.
        config: How long and on how much.
        seed: Of the order of rows.
        keep: Folder that finished groups are written to, and read from where all that
            decides them is the same; `None` trains every group and keeps none.
        forms: Those that are tried.

    Returns:
        By position. A task without a training row of at most `max_tokens` has none.

    Raises:
        StorageError: The folder does not take a group.
    """
    usable = [p for p, task in enumerate(tasks) if _has_short_row(task, base, config)]
    if num_without := len(tasks) - len(usable):
        logger.warning(
            "%d of %d tasks get no oracle: no training row has at most %d tokens",
            num_without,
            len(tasks),
            config.max_tokens,
        )
    order = sorted(usable, key=lambda p: (_mean_length(tasks[p]), p))
    oracles: dict[int, Oracle] = {}
    for start in range(0, len(order), config.group_size):
        places = order[start : start + config.group_size]
        group = _Group(
            tasks=[tasks[p] for p in places],
            base=base,
            spec=spec,
            shared=shared,
            config=config,
            seed=seed,
        )
        with tempfile.TemporaryDirectory() as states:
            by_form = {
                form: _find_or_train(group, form, keep, Path(states)) for form in forms
            }
        for n, place in enumerate(places):
            oracles[place] = _best(n, by_form)
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

    def digest(self, form: Form) -> str:
        values = {
            "version": _VERSION,
            "form": form,
            "base": base_values(self.base),
            "spec": self.spec.to_dict(),
            "config": asdict(self.config),
            "seed": self.seed,
            "tasks": [
                (task.id, [[(e.input, e.outputs) for e in task.rows(part)]])
                for task in self.tasks
                for part in ("train", "validation")
            ],
        }
        return digest_of(values, (self.shared.a, self.shared.b))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trained:
    """A group in one form, each task at its best look."""

    a: Mapping[str, Tensor]
    """Per module (N, L, R, I)."""
    b_NP: Tensor
    steps_K: Tensor
    """Steps behind every look."""
    likelihood_NK: Tensor
    """At every look; NaN for a task without validation rows."""

    def curve(self, n: int) -> tuple[tuple[int, float], ...]:
        """Steps and likelihoods of one task."""
        looks = zip(self.steps_K.tolist(), self.likelihood_NK[n].tolist(), strict=True)
        return tuple((step, value) for step, value in looks if not math.isnan(value))

    def tensors(self) -> dict[str, Tensor]:
        named = {f"a.{name}": a_NLRI for name, a_NLRI in self.a.items()}
        looks = {"steps": self.steps_K, "likelihood": self.likelihood_NK}
        return {**named, "b": self.b_NP, **looks}


def _best(n: int, by_form: Mapping[Form, _Trained]) -> Oracle:
    """The form whose best look is better; what cannot be judged shares its A."""
    curves = {form: trained.curve(n) for form, trained in by_form.items()}
    peaks = {f: max((v for _, v in curve), default=0.0) for f, curve in curves.items()}
    form = max(by_form, key=lambda form: peaks[form])
    return Oracle(
        form=form,
        a={name: a_NLRI[n] for name, a_NLRI in by_form[form].a.items()},
        b_P=by_form[form].b_NP[n],
        curves=curves,
    )


def _find_or_train(
    group: _Group, form: Form, folder: Path | None, states: Path
) -> _Trained:
    if folder is None:
        return _train(group, form, states)
    path = folder / f"{group.digest(form)}.safetensors"
    if path.exists():
        try:
            trained = _read(path, group)
        except CorruptArtifactError as error:
            logger.warning("%s is damaged, so it is trained again: %s", path, error)
        else:
            logger.info("oracles of %d tasks, kept in %s", len(group.tasks), path)
            return trained
    trained = _train(group, form, states)
    with new_file(path) as partial:
        write_tensors(partial, trained.tensors())
    return trained


def _read(path: Path, group: _Group) -> _Trained:
    tensors, count = read_tensors(path), len(group.tasks)
    num_looks = len(tensors.get("steps", ()))
    shapes = {f"a.{n}": (count, *a.shape) for n, a in group.shared.a.items()}
    shapes["b"] = (count, group.shared.flat_b().numel())
    shapes |= {"steps": (num_looks,), "likelihood": (count, num_looks)}
    for name, shape in shapes.items():
        if name not in tensors or tensors[name].shape != shape:
            raise CorruptArtifactError(f"{path} holds no {name} of shape {shape}")
    return _Trained(
        a={n: tensors[f"a.{n}"] for n in group.shared.a},
        b_NP=tensors["b"],
        steps_K=tensors["steps"],
        likelihood_NK=tensors["likelihood"],
    )


def _train(group: _Group, form: Form, states: Path) -> _Trained:
    base, spec, config = group.base, group.spec, group.config
    places = range(len(group.tasks))
    data, judged = _data(group, "train"), _data(group, "validation")
    batch = BatchConfig(
        num_tasks=len(places),
        rows_per_task=config.rows_per_task,
        swapped_share=0,
        num_buckets=1,
    )
    kind = FreeExpertSource if form == "free_a" else ExpertSource
    source = kind(group.shared, places)
    module = AdapterTraining(source, base=base, spec=spec, config=config.optim)
    try:
        for part in filter(None, (data, judged)):
            part.cache.open(states)
        assert data is not None
        looks = Looks(
            judged,
            num_tasks=len(places),
            every_steps=config.look_every_steps,
            patience=config.patience,
        )
        stream = BatchStream(data, None, batch, tasks=places, seed=group.seed)
        new_trainer(config.optim, base.device, callbacks=[looks]).fit(
            module, TaskDataModule(stream)
        )
    finally:
        module.detach()
    looks.restore(source)
    return _Trained(
        a={n: a_NLRI.detach().cpu() for n, a_NLRI in source.experts_a().items()},
        b_NP=source.experts_b().detach().cpu(),
        steps_K=torch.tensor(looks.steps),
        likelihood_NK=looks.likelihood_NK,
    )


def _data(group: _Group, part: Literal["train", "validation"]) -> TaskData | None:
    """Rows of one part; `None` where no task has a short one."""
    config = group.config
    if not any(_has_short_row(task, group.base, config, part) for task in group.tasks):
        return None
    return TaskData(
        group.tasks,
        group.base,
        start_layer=group.spec.layers[0],
        part=part,
        max_tokens=config.max_tokens,
        max_rows=config.max_rows if part == "train" else config.judged_rows,
    )


def _has_short_row(
    task: Task,
    base: BaseModel,
    config: OracleConfig,
    part: Literal["train", "validation"] = "train",
) -> bool:
    return any(num_tokens(e, base) <= config.max_tokens for e in task.rows(part))


def _mean_length(task: Task) -> float:
    return mean(len(e.input) + len(e.outputs[0]) for e in task.examples)
