"""The database of the service: one engine, one transaction at a time, tables up to date.

SQLite in a file by default, PostgreSQL where several replicas share it. What is kept in it is
told by its users: `registry`, `keyring`, `usage`, `uploads`, `jobs` and `replies`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError

from genadapter.errors import ConfigError
from service.errors import StorageUnavailableError

logger = logging.getLogger(__name__)

_BUSY_MILLISECONDS = 10_000
_MIGRATION_LOCK = 0x67656E61
"""Any number that nobody else locks by."""
_OWNER_LOCK = 1
"""Goes with the sum of an owner's name."""
_WRITES = "genadapter_writes"


class Database:
    """Gives out transactions; safe in threads."""

    def __init__(self, url: str) -> None:
        """Opens a database and brings its tables up to date.

        Args:
            url: SQLAlchemy's, such as `sqlite:///registry.db` or
                `postgresql+psycopg://user@host/name`.

        Raises:
            ConfigError: The URL is none.
            StorageUnavailableError: The database cannot be reached or written.
        """
        try:
            self._engine = create_engine(url, pool_pre_ping=True)
        except (SQLAlchemyError, ImportError) as error:
            # The URL may hold a password, so it is not repeated.
            raise ConfigError(
                f"the registry's URL cannot be used: {error}. Give one such as "
                "sqlite:///registry.db or postgresql+psycopg://user@host/name"
            ) from error
        if self._engine.dialect.name not in ("sqlite", "postgresql"):
            raise ConfigError(
                f"the registry is SQLite or PostgreSQL, got {self._engine.dialect.name}: "
                "give sqlite:///registry.db or postgresql+psycopg://user@host/name"
            )
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _configure_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        with self.changing() as connection:
            _migrate(connection)

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with _database_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A transaction that is kept if its block ends well.

        Raises:
            StorageUnavailableError: The database failed.
        """
        with _database_errors(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection


def take_turn(connection: Connection, owner: str) -> None:
    """Waits until nobody else changes what an owner holds, and keeps others waiting.

    Args:
        connection: Of a transaction that changes; its end ends the turn.
        owner: Whose turn it is. SQLite has one writer anyway.
    """
    if connection.dialect.name != "sqlite":
        turn = func.pg_advisory_xact_lock(_OWNER_LOCK, func.hashtext(owner))
        connection.execute(select(turn))


def _configure_sqlite(connection: Any, _record: object) -> None:  # Any: a driver's
    # Transactions are begun below, not by the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    # Readers never wait for a writer; writers wait for each other.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that began as a reader would be refused where another wrote meanwhile.
    is_writer = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _migrate(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        # Of several replicas that start at once, one makes the tables.
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> AlembicConfig:
    """What Alembic works by: our steps, and a connection that changes."""
    config = AlembicConfig()
    folder = str(Path(__file__).parent / "migrations")
    # The config would read a percent sign as the beginning of a name.
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _database_errors() -> Iterator[None]:
    """Tells clients what failed and the log what exactly: no URL leaves this machine."""
    try:
        yield
    except SQLAlchemyError as error:
        logger.warning("the registry failed: %s", type(error).__name__)
        raise StorageUnavailableError(
            "the adapter registry failed: try again; if it goes on, check the database"
        ) from error
