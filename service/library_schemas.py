"""The experts that adapters start from, as a body of a reply."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel

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
    data: list[MappedExpert]

    @classmethod
    def of(cls, library: ExpertLibrary, *, base_name: str) -> Self:
        """The object of a library."""
        return cls(
            base_model=base_name,
            data=[
                MappedExpert(
                    id=expert.id, family=expert.family, x=round(x, 4), y=round(y, 4)
                )
                for expert, (x, y) in zip(
                    library.experts, library.map_N2.tolist(), strict=True
                )
            ],
        )
