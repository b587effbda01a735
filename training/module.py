"""The one LightningModule: any source of adapters, trained through the frozen base.

Shapes: B slots, G rows, N answer tokens, V vocabulary, P parameters of one B.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.strategies import DDPStrategy
from torch import Tensor
from torch.nn import functional

from genadapter.attach import AdapterSlots, RowAdapters
from genadapter.base_model import BaseModel
from genadapter.checks import above, at_least, below_one
from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec
from training.batches import Batch
from training.memory import trim
from training.objectives import (
    Step,
    find_objectives,
    needs_answers,
    reconstruction,
)
from training.sources import AdapterSource

VALIDATION_METRICS = (
    "matched",
    "shuffled",
    "matched_likelihood",
    "shuffled_likelihood",
)
TRIM_STEPS = 20
"""Steps between two returns of free memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimConfig:
    """How a source is optimised."""

    learning_rate: float = 5e-4
    """Peak of the schedule."""
    warmup_steps: int = 50
    """Steps of linear warm-up; a cosine to a twentieth follows."""
    max_steps: int = 1000
    """Steps of the whole run."""
    weight_decay: float = 0.01
    """AdamW's decay."""
    gradient_clip: float = 1.0
    """Largest norm of a step's gradient."""
    average_decay: float = 0.0
    """Of the running mean of the weights that is kept in their place; 0 for none."""
    warm_start_steps: int = 0
    """First steps that only match the experts' weights, without the base model."""
    objectives: Mapping[str, float] = field(default_factory=lambda: {"supervised": 1.0})
    """Weight of each objective."""

    def __post_init__(self) -> None:
        """Rejects values without meaning."""
        above(0, self, "learning_rate")
        below_one(self, "average_decay")
        at_least(1, self, "max_steps")
        at_least(0, self, "warmup_steps", "warm_start_steps", "weight_decay")
        find_objectives(self.objectives)


class AdapterTraining(lightning.LightningModule):
    """Trains a source of adapters; the base model itself is never a parameter here."""

    def __init__(
        self,
        source: AdapterSource,
        *,
        base: BaseModel,
        spec: LoraSpec,
        config: OptimConfig,
        expert_b_NP: Tensor | None = None,
        budget_seconds: float | None = None,
        deadline: float | None = None,
    ) -> None:
        """Wires a source to the base model.

        Args:
            source: What gives the adapters.
            base: The frozen base; already on the training device.
            spec: Shape of the adapters.
            config: How to optimise.
            expert_b_NP: By task position, the experts that reconstruction aims at.
            budget_seconds: Time for the whole run; the schedule ends with it.
            deadline: On the monotonic clock, when this leg of the run must stop.
        """
        super().__init__()
        self.source = source
        self.config = config
        self.base, self._spec = base, spec
        self.start_layer = spec.layers[0]
        self._slots = AdapterSlots(base.model, spec)
        self._expert_b_NP = expert_b_NP
        self._budget_seconds = budget_seconds
        self._deadline = math.inf if deadline is None else deadline
        self._objectives = find_objectives(config.objectives)
        self.elapsed_seconds = 0.0
        self._step_started = 0.0
        self.losses: list[tuple[int, dict[str, float]]] = []

    def adapters_of(self, batch: Batch, b_BP: Tensor) -> RowAdapters:
        """The adapter of every sequence, from what is written for every slot."""
        adapters = self.source.adapters(batch, b_BP, self._spec)
        return adapters.select(batch.slot_of_S)

    def answer_logits(self, batch: Batch, b_BP: Tensor) -> Tensor:
        """Logits of shape (N, V) at every answer position."""
        with self._slots.bind(self.adapters_of(batch, b_BP)):
            return self.base.logits_from(
                batch.hidden_STD,
                start_layer=self.start_layer,
                positions_BT=batch.positions_ST,
                packing=batch.packing,
            )

    def row_losses(self, batch: Batch, logits_NV: Tensor) -> Tensor:
        """Mean cross-entropy of every row, of shape (G,)."""
        loss_N = functional.cross_entropy(
            logits_NV.float(), batch.targets_N, reduction="none"
        )
        total_G = loss_N.new_zeros(batch.num_rows).index_add(0, batch.row_of_N, loss_N)
        return total_G / torch.bincount(batch.row_of_N, minlength=batch.num_rows)

    def training_step(self, batch: Batch, _index: int) -> Tensor:
        """The weighted sum of the objectives."""
        experts = self._experts_of(batch)
        # A bound is taken of what is known, not of what is written.
        is_bound_alone = set(self._objectives) == {"evidence"}
        b_BP = batch.hidden_STD.new_zeros(0) if is_bound_alone else self.source(batch)
        is_warming_up = self.global_step < self.config.warm_start_steps
        logits_NV, row_loss_G = None, b_BP.new_zeros(0)
        if needs_answers(self._objectives) and not is_warming_up:
            logits_NV = self.answer_logits(batch, b_BP)
            row_loss_G = self.row_losses(batch, logits_NV)
        step = Step(
            batch=batch,
            row_loss_G=row_loss_G,
            logits_NV=logits_NV,
            b_BP=b_BP,
            expert_b_BP=experts,
            evidence_B=self._evidence_of(batch, experts),
        )
        if is_warming_up:
            return self._record({"reconstruction": reconstruction(step)}, {})
        values = {n: function(step) for n, (function, _) in self._objectives.items()}
        return self._record(values, {n: w for n, (_, w) in self._objectives.items()})

    def _evidence_of(self, batch: Batch, experts_BP: Tensor | None) -> Tensor | None:
        if experts_BP is None or "evidence" not in self._objectives:
            return None
        return self.source.evidence(batch, experts_BP)

    def _experts_of(self, batch: Batch) -> Tensor | None:
        if self._expert_b_NP is None:
            return None
        # Variants of a task have no expert of their own; NaN marks them as unknown.
        tasks_B = batch.tasks_B.cpu()
        known_B = tasks_B < len(self._expert_b_NP)
        b_BP = self._expert_b_NP[tasks_B.where(known_B, 0)]
        return b_BP.masked_fill(~known_B.unsqueeze(1), torch.nan).to(
            batch.tasks_B.device
        )

    def _record(
        self, values: Mapping[str, Tensor], weights: Mapping[str, float]
    ) -> Tensor:
        total = torch.stack([weights.get(n, 1.0) * v for n, v in values.items()]).sum()
        if not bool(torch.isfinite(total)):
            raise ConfigError(
                f"the loss is {float(total.detach())} at step {self.global_step}: lower "
                f"learning_rate, now {self.config.learning_rate}"
            )
        rounded = {
            name: round(float(value.detach()), 4) for name, value in values.items()
        }
        self.losses.append((self.global_step, rounded))
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def validation_step(
        self, batch: Batch, _index: int, dataloader_idx: int = 0
    ) -> None:
        """Share of rows that greedy decoding would get right, and their likelihood."""
        name = ("matched", "shuffled")[dataloader_idx]
        logits_NV = self.answer_logits(batch, self.source(batch))
        likelihood_G = (-self.row_losses(batch, logits_NV)).exp()
        values = {
            name: exact_rows(batch, logits_NV).float().mean(),
            f"{name}_likelihood": likelihood_G.mean(),
        }
        self.log_dict(values, batch_size=len(likelihood_G), add_dataloader_idx=False)

    def on_validation_epoch_end(self) -> None:
        """Joins likelihood and its margin into the score that checkpoints are chosen by.

        Likelihood is the geometric mean over a row's answer tokens: it moves long before
        a whole answer turns right, and does not jump with one row.
        """
        metrics = {
            name: float(self.trainer.callback_metrics[name])
            for name in VALIDATION_METRICS
            if name in self.trainer.callback_metrics
        }
        if len(metrics) == len(VALIDATION_METRICS):
            matched = metrics["matched_likelihood"]
            margin = matched - metrics["shuffled_likelihood"]
            self.log("score", matched + 0.5 * margin)
            self.losses.append((self.global_step, metrics))

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW over everything the source trains."""
        return torch.optim.AdamW(
            [p for p in self.source.parameters() if p.requires_grad],
            lr=self.config.learning_rate,
            weight_decay=self.config.weight_decay,
        )

    @property
    def progress(self) -> float:
        """Share of the run that is done, by steps or by time, whichever is ahead."""
        by_steps = self.global_step / self.config.max_steps
        if self._budget_seconds is None:
            return min(1.0, by_steps)
        return min(1.0, max(by_steps, self.elapsed_seconds / self._budget_seconds))

    @property
    def is_interrupted(self) -> bool:
        """Whether the leg is over before the run is done."""
        return self.progress < 1.0 and time.monotonic() >= self._deadline

    def on_train_batch_start(self, _batch: Batch, _index: int) -> int | None:
        """Sets the learning rate for the progress made; ends a run or leg out of time."""
        strategy = self.trainer.strategy
        # One clock for all processes, or they would part.
        self.elapsed_seconds = strategy.broadcast(self.elapsed_seconds)
        is_over = self.progress >= 1.0 or self.is_interrupted
        if strategy.reduce_boolean_decision(is_over, all=False):
            self.trainer.should_stop = True
            return -1
        self._step_started = time.monotonic()
        warmup = min(1.0, (self.global_step + 1) / max(1, self.config.warmup_steps))
        decay = 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * self.progress))
        for group in self.trainer.optimizers[0].param_groups:
            group["lr"] = self.config.learning_rate * warmup * decay
        return None

    def on_train_batch_end(self, *_: Any) -> None:  # Any: Lightning's hook
        """Counts the time that training itself took; keeps the heap small."""
        self.elapsed_seconds += time.monotonic() - self._step_started
        if self.global_step % TRIM_STEPS == 0:
            trim()

    def on_save_checkpoint(
        self, checkpoint: dict[str, Any]
    ) -> None:  # Any: Lightning's
        """Keeps what a resumed leg needs beside the weights."""
        checkpoint["elapsed_seconds"] = self.elapsed_seconds
        checkpoint["losses"] = self.losses

    def on_load_checkpoint(
        self, checkpoint: dict[str, Any]
    ) -> None:  # Any: Lightning's
        """Takes up where the last leg stopped."""
        self.elapsed_seconds = checkpoint["elapsed_seconds"]
        self.losses = checkpoint["losses"]

    def detach(self) -> None:
        """Takes the adapter places off the base model."""
        self._slots.detach()


def exact_rows(batch: Batch, logits_NV: Tensor) -> Tensor:
    """True for rows whose every answer token is the most likely one, of shape (G,)."""
    wrong_N = (logits_NV.argmax(dim=1) != batch.targets_N).int()
    wrong_G = wrong_N.new_zeros(batch.num_rows).index_add(0, batch.row_of_N, wrong_N)
    return wrong_G == 0


def new_trainer(
    optim: OptimConfig,
    device: torch.device,
    *,
    callbacks: Sequence[lightning.Callback] = (),
    validate_every_steps: int | None = None,
    num_devices: int = 1,
) -> lightning.Trainer:
    """A Lightning trainer for one source of adapters.

    Args:
        optim: Gives steps and the gradient's clip.
        device: Where the base model lies.
        callbacks: What watches it; without one that keeps checkpoints, nothing is
            written, and no progress shown.
        validate_every_steps: Steps between looks at validation rows; `None` for none.
        num_devices: Processes that share every step, each with a base of its own; more
            than one begin this very command again.
    """
    is_validated = validate_every_steps is not None
    is_kept = any(isinstance(callback, ModelCheckpoint) for callback in callbacks)
    return lightning.Trainer(
        accelerator="gpu" if device.type == "cuda" else "cpu",
        devices=num_devices,
        strategy=_strategy(device) if num_devices > 1 else "auto",
        # Training batches are drawn by each process, and all of them look at all rows
        # of the validation tasks.
        use_distributed_sampler=False,
        max_steps=optim.max_steps,
        max_epochs=-1,
        gradient_clip_val=optim.gradient_clip,
        callbacks=list(callbacks),
        logger=False,
        enable_checkpointing=is_kept,
        enable_progress_bar=is_kept,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        limit_val_batches=None if is_validated else 0,
        val_check_interval=validate_every_steps,
        check_val_every_n_epoch=None if is_validated else 1,
    )


def _strategy(device: torch.device) -> DDPStrategy:
    backend = "nccl" if device.type == "cuda" else "gloo"
    # A step need not touch every parameter: a margin may be met, a latent not drawn.
    return DDPStrategy(process_group_backend=backend, find_unused_parameters=True)
