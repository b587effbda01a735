"""The base model's lower states over a text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.reading import MAX_READ_TOKENS, Reader

TEXTS = [
    "sort these numbers upwards",
    "cat",
    "give the capital of a country",
    "turn the english noun into its plural please",
    "red " * 19,
    "blue",
]


def test_states_are_those_of_the_lower_layers(
    new_base: Callable[..., BaseModel], reader: Reader
) -> None:
    """One text: the base's own hidden states, but for the first token."""
    # Asked for its hidden states a model keeps hooks, so the shared one is not asked.
    base = new_base()
    ids = base.reading_ids(TEXTS[0])
    output = base.model(torch.tensor([ids]), output_hidden_states=True)
    expected_BTD = output.hidden_states[reader.num_layers][:, 1:]
    reading = reader.read(TEXTS[:1])
    torch.testing.assert_close(reading.states_BTD, expected_BTD, atol=1e-5, rtol=1e-4)
    assert reading.mask_BT.all()


def test_a_text_reads_alike_in_any_company(reader: Reader) -> None:
    """Bit for bit: what else is read does not change the rounding."""
    many = [*TEXTS, *(f"{text} {number}" for number in range(8) for text in TEXTS)]
    together = reader.read(many)
    for row, text in enumerate(many):
        alone, own = reader.read([text]), together.select(torch.tensor([row]))
        assert torch.equal(alone.states_BTD, own.states_BTD)
        assert torch.equal(alone.mask_BT, own.mask_BT)


def test_padding_is_marked_and_zero(reader: Reader) -> None:
    """Shorter texts end in zeros that the mask hides."""
    reading = reader.read(TEXTS)
    assert reading.mask_BT.sum(dim=1).tolist() == [5, 2, 7, 9, 20, 2]
    assert (reading.states_BTD[~reading.mask_BT] == 0).all()


def test_long_text_is_cut(base: BaseModel, reader: Reader) -> None:
    """What goes beyond the limit is left out, the end token is not."""
    ids = base.reading_ids("red " * 500, at_most=MAX_READ_TOKENS)
    assert len(ids) == MAX_READ_TOKENS + 2
    assert ids[-1] == base.tokenizer.eos_token_id
    assert reader.read(["red " * 500]).mask_BT.shape == (1, MAX_READ_TOKENS + 1)


@pytest.mark.parametrize("layer", [0, 3])
def test_value_maps_are_the_layers_own(base: BaseModel, layer: int) -> None:
    """On a state of unit mean square they give what the layer's value heads see."""
    block = base.model.model.layers[layer]
    state_D = torch.randn(base.hidden_size, generator=torch.Generator().manual_seed(0))
    expected_O = block.self_attn.v_proj(block.input_layernorm(state_D))
    even_D = state_D / state_D.square().mean().sqrt()
    found_O = base.value_maps([layer])[0] @ even_D
    torch.testing.assert_close(found_O, expected_O, atol=1e-4, rtol=1e-3)
