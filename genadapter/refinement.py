"""Refinement: an adapter takes a few gradient steps on the examples of its condition.

What a generator wrote is the start (Finn et al., MAML, 2017, learn such a start); first
the scale of it is chosen under which the examples are most likely, then that B alone
moves which the generator writes: what its adapters share they go on sharing.

Shapes: B examples, T tokens, N answer tokens, L layers, O out features, R rank, V tokens
of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from genadapter.attach import AdapterSlots, RowAdapters
from genadapter.base_model import BaseModel
from genadapter.checks import above, at_least
from genadapter.condition import Demonstration
from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec, LoraWeights

MAX_TOKENS = 1024
"""Of an example's prompt and answer; longer ones are refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refinement:
    """How long an adapter learns from examples, and how fast."""

    num_steps: int = 8
    """Steps of Adam, each over all examples."""
    learning_rate: float = 2e-3
    """Of those steps."""
    scales: tuple[float, ...] = (0.5, 1.0, 1.5)
    """Starts that are tried: how far from what all adapters have in common."""

    def __post_init__(self) -> None:
        """Rejects settings that learn nothing."""
        at_least(0, self, "num_steps")
        above(0, self, "learning_rate")
        if not self.scales or min(self.scales) < 0:
            raise ConfigError(f"scales must be numbers from 0 on, got {self.scales}")


class ExampleLoss:
    """How unlikely examples are under an adapter; what no adapter changes runs once."""

    def __init__(
        self, examples: Sequence[Demonstration], *, base: BaseModel, spec: LoraSpec
    ) -> None:
        """Runs the layers below the adapters.

        Args:
            examples: At least one.
            base: The frozen base.
            spec: Shape of the adapters.

        Raises:
            ConfigError: An example is too long to learn from.
        """
        self._base, self._spec = base, spec
        prompts = [base.prompt_ids(example.input) for example in examples]
        answers = [base.answer_ids(example.output) for example in examples]
        rows = [[*p, *a] for p, a in zip(prompts, answers, strict=True)]
        for number, row in enumerate(rows, start=1):
            if len(row) > MAX_TOKENS:
                raise ConfigError(
                    f"example {number} has {len(row)} tokens, at most {MAX_TOKENS} can "
                    "be learned from: shorten it or leave it out"
                )
        ids_BT = pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        self._is_asked_BT = torch.zeros_like(ids_BT, dtype=torch.bool)
        for place, (prompt, row) in enumerate(zip(prompts, rows, strict=True)):
            # A token is told by the position before it.
            self._is_asked_BT[place, len(prompt) - 1 : len(row) - 1] = True
        self._wanted_N = ids_BT[:, 1:][self._is_asked_BT[:, :-1]].to(base.device)
        self._example_N = self._is_asked_BT.nonzero()[:, 0].to(base.device)
        self._is_asked_BT = self._is_asked_BT.to(base.device)
        with torch.no_grad():
            self._lower_BTD = base.lower_states(
                ids_BT.to(base.device), num_layers=spec.layers[0]
            )

    def __call__(self, slots: AdapterSlots, weights: LoraWeights) -> Tensor:
        """Mean over examples of the mean loss of an answer's tokens, a scalar."""
        rows = RowAdapters(a=weights.a, b=weights.b, scaling=self._spec.scaling)
        with slots.bind(rows):
            logits_NV = self._base.logits_from(
                self._lower_BTD,
                start_layer=self._spec.layers[0],
                positions_BT=self._is_asked_BT,
            )
        losses_N = functional.cross_entropy(
            logits_NV.float(), self._wanted_N, reduction="none"
        )
        lengths_B = self._is_asked_BT.sum(dim=1)
        shares_N = 1 / lengths_B[self._example_N] / len(lengths_B)
        loss: Tensor = (losses_N * shares_N).sum()
        return loss


def refine(
    candidates: Sequence[LoraWeights],
    examples: Sequence[Demonstration],
    *,
    base: BaseModel,
    spec: LoraSpec,
    config: Refinement,
    fixed: Collection[str] = (),
) -> LoraWeights:
    """The candidate that finds examples most likely, after a few steps on them.

    Args:
        candidates: Adapters of one shape, at least one.
        examples: At least one.
        base: The frozen base.
        spec: Shape of the adapters.
        config: How long, and how fast.
        fixed: Modules whose B stays.

    Raises:
        ConfigError: An example is too long to learn from.
    """
    loss_of = ExampleLoss(examples, base=base, spec=spec)
    slots = AdapterSlots(base.model, spec)
    here = [_to(weights, base.device) for weights in candidates]
    try:
        with torch.no_grad():
            losses = [loss_of(slots, weights).item() for weights in here]
        start = here[losses.index(min(losses))]
        b = {
            name: b_LOR.clone().requires_grad_(name not in fixed)
            for name, b_LOR in start.b.items()
        }
        optimizer = torch.optim.Adam(
            [b_LOR for b_LOR in b.values() if b_LOR.requires_grad],
            lr=config.learning_rate,
        )
        with torch.enable_grad():
            for _ in range(config.num_steps):
                optimizer.zero_grad()
                loss_of(slots, LoraWeights(start.a, b)).backward()  # type: ignore[no-untyped-call] # torch's own
                optimizer.step()
    finally:
        slots.detach()
    learned = LoraWeights(start.a, {name: b_LOR.detach() for name, b_LOR in b.items()})
    return _to(learned, torch.device("cpu"))


def _to(weights: LoraWeights, device: torch.device) -> LoraWeights:
    a, b = (
        {name: t.to(device, torch.float32) for name, t in factors.items()}
        for factors in (weights.a, weights.b)
    )
    return LoraWeights(a, b)
