"""Holdings: adapters as owners hold them, and the rows that tell of them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select

from genadapter.adapter import Provenance
from genadapter.effect import Effect
from genadapter.lora import LoraSpec
from service.recipe import Recipe
from service.store import StoredAdapter
from service.tables import ADAPTERS, HOLDINGS


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """How an owner holds an adapter."""

    name: str | None = None
    """Another name for it, of this owner's own."""
    is_pinned: bool = False
    """Whether it stays in memory."""
    expires: int | None = None
    """When it is gone, in seconds since 1970; none means never."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the owner notes of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldAdapter:
    """An adapter as one owner holds it."""

    stored: StoredAdapter
    """What is known of it."""
    owner: str
    """Who holds it."""
    created: int
    """Since when, in seconds since 1970."""
    holding: Holding
    """How."""
    recipe: Recipe | None = None
    """What makes it, where no files are kept."""
    effect: Effect | None = None
    """How far it moves its base; none until somebody looked."""
    is_kept: bool = True
    """False where it was only tried."""

    @property
    def id(self) -> str:
        """The adapter's id."""
        return self.stored.id

    @property
    def has_no_effect(self) -> bool:
        """Whether it is known to change nothing."""
        return self.effect is not None and self.effect.is_none


@dataclass(frozen=True, kw_only=True, slots=True)
class FittingAdapter:
    """An adapter that a base can use."""

    id: str
    created: int
    """Since when it is held, in seconds since 1970."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addition:
    """An adapter that an owner is to hold."""

    stored: StoredAdapter
    """What is known of it."""
    holding: Holding = field(default_factory=Holding)
    """How it is to be held; what is held already stays as it is."""
    recipe: Recipe | None = None
    """What makes it, where no files are kept; one that was kept is forgotten where
    there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What became of an addition."""

    held: HeldAdapter
    """The adapter."""
    is_new: bool
    """Whether the owner did not hold it before."""


def held_rows() -> Select[Any]:  # Any: columns
    """Finds adapters with who holds them."""
    columns = (c.label(f"held_{c.name}") for c in HOLDINGS.c)
    return select(ADAPTERS, *columns).join(
        HOLDINGS, HOLDINGS.c.adapter_id == ADAPTERS.c.id
    )


def is_living() -> ColumnElement[bool]:
    """Whether a holding's time is not over."""
    return or_(HOLDINGS.c.expires.is_(None), HOLDINGS.c.expires > int(time.time()))


def holding_values(holding: Holding) -> dict[str, Any]:  # Any: columns
    """A holding as the columns of its row."""
    return {**asdict(holding), "metadata": dict(holding.metadata)}


def adapter_values(addition: Addition) -> dict[str, Any]:  # Any: columns
    """What is known of an adapter as the columns of its row."""
    stored, recipe = addition.stored, addition.recipe
    return {
        **asdict(stored),
        "shape": shape_of(stored.spec),
        "recipe": None if recipe is None else recipe.to_dict(),
    }


def shape_of(spec: LoraSpec) -> str:
    """Sum of a spec, by which adapters that fit a base are found."""
    told = json.dumps(asdict(spec), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def read_held(row: Row[Any]) -> HeldAdapter:  # Any: columns
    """The adapter that a row of `held_rows` tells of."""
    values = row._mapping
    recipe, effect = values["recipe"], values["effect"]
    return HeldAdapter(
        stored=read_stored(row),
        recipe=None if recipe is None else Recipe.from_dict(recipe),
        effect=None if effect is None else Effect(**effect),
        owner=values["held_owner"],
        created=values["held_created"],
        holding=Holding(
            name=values["held_name"],
            is_pinned=values["held_is_pinned"],
            expires=values["held_expires"],
            metadata=values["held_metadata"],
        ),
    )


def read_stored(row: Row[Any]) -> StoredAdapter:  # Any: columns
    """What a row says of an adapter, whoever holds it."""
    values = row._mapping
    return StoredAdapter(
        id=values["id"],
        created=values["created"],
        num_bytes=values["num_bytes"],
        sha256=values["sha256"],
        base_name=values["base_name"],
        spec=LoraSpec.from_dict(values["spec"]),
        provenance=Provenance.from_dict(values["provenance"]),
        norms={name: tuple(sizes) for name, sizes in values["norms"].items()},
    )
