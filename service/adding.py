"""Adding: notes who is to hold which adapters, many in one transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from service.database import take_turn
from service.errors import AdapterExistsError
from service.holdings import (
    Added,
    Addition,
    adapter_values,
    held_rows,
    holding_values,
    read_held,
)
from service.tables import ADAPTERS, AUDIT, HOLDINGS

Rows = list[dict[str, Any]]  # Any: columns


def add_all(
    connection: Connection, additions: Sequence[Addition], owner: str
) -> list[Added | AdapterExistsError]:
    """Notes that an owner holds adapters.

    Args:
        connection: Of a transaction that changes.
        additions: The adapters; the same one may come more than once.
        owner: Who is to hold them.

    Returns:
        What became of each, in their order.
    """
    take_turn(connection, owner)
    ids = {addition.stored.id for addition in additions}
    _end_what_is_over(connection, additions, owner)
    mine = HOLDINGS.c.owner == owner
    held_ids = select(HOLDINGS.c.adapter_id).where(mine, HOLDINGS.c.adapter_id.in_(ids))
    held = set(connection.scalars(held_ids))
    taken = _names_taken(connection, additions, owner)
    now = int(time.time())
    rows: Rows = []
    is_new: list[bool | None] = []
    for addition in additions:
        identifier, name = addition.stored.id, addition.holding.name
        if identifier in held:
            is_new.append(False)
        elif name in taken:
            is_new.append(None)
        else:
            held.add(identifier)
            taken |= {name} - {None}
            row = {"owner": owner, "adapter_id": identifier, "created": now}
            rows.append({**row, **holding_values(addition.holding)})
            is_new.append(True)
    _keep_adapters(connection, [a for a in additions if a.stored.id in held])
    if rows:
        connection.execute(insert(HOLDINGS), rows)
        connection.execute(
            insert(AUDIT),
            [
                {
                    "at": now,
                    "owner": owner,
                    "action": "create",
                    "adapter_id": row["adapter_id"],
                }
                for row in rows
            ],
        )
    query = held_rows().where(mine, HOLDINGS.c.adapter_id.in_(ids))
    found = {row.id: read_held(row) for row in connection.execute(query)}
    return [
        name_taken(addition.holding.name)
        if new is None
        else Added(held=found[addition.stored.id], is_new=new)
        for addition, new in zip(additions, is_new, strict=True)
    ]


def name_taken(name: str | None) -> AdapterExistsError:
    """Says that an owner has another adapter of that name."""
    return AdapterExistsError(
        f"you have another adapter named {name!r}: choose another name, or delete that one"
    )


def _end_what_is_over(
    connection: Connection, additions: Sequence[Addition], owner: str
) -> None:
    """Makes room where a holding's time is over and nobody has removed it yet."""
    over = (HOLDINGS.c.owner == owner, HOLDINGS.c.expires <= int(time.time()))
    ids = {addition.stored.id for addition in additions}
    names = {addition.holding.name for addition in additions} - {None}
    connection.execute(delete(HOLDINGS).where(*over, HOLDINGS.c.adapter_id.in_(ids)))
    if names:
        renamed = update(HOLDINGS).where(*over, HOLDINGS.c.name.in_(names))
        connection.execute(renamed.values(name=None))


def _names_taken(
    connection: Connection, additions: Sequence[Addition], owner: str
) -> set[str | None]:
    names = {addition.holding.name for addition in additions} - {None}
    if not names:
        return set()
    taken = select(HOLDINGS.c.name).where(HOLDINGS.c.owner == owner)
    return set(connection.scalars(taken.where(HOLDINGS.c.name.in_(names))))


def _keep_adapters(connection: Connection, additions: Sequence[Addition]) -> None:
    """Keeps what is known of adapters; what is there already gets files, if at all."""
    # In one order for all, so that two who add the same ones never wait for each other.
    by_id = {addition.stored.id: addition for addition in additions}
    rows = [adapter_values(by_id[identifier]) for identifier in sorted(by_id)]
    if not rows:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    new = (sqlite.insert if is_sqlite else postgresql.insert)(ADAPTERS)
    connection.execute(new.on_conflict_do_nothing(index_elements=["id"]), rows)
    filed = {row["id"]: row for row in rows if row["recipe"] is None}
    kept = select(ADAPTERS.c.id).where(
        ADAPTERS.c.id.in_(filed), ADAPTERS.c.recipe.is_not(None)
    )
    for identifier in connection.scalars(kept).all():
        row = update(ADAPTERS).where(ADAPTERS.c.id == identifier)
        connection.execute(row.values(**filed[identifier]))
