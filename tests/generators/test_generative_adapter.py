"""Generative adapter: an additive memory and its polar factor."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.generators import Features, Surroundings
from genadapter.generators.generative_adapter import GenerativeAdapterGenerator, polar
from genadapter.reading import Reading


def build(surroundings: Surroundings) -> GenerativeAdapterGenerator:
    """A generator whose output matrix is not zero any more."""
    torch.manual_seed(0)
    config = GenerativeAdapterGenerator.Config(memory_size=8)
    generator = GenerativeAdapterGenerator(config, surroundings).eval()
    torch.nn.init.normal_(generator.output_LOM, std=0.1)
    return generator


def segment(reading: Reading, start: int, stop: int) -> Reading:
    """Some tokens of every text."""
    return Reading(
        states_BLTD=reading.states_BLTD[:, :, start:stop],
        mask_BT=reading.mask_BT[:, start:stop],
        places_BT=reading.places_BT[:, start:stop],
    )


def test_memories_of_segments_add_up(
    surroundings: Surroundings, features: Features
) -> None:
    """A text in two parts leaves what it leaves as a whole, in any order."""
    generator, reading = build(surroundings), features.reading
    assert reading is not None
    first, second = segment(reading, 0, 3), segment(reading, 3, 99)
    added = generator.memory(second) + generator.memory(first)
    torch.testing.assert_close(added, generator.memory(reading))
    torch.testing.assert_close(
        generator.written(added), generator(features), atol=1e-4, rtol=1e-3
    )


def test_polar_factor_agrees_with_the_singular_value_decomposition() -> None:
    """Large singular values become 1; the bases stay."""
    noise = torch.Generator().manual_seed(0)
    u, _, vt = torch.linalg.svd(torch.randn(3, 6, 6, generator=noise))
    values = torch.tensor([9.0, 5.0, 3.0, 2.0, 1.0, 0.5])
    found = polar(u @ torch.diag(values) @ vt)
    torch.testing.assert_close(found, u @ vt, atol=0.08, rtol=0)


def test_polar_factor_leaves_what_is_hardly_there() -> None:
    """A singular value of a millionth is not raised to 1; nothing stays nothing."""
    found = polar(torch.diag(torch.tensor([1.0, 1e-6])))
    assert float(found[1, 1]) < 0.01
    assert not polar(torch.zeros(2, 2)).any()


def test_adapter_is_the_papers_formula(
    surroundings: Surroundings, features: Features
) -> None:
    """What the output projection adds: query, memory, output."""
    generator, reading = build(surroundings), features.reading
    assert reading is not None
    x_I = torch.randn(generator.query_LMI.shape[2])
    memory_MM = polar(generator.memory(reading)[1, 0])
    expected_O = generator.output_LOM[0] @ (
        memory_MM.mT @ (generator.query_LMI[0] @ x_I)
    )
    weights = generator.adapters(generator(features)).weights(1)
    found_O = weights.b["o_proj"][0] @ (weights.a["o_proj"][0] @ x_I)
    torch.testing.assert_close(generator.spec.scaling * found_O, expected_O)


def test_needs_the_output_projection(surroundings: Surroundings) -> None:
    """The message says what to set."""
    config = GenerativeAdapterGenerator.Config()
    without = replace(surroundings, reading_spec=surroundings.spec)
    with pytest.raises(ConfigError, match=r"o_proj, which is not among q_proj, v_proj"):
        GenerativeAdapterGenerator(config, without)


def test_rank_stays_what_servers_take() -> None:
    """At most 64."""
    with pytest.raises(ConfigError, match="memory_size must be at most 64, got 65"):
        GenerativeAdapterGenerator.Config(memory_size=65)
