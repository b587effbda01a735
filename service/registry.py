"""The registry: which adapters there are and who holds them; their files lie in the store."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
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

from genadapter.effect import Effect
from genadapter.errors import AdapterNotFoundError
from genadapter.lora import LoraSpec
from service.access import Caller
from service.adding import add_all, name_taken
from service.database import Database, take_turn
from service.errors import AdapterExistsError
from service.holdings import (
    Added,
    Addition,
    FittingAdapter,
    HeldAdapter,
    Holding,
    held_rows,
    holding_values,
    is_living,
    read_held,
    read_stored,
    shape_of,
)
from service.paging import Page, PageAsked, page_of
from service.recipe import Recipe
from service.store import StoredAdapter
from service.tables import ADAPTERS, AUDIT, HOLDINGS

_IDS_AT_ONCE = 1000
"""In one statement: databases take so many thousand values."""
_TOLD_BY_MAKING = ("num_bytes", "sha256", "norms", "provenance")
"""What is known of an adapter only when it was made."""


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
        addition = Addition(stored=stored, holding=holding, recipe=recipe)
        (outcome,) = self.add_all([addition], caller)
        if isinstance(outcome, AdapterExistsError):
            raise outcome
        return outcome.is_new

    def add_all(
        self, additions: Sequence[Addition], caller: Caller
    ) -> list[Added | AdapterExistsError]:
        """Notes that an owner holds adapters, in one transaction.

        Args:
            additions: The adapters; the same one may come more than once.
            caller: The owner.

        Returns:
            What became of each, in their order.

        Raises:
            StorageUnavailableError: The database failed.
        """
        if not additions:
            return []
        with self._database.changing() as connection:
            return add_all(connection, additions, caller.owner)

    def known(self, identifiers: Collection[str]) -> dict[str, StoredAdapter]:
        """What is known of adapters by id, whoever holds them.

        Raises:
            StorageUnavailableError: The database failed.
        """
        query = select(ADAPTERS).where(ADAPTERS.c.id.in_(identifiers))
        with self._database.reading() as connection:
            return {row.id: read_stored(row) for row in connection.execute(query)}

    def keep_made(self, made: StoredAdapter) -> str:
        """Keeps what making an adapter told of it, unless it was made before.

        Returns:
            Hex sum of the weights that were made first.

        Raises:
            AdapterNotFoundError: Nobody holds it any more.
            StorageUnavailableError: The database failed.
        """
        unmade = update(ADAPTERS).where(
            ADAPTERS.c.id == made.id, ADAPTERS.c.sha256.is_(None)
        )
        told = asdict(made)
        facts = {name: told[name] for name in _TOLD_BY_MAKING}
        first = select(ADAPTERS.c.sha256).where(ADAPTERS.c.id == made.id)
        with self._database.changing() as connection:
            connection.execute(unmade.values(**facts))
            sha256: str | None = connection.scalar(first)
        if sha256 is None:
            raise _not_found()
        return sha256

    def keep_effect(self, identifier: str, effect: Effect) -> None:
        """Keeps what was found out about an adapter, whoever holds it.

        Raises:
            StorageUnavailableError: The database failed.
        """
        by_id = update(ADAPTERS).where(ADAPTERS.c.id == identifier)
        with self._database.changing() as connection:
            connection.execute(by_id.values(effect=asdict(effect)))

    def held_of(self, caller: Caller, identifiers: Collection[str]) -> frozenset[str]:
        """Which of some adapters a caller holds, itself.

        Raises:
            StorageUnavailableError: The database failed.
        """
        held = select(HOLDINGS.c.adapter_id).where(
            HOLDINGS.c.owner == caller.owner,
            HOLDINGS.c.adapter_id.in_(identifiers),
            is_living(),
        )
        with self._database.reading() as connection:
            return frozenset(connection.scalars(held).all())

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
            raise _not_found()
        return read_held(row)

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
                read=read_held,
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
        shapes = [shape_of(spec.at_rank(rank)) for rank in ranks]
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
            take_turn(connection, held.owner)
            try:
                with connection.begin_nested():
                    connection.execute(
                        update(HOLDINGS)
                        .where(HOLDINGS.c.owner == held.owner)
                        .where(HOLDINGS.c.adapter_id == held.id)
                        .values(**holding_values(holding))
                    )
            except IntegrityError as error:
                raise name_taken(holding.name) from error
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
            note = {"owner": caller.owner, "action": "delete", "adapter_id": held.id}
            connection.execute(insert(AUDIT).values(at=int(time.time()), **note))
            return held.id, bool(_drop_unheld(connection, [held.id]))

    def forget(self, identifier: str) -> None:
        """Removes an adapter from all lists, as where its files are gone.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            by_id = HOLDINGS.c.adapter_id == identifier
            connection.execute(delete(HOLDINGS).where(by_id))
            _drop_unheld(connection, [identifier])

    def expire(self) -> tuple[str, ...]:
        """Ends the holdings whose time is over.

        Returns:
            Ids of the adapters that nobody holds any more.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            over = HOLDINGS.c.expires <= int(time.time())
            ended = delete(HOLDINGS).where(over).returning(HOLDINGS.c.adapter_id)
            ids = connection.scalars(ended).all()
            return _drop_unheld(connection, ids)

    def pinned_ids(self) -> frozenset[str]:
        """Ids of the adapters that somebody has pinned.

        Raises:
            StorageUnavailableError: The database failed.
        """
        pinned = select(HOLDINGS.c.adapter_id).where(HOLDINGS.c.is_pinned)
        with self._database.reading() as connection:
            return frozenset(connection.scalars(pinned).all())

    def num_held(self, owner: str) -> int:
        """How many adapters an owner holds.

        Raises:
            StorageUnavailableError: The database failed.
        """
        query = select(func.count()).select_from(HOLDINGS)
        with self._database.reading() as connection:
            found = connection.scalar(
                query.where(HOLDINGS.c.owner == owner, is_living())
            )
        return found or 0

    def num_bytes(self, owner: str) -> int:
        """Bytes of the files of an owner's adapters together; recipes have none.

        Raises:
            StorageUnavailableError: The database failed.
        """
        held = select(HOLDINGS.c.number).where(
            HOLDINGS.c.owner == owner,
            HOLDINGS.c.adapter_id == ADAPTERS.c.id,
            is_living(),
        )
        query = select(func.sum(ADAPTERS.c.num_bytes)).where(
            ADAPTERS.c.recipe.is_(None), held.exists()
        )
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

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
        query = held_rows().where(
            is_living(), or_(HOLDINGS.c.adapter_id == name, HOLDINGS.c.name == name)
        )
        if owner is not None:
            query = query.where(HOLDINGS.c.owner == owner)
        # An id wins over a name that looks like it.
        is_id = (HOLDINGS.c.adapter_id == name).desc()
        return connection.execute(query.order_by(is_id).limit(1)).first()


def _not_found() -> AdapterNotFoundError:
    return AdapterNotFoundError(
        "no such adapter: GET /v1/adapters lists those there are"
    )


def _drop_unheld(connection: Connection, identifiers: Iterable[str]) -> tuple[str, ...]:
    """Removes those of some adapters that nobody holds; tells which."""
    held = select(HOLDINGS.c.number).where(HOLDINGS.c.adapter_id == ADAPTERS.c.id)
    unheld = delete(ADAPTERS).where(~held.exists()).returning(ADAPTERS.c.id)
    dropped: list[str] = []
    for some in _in_parts(sorted(set(identifiers))):
        dropped += connection.scalars(unheld.where(ADAPTERS.c.id.in_(some))).all()
    return tuple(dropped)


def _in_parts(identifiers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(identifiers), _IDS_AT_ONCE):
        yield identifiers[start : start + _IDS_AT_ONCE]


def _seen_by(caller: Caller) -> Select[Any]:  # Any: columns
    query = held_rows().where(is_living())
    return query if caller.is_admin else query.where(HOLDINGS.c.owner == caller.owner)
