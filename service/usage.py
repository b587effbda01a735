"""Usage: what owners have used, minute by minute and across all workers."""

from __future__ import annotations

import time

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from service.database import Database
from service.tables import COUNTERS


class Usage:
    """Counts what owners use; safe in threads."""

    def __init__(self, database: Database) -> None:
        """Takes where the counts are kept."""
        self._database = database

    def count(self, owner: str, kind: str, amount: int) -> int:
        """Counts what an owner uses, across all workers.

        Returns:
            What it used of that kind in this minute, this included.

        Raises:
            StorageUnavailableError: The database failed.
        """
        minute = int(time.time()) // 60
        with self._database.changing() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            query = (
                (sqlite.insert if is_sqlite else postgresql.insert)(COUNTERS)
                .values(owner=owner, kind=kind, minute=minute, amount=amount)
                .on_conflict_do_update(
                    index_elements=["owner", "kind", "minute"],
                    set_={"amount": COUNTERS.c.amount + amount},
                )
                .returning(COUNTERS.c.amount)
            )
            used: int = connection.scalar(query)
        return used

    def expire(self) -> None:
        """Forgets the minutes that are over.

        Raises:
            StorageUnavailableError: The database failed.
        """
        over = COUNTERS.c.minute < int(time.time()) // 60
        with self._database.changing() as connection:
            connection.execute(delete(COUNTERS).where(over))
