"""What the base model makes of a description."""

from __future__ import annotations

from collections.abc import Callable

import torch

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.reading import MAX_READ_TOKENS, Reader

TEXTS = [
    "sort these numbers upwards",
    "cat",
    "give the capital of a country",
    "turn the english noun into its plural please",
    "red " * 19,
    "blue",
]


def test_states_are_those_behind_the_start_of_a_prompt(
    new_base: Callable[..., BaseModel],
    spec: LoraSpec,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """What each adapted layer is given, the adapter attached, but for rounding."""
    # Asked for its hidden states a model keeps hooks, so the shared one is not asked.
    base, weights = new_base(), random_weights(seed=3)
    ids = [*base.start_ids, *base.reading_ids(TEXTS[0])]
    slots = AdapterSlots(base.model, spec)
    with torch.no_grad(), slots.bind(stack_rows(spec, [weights])):
        output = base.model(torch.tensor([ids]), output_hidden_states=True)
    factors = SharedFactors(a=weights.a, b=weights.b)
    reading = Reader(base, spec=spec, factors=factors).read([(TEXTS[0],)])
    assert reading.mask_BT.all()
    for place, layer in enumerate(spec.layers):
        expected_TD = output.hidden_states[layer][0, len(base.start_ids) :]
        found_TD = reading.states_BLTD[0, place]
        nearness_T = torch.cosine_similarity(found_TD, expected_TD, dim=1)
        assert nearness_T.min() > 0.98
        torch.testing.assert_close(
            found_TD.square().mean(dim=1), torch.ones(len(found_TD)), atol=1e-2, rtol=0
        )


def test_a_text_reads_alike_in_any_company(reader: Reader) -> None:
    """Bit for bit: what else is read does not change the rounding."""
    many = [*TEXTS, *(f"{text} {number}" for number in range(8) for text in TEXTS)]
    together = reader.read([(text,) for text in many])
    for row, text in enumerate(many):
        alone, own = reader.read([(text,)]), together.select(torch.tensor([row]))
        assert torch.equal(alone.states_BLTD, own.states_BLTD)
        assert torch.equal(alone.mask_BT, own.mask_BT)


def test_padding_is_marked_and_zero(reader: Reader) -> None:
    """Shorter texts end in zeros that the mask hides."""
    reading = reader.read([(text,) for text in TEXTS])
    lengths = [len(reader.base.reading_ids(text)) for text in TEXTS]
    assert reading.mask_BT.sum(dim=1).tolist() == lengths
    assert (reading.states_BLTD.transpose(1, 2)[~reading.mask_BT] == 0).all()


def test_long_text_is_cut(base: BaseModel, reader: Reader) -> None:
    """What goes beyond the limit is left out, the gap behind it is not."""
    gap = base.reading_ids("")
    ids = base.reading_ids("red " * 500, at_most=MAX_READ_TOKENS)
    assert ids == [*base.reading_ids("red", at_most=1)[:1] * MAX_READ_TOKENS, *gap]
    assert reader.read([("red " * 500,)]).mask_BT.shape == (1, len(ids))


def test_passages_are_read_apart_and_stand_side_by_side(reader: Reader) -> None:
    """Each as it reads alone, with places that begin anew."""
    joined = reader.read([tuple(TEXTS[:2]), (TEXTS[2],)])
    first, second, third = (reader.read([(text,)]) for text in TEXTS[:3])
    size = first.mask_BT.shape[1] + second.mask_BT.shape[1]
    assert joined.mask_BT.sum(dim=1).tolist() == [size, third.mask_BT.shape[1]]
    expected = torch.cat([first.states_BLTD, second.states_BLTD], dim=2)[0]
    assert torch.equal(joined.states_BLTD[0, :, :size], expected)
    assert joined.places_BT[0, :size].tolist() == [
        *range(first.mask_BT.shape[1]),
        *range(second.mask_BT.shape[1]),
    ]


def test_start_is_what_all_prompts_share(base: BaseModel) -> None:
    """Neither less nor more."""
    one, other = base.prompt_ids("cat dog"), base.prompt_ids("red")
    start = base.start_ids
    assert one[: len(start)] == other[: len(start)] == start
    assert one[len(start)] != other[len(start)]
