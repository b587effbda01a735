"""Few-shot rivals: what else a handful of examples can be made into.

Each sees the very examples that a generator is shown, and no description.

Shapes: K coefficients, S shots, B candidates, P parameters of one flattened B.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from cmaes import CMA
from torch import Tensor

from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.condition import Demonstration
from genadapter.library import ExpertLibrary, SharedFactors
from genadapter.lora import LoraSpec
from training.batches import TaskData
from training.conditions import demonstrations_of
from training.evaluation.oracle import OracleConfig, train_oracles
from training.module import AdapterTraining, OptimConfig
from training.sources import ConstantSource
from training.tasks import Example, Task


@dataclass(frozen=True, kw_only=True, slots=True)
class FewShotConfig:
    """How examples are learned from."""

    lora: OracleConfig
    """Of the LoRA that is trained on the examples alone."""
    num_experts: int = 16
    """Experts that are mixed, those nearest to the examples (K)."""
    num_rounds: int = 12
    """Rounds of the search for a mix."""
    num_candidates: int = 8
    """Mixes that are tried in a round (B)."""
    sparsity: float = 0.05
    """Of the mix's coefficients, against the loss in nats a token."""

    def __post_init__(self) -> None:
        """Rejects sizes that learn nothing."""
        at_least(1, self, "num_experts", "num_rounds")
        at_least(2, self, "num_candidates")
        at_least(0, self, "sparsity")


FEW_SHOT = FewShotConfig(
    lora=OracleConfig(
        optim=OptimConfig(learning_rate=6e-3, warmup_steps=5, max_steps=40)
    )
)


def shots_of(task: Task, count: int) -> tuple[Demonstration, ...]:
    """The first of a task's training rows that can be shown, each input once."""
    return tuple(demonstrations_of(task)[:count])


def train_few_shot(
    shots: Mapping[int, Sequence[Demonstration]],
    *,
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    seed: int,
    config: FewShotConfig = FEW_SHOT,
) -> dict[int, Tensor]:
    """A LoRA trained on each task's examples alone, on the shared A.

    Args:
        shots: By position of the task.
        base: The frozen base.
        spec: Shape of the adapters.
        shared: The A, and the B that each starts from.
        seed: Of the order of examples.
        config: How long.

    Returns:
        By position, a flattened B of shape (P,).
    """
    tasks = {place: _task_of(place, own) for place, own in shots.items()}
    trained = train_oracles(
        list(tasks.values()),
        base=base,
        spec=spec,
        shared=shared,
        config=config.lora,
        seed=seed,
        forms=("shared_a",),
    )
    places = list(tasks)
    return {places[p]: oracle.b_P for p, oracle in trained.items()}


def mix_experts(
    shots: Mapping[int, Sequence[Demonstration]],
    nearest: Mapping[int, Sequence[int]],
    *,
    base: BaseModel,
    spec: LoraSpec,
    shared: SharedFactors,
    library: ExpertLibrary,
    seed: int,
    config: FewShotConfig = FEW_SHOT,
) -> dict[int, Tensor]:
    """Experts mixed so that each task's examples get likely, without a gradient.

    Reference: Huang et al., LoraHub, 2023. Differs in: experts share their A, so that a
    mix is exact; the nearest are taken in place of random ones; CMA-ES searches.

    Args:
        shots: By position of the task.
        nearest: By position, the experts to mix.
        base: The frozen base.
        spec: Shape of the adapters.
        shared: Their A, and the B that a mix of nothing is.
        library: The experts.
        seed: Of the search.
        config: How long, and how sparse.

    Returns:
        By position, a flattened B of shape (P,).
    """
    module = AdapterTraining(
        ConstantSource(shared).to(base.device),
        base=base,
        spec=spec,
        config=OptimConfig(),
    )
    try:
        return {
            place: _mix(
                module,
                _task_of(place, own),
                shared.flat_b(),
                library.coefficients_NC[list(nearest[place])] @ library.basis_CP,
                seed=seed,
                config=config,
            )
            for place, own in shots.items()
        }
    finally:
        module.detach()


@torch.no_grad()
def _mix(
    module: AdapterTraining,
    task: Task,
    origin_P: Tensor,
    deltas_KP: Tensor,
    *,
    seed: int,
    config: FewShotConfig,
) -> Tensor:
    base, start_layer = module.base, module.start_layer
    num_candidates = config.num_candidates
    data = TaskData([task], base, start_layer=start_layer, max_tokens=1_000)
    rows = [(slot, i) for slot in range(num_candidates) for i in data.of_task[0]]
    with tempfile.TemporaryDirectory() as states:
        data.cache.open(Path(states))
        batch = data.collate([(0, 0)] * num_candidates, rows).to(base.device)
    search = CMA(
        mean=np.zeros(len(deltas_KP)),
        sigma=0.3,
        seed=zlib.crc32(f"{seed} {task.id}".encode()),
        population_size=num_candidates,
    )
    best_K, best = torch.zeros(len(deltas_KP)), float("inf")
    for _ in range(config.num_rounds):
        asked = [search.ask() for _ in range(num_candidates)]
        mixes_BK = torch.from_numpy(np.stack(asked)).float()
        b_BP = (origin_P + mixes_BK @ deltas_KP).to(base.device)
        loss_G = module.row_losses(batch, module.answer_logits(batch, b_BP))
        loss_B = loss_G.view(num_candidates, -1).mean(dim=1).cpu()
        scores = (loss_B + config.sparsity * mixes_BK.abs().sum(dim=1)).tolist()
        search.tell(list(zip(asked, scores, strict=True)))
        place = int(np.argmin(scores))
        if scores[place] < best:
            best_K, best = mixes_BK[place], scores[place]
    mixed_P: Tensor = origin_P + best_K @ deltas_KP
    return mixed_P


def _task_of(place: int, shots: Sequence[Demonstration]) -> Task:
    """Examples as a task that may learn from all of them."""
    examples = tuple(Example(shot.input, (shot.output,)) for shot in shots)
    return Task(
        id=f"shots-{place}", descriptions=("",), examples=examples, is_train_only=True
    )
