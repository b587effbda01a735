"""What a prefix is made with."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.errors import ConfigError
from genadapter.generators import PrefixStart
from genadapter.library import SharedFactors
from genadapter.lora import LoraWeights
from genadapter.reading.integer_layers import unit_mean_square
from training import run
from training.prefix import prefix_start
from training.workspace import Workspace

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*LeafSpec:FutureWarning"  # lightning itself
)


def start_of_prompt(work: Workspace, start: PrefixStart) -> list[dict[str, Tensor]]:
    """By layer, what the start's tokens are given, ask and show, queries aimed."""
    base, seen = work.base, []
    slots = AdapterSlots(base.model, work.reading_spec)
    weights = LoraWeights(start.prompted.a, start.prompted.b)
    hidden_1TD = base.lower_states(
        torch.tensor([base.start_ids]), num_layers=work.reading_spec.layers[0]
    )
    with slots.bind(stack_rows(work.reading_spec, [weights])):
        for place, layer in enumerate(work.reading_spec.layers):
            block = base.model.model.layers[layer]
            given_1TI = block.input_layernorm(hidden_1TD)
            own = {"given": given_1TI[0]} | {
                name: getattr(block.self_attn, f"{name}_proj")(given_1TI)[0]
                for name in "qkv"
            }
            own["q"] = torch.cat(
                [own["q"][:1], own["q"][1:] + start.queries_LNO[place]]
            )
            seen.append(own)
            hidden_1TD = base.layer_output(hidden_1TD, layer)
    slots.detach()
    return seen


@torch.no_grad()
def test_rows_tell_the_start_apart(work: Workspace, prompted: SharedFactors) -> None:
    """1 at its own token, 0 at the others of the start, and less behind it."""
    start = run.start_prefix(work, prompted)
    assert start.rows_LNI.shape == (2, 1, work.base.hidden_size)
    base = work.base
    given_TI = start_of_prompt(work, start)[0]["given"]
    expected_T = torch.tensor([0.0, 1.0])
    torch.testing.assert_close(
        given_TI @ start.rows_LNI[0, 0], expected_T, atol=1e-4, rtol=0
    )
    layer = work.reading_spec.layers[0]
    ids_1T = torch.tensor([base.prompt_ids("cat dog box")])
    hidden_1TD = base.lower_states(ids_1T, num_layers=layer)
    norm = base.model.model.layers[layer].input_layernorm
    answers_T = norm(hidden_1TD)[0, 2:] @ start.rows_LNI[0, 0]
    assert answers_T.square().mean().sqrt() < 0.5


@torch.no_grad()
def test_prefix_tokens_look_at_the_first_one(
    work: Workspace, prompted: SharedFactors
) -> None:
    """No query of the usual length meets the first token's key better."""
    start = run.start_prefix(work, prompted)
    model = work.base.model.model
    own = start_of_prompt(work, start)[0]
    size = model.layers[0].self_attn.head_dim
    cos_1TF, sin_1TF = model.rotary_emb(own["q"], position_ids=torch.arange(2)[None])
    queries_1HTF = own["q"].view(1, 2, -1, size).transpose(1, 2)
    keys_1HTF = own["k"].view(1, 2, -1, size).transpose(1, 2)
    queries_1HTF, keys_1HTF = apply_rotary_pos_emb(
        queries_1HTF, keys_1HTF, cos_1TF, sin_1TF
    )
    groups = queries_1HTF.shape[1] // keys_1HTF.shape[1]
    first_HF = keys_1HTF[0, :, 0].repeat_interleave(groups, dim=0)
    nearness_H = torch.cosine_similarity(queries_1HTF[0, :, 1], first_HF, dim=1)
    torch.testing.assert_close(nearness_H, torch.ones_like(nearness_H))


@torch.no_grad()
def test_start_is_what_those_tokens_usually_show(
    work: Workspace, prompted: SharedFactors
) -> None:
    """Keys and values that go, and maps that make such out of states."""
    start = run.start_prefix(work, prompted)
    own, layer = start_of_prompt(work, start)[0], work.reading_spec.layers[0]
    torch.testing.assert_close(start.keys_LNO[0], own["k"][1:])
    torch.testing.assert_close(start.values_LNO[0], own["v"][1:])
    hidden_1TD = work.base.lower_states(
        torch.tensor([work.base.start_ids]), num_layers=layer
    )
    state_TD = unit_mean_square(hidden_1TD[0])
    for name, maps_LOI in (("k", start.key_maps_LOI), ("v", start.value_maps_LOI)):
        found_TO = state_TD @ maps_LOI[0].mT
        torch.testing.assert_close(found_TO, own[name], atol=1e-3, rtol=1e-3)


def test_prefix_longer_than_the_start_is_refused(
    work: Workspace, prompted: SharedFactors
) -> None:
    """The message says how many tokens there are."""
    with pytest.raises(
        ConfigError, match=r"every prompt with 2 tokens only: .* most 1"
    ):
        prefix_start(work.base, work.reading_spec, prompted, [], num_tokens=2)
