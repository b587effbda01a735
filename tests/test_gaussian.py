"""Gaussians against torch's own."""

from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from genadapter.gaussian import Gaussian


def test_divergence_is_the_closed_form() -> None:
    """As torch.distributions has it, summed over the latent."""
    noise = torch.Generator().manual_seed(0)
    first, second = (Gaussian.of(torch.randn(5, 6, generator=noise)) for _ in range(2))
    ours, theirs = (
        Normal(g.mean_BZ, (g.log_variance_BZ / 2).exp()) for g in (first, second)
    )
    expected_B = kl_divergence(ours, theirs).sum(dim=1)
    torch.testing.assert_close(first.divergence(second), expected_B)
    assert not first.divergence(first).any()


def test_draws_have_mean_and_variance() -> None:
    """Over many draws, within three standard errors or so."""
    written = torch.tensor([[2.0, -1.0, 0.0, 1.4]]).expand(20_000, -1)
    noise = torch.Generator().manual_seed(0)
    drawn_BZ = Gaussian.of(written).sample([noise] * 20_000)
    torch.testing.assert_close(
        drawn_BZ.mean(dim=0), torch.tensor([2.0, -1.0]), atol=0.05, rtol=0
    )
    expected_Z = torch.tensor([0.0, 1.4]).exp()
    torch.testing.assert_close(drawn_BZ.var(dim=0), expected_Z, atol=0, rtol=0.05)


def test_draws_follow_their_noise() -> None:
    """Same seed, same draw, whatever is drawn beside it; without one, torch's own."""
    gaussian = Gaussian.of(torch.zeros(2, 6))
    first, again = (
        gaussian.sample([torch.Generator().manual_seed(seed) for seed in (other, 3)])
        for other in (0, 1)
    )
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], again[0])
    assert not torch.equal(first, gaussian.sample())


def test_variances_stay_numbers() -> None:
    """Whatever a network writes."""
    gaussian = Gaussian.of(torch.tensor([[0.0, 0.0, 1e9, -1e9]]))
    assert gaussian.divergence(Gaussian.of(torch.zeros(1, 4))).isfinite().all()
