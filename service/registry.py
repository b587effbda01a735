"""The registry: which adapters there are and who holds them; their files lie in the store."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from genadapter.adapter import Provenance
from genadapter.effect import Effect
from genadapter.errors import AdapterNotFoundError
from genadapter.lora import LoraSpec, TargetModule
from service.access import Caller
from service.database import Database
from service.errors import AdapterExistsError
from service.paging import Page, PageAsked, page_of
from service.recipe import Recipe
from service.store import StoredAdapter
from service.tables import ADAPTERS, AUDIT, HOLDINGS

logger = logging.getLogger(__name__)

_BUSY_MILLISECONDS = 10_000
_MIGRATION_LOCK = 0x67656E61
"""Any number that nobody else locks by."""
_WRITES = "genadapter_writes"


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
    """What makes it again, where no files are kept."""
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


class Registry:
    """Everything that is known of adapters and their owners; safe in threads."""

    def __init__(self, database: Database) -> None:
        """Takes where it is kept."""
        self._database = database

    def add(
        self,
        stored: StoredAdapter,
        caller: Caller,
        holding: Holding,
        *,
        recipe: Recipe | None = None,
    ) -> bool:
        """Notes that an owner holds an adapter.

        Args:
            stored: What is known of it.
            caller: The owner.
            holding: How it is held.
            recipe: What makes it again, where no files are kept; one that was kept is
                forgotten where there is none.

        Returns:
            Whether the owner did not hold it before; what is held stays as it is.

        Raises:
            AdapterExistsError: The owner has another adapter of that name.
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            _insert_adapter(connection, stored, recipe)
            if self._row(connection, caller.owner, stored.id) is not None:
                return False
            try:
                with connection.begin_nested():
                    connection.execute(
                        insert(HOLDINGS).values(
                            owner=caller.owner,
                            adapter_id=stored.id,
                            created=int(time.time()),
                            **_values(holding),
                        )
                    )
            except IntegrityError as error:
                if self._row(connection, caller.owner, stored.id) is not None:
                    # Another worker was faster with the very same.
                    return False
                raise _name_taken(holding.name) from error
            _note(connection, caller, "create", stored.id)
        return True

    def find_recipe(self, identifier: str) -> HeldAdapter | None:
        """An adapter of which a recipe is kept in place of files, whoever holds it.

        Raises:
            StorageUnavailableError: The database failed.
        """
        query = _living().where(ADAPTERS.c.id == identifier)
        query = query.where(ADAPTERS.c.recipe.is_not(None)).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _held(row)

    def keep_effect(self, identifier: str, effect: Effect) -> None:
        """Keeps what was found out about an adapter, whoever holds it.

        Raises:
            StorageUnavailableError: The database failed.
        """
        by_id = update(ADAPTERS).where(ADAPTERS.c.id == identifier)
        with self._database.changing() as connection:
            connection.execute(by_id.values(effect=asdict(effect)))

    def holds(self, caller: Caller, identifier: str) -> bool:
        """Whether a caller holds an adapter, itself.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            return self._row(connection, caller.owner, identifier) is not None

    def find(self, caller: Caller, name: str) -> HeldAdapter:
        """An adapter that a caller may use, by its id or the owner's name for it.

        Raises:
            AdapterNotFoundError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            row = self._row(connection, caller.owner, name)
            if row is None and caller.is_admin:
                row = self._row(connection, None, name)
        if row is None:
            raise AdapterNotFoundError(
                "no such adapter: GET /v1/adapters lists those there are"
            )
        return _held(row)

    def page(self, caller: Caller, asked: PageAsked) -> Page[HeldAdapter]:
        """A part of the list of a caller's adapters; an admin sees all.

        Raises:
            PageStartError: `after` is not in the list.
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            return page_of(
                connection,
                _seen_by(caller),
                asked,
                number=HOLDINGS.c.number,
                identifier=HOLDINGS.c.adapter_id,
                read=_held,
            )

    def fitting(self, caller: Caller, spec: LoraSpec) -> tuple[FittingAdapter, ...]:
        """A caller's adapters that fit a spec, oldest first; an admin sees all owners'.

        Args:
            caller: Who asks.
            spec: The shape; adapters of a lower rank fit as well.

        Raises:
            StorageUnavailableError: The database failed.
        """
        ranks = range(1, spec.rank + 1)
        shapes = [_shape_of(spec.at_rank(rank)) for rank in ranks]
        query = (
            _seen_by(caller)
            .with_only_columns(HOLDINGS.c.adapter_id, HOLDINGS.c.created)
            .where(ADAPTERS.c.shape.in_(shapes))
            .order_by(HOLDINGS.c.number)
        )
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        first: dict[str, int] = {}
        for row in rows:
            # Owners may hold the same one.
            first.setdefault(row.adapter_id, row.created)
        return tuple(FittingAdapter(id=i, created=at) for i, at in first.items())

    def stored_bytes(self) -> dict[str, int]:
        """Size of the files of every adapter that has files, by id, whoever holds it.

        Raises:
            StorageUnavailableError: The database failed.
        """
        query = select(ADAPTERS.c.id, ADAPTERS.c.num_bytes)
        query = query.where(ADAPTERS.c.recipe.is_(None))
        with self._database.reading() as connection:
            return {row.id: row.num_bytes for row in connection.execute(query)}

    def change(self, caller: Caller, name: str, holding: Holding) -> HeldAdapter:
        """Changes how an owner holds an adapter.

        Raises:
            AdapterNotFoundError: There is none, or it is another owner's.
            AdapterExistsError: The owner has another adapter of that name.
            StorageUnavailableError: The database failed.
        """
        held = self.find(caller, name)
        with self._database.changing() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(
                        update(HOLDINGS)
                        .where(HOLDINGS.c.owner == held.owner)
                        .where(HOLDINGS.c.adapter_id == held.id)
                        .values(**_values(holding))
                    )
            except IntegrityError as error:
                raise _name_taken(holding.name) from error
        return self.find(caller, held.id)

    def remove(self, caller: Caller, name: str) -> tuple[str, bool]:
        """Ends an owner's hold on an adapter.

        Returns:
            The adapter's id, and whether nobody holds it any more.

        Raises:
            AdapterNotFoundError: There is none, or it is another owner's.
            StorageUnavailableError: The database failed.
        """
        held = self.find(caller, name)
        with self._database.changing() as connection:
            connection.execute(
                delete(HOLDINGS)
                .where(HOLDINGS.c.owner == held.owner)
                .where(HOLDINGS.c.adapter_id == held.id)
            )
            _note(connection, caller, "delete", held.id)
            return held.id, _drop_if_unheld(connection, held.id)

    def forget(self, identifier: str) -> None:
        """Removes an adapter from all lists, as where its files are gone.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            by_id = HOLDINGS.c.adapter_id == identifier
            connection.execute(delete(HOLDINGS).where(by_id))
            _drop_if_unheld(connection, identifier)

    def expire(self) -> tuple[str, ...]:
        """Ends the holdings whose time is over.

        Returns:
            Ids of the adapters that nobody holds any more.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            over = HOLDINGS.c.expires <= int(time.time())
            ids = connection.scalars(select(HOLDINGS.c.adapter_id).where(over)).all()
            connection.execute(delete(HOLDINGS).where(over))
            return tuple(
                i for i in dict.fromkeys(ids) if _drop_if_unheld(connection, i)
            )

    def pinned_ids(self) -> frozenset[str]:
        """Ids of the adapters that somebody has pinned.

        Raises:
            StorageUnavailableError: The database failed.
        """
        pinned = select(HOLDINGS.c.adapter_id).where(HOLDINGS.c.is_pinned)
        with self._database.reading() as connection:
            return frozenset(connection.scalars(pinned).all())

    def held_by(self, owner: str) -> tuple[int, int]:
        """How many adapters an owner holds, and their bytes together.

        Raises:
            StorageUnavailableError: The database failed.
        """
        total = func.coalesce(func.sum(ADAPTERS.c.num_bytes), 0)
        query = _living().with_only_columns(func.count(), total)
        with self._database.reading() as connection:
            row = connection.execute(query.where(HOLDINGS.c.owner == owner)).one()
        return int(row[0]), int(row[1])

    def num_adapters(self) -> int:
        """Adapters there are, whoever holds them.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            query = select(func.count()).select_from(ADAPTERS)
            return connection.scalar(query) or 0

    def _row(
        self, connection: Connection, owner: str | None, name: str
    ) -> Row[Any] | None:  # Any: columns
        query = _living().where(
            or_(HOLDINGS.c.adapter_id == name, HOLDINGS.c.name == name)
        )
        if owner is not None:
            query = query.where(HOLDINGS.c.owner == owner)
        # An id wins over a name that looks like it.
        is_id = (HOLDINGS.c.adapter_id == name).desc()
        return connection.execute(query.order_by(is_id).limit(1)).first()


def _insert_adapter(
    connection: Connection, stored: StoredAdapter, recipe: Recipe | None
) -> None:
    known = select(ADAPTERS.c.id).where(ADAPTERS.c.id == stored.id)
    if connection.scalar(known) is not None:
        if recipe is None:
            by_id = update(ADAPTERS).where(ADAPTERS.c.id == stored.id)
            connection.execute(by_id.values(recipe=None))
        return
    try:
        with connection.begin_nested():
            told = None if recipe is None else recipe.to_dict()
            connection.execute(
                insert(ADAPTERS).values(
                    **asdict(stored), shape=_shape_of(stored.spec), recipe=told
                )
            )
    except IntegrityError:
        # Another worker was faster with the very same.
        return


def _shape_of(spec: LoraSpec) -> str:
    told = json.dumps(asdict(spec), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _drop_if_unheld(connection: Connection, identifier: str) -> bool:
    held = select(HOLDINGS.c.number).where(HOLDINGS.c.adapter_id == identifier)
    if connection.scalar(held.limit(1)) is not None:
        return False
    connection.execute(delete(ADAPTERS).where(ADAPTERS.c.id == identifier))
    return True


def _note(connection: Connection, caller: Caller, action: str, adapter: str) -> None:
    connection.execute(
        insert(AUDIT).values(
            at=int(time.time()),
            owner=caller.owner,
            action=action,
            adapter_id=adapter,
        )
    )


def _living() -> Select[Any]:  # Any: columns
    now = int(time.time())
    return (
        select(ADAPTERS, *(c.label(f"held_{c.name}") for c in HOLDINGS.c))
        .join(HOLDINGS, HOLDINGS.c.adapter_id == ADAPTERS.c.id)
        .where(or_(HOLDINGS.c.expires.is_(None), HOLDINGS.c.expires > now))
    )


def _seen_by(caller: Caller) -> Select[Any]:  # Any: columns
    query = _living()
    return query if caller.is_admin else query.where(HOLDINGS.c.owner == caller.owner)


def _values(holding: Holding) -> dict[str, Any]:  # Any: columns
    return {**asdict(holding), "metadata": dict(holding.metadata)}


def _held(row: Row[Any]) -> HeldAdapter:  # Any: columns
    values = row._mapping
    spec, made, recipe = values["spec"], values["provenance"], values["recipe"]
    effect = values["effect"]
    modules = tuple(
        TargetModule(**{**module, "layers": tuple(module["layers"])})
        for module in spec["modules"]
    )
    neighbours = tuple((name, share) for name, share in made["neighbours"])
    return HeldAdapter(
        stored=StoredAdapter(
            id=values["id"],
            created=values["created"],
            num_bytes=values["num_bytes"],
            sha256=values["sha256"],
            base_name=values["base_name"],
            spec=LoraSpec(**{**spec, "modules": modules}),
            provenance=Provenance(
                **{**made, "neighbours": neighbours, "kinds": tuple(made["kinds"])}
            ),
            norms={name: tuple(sizes) for name, sizes in values["norms"].items()},
        ),
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


def _name_taken(name: str | None) -> AdapterExistsError:
    return AdapterExistsError(
        f"you have another adapter named {name!r}: choose another name, or delete that one"
    )
