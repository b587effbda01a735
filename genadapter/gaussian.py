"""Gaussians with a diagonal covariance, as variational families use them.

Shapes: B tasks, Z latent.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    def sample(self, noises: Sequence[torch.Generator] | None = None) -> Tensor:
        """One draw a task, of shape (B, Z); gradients reach both parameters.

        Args:
            noises: For every task where its randomness comes from, on the CPU, so that a
                draw does not depend on the others; `None` takes torch's own, as dropout
                does in training.
        """
        mean_BZ = self.mean_BZ
        if noises is None:
            drawn_BZ = torch.randn_like(mean_BZ)
        else:
            size = mean_BZ.shape[1:]
            drawn_BZ = torch.stack([torch.randn(size, generator=n) for n in noises])
            drawn_BZ = drawn_BZ.to(mean_BZ)
        return mean_BZ + (self.log_variance_BZ / 2).exp() * drawn_BZ

    def divergence(self, prior: Gaussian) -> Tensor:
        """Kullback-Leibler divergence from a prior, in nats, of shape (B,)."""
        gap_BZ = self.log_variance_BZ - prior.log_variance_BZ
        away_BZ = (self.mean_BZ - prior.mean_BZ).square()
        nats_BZ = gap_BZ.exp() + away_BZ / prior.log_variance_BZ.exp() - 1 - gap_BZ
        return nats_BZ.sum(dim=1) / 2
