"""Gaussians with a diagonal covariance, as variational families use them.

Shapes: B tasks, Z latent.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Gaussian:
    """One distribution for each task of a batch."""

    mean_BZ: Tensor
    log_variance_BZ: Tensor

    @classmethod
    def of(cls, written_BY: Tensor) -> Gaussian:
        """Halves of what a network wrote: means, then logarithms of variances."""
        mean_BZ, log_variance_BZ = written_BY.chunk(2, dim=1)
        # Beyond these a variance is a number no more.
        return cls(mean_BZ=mean_BZ, log_variance_BZ=log_variance_BZ.clamp(-12, 6))

    def sample(self, noise: torch.Generator | None = None) -> Tensor:
        """One draw a task, of shape (B, Z); gradients reach both parameters.

        Args:
            noise: Where randomness comes from; `None` takes torch's own, as training does.
        """
        mean_BZ = self.mean_BZ
        if noise is None:
            drawn_BZ = torch.randn_like(mean_BZ)
        else:
            drawn_BZ = torch.randn(mean_BZ.shape, generator=noise).to(mean_BZ)
        return mean_BZ + (self.log_variance_BZ / 2).exp() * drawn_BZ

    def divergence(self, prior: Gaussian) -> Tensor:
        """Kullback-Leibler divergence from a prior, in nats, of shape (B,)."""
        gap_BZ = self.log_variance_BZ - prior.log_variance_BZ
        away_BZ = (self.mean_BZ - prior.mean_BZ).square()
        nats_BZ = gap_BZ.exp() + away_BZ / prior.log_variance_BZ.exp() - 1 - gap_BZ
        return nats_BZ.sum(dim=1) / 2
