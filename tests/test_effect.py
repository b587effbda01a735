"""Effect: what an adapter changes, measured on the base itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.nn import functional

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.effect import PROMPTS, measure_effect
from genadapter.lora import LoraSpec, LoraWeights, zeros


def test_effect_is_the_divergence_of_first_tokens(
    base: BaseModel,
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """As prompts one by one, run by the model itself, tell it."""
    weights, divergences, changed = random_weights(seed=1), [], []
    for prompt in PROMPTS:
        ids_1T = torch.tensor([base.prompt_ids(prompt)])
        with torch.no_grad():
            before_V = base.model(ids_1T).logits[0, -1].double()
            with slots.bind(stack_rows(spec, [weights])):
                after_V = base.model(ids_1T).logits[0, -1].double()
        p_V = before_V.softmax(dim=0)
        rest_V = functional.log_softmax(after_V, dim=0)
        divergences.append(float((p_V * (p_V.log() - rest_V)).sum()))
        changed.append(bool(before_V.argmax() != after_V.argmax()))
    found = measure_effect(weights, base, spec)
    assert found.mean_kl == pytest.approx(sum(divergences) / len(PROMPTS), rel=1e-3)
    assert found.top1_changed == sum(changed) / len(PROMPTS)
    assert not found.is_none


def test_an_adapter_of_zeros_has_no_effect(
    base: BaseModel, spec: LoraSpec, random_weights: Callable[..., LoraWeights]
) -> None:
    """Neither has one whose B is zero; the model is left as it was."""
    hooked = base.model.model.layers[2].self_attn.q_proj
    before = len(hooked._forward_hooks)
    some = random_weights(seed=1)
    for weights in (zeros(spec), LoraWeights(some.a, zeros(spec).b)):
        found = measure_effect(weights, base, spec)
        assert (found.is_none, found.top1_changed) == (True, 0.0)
    assert len(hooked._forward_hooks) == before
