"""Effect: how far an adapter moves its base, on prompts that have nothing to do with it.

An adapter that fits nothing is loaded without a word by most engines and changes nothing;
this tells it from one that works.

Shapes: B prompts, T tokens, V tokens of the vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from genadapter.attach import AdapterSlots, RowAdapters
from genadapter.base_model import BaseModel
from genadapter.lora import LoraSpec, LoraWeights

PROMPTS = (
    "cat",
    "2 + 3",
    "Monday",
    "red, green, blue",
    "I am happy today.",
    "The train leaves at noon from the old station.",
    "What is the capital of France?",
    "name: Ann; city: Rome",
)
NO_EFFECT = 1e-7
"""A mean divergence below this is rounding, in nats."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """How answers begin with an adapter, beside how they begin without it."""

    mean_kl: float
    """Mean over prompts of KL(base || adapted) of the first token, in nats."""
    top1_changed: float
    """Share of prompts whose likeliest first token is another one."""

    @property
    def is_none(self) -> bool:
        """Whether the adapter changes nothing."""
        return self.mean_kl < NO_EFFECT


@torch.inference_mode()
def measure_effect(weights: LoraWeights, base: BaseModel, spec: LoraSpec) -> Effect:
    """Compares the first tokens of answers with and without an adapter.

    Args:
        weights: The adapter's.
        base: Runs as it is; other threads may run it meanwhile.
        spec: Shape of the adapter.

    Raises:
        SpecMismatchError: The base has no place for it.
    """
    rows = RowAdapters(a=weights.a, b=weights.b, scaling=spec.scaling)
    rows = rows.to(base.device, base.dtype)
    slots = AdapterSlots(base.model, spec)
    try:
        before_BV = _first_tokens(base)
        with slots.bind(rows):
            after_BV = _first_tokens(base)
    finally:
        slots.detach()
    divergence = functional.kl_div(
        after_BV, before_BV, log_target=True, reduction="batchmean"
    )
    changed_B = before_BV.argmax(dim=1) != after_BV.argmax(dim=1)
    return Effect(
        mean_kl=max(0.0, divergence.item()),
        top1_changed=changed_B.float().mean().item(),
    )


def _first_tokens(base: BaseModel) -> Tensor:
    """Log-probabilities of every answer's first token, of shape (B, V)."""
    ids = [torch.tensor(base.prompt_ids(text)) for text in PROMPTS]
    ids_BT = pad_sequence(ids, batch_first=True)
    is_last_BT = torch.zeros_like(ids_BT, dtype=torch.bool)
    for row, prompt in enumerate(ids):
        is_last_BT[row, len(prompt) - 1] = True
    hidden_BTD = base.lower_states(ids_BT.to(base.device), num_layers=0)
    logits_BV = base.logits_from(
        hidden_BTD, start_layer=0, positions_BT=is_last_BT.to(base.device)
    )
    return logits_BV.double().log_softmax(dim=1).cpu()
