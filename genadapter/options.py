"""Options: what besides the condition decides an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from genadapter.checks import above, at_least
from genadapter.errors import ConfigError
from genadapter.refinement import Refinement

Draw = Literal["mean", "sample"]
"""What is taken of a distribution over adapters, where a family models one."""
MAX_SCALE = 4.0
"""Beyond it a base model says nothing of sense any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What besides the condition decides an adapter, and with it the adapter's id."""

    seed: int = 0
    """Part of the id; `sample` draws by it."""
    draw: Draw = "mean"
    """`sample` draws from the family's distribution, where it models one; other families
    write the same either way."""
    refinement: Refinement | None = None
    """Steps that the adapter then takes on its condition's examples, which the bundle
    need not take itself; milliseconds become seconds."""
    rank: int | None = None
    """Rank of the adapter, at most the bundle's: what is written is cut down to the
    nearest adapter of that rank. `None` keeps all."""
    scale: float = 1.0
    """Factor of all that the adapter adds to its base."""

    def __post_init__(self) -> None:
        """Rejects options that no adapter could have."""
        if self.rank is not None:
            at_least(1, self, "rank")
        above(0, self, "scale")
        if self.scale > MAX_SCALE:
            raise ConfigError(f"scale must be at most {MAX_SCALE:g}, got {self.scale}")

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """What is not as it comes, as JSON values; an id hashes it, so it stays as it is."""
        plain = type(self)()
        return {
            name: value
            for name, value in asdict(self).items()
            if value != getattr(plain, name)
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain JSON
        """The options that `to_dict` told."""
        told = dict(values)
        if steps := told.pop("refinement", None):
            steps = Refinement(**{**steps, "scales": tuple(steps["scales"])})
        return cls(**told, refinement=steps)
