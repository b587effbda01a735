"""Keyring: API keys, without their secrets."""

from __future__ import annotations

from sqlalchemy import create_engine, select

from service.access import new_key
from service.database import Database
from service.keyring import Keyring
from service.tables import METADATA


def test_keys_are_kept_by_their_sums(database: Database, url: str) -> None:
    """The secret is nowhere in the database."""
    keyring = Keyring(database)
    secret, key = new_key("ann")
    keyring.add(key)
    assert keyring.find(key.sha256) == key
    assert keyring.all() == (key,)
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            assert secret not in str(connection.execute(select(table)).all())
    engine.dispose()
    assert keyring.remove(key.id)
    assert not keyring.remove(key.id)
    assert keyring.find(key.sha256) is None
