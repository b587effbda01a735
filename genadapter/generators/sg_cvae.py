"""SG-CVAE family: experts near in meaning tell where the wanted adapter lies.

Reference: SG-LoRA (CVPR 2026). The nearest experts, weighted by the similarity of their
descriptions, give a mean and, by the law of total variance, a variance: that within each
expert's training and that between the experts. Both are the condition of a variational
autoencoder whose prior over the latent is learned from them (Sohn, Lee and Yan, 2015).

Differs in: all of it works on coefficients of B in the library's basis, not on raw factors,
so that no gauge has to be learned; the condition holds the description's embedding as
well; a task never finds itself while learning. The mean of the prior is decoded by
default; `sample` draws from it.

Shapes: B tasks, K neighbours, C coefficients, E embedding, Z latent, Y condition,
P parameters of one flattened B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from genadapter.checks import above, at_least
from genadapter.gaussian import Gaussian
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.library import blend_weights
from genadapter.perceptron import perceptron


@final
class SgCvaeGenerator(Generator, family="sg_cvae"):
    """Decodes the mean of a prior that the nearest experts give."""

    conditions = frozenset({"description"})
    objectives = ("evidence",)
    _basis_CP: Tensor
    _unit: Tensor

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the networks, and how wide and soft the search is."""

        num_neighbours: int = 4
        """Experts that give the condition (K)."""
        temperature: float = 0.1
        """Divides the cosine similarities."""
        latent_size: int = 64
        """Size of the latent (Z)."""
        hidden_size: int = 512
        """Width of the networks."""
        divergence_weight: float = 1.0
        """Of the divergence from the prior, against the squared error."""

        def __post_init__(self) -> None:
            """Rejects values without meaning."""
            at_least(1, self, "num_neighbours", "latent_size", "hidden_size")
            at_least(0, self, "divergence_weight")
            above(0, self, "temperature")

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.num_neighbours = config.num_neighbours
        library = surroundings.library
        self.register_buffer("_basis_CP", library.basis_CP, persistent=False)
        self.register_buffer("_unit", library.coefficient_size(), persistent=False)
        num_components, hidden = len(library.basis_CP), config.hidden_size
        told = 2 * num_components + surroundings.embedding_size
        latent = config.latent_size
        self.prior = perceptron(told, hidden, 2 * latent)
        self.posterior = perceptron(num_components + told, hidden, 2 * latent)
        self.decoder = perceptron(latent + told, hidden, hidden, num_components)

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P), at the mean of the prior."""
        told_BY, mean_BC = self._told(features)
        return self._write(Gaussian.of(self.prior(told_BY)).mean_BZ, told_BY, mean_BC)

    def sample(self, features: Features, noises: Sequence[torch.Generator]) -> Tensor:
        """Flattened B factors of shape (B, P), drawn."""
        told_BY, mean_BC = self._told(features)
        drawn_BZ = Gaussian.of(self.prior(told_BY)).sample(noises)
        return self._write(drawn_BZ, told_BY, mean_BC)

    def evidence(self, features: Features, targets_BP: Tensor) -> Tensor:
        """Squared error of the coefficients and divergence from the prior, (B,)."""
        told_BY, mean_BC = self._told(features)
        target_BC = (targets_BP - self.origin_P) @ self._basis_CP.mT / self._unit
        posterior = Gaussian.of(self.posterior(torch.cat([target_BC, told_BY], dim=1)))
        found_BC = self._decode(posterior.sample(), told_BY, mean_BC)
        error_B = (found_BC - target_BC).square().sum(dim=1)
        divergence_B = posterior.divergence(Gaussian.of(self.prior(told_BY)))
        bound_B: Tensor = error_B + self.config.divergence_weight * divergence_B
        return bound_B

    def _told(self, features: Features) -> tuple[Tensor, Tensor]:
        """The condition, and the experts' mean that the decoder starts from."""
        near = features.neighbours
        weights_BK1 = blend_weights(near, self.config.temperature).unsqueeze(2)
        known_BK1 = weights_BK1 * near.is_present_BK.unsqueeze(2)
        each_BKC = near.coefficients_BKC / self._unit
        mean_BC = (known_BK1 * each_BKC).sum(dim=1)
        within_BC = (known_BK1 * near.variances_BKC / self._unit.square()).sum(dim=1)
        away_BKC = (each_BKC - mean_BC.unsqueeze(1)).square()
        variance_BC = within_BC + (known_BK1 * away_BKC).sum(dim=1)
        told = [mean_BC, variance_BC.sqrt(), features.embeddings_BE]
        return torch.cat(told, dim=1), mean_BC

    def _decode(self, latent_BZ: Tensor, told_BY: Tensor, mean_BC: Tensor) -> Tensor:
        found_BC: Tensor = self.decoder(torch.cat([latent_BZ, told_BY], dim=1))
        return mean_BC + found_BC

    def _write(self, latent_BZ: Tensor, told_BY: Tensor, mean_BC: Tensor) -> Tensor:
        found_BC = self._decode(latent_BZ, told_BY, mean_BC) * self._unit
        written_BP: Tensor = self.origin_P + found_BC @ self._basis_CP
        return written_BP
