"""The hypernetwork's prefix: a LoRA that holds keys and values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.generators import Features, Generator, Surroundings, find_family
from genadapter.generators.hypernetwork import (
    NUM_POSITIONS,
    HypernetworkGenerator,
)
from genadapter.library import split_b

NewGenerator = Callable[..., Generator]


def untrained(surroundings: Surroundings) -> HypernetworkGenerator:
    """What training starts from."""
    return HypernetworkGenerator(HypernetworkGenerator.Config(), surroundings).eval()


@pytest.mark.parametrize("missing", ["q_proj", "v_proj"])
def test_needs_the_modules_that_it_writes_to(
    missing: str, surroundings: Surroundings
) -> None:
    """The message says what to set."""
    cls, spec = find_family("hypernetwork"), surroundings.spec
    fewer = replace(spec, modules=tuple(m for m in spec.modules if m.name != missing))
    with pytest.raises(
        ConfigError, match=r"got one on ._proj: set reading.target_modules"
    ):
        cls(cls.Config(), replace(surroundings, reading_spec=fewer))


def test_start_and_config_must_agree_on_the_prefix(surroundings: Surroundings) -> None:
    """Both numbers are named."""
    cls = find_family("hypernetwork")
    with pytest.raises(ConfigError, match=r"num_tokens is 3, .* has 16 tokens"):
        cls(cls.Config(num_tokens=3), surroundings)


def test_its_adapters_hold_a_common_part_and_the_prefix(
    surroundings: Surroundings, features: Features
) -> None:
    """A rank for every token; at first the common part is the adapter that read."""
    generator, start = untrained(surroundings), surroundings.prefix
    assert start is not None
    rank = surroundings.spec.rank
    names = ["down_proj", "k_proj", "o_proj", "q_proj", "v_proj"]
    assert [m.name for m in generator.spec.modules] == names
    assert generator.spec.rank == rank + 16
    assert generator.spec.scaling == surroundings.spec.scaling
    fixed_b = generator.fixed_b
    assert sorted(fixed_b) == ["down_proj", "o_proj", "q_proj"]
    b = split_b(generator(features), generator.spec, fixed=fixed_b)
    for name in ("o_proj", "q_proj", "v_proj"):
        assert torch.equal(generator.a[name][:, :rank], start.prompted.a[name])
    for name in ("o_proj", "q_proj"):
        assert torch.equal(b[name][..., :rank], start.prompted.b[name])
    assert (b["o_proj"][..., rank:] == 0).all()
    for b_LOR in b["v_proj"]:
        assert torch.equal(b_LOR[..., :rank], start.prompted.b["v_proj"])
    assert (b["k_proj"][..., :rank] == 0).all()
    for name in ("k_proj", "q_proj", "v_proj"):
        assert torch.equal(generator.a[name][:, rank:], start.rows_LNI)
    for name in ("k_proj", "v_proj"):
        written_BLON = b[name][..., rank:]
        assert (written_BLON[0] - written_BLON[1]).abs().max() > 1e-3
    aimed_LNO = generator.spec.scaling * b["q_proj"][..., rank:].mT
    torch.testing.assert_close(aimed_LNO, start.queries_LNO)


def test_prefix_replaces_keys_and_values_where_the_rows_answer(
    surroundings: Surroundings, features: Features
) -> None:
    """At a token that one row answers to, the layer's own key gives way to the found."""
    start = surroundings.prefix
    assert start is not None
    generator = untrained(surroundings)
    reading = features.reading
    assert reading is not None
    found_BLNI = generator._find(reading)
    flat_BP, fixed_b = generator(features), generator.fixed_b
    b = split_b(flat_BP, generator.spec, fixed=fixed_b)["k_proj"]
    # The row of token 5 answers 1, all others 0.
    low_R = torch.zeros(generator.spec.rank)
    low_R[surroundings.spec.rank + 5] = 1
    added_BLO = generator.spec.scaling * b @ low_R
    wanted_BLO = torch.einsum("bli,loi->blo", found_BLNI[:, :, 5], start.key_maps_LOI)
    torch.testing.assert_close(
        start.keys_LNO[:, 5] + added_BLO, wanted_BLO, atol=1e-5, rtol=1e-4
    )


def test_each_token_begins_with_its_own_stretch(
    surroundings: Surroundings, features: Features
) -> None:
    """The first token of the prefix reads the beginning, the last one the end."""
    generator = untrained(surroundings)
    with torch.no_grad():
        generator.query_MK.zero_()
    reading = features.reading
    assert reading is not None
    length = int(reading.mask_BT[0].sum())
    far_MT = generator._distances(reading.mask_BT)[0, :, :length].abs()
    assert far_MT[0].argmin() == 0
    assert far_MT[15].argmin() == length - 1


def test_a_long_description_is_heard_to_its_end(
    new_generator: NewGenerator, base: BaseModel
) -> None:
    """Beyond the positions that a passage has, what is said still counts."""
    generator = new_generator("hypernetwork")
    assert isinstance(generator, HypernetworkGenerator)
    start = "red " * (NUM_POSITIONS + 4)
    texts = [(f"{start}{end}",) for end in ("cat", "dog")]
    reading = generator.reader(base).read(texts)
    assert int(reading.places_BT.max()) > NUM_POSITIONS
    told_BTD = generator.listener(reading)
    torch.testing.assert_close(
        reading.states_BLTD[0, :, :90], reading.states_BLTD[1, :, :90]
    )
    assert (told_BTD[0, :90] - told_BTD[1, :90]).abs().max() > 1e-4


def test_reads_through_an_adapter_of_its_own(
    new_generator: NewGenerator, base: BaseModel
) -> None:
    """A bundle brings it along, and what is trained leaves it alone."""
    generator = new_generator("hypernetwork")
    assert isinstance(generator, HypernetworkGenerator)
    texts = ["give the capital"]
    states_BLTD = generator.reader(base).read([(text,) for text in texts]).states_BLTD
    with torch.no_grad():
        for parameter in generator.parameters():
            if parameter.requires_grad:
                parameter.mul_(2)
    assert torch.equal(
        generator.reader(base).read([(text,) for text in texts]).states_BLTD,
        states_BLTD,
    )
    with torch.no_grad():
        generator.read_b_LOR["v_proj"].mul_(2)
    other_BLTD = generator.reader(base).read([(text,) for text in texts]).states_BLTD
    # The first adapted layer is given what no adapter has changed.
    assert torch.equal(states_BLTD[:, 0], other_BLTD[:, 0])
    assert (states_BLTD[:, 1] - other_BLTD[:, 1]).abs().max() > 1e-3
