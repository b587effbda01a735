"""Recipes: all that decides an adapter's weights, small enough to keep in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from genadapter.condition import Condition, Demonstration
from genadapter.refinement import Refinement

Keep = Literal["file", "recipe"]
"""What is kept of an adapter: its files, or what makes them again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a bundle makes an adapter of."""

    condition: Condition
    """What it is for."""
    seed: int = 0
    """Part of its id."""
    refinement: Refinement | None = None
    """Steps on the condition's examples; none takes none."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The recipe as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain JSON
        """The recipe that `to_dict` told."""
        told, steps = values["condition"], values["refinement"]
        examples = tuple(Demonstration(**example) for example in told["examples"])
        if steps is not None:
            steps = Refinement(**{**steps, "scales": tuple(steps["scales"])})
        return cls(
            condition=Condition(**{**told, "examples": examples}),
            seed=values["seed"],
            refinement=steps,
        )
