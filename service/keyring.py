"""The keyring: API keys that are kept in the database, by their sums alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from sqlalchemy import Row, delete, insert, select

from service.access import Key, Role
from service.database import Database
from service.tables import KEYS


class Keyring:
    """Keeps API keys; safe in threads."""

    def __init__(self, database: Database) -> None:
        """Takes where they are kept."""
        self._database = database

    def add(self, key: Key) -> None:
        """Keeps an API key.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            connection.execute(insert(KEYS).values(**asdict(key)))

    def find(self, sha256: str) -> Key | None:
        """The API key of that sum.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                select(KEYS).where(KEYS.c.sha256 == sha256)
            ).first()
        return None if row is None else _key(row)

    def all(self) -> tuple[Key, ...]:
        """All API keys, oldest first.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.created, KEYS.c.id))
            return tuple(_key(row) for row in rows)

    def remove(self, identifier: str) -> bool:
        """Removes an API key.

        Returns:
            Whether there was one.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with self._database.changing() as connection:
            found = connection.execute(delete(KEYS).where(KEYS.c.id == identifier))
            return found.rowcount > 0


def _key(row: Row[Any]) -> Key:  # Any: columns
    values = row._mapping
    return Key(
        id=values["id"],
        sha256=values["sha256"],
        owner=values["owner"],
        role=cast(Role, values["role"]),
        created=values["created"],
    )
