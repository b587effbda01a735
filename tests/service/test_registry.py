"""Registry: who holds what, whatever happens at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select

from genadapter.adapter import Adapter
from genadapter.errors import AdapterNotFoundError, ConfigError
from service.access import Caller, new_key
from service.errors import AdapterExistsError, StorageUnavailableError
from service.registry import Holding, Registry
from service.store import AdapterStore, StoredAdapter
from service.tables import METADATA

ANN, BOB = Caller(owner="ann"), Caller(owner="bob")
ADMIN = Caller(owner="root", role="admin")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.db'}"
    new_database: Callable[[], str] = request.getfixturevalue("postgres")
    return new_database()


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    """A registry with nothing in it."""
    registry = Registry(url)
    yield registry
    registry.close()


@pytest.fixture
def stored(
    store: AdapterStore, new_adapter: Callable[[str], Adapter]
) -> list[StoredAdapter]:
    """Three adapters on disk that nobody holds."""
    return [store.put(new_adapter(text)) for text in ("sort", "capital", "noun")]


def test_what_is_added_is_found_as_it_was(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """Also by another process, with all that is known of it."""
    holding = Holding(name="mine", is_pinned=True, metadata={"team": "a"})
    assert registry.add(stored[0], ANN, holding)
    assert not registry.add(stored[0], ANN, Holding())
    for name in (stored[0].id, "mine"):
        held = registry.find(ANN, name)
        assert (held.stored, held.holding, held.owner) == (stored[0], holding, "ann")


def test_owners_do_not_see_each_other(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """The same adapter may be held by both, under names of their own; an admin sees all."""
    registry.add(stored[0], ANN, Holding(name="x"))
    registry.add(stored[1], BOB, Holding(name="x"))
    registry.add(stored[0], BOB, Holding())
    assert registry.find(ANN, "x").id == stored[0].id
    assert registry.find(BOB, "x").id == stored[1].id
    with pytest.raises(AdapterNotFoundError):
        registry.find(ANN, stored[1].id)
    assert [held.id for held in registry.all_of(ANN)] == [stored[0].id]
    assert len(registry.all_of(ADMIN)) == 3
    assert registry.find(ADMIN, stored[1].id).owner == "bob"


def test_an_adapter_goes_with_its_last_holder(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """Only then may its files be removed."""
    for caller in (ANN, BOB):
        registry.add(stored[0], caller, Holding())
    assert registry.remove(ANN, stored[0].id) == (stored[0].id, False)
    with pytest.raises(AdapterNotFoundError):
        registry.remove(ANN, stored[0].id)
    assert registry.remove(BOB, stored[0].id) == (stored[0].id, True)
    assert registry.num_adapters() == 0


def test_a_name_stands_for_one_adapter(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """Of an owner; the error says which name it is."""
    registry.add(stored[0], ANN, Holding(name="x"))
    with pytest.raises(AdapterExistsError, match="'x'"):
        registry.add(stored[1], ANN, Holding(name="x"))
    registry.add(stored[1], ANN, Holding(name="y"))
    with pytest.raises(AdapterExistsError, match="'x'"):
        registry.change(ANN, "y", Holding(name="x"))
    assert registry.change(ANN, "y", Holding(name="z")).holding.name == "z"
    with pytest.raises(AdapterNotFoundError):
        registry.find(ANN, "y")


def test_time_ends_a_holding(
    registry: Registry, stored: list[StoredAdapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not found from then on, and its adapter goes with the next look."""
    now = int(time.time())
    registry.add(stored[0], ANN, Holding(expires=now + 100))
    registry.add(stored[1], ANN, Holding(expires=now + 100))
    registry.add(stored[1], BOB, Holding())
    assert registry.expire() == ()
    monkeypatch.setattr(time, "time", lambda: now + 100)
    assert registry.all_of(ANN) == ()
    assert registry.expire() == (stored[0].id,)
    assert registry.num_adapters() == 1


def test_pages_follow_each_other(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """In the order of adding, or the other way round."""
    for one in stored:
        registry.add(one, ANN, Holding())
    for newest_first in (False, True):
        seen, after = [], None
        while True:
            page = registry.page(ANN, after=after, limit=2, newest_first=newest_first)
            seen += [held.id for held in page.adapters]
            if not page.has_more:
                break
            after = seen[-1]
        ids = [one.id for one in stored]
        assert seen == (ids[::-1] if newest_first else ids)


def test_of_many_who_add_at_once_one_is_first(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """The same adapter fifty times, then fifty adapters under one name."""
    with ThreadPoolExecutor(16) as pool:
        added = list(
            pool.map(lambda _: registry.add(stored[0], ANN, Holding()), range(50))
        )
        assert sorted(added) == [False] * 49 + [True]
        twins = [replace(stored[1], id=f"lora-{n:032x}") for n in range(50)]

        def claim(twin: StoredAdapter) -> bool:
            try:
                return registry.add(twin, ANN, Holding(name="best"))
            except AdapterExistsError:
                return False

        assert sum(pool.map(claim, twins)) == 1
    assert len(registry.all_of(ANN)) == 2


def test_keys_are_kept_by_their_sums(registry: Registry, url: str) -> None:
    """The secret is nowhere in the database."""
    secret, key = new_key("ann")
    registry.add_key(key)
    assert registry.find_key(key.sha256) == key
    assert registry.all_keys() == (key,)
    engine = create_engine(url)
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            assert secret not in str(connection.execute(select(table)).all())
    engine.dispose()
    assert registry.remove_key(key.id)
    assert not registry.remove_key(key.id)
    assert registry.find_key(key.sha256) is None


def test_a_second_opening_finds_what_there_is(
    registry: Registry, stored: list[StoredAdapter], url: str
) -> None:
    """Tables are made once, also where several open at the same time."""
    registry.add(stored[0], ANN, Holding())
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Registry, [url] * 4))
    for again in opened:
        assert [held.id for held in again.all_of(ANN)] == [stored[0].id]
        again.close()


def test_of_several_who_make_the_tables_one_does(url: str) -> None:
    """As workers do that start together."""
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Registry, [url] * 4))
    for registry in opened:
        assert registry.all_keys() == ()
        registry.close()


def test_migrations_lead_to_the_tables_that_are_used(
    registry: Registry, url: str
) -> None:
    """Nothing is missing and nothing is there that no table of ours has."""
    assert registry.all_keys() == ()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_database_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    """Neither a path nor a password is told."""
    with pytest.raises(ConfigError, match=r"sqlite:///registry\.db"):
        Registry("nonsense")
    with pytest.raises(StorageUnavailableError) as caught:
        Registry(f"sqlite:///{tmp_path}/none/registry.db")
    assert str(tmp_path) not in str(caught.value)
