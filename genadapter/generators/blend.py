"""Blend family: the nearest experts, averaged by similarity.

Averaging is exact because all experts share their A: the blend of the deltas is the
blend of the B factors (Huang et al., LoraHub, 2023, mixes A and B apart, which is not).

Shapes: B tasks, K neighbours, C coefficients, P parameters of one flattened B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from genadapter.checks import above, at_least
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.library import blend_weights


@final
class BlendGenerator(Generator, family="blend"):
    """Softmax over similarities, then a weighted mean of expert coefficients."""

    conditions = frozenset({"description"})
    objectives = ()
    _basis_CP: Tensor

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """How wide and how soft the average is; tuned on validation families."""

        num_neighbours: int = 4
        """Experts in the average (K)."""
        temperature: float = 0.1
        """Divides the cosine similarities; small values approach the nearest expert."""

        def __post_init__(self) -> None:
            """Rejects values without meaning."""
            at_least(1, self, "num_neighbours")
            above(0, self, "temperature")

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.num_neighbours = config.num_neighbours
        self.register_buffer(
            "_basis_CP", surroundings.library.basis_CP, persistent=False
        )

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        weights_BK = blend_weights(features.neighbours, self.config.temperature)
        coefficients_BKC = features.neighbours.coefficients_BKC
        mixed_BC = torch.einsum("bk,bkc->bc", weights_BK, coefficients_BKC)
        return self.origin_P + mixed_BC @ self._basis_CP
