"""Pages: lists in parts, each going on after the last item of the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Connection, Row, Select

from service.errors import PageStartError

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageAsked:
    """Which part of a list is wanted."""

    after: str | None = None
    """The id that the page before ended with; none starts at the top."""
    limit: int = 20
    """At most so many items."""
    newest_first: bool = True
    """The order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Item]):
    """A part of a list."""

    items: tuple[Item, ...]
    """The items of this page."""
    has_more: bool
    """Whether others follow."""


def page_of(
    connection: Connection,
    query: Select[Any],  # Any: columns
    asked: PageAsked,
    *,
    number: Column[int],
    identifier: Column[str],
    read: Callable[[Row[Any]], Item],
) -> Page[Item]:
    """A part of what a query finds.

    Args:
        connection: Of a transaction.
        query: Finds the whole list.
        asked: Which part.
        number: Rises with every row; lists go by it.
        identifier: Ids of the items, where an item may come more than once.
        read: Makes an item of a row.

    Raises:
        PageStartError: `after` is not in the list.
    """
    if asked.after is not None:
        found = query.with_only_columns(number).where(identifier == asked.after)
        newest_last = number if asked.newest_first else number.desc()
        last = connection.scalar(found.order_by(newest_last).limit(1))
        if last is None:
            raise PageStartError
        query = query.where(number < last if asked.newest_first else number > last)
    order = number.desc() if asked.newest_first else number
    rows = connection.execute(query.order_by(order).limit(asked.limit + 1)).all()
    items = tuple(read(row) for row in rows[: asked.limit])
    return Page(items=items, has_more=len(rows) > asked.limit)
