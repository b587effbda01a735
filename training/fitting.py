"""One stage of training with Lightning: batches, checkpoints, legs that resume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint, RichProgressBar
from torch import Tensor, nn
from torch.utils.data import DataLoader

from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec
from training.averaging import WeightAverage
from training.batches import PromptedData, TaskData
from training.curves import write_curves
from training.datamodule import (
    BatchConfig,
    BatchStream,
    TaskDataModule,
    validation_batches,
)
from training.module import (
    VALIDATION_METRICS,
    AdapterTraining,
    OptimConfig,
    new_trainer,
)
from training.sources import AdapterSource
from training.teacher import Teacher
from training.workspace import Workspace

LAST_FILE, BEST_FILE = "last.ckpt", "best.ckpt"
CHECKPOINT_STEPS = 100
"""Steps between checkpoints; a killed run loses no more than these."""


class LegOverError(Exception):
    """A leg of a run is over in good order; the same command goes on from here."""


def load_best(source: AdapterSource, folder: Path) -> None:
    """Gives a source the weights of a folder's best checkpoint."""
    best = best_checkpoint(folder)
    state = torch.load(best, map_location="cpu", weights_only=True)["state_dict"]
    source.load_state_dict({k.removeprefix("source."): v for k, v in state.items()})


def best_checkpoint(folder: Path) -> Path:
    """The checkpoint with the best validation score, or the last one."""
    best = folder / BEST_FILE
    return best if best.exists() else folder / LAST_FILE


def best_look(folder: Path) -> tuple[int, dict[str, float]]:
    """Steps behind a folder's best checkpoint, and its metrics on validation rows.

    Raises:
        ConfigError: It was trained without validation tasks.
    """
    state = torch.load(best_checkpoint(folder), map_location="cpu", weights_only=True)
    step: int = state["global_step"]
    for behind, values in reversed(state["losses"]):
        if behind == step and values.keys() == set(VALIDATION_METRICS):
            return step, dict(values)
    raise ConfigError(
        f"{folder} holds no look at validation rows: add validation tasks to the suite"
    )


def fit(
    work: Workspace,
    source: AdapterSource,
    optim: OptimConfig,
    batch: BatchConfig,
    *,
    name: str,
    seed: int | None = None,
    spec: LoraSpec | None = None,
    data: TaskData | PromptedData | None = None,
    tasks: Sequence[int] | None = None,
    experts_NP: Tensor | None = None,
    budget_seconds: float | None = None,
    is_validated: bool = False,
    averaged: nn.Module | None = None,
    teacher: Teacher | None = None,
    watchers: Sequence[lightning.Callback] = (),
    num_devices: int = 1,
) -> AdapterTraining:
    """Trains a source with Lightning, resuming from its last checkpoint.

    `seed` is that of the batches; `None` takes the run's. Of `averaged`, a part of the source, checkpoints hold the running mean. A `teacher`
    is asked about every batch, and let go at the end. `watchers` look on. With more than
    one of `num_devices`, as many processes run this command, and share every step.

    Raises:
        LegOverError: The workspace's deadline has passed; a checkpoint was written.
    """
    folder = work.folder / name
    last = folder / LAST_FILE
    resumed = torch.load(last, weights_only=True)["global_step"] if last.exists() else 0
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
    bar = RichProgressBar(console_kwargs={"stderr": True})
    callbacks: list[lightning.Callback] = [keeps_last, bar, *watchers]
    if is_validated:
        callbacks.append(keeps_best)
    if averaged is not None and optim.average_decay:
        callbacks.append(WeightAverage(averaged, decay=optim.average_decay))
    trainer = new_trainer(
        optim,
        work.base.device,
        callbacks=callbacks,
        validate_every_steps=every if is_validated else None,
        num_devices=num_devices,
    )
    own_seed = (work.recipe.seed if seed is None else seed) + 1_000_003 * resumed
    stream = BatchStream(
        data or work.data,
        work.conditions,
        batch,
        tasks=work.train_tasks if tasks is None else tasks,
        # Processes that share a step draw batches of their own.
        seed=own_seed + 7_919 * trainer.global_rank,
        weights=work.weights if tasks is None else None,
        teacher=teacher,
    )
    loaders = _validation_loaders(work, data or work.data) if is_validated else None
    try:
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
    finally:
        module.detach()
        if teacher is not None:
            teacher.detach()
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
            work.conditions,
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
