"""SG-CVAE: the law of total variance, and a prior that is learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from genadapter.errors import ConfigError
from genadapter.generators import Features, Surroundings
from genadapter.generators.sg_cvae import SgCvaeGenerator


def build(surroundings: Surroundings) -> SgCvaeGenerator:
    """A new generator over three experts."""
    torch.manual_seed(0)
    return SgCvaeGenerator(SgCvaeGenerator.Config(hidden_size=32), surroundings)


def test_condition_is_mean_and_total_variance(
    surroundings: Surroundings, features: Features
) -> None:
    """Within and between experts, as a plain weighted formula gives them."""
    near = features.neighbours
    near = replace(near, variances_BKC=torch.full_like(near.variances_BKC, 0.09))
    generator = build(surroundings)
    told_BY, mean_BC = generator._told(replace(features, neighbours=near))
    unit = surroundings.library.coefficients_NC.square().mean().sqrt()
    is_there_BK = near.indices_BK >= 0
    scores_BK = (near.similarities_BK / 0.1).masked_fill(~is_there_BK, -torch.inf)
    share_BK1 = scores_BK.softmax(dim=1).unsqueeze(2)
    each_BKC = near.coefficients_BKC / unit
    expected_BC = (share_BK1 * each_BKC).sum(dim=1)
    # E[x^2] - E[x]^2, plus what each expert moves by itself.
    between_BC = (share_BK1 * each_BKC.square()).sum(dim=1) - expected_BC.square()
    total_BC = between_BC + 0.09 / unit.square()
    num = expected_BC.shape[1]
    torch.testing.assert_close(mean_BC, expected_BC)
    torch.testing.assert_close(told_BY[:, :num], expected_BC)
    torch.testing.assert_close(told_BY[:, num : 2 * num].square(), total_BC)
    assert torch.equal(told_BY[:, 2 * num :], features.embeddings_BE)


def test_it_learns_experts_from_their_neighbours(
    surroundings: Surroundings, learn_experts: Callable[..., float]
) -> None:
    """The mean of the prior comes to write what the descriptions' experts are."""
    generator = build(surroundings)
    assert learn_experts(generator, learning_rate=3e-3, num_steps=150) < 0.3


def test_temperature_must_be_positive() -> None:
    """Nothing is divided by zero."""
    with pytest.raises(ConfigError, match="temperature must be above 0, got 0"):
        SgCvaeGenerator.Config(temperature=0.0)
