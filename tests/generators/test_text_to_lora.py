"""Text-to-LoRA: both factors from one head."""

from __future__ import annotations

import pytest
import torch

from genadapter.generators import Features, Surroundings
from genadapter.generators.text_to_lora import RSLORA_ALPHA, TextToLoraGenerator


def untrained(surroundings: Surroundings) -> TextToLoraGenerator:
    """What training starts from."""
    return TextToLoraGenerator(TextToLoraGenerator.Config(), surroundings).eval()


def test_every_task_begins_with_one_random_a_and_no_b(
    surroundings: Surroundings, features: Features
) -> None:
    """Bias-HyperInit: the head's bias is the start of a LoRA, its weight zero."""
    generator = untrained(surroundings)
    written_BP = generator(features)
    torch.testing.assert_close(written_BP, generator.origin_P.expand_as(written_BP))
    adapters = generator.adapters(written_BP)
    for name, a_BLRI in adapters.a.items():
        assert a_BLRI.abs().amax() > 0
        assert torch.equal(a_BLRI[0, 0], a_BLRI[2, 1])
        assert not adapters.b[name].any()


def test_scale_is_that_of_rslora(surroundings: Surroundings) -> None:
    """Alpha over the root of the rank, as PEFT divides alpha by the rank."""
    spec = untrained(surroundings).spec
    assert spec.scaling == pytest.approx(RSLORA_ALPHA / spec.rank**0.5)


def test_layers_and_modules_differ_once_trained(
    surroundings: Surroundings, features: Features
) -> None:
    """The embeddings of places reach what is written."""
    torch.manual_seed(0)
    generator = untrained(surroundings)
    for head in generator.heads.values():
        torch.nn.init.normal_(head.weight, std=0.1)
    b_BLOR = generator.adapters(generator(features)).b["q_proj"]
    assert not torch.allclose(b_BLOR[:, 0], b_BLOR[:, 1])
    assert not torch.allclose(b_BLOR[0], b_BLOR[1])
