"""Diagnosis: what is found out about an adapter once it is there, when nobody waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.condition import Condition
from genadapter.effect import Effect, measure_effect
from genadapter.pipeline import Pipeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """What was found out about an adapter."""

    effect: Effect
    """How far it moves the base."""
    familiarity: float | None = None
    """Share of the training descriptions that look stranger than its own; none where
    its words are not known any more, or the bundle has no scale for them."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The diagnosis as plain JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:  # Any: plain JSON
        """The diagnosis that `to_dict` told."""
        effect = Effect(**values["effect"])
        return cls(effect=effect, familiarity=values["familiarity"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """An adapter that is to be looked at."""

    adapter_id: str
    condition: Condition | None = None
    """What it was made for, where that is still known."""


class Examiner:
    """Looks at adapters; safe in threads."""

    def __init__(self, pipeline: Pipeline, base: BaseModel) -> None:
        """Takes what it looks with.

        Args:
            pipeline: Knows what is familiar to the bundle.
            base: Runs with the adapters and without.
        """
        self._pipeline, self._base = pipeline, base

    def examine(self, adapter: Adapter, condition: Condition | None) -> Diagnosis:
        """Finds out about an adapter, in a fraction of a second.

        Args:
            adapter: Made for this base.
            condition: What it was made for, where that is still known.

        Raises:
            SpecMismatchError: It was made for another base.
        """
        effect = measure_effect(adapter.weights, self._base, adapter.spec)
        ratings = None
        if condition is not None:
            ratings = self._pipeline.familiarity([condition])
        familiarity = None if ratings is None else ratings[0].share
        return Diagnosis(effect=effect, familiarity=familiarity)
