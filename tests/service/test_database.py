"""Database: tables of the same shape wherever they are, made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from genadapter.adapter import Provenance
from genadapter.errors import ConfigError
from genadapter.lora import LoraSpec, TargetModule
from service.access import Caller
from service.database import Database, alembic_config
from service.errors import StorageUnavailableError
from service.holdings import Holding
from service.keyring import Keyring
from service.paging import PageAsked
from service.registry import Registry
from service.store import StoredAdapter
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


def test_a_change_of_tables_keeps_what_is_in_them(database: Database) -> None:
    """Back to a version without unmade recipes and forth again, holdings stay."""
    registry, ann = Registry(database), Caller(owner="ann")
    module = TargetModule(
        name="q_proj", parent="self_attn", layers=(0,), in_features=1, out_features=1
    )
    unmade = StoredAdapter(
        id=f"lora-{1:032x}",
        created=1,
        num_bytes=None,
        sha256=None,
        spec=LoraSpec(modules=(module,), rank=1, alpha=1, base_fingerprint="b"),
        base_name="b",
        provenance=Provenance(
            family="f", bundle="b", condition="c", seed=0, neighbours=()
        ),
        norms={},
    )
    made = replace(unmade, id=f"lora-{2:032x}", num_bytes=7, sha256="s")
    for stored in (unmade, made):
        registry.add(stored, ann, Holding())
    with database.changing() as connection:
        command.downgrade(alembic_config(connection), "0004")
    with database.changing() as connection:
        command.upgrade(alembic_config(connection), "head")
    page = registry.page(ann, PageAsked())
    assert [held.stored for held in page.items] == [made]


def test_a_database_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """Neither a path nor a password is told."""
    with pytest.raises(ConfigError, match=r"sqlite:///registry\.db"):
        Database("nonsense")
    with pytest.raises(StorageUnavailableError) as caught:
        Database(f"sqlite:///{tmp_path}/none/registry.db")
    assert str(tmp_path) not in str(caught.value)
