"""Two ways to train experts, step by step: many in one forward pass, or one with PEFT.

Both count the same things, so that `benchmark` can set them side by side.

Shapes: B slots, G rows, S sequences, T tokens, D hidden, N answer tokens, V vocabulary.
"""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from statistics import mean
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec
from training.batches import SEQUENCE_TOKENS, TaskData
from training.module import AdapterTraining, OptimConfig
from training.sources import ExpertSource
from training.states import Row

WARMUP_STEPS = 5
LOOK_EVERY_STEPS = 5
"""Steps between two looks at the loss."""
_IGNORED = -100
"""PEFT's models take no loss from a label of this value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Levers:
    """What makes a step of the shared forward pass fast."""

    cached_lower_states: bool = True
    """Layers below the adapters are read from the cache, not run."""
    shared_start: bool = True
    """Rows of an expert lie in one sequence behind the start that prompts share."""
    answer_only_logits: bool = True
    """The vocabulary is read out at answer tokens alone."""
    native_dtype: bool = True
    """The dtype and attention chosen for this machine, not float32 and sdpa."""
    length_buckets: bool = True
    """Experts of one forward pass have rows of similar length."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialConfig:
    """How every expert is trained, whichever way."""

    rows_per_task: int = 2
    """Rows of an expert a step."""
    learning_rate: float = 3e-3
    """Of AdamW, after a short warm-up."""
    judged_rows: int = 8
    """Training rows of a task that its loss is read from."""
    seed: int = 0
    """Of rows and of PEFT's A."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """What training took and reached."""

    losses: dict[int, float]
    """By task, its loss on the judged rows, in nats a token."""
    num_steps: int
    """Steps that were made."""
    seconds: float
    """Of training alone; looking at the loss is not counted."""
    num_rows: int
    """Rows that went through."""


class Trial(Protocol):
    """Experts in training."""

    rows_per_step: int
    """Rows that one step sees."""

    def step(self) -> float:
        """Trains one step and returns the seconds it took."""
        ...

    def losses(self) -> dict[int, float]:
        """By task, the loss on its judged rows."""
        ...


def train_until(trial: Trial, *, goal: float | None, limit: int) -> Trained:
    """Trains until the mean loss is at a goal, or for a number of steps.

    Args:
        trial: What to train.
        goal: Where to stop; `None` goes on to the limit.
        limit: Steps at most.
    """
    seconds, losses = 0.0, {}
    for step in range(1, limit + 1):
        seconds += trial.step()
        if step == limit or (goal is not None and step % LOOK_EVERY_STEPS == 0):
            losses = trial.losses()
            if goal is not None and mean(losses.values()) <= goal:
                break
    return Trained(
        losses=losses,
        num_steps=step,
        seconds=seconds,
        num_rows=step * trial.rows_per_step,
    )


class SharedTrial:
    """A group of experts in one forward pass."""

    def __init__(
        self,
        source: ExpertSource,
        tasks: Sequence[int],
        *,
        data: TaskData,
        spec: LoraSpec,
        config: TrialConfig,
        levers: Levers,
    ) -> None:
        """Hooks the base model; `close` takes the hooks off again."""
        self._tasks, self._data, self._config = list(tasks), data, config
        self._levers, self._start_layer = levers, spec.layers[0]
        self._device = data.base.device
        self._module = AdapterTraining(
            source.to(self._device), base=data.base, spec=spec, config=OptimConfig()
        )
        self._random = random.Random(config.seed)
        self._optimizer, self._schedule = _optimizer(list(source.parameters()), config)
        self.rows_per_step = len(self._tasks) * config.rows_per_task

    def step(self) -> float:
        """Trains one step and returns the seconds it took."""
        rows = [
            (slot, position)
            for slot, task in enumerate(self._tasks)
            for position in self._random.choices(
                self._data.of_task[task], k=self._config.rows_per_task
            )
        ]
        started = _now(self._device)
        torch.autograd.backward(self._row_losses(rows, self._levers).mean())
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._schedule.step()
        return _now(self._device) - started

    @torch.no_grad()
    def losses(self) -> dict[int, float]:
        """By task, the loss on its judged rows."""
        found = {}
        for slot, task in enumerate(self._tasks):
            rows = _judged(self._data, task, self._config)
            batch_rows = [(slot, position) for position in rows]
            found[task] = float(self._row_losses(batch_rows, Levers()).mean())
        return found

    def close(self) -> None:
        """Takes the hooks off the base model."""
        self._module.detach()

    def _row_losses(self, rows: Sequence[tuple[int, int]], levers: Levers) -> Tensor:
        sequence_tokens = SEQUENCE_TOKENS if levers.shared_start else 0
        batch = self._data.collate(
            [(task, 0) for task in self._tasks], rows, sequence_tokens=sequence_tokens
        )
        batch = seen = batch.to(self._device)
        if not levers.cached_lower_states:
            sequences = self._data.sequences(rows, sequence_tokens)
            hidden_STD = self._run_lower_layers(rows, sequences)
            seen = replace(seen, hidden_STD=hidden_STD)
        if not levers.answer_only_logits:
            everywhere_ST = torch.ones_like(batch.positions_ST)
            seen = replace(seen, positions_ST=everywhere_ST)
        b_BP = self._module.source(batch)
        logits_NV = self._module.answer_logits(seen, b_BP)
        if not levers.answer_only_logits:
            logits_NV = logits_NV[batch.positions_ST.flatten()]
        return self._module.row_losses(batch, logits_NV)

    @torch.no_grad()
    def _run_lower_layers(
        self, rows: Sequence[tuple[int, int]], sequences: Sequence[Sequence[int]]
    ) -> Tensor:
        hidden_STD, _ = self._data.cache.run(
            [self._data.rows[rows[g][1]] for g in own] for own in sequences
        )
        return hidden_STD


class PeftTrial:
    """One expert with PEFT: A random, B zero, every layer run, every logit read."""

    def __init__(
        self, task: int, *, data: TaskData, spec: LoraSpec, config: TrialConfig
    ) -> None:
        """Wraps a copy of the base model.

        Raises:
            ConfigError: PEFT is not installed.
        """
        self._task, self._data, self._config = task, data, config
        self._device = data.base.device
        with torch.random.fork_rng():
            torch.manual_seed(config.seed)
            self._model = _peft_model(data.base.model, spec)
        self._random = random.Random(config.seed)
        trained = [p for p in self._model.parameters() if p.requires_grad]
        self._optimizer, self._schedule = _optimizer(trained, config)
        self.rows_per_step = config.rows_per_task

    def step(self) -> float:
        """Trains one step and returns the seconds it took."""
        own = self._data.of_task[self._task]
        rows = self._random.choices(own, k=self._config.rows_per_task)
        started = _now(self._device)
        self._model(**self._inputs(rows)).loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._schedule.step()
        return _now(self._device) - started

    @torch.no_grad()
    def losses(self) -> dict[int, float]:
        """By task, the loss on its judged rows."""
        inputs = self._inputs(_judged(self._data, self._task, self._config))
        logits_GTV = self._model(**inputs).logits[:, :-1].float()
        labels_GT = inputs["labels"][:, 1:]
        loss_GT = functional.cross_entropy(
            logits_GTV.mT, labels_GT, ignore_index=_IGNORED, reduction="none"
        )
        loss_G = loss_GT.sum(dim=1) / (labels_GT != _IGNORED).sum(dim=1)
        return {self._task: float(loss_G.mean())}

    def _inputs(self, positions: Sequence[int]) -> dict[str, Tensor]:
        rows = [self._data.rows[position] for position in positions]
        ids = [_ids(row) for row in rows]
        labels = [
            torch.tensor([_IGNORED] * len(row.prompt) + list(row.answer))
            for row in rows
        ]
        inputs = {
            "input_ids": pad_sequence(ids, batch_first=True),
            "attention_mask": pad_sequence(
                [torch.ones_like(i) for i in ids], batch_first=True
            ),
            "labels": pad_sequence(labels, batch_first=True, padding_value=_IGNORED),
        }
        return {name: tensor.to(self._device) for name, tensor in inputs.items()}


def check_peft() -> None:
    """Raises ConfigError unless PEFT is installed."""
    if find_spec("peft") is None:
        raise ConfigError(
            "the comparison needs peft, which is not installed: pip install peft"
        )


def _peft_model(model: Any, spec: LoraSpec) -> Any:  # Any: as transformers types it
    check_peft()
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=spec.rank,
        lora_alpha=spec.alpha,  # type: ignore[arg-type] # PEFT computes with floats
        target_modules=[module.name for module in spec.modules],
        layers_to_transform=list(spec.layers),
        layers_pattern="layers",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(copy.deepcopy(model), config)


def _optimizer(
    parameters: list[torch.nn.Parameter], config: TrialConfig
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    optimizer = torch.optim.AdamW(parameters, lr=config.learning_rate)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / WARMUP_STEPS)
    )


def _judged(data: TaskData, task: int, config: TrialConfig) -> list[int]:
    return data.of_task[task][: config.judged_rows]


def _ids(row: Row) -> Tensor:
    return torch.tensor(row.prompt + row.answer)


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
