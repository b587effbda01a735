"""Document perceiver: latents over states, joined to a learned LoRA."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.generators import Features, Surroundings
from genadapter.generators.doc_perceiver import DocPerceiverGenerator


def build(surroundings: Surroundings) -> DocPerceiverGenerator:
    """What training starts from, small."""
    torch.manual_seed(0)
    config = DocPerceiverGenerator.Config(rank=2, width=16, num_blocks=1)
    return DocPerceiverGenerator(config, surroundings).eval()


def test_at_first_a_text_changes_nothing(
    surroundings: Surroundings, features: Features
) -> None:
    """B is zero, and A is not: gradients have where to start."""
    generator = build(surroundings)
    adapters = generator.adapters(generator(features))
    assert not adapters.b["down_proj"].any()
    assert adapters.a["down_proj"].abs().amax() > 0


def test_learned_lora_is_joined_along_the_rank(
    surroundings: Surroundings, features: Features
) -> None:
    """The last ranks are the same for all texts; scale leaves them alone."""
    generator = build(surroundings)
    torch.nn.init.ones_(generator.loudness_b_LR1)
    torch.nn.init.normal_(generator.common_b_LOR)
    written_BP = generator(features)
    for scale in (0.0, 1.0, 2.0):
        adapters = generator.adapters(generator.scaled(written_BP, scale))
        b_BLOR, a_BLRI = adapters.b["down_proj"], adapters.a["down_proj"]
        for row in range(3):
            torch.testing.assert_close(b_BLOR[row, ..., 2:], generator.common_b_LOR)
            torch.testing.assert_close(a_BLRI[row, :, 2:], generator.common_a_LRI)
    assert generator.spec.rank == 4
    assert not torch.allclose(a_BLRI[0, :, :2], a_BLRI[1, :, :2])


def test_latents_are_normalised_before_the_head(
    surroundings: Surroundings, features: Features
) -> None:
    """However large they are, the head alone decides how loud a rank is."""
    torch.manual_seed(0)
    config = DocPerceiverGenerator.Config(rank=2, width=16, num_blocks=1)
    generator = DocPerceiverGenerator(config, surroundings).eval()
    torch.nn.init.zeros_(generator.residual_LWW)
    for block in generator.blocks:
        for parameter in block.parameters():
            torch.nn.init.zeros_(parameter)
    plain = generator(features)
    with torch.no_grad():
        generator.latent_RW.mul_(3)
    torch.testing.assert_close(generator(features), plain)
    assert plain.abs().amax() > 0


def test_needs_the_down_projection(surroundings: Surroundings) -> None:
    """The message says what to set."""
    config = DocPerceiverGenerator.Config()
    without = replace(surroundings, reading_spec=surroundings.spec)
    with pytest.raises(ConfigError, match="down_proj, which is not among q_proj"):
        DocPerceiverGenerator(config, without)


def test_width_must_fit_its_heads() -> None:
    """Both numbers are named."""
    with pytest.raises(ConfigError, match=r"multiple of num_heads \(4\), got 18"):
        DocPerceiverGenerator.Config(width=18)
