"""Nearest family: the expert whose task is most like the description.

Shapes: B tasks, K neighbours, C coefficients, P parameters of one flattened B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from genadapter.generators.base import Features, Generator, Surroundings


@final
class NearestGenerator(Generator, family="nearest"):
    """Returns the nearest expert unchanged; the floor for every other family."""

    conditions = frozenset({"description"})
    objectives = ()
    _basis_CP: Tensor

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Nothing to choose."""

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.num_neighbours = 1
        self.register_buffer(
            "_basis_CP", surroundings.library.basis_CP, persistent=False
        )

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        nearest_BC = features.neighbours.coefficients_BKC[:, 0]
        return self.origin_P + nearest_BC @ self._basis_CP
