"""One decoder layer, against the base's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.reading.integer_matrix import MeasuredMatrix
from genadapter.reading.llama_layer import (
    Company,
    LlamaLayer,
    check_is_plain_llama,
    merged_weights,
)


def one_text(base: BaseModel, length: int) -> tuple[Tensor, Company]:
    """Random states of a text, and what the layer needs to know of it."""
    hidden_TD = torch.randn(
        length, base.hidden_size, generator=torch.Generator().manual_seed(0)
    )
    places_BT = torch.arange(length).unsqueeze(0)
    cos_BTF, sin_BTF = base.model.model.rotary_emb(hidden_TD, places_BT)
    half = cos_BTF.shape[2] // 2
    company = Company(
        ids_T=torch.zeros(length, dtype=torch.long),
        cos_T1F=cos_BTF.transpose(0, 1),
        sin_T1G=sin_BTF[..., :half].transpose(0, 1),
        groups=((1, length, torch.full((length, length), -torch.inf).triu(1)),),
    )
    return hidden_TD, company


@pytest.fixture
def own_layer(base: BaseModel) -> Callable[[Tensor], Tensor]:
    """The base's own layer 1 over one text."""

    def run(hidden_TD: Tensor) -> Tensor:
        output_BTD = base._run_layers(hidden_TD.unsqueeze(0), range(1, 2), None)
        return output_BTD[0]

    return run


def test_layer_is_the_bases_own(
    base: BaseModel, own_layer: Callable[[Tensor], Tensor]
) -> None:
    """Over exact matrices only rounding differs."""
    hidden_TD, company = one_text(base, 9)
    layer = LlamaLayer(base, merged_weights(base, 1), MeasuredMatrix)
    found_TD = layer.run(hidden_TD, company)
    torch.testing.assert_close(found_TD, own_layer(hidden_TD), atol=1e-5, rtol=1e-4)


def test_easing_leaves_the_layer_as_it_is(
    base: BaseModel, own_layer: Callable[[Tensor], Tensor]
) -> None:
    """What inputs are multiplied by, weights are divided by."""
    hidden_TD, company = one_text(base, 9)
    weights = merged_weights(base, 1)
    generator = torch.Generator().manual_seed(1)
    eased = weights.eased(
        qkv_D=torch.rand(base.hidden_size, generator=generator) + 0.2,
        gate_up_D=torch.rand(base.hidden_size, generator=generator) + 0.2,
        down_I=torch.rand(weights.down_DI.shape[1], generator=generator) + 0.2,
    )
    assert not torch.equal(eased.down_DI, weights.down_DI)
    found_TD = LlamaLayer(base, eased, MeasuredMatrix).run(hidden_TD, company)
    torch.testing.assert_close(found_TD, own_layer(hidden_TD), atol=1e-5, rtol=1e-4)


def test_adapter_of_another_base_is_refused(
    base: BaseModel,
    new_base: Callable[..., BaseModel],
    random_weights: Callable[..., LoraWeights],
) -> None:
    """Its modules are not those of this base."""
    spec = new_base(hidden_size=64).spec(rank=2, alpha=4.0)
    with pytest.raises(SpecMismatchError, match=r"no q_proj of shape \(64, 64\)"):
        merged_weights(base, 1, adapter=random_weights(seed=1, spec=spec), spec=spec)


def test_layers_without_adapter_stay_as_they_are(
    base: BaseModel, spec: LoraSpec, random_weights: Callable[..., LoraWeights]
) -> None:
    """The adapter sits in the upper two layers only."""
    adapter = random_weights(seed=1)
    for layer, is_changed in ((1, False), (2, True)):
        plain = merged_weights(base, layer).qkv_OD
        merged = merged_weights(base, layer, adapter=adapter, spec=spec).qkv_OD
        assert torch.equal(plain, merged) != is_changed


def small_llama(base: BaseModel, **changes: object) -> BaseModel:
    """A Llama with another config."""
    config = LlamaConfig(**{**base.model.config.to_dict(), **changes})
    return BaseModel(LlamaForCausalLM(config), base.tokenizer, name="tests/other")


def test_plain_llama_passes(base: BaseModel) -> None:
    """The tests' own base is one."""
    check_is_plain_llama(base)
    check_is_plain_llama(small_llama(base))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_act": "gelu"}, "hidden_act silu, got 'gelu'"),
        ({"attention_bias": True}, r"got 0\.self_attn\.k_proj\.bias missing or beside"),
        ({"mlp_bias": True}, r"got 0\.mlp\.down_proj\.bias missing or beside"),
        (
            {
                "rope_parameters": {
                    "rope_type": "dynamic",
                    "rope_theta": 1e4,
                    "factor": 2.0,
                }
            },
            "rope_type default or linear or llama3, got 'dynamic'",
        ),
    ],
)
def test_llama_with_other_layers_is_refused(
    base: BaseModel, changes: dict[str, object], message: str
) -> None:
    """Each would be computed wrongly, or by the length of the longest text."""
    with pytest.raises(ConfigError, match=message):
        check_is_plain_llama(small_llama(base, **changes))


def test_other_norm_is_refused(base: BaseModel) -> None:
    """A norm that shifts has a weight that a plain Llama does not."""
    other = small_llama(base)
    other.model.model.layers[2].input_layernorm = torch.nn.LayerNorm(base.hidden_size)
    with pytest.raises(ConfigError, match=r"got 2\.input_layernorm\.bias missing"):
        check_is_plain_llama(other)


def test_other_architecture_is_refused(base: BaseModel) -> None:
    """The message names what was found and what to use instead."""
    config = GPT2Config(vocab_size=60, n_embd=16, n_layer=1, n_head=2, n_positions=32)
    other = BaseModel(GPT2LMHeadModel(config), base.tokenizer, name="tests/gpt2")
    with pytest.raises(ConfigError, match=r"got 'gpt2': use PaddedLayers"):
        check_is_plain_llama(other)
