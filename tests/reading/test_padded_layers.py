"""The layers of any base, over padded texts."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional
from transformers import Qwen2Config, Qwen2ForCausalLM

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.reading import Reader
from genadapter.reading.padded_layers import PaddedLayers

PREFIX = [2, 4, 9]
IDS = [[5, 6, 7, 8], [11], [12] * 19, [13, 14]]


def inputs_of(base: BaseModel, ids: list[int], spec: LoraSpec) -> Tensor:
    """What the base itself has at the inputs of the adapted layers, (L, T, D)."""
    states = [
        base.lower_states(torch.tensor([ids]), num_layers=layer)[0]
        for layer in spec.layers
    ]
    states_LTD = torch.stack(states)
    return functional.rms_norm(states_LTD, states_LTD.shape[-1:], eps=1e-5)


@torch.no_grad()
def test_states_are_the_bases_own(
    new_base: Callable[..., BaseModel],
    spec: LoraSpec,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """Behind the prefix, through the adapter, whatever else is read."""
    # Its hooks stay, so the shared base is spared.
    base, weights = new_base(), random_weights(seed=3)
    factors = SharedFactors(a=weights.a, b=weights.b)
    layers = PaddedLayers(base, prefix_ids=PREFIX, factors=factors, spec=spec)
    found = layers.inputs(IDS, spec.layers)
    slots = AdapterSlots(base.model, spec)
    for ids, found_LTD in zip(IDS, found, strict=True):
        with slots.bind(stack_rows(spec, [weights])):
            expected_LTD = inputs_of(base, [*PREFIX, *ids], spec)[:, len(PREFIX) :]
        torch.testing.assert_close(found_LTD, expected_LTD, atol=1e-5, rtol=1e-4)
        assert torch.equal(layers.inputs([ids], spec.layers)[0], found_LTD)
    slots.detach()


@torch.no_grad()
def test_a_base_that_is_no_plain_llama_is_read(base: BaseModel) -> None:
    """The reader finds by itself what can run it."""
    config = Qwen2Config(
        vocab_size=len(base.tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
    )
    qwen = BaseModel(Qwen2ForCausalLM(config), base.tokenizer, name="tests/qwen")
    spec = qwen.spec(rank=2, alpha=4.0, start_layer=1)
    text = "give the capital"
    reading = Reader(qwen, spec=spec).read([(text,)])
    start = qwen.start_ids
    expected_LTD = inputs_of(qwen, [*start, *qwen.reading_ids(text)], spec)
    torch.testing.assert_close(
        reading.states_BLTD[0], expected_LTD[:, len(start) :], atol=1e-5, rtol=1e-4
    )
