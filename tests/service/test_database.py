"""Database: tables of the same shape wherever they are, made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from genadapter.errors import ConfigError
from service.database import Database
from service.errors import StorageUnavailableError
from service.keyring import Keyring
from service.tables import METADATA


def test_of_several_who_make_the_tables_one_does(url: str) -> None:
    """As workers do that start together."""
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Database, [url] * 4))
    for database in opened:
        assert Keyring(database).all() == ()
        database.close()


def test_migrations_lead_to_the_tables_that_are_used(
    database: Database, url: str
) -> None:
    """Nothing is missing and nothing is there that no table of ours has."""
    assert Keyring(database).all() == ()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_database_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """Neither a path nor a password is told."""
    with pytest.raises(ConfigError, match=r"sqlite:///registry\.db"):
        Database("nonsense")
    with pytest.raises(StorageUnavailableError) as caught:
        Database(f"sqlite:///{tmp_path}/none/registry.db")
    assert str(tmp_path) not in str(caught.value)
