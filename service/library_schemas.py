"""The experts that adapters start from, as a body of a reply."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Self

from pydantic import BaseModel, Field

from genadapter.library import ExpertLibrary


class MappedExpert(BaseModel):
    """A trained task, and where it lies among the others."""

    id: str
    family: str
    x: float
    y: float


class LibraryObject(BaseModel):
    """Every expert; near each other are those whose tasks are told in like words."""

    object: Literal["library"] = "library"
    base_model: str
    conditions: list[str] = Field(
        description="What adapters can be asked for by: kinds of condition that the "
        "generator met in training."
    )
    data: list[MappedExpert]

    @classmethod
    def of(
        cls, library: ExpertLibrary, *, base_name: str, kinds: Collection[str]
    ) -> Self:
        """The object of a library, and of the generator that stands on it."""
        return cls(
            base_model=base_name,
            conditions=sorted(kinds),
            data=[
                MappedExpert(
                    id=expert.id, family=expert.family, x=round(x, 4), y=round(y, 4)
                )
                for expert, (x, y) in zip(
                    library.experts, library.map_N2.tolist(), strict=True
                )
            ],
        )
