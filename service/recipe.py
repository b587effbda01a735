"""Recipes: all that decides an adapter's weights, small enough to keep in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from genadapter.condition import Condition, Demonstration
from genadapter.options import Options

Keep = Literal["file", "recipe"]
"""What is kept of an adapter: its files, or what makes them again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a bundle makes an adapter of."""

    condition: Condition
    """What it is for."""
    options: Options = field(default_factory=Options)
    """What else decides it."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The recipe as plain JSON."""
        return {"condition": asdict(self.condition), "options": self.options.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain JSON
        """The recipe that `to_dict` told."""
        told = values["condition"]
        examples = tuple(Demonstration(**example) for example in told["examples"])
        return cls(
            condition=Condition(**{**told, "examples": examples}),
            options=Options.from_dict(values["options"]),
        )
