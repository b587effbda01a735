"""The first layers of a base in eight-bit integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.reading import integer_layers
from genadapter.reading.integer_layers import IntegerLayers, unit_mean_square

PREFIX = [2, 4, 9, 11, 30]
ALL = range(5)


def texts(lengths: list[int]) -> list[list[int]]:
    """Random token ids."""
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randint(1, 40, (length,), generator=generator).tolist()
        for length in lengths
    ]


def base_inputs(base: BaseModel, ids: list[int]) -> Tensor:
    """What the base itself has at the inputs of all its layers, (L, T, D)."""
    ids_BT = torch.tensor([ids])
    states = [base.lower_states(ids_BT, num_layers=layer)[0] for layer in ALL]
    return unit_mean_square(torch.stack(states))


def worst_cosine(left_LTD: Tensor, right_LTD: Tensor) -> float:
    """Of all tokens and layers."""
    return float(functional.cosine_similarity(left_LTD, right_LTD, dim=-1).min())


@pytest.fixture
def threads() -> Iterator[None]:
    """The number of threads is what it was when the test ends."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


# Where rows are no whole number of vectors, kernels that treat the last elements of a
# block in another way are found out; so are those that split work where threads meet.
@pytest.mark.parametrize("hidden_size", [32, 40])
@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_a_text_comes_out_alike_in_any_company(
    hidden_size: int,
    num_threads: int,
    new_base: Callable[..., BaseModel],
    threads: None,
) -> None:
    """Bit for bit: alone, among forty, in another order, with more threads."""
    base = new_base(hidden_size=hidden_size)
    layers = IntegerLayers(base, num_layers=4, prefix_ids=PREFIX)
    many = texts([1 + 7 * i % 41 for i in range(40)])
    torch.set_num_threads(1)
    alone = [layers.inputs([ids], ALL)[0] for ids in many]
    torch.set_num_threads(num_threads)
    together = layers.inputs(many, ALL)
    turned = layers.inputs(many[::-1], ALL)[::-1]
    few = layers.inputs(many[:3], ALL)
    for own, *others in zip(alone, together, turned, strict=True):
        assert all(torch.equal(own, other) for other in others)
    assert all(map(torch.equal, alone, few))


def test_longer_passes_change_nothing(
    base: BaseModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many texts run together is a matter of speed."""
    layers = IntegerLayers(base, num_layers=4, prefix_ids=PREFIX)
    many = texts([3, 9, 4, 9, 20, 1, 7])
    expected = layers.inputs(many, ALL)
    monkeypatch.setattr(integer_layers, "PASS_TOKENS", 8)
    assert all(map(torch.equal, layers.inputs(many, ALL), expected))


def test_states_are_close_to_the_bases_own(base: BaseModel) -> None:
    """Eight bits a number leave little of the direction to chance."""
    layers, (ids,) = IntegerLayers(base, num_layers=4), texts([17])
    found_LTD, expected_LTD = layers.inputs([ids], ALL)[0], base_inputs(base, ids)
    assert found_LTD.shape == (5, 17, base.hidden_size)
    assert found_LTD.dtype == torch.float32
    torch.testing.assert_close(found_LTD[0], expected_LTD[0])
    assert 0.99 < worst_cosine(found_LTD, expected_LTD) < 1
    mean_square_LT = found_LTD.square().mean(dim=2)
    torch.testing.assert_close(mean_square_LT, torch.ones(5, 17), atol=1e-3, rtol=0)


def test_prefix_stands_before_every_text(base: BaseModel) -> None:
    """States are those of the whole sequence, from the text's first token on."""
    layers = IntegerLayers(base, num_layers=4, prefix_ids=PREFIX)
    bare = IntegerLayers(base, num_layers=4)
    many = texts([6, 11])
    for ids, found_LTD in zip(many, layers.inputs(many, ALL), strict=True):
        expected_LTD = base_inputs(base, [*PREFIX, *ids])[:, len(PREFIX) :]
        assert worst_cosine(found_LTD, expected_LTD) > 0.99
        whole_LTD = bare.inputs([[*PREFIX, *ids]], ALL)[0][:, len(PREFIX) :]
        # Both are rounded, and each in its own way.
        assert worst_cosine(found_LTD, whole_LTD) > 0.97
        # Without it they are others.
        assert worst_cosine(bare.inputs([ids], ALL)[0], expected_LTD) < 0.9


def test_prefix_is_not_rounded(base: BaseModel) -> None:
    """Its keys in the last layer are the float model's, up to float rounding."""
    layers = IntegerLayers(base, num_layers=4, prefix_ids=PREFIX)
    memory = layers._memories[3]
    assert memory is not None
    block = base.model.model.layers[3]
    hidden_BTD = base.lower_states(torch.tensor([PREFIX]), num_layers=3)
    values_BTO = block.self_attn.v_proj(block.input_layernorm(hidden_BTD))
    torch.testing.assert_close(
        memory.values_SKF.flatten(1), values_BTO[0], atol=1e-4, rtol=1e-3
    )


def test_asked_layers_are_those_of_all(base: BaseModel) -> None:
    """A choice of layers gives the same states, and no layer above it need be there."""
    layers, many = IntegerLayers(base, num_layers=4), texts([5, 8])
    lower = IntegerLayers(base, num_layers=3)
    every = layers.inputs(many, ALL)
    for own, chosen, also in zip(
        every, layers.inputs(many, [1, 3]), lower.inputs(many, [1, 3]), strict=True
    ):
        assert torch.equal(chosen, own[[1, 3]])
        assert torch.equal(also, chosen)
    assert IntegerLayers(base, num_layers=0).inputs(many, [0])[1].shape == (1, 8, 32)
    assert layers.inputs([], ALL) == []


def test_merged_adapter_is_the_attached_one(
    base: BaseModel,
    spec: LoraSpec,
    slots: AdapterSlots,
    random_weights: Callable[..., LoraWeights],
) -> None:
    """In weights or in hooks, an adapter does the same; without it states are others."""
    weights, (ids,) = random_weights(seed=3), texts([12])
    factors = SharedFactors(a=weights.a, b=weights.b)
    layers = IntegerLayers(
        base, num_layers=4, prefix_ids=PREFIX, factors=factors, spec=spec
    )
    bare = IntegerLayers(base, num_layers=4, prefix_ids=PREFIX)
    with slots.bind(stack_rows(spec, [weights])):
        expected_LTD = base_inputs(base, [*PREFIX, *ids])[:, len(PREFIX) :]
    found_LTD = layers.inputs([ids], ALL)[0]
    assert worst_cosine(found_LTD, expected_LTD) > 0.99
    assert worst_cosine(bare.inputs([ids], ALL)[0], expected_LTD) < 0.97


def test_half_precision_base_is_read_alike(
    base: BaseModel, new_base: Callable[..., BaseModel]
) -> None:
    """Weights in bfloat16 give layers close to those in float32."""
    half, (ids,) = new_base(), texts([12])
    half.model.bfloat16()
    found_LTD = IntegerLayers(half, num_layers=4).inputs([ids], ALL)[0]
    assert worst_cosine(found_LTD, base_inputs(base, ids)) > 0.99


@pytest.mark.parametrize("num_layers", [-1, 5])
def test_layers_the_base_lacks_are_refused(base: BaseModel, num_layers: int) -> None:
    """The message says how many there are."""
    with pytest.raises(ConfigError, match=f"between 0 and 4, .* got {num_layers}"):
        IntegerLayers(base, num_layers=num_layers)


@pytest.mark.parametrize("layers", [[], [4], [-1, 2], [2, 1], [1, 1]])
def test_layers_out_of_order_are_refused(base: BaseModel, layers: list[int]) -> None:
    """Inputs are asked for once each, lowest first, of the layers that were taken."""
    with pytest.raises(ConfigError, match="must ascend and lie between 0 and 3, got"):
        IntegerLayers(base, num_layers=3).inputs(texts([4]), layers)


def test_empty_text_is_refused(base: BaseModel) -> None:
    """The message says which."""
    with pytest.raises(ConfigError, match=r"got 0 at \[1\]: leave them out"):
        IntegerLayers(base, num_layers=1).inputs([[3], []], [1])


def test_adapter_without_its_shape_is_refused(
    base: BaseModel, spec: LoraSpec, random_weights: Callable[..., LoraWeights]
) -> None:
    """Factors come with a spec, and it is theirs."""
    weights = random_weights(seed=3)
    factors = SharedFactors(a=weights.a, b=weights.b)
    with pytest.raises(ConfigError, match="need the spec of their shape, got None"):
        IntegerLayers(base, num_layers=4, factors=factors)
    other = base.spec(rank=3, alpha=4.0, start_layer=2)
    with pytest.raises(SpecMismatchError, match="the spec asks for"):
        IntegerLayers(base, num_layers=4, factors=factors, spec=other)
