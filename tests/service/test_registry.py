"""Registry: who holds what, whatever happens at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from genadapter.adapter import Adapter
from genadapter.errors import AdapterNotFoundError
from service.access import Caller
from service.database import Database
from service.errors import AdapterExistsError
from service.paging import PageAsked
from service.registry import HeldAdapter, Holding, Registry
from service.store import AdapterStore, StoredAdapter

ANN, BOB = Caller(owner="ann"), Caller(owner="bob")
ADMIN = Caller(owner="root", role="admin")


def held_by(registry: Registry, caller: Caller) -> tuple[HeldAdapter, ...]:
    """What a caller sees, the oldest first."""
    asked = PageAsked(limit=100, newest_first=False)
    return registry.page(caller, asked).items


@pytest.fixture
def registry(database: Database) -> Registry:
    """A registry with nothing in it."""
    return Registry(database)


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
    assert [held.id for held in held_by(registry, ANN)] == [stored[0].id]
    assert len(held_by(registry, ADMIN)) == 3
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
    assert held_by(registry, ANN) == ()
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
            asked = PageAsked(after=after, limit=2, newest_first=newest_first)
            page = registry.page(ANN, asked)
            seen += [held.id for held in page.items]
            if not page.has_more:
                break
            after = seen[-1]
        ids = [one.id for one in stored]
        assert seen == (ids[::-1] if newest_first else ids)


def test_adapters_that_fit_a_base_are_found(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """Each once, the oldest first, whoever else holds it; others fit another base."""
    other = replace(stored[2], spec=replace(stored[2].spec, rank=1))
    for one, caller in [
        (stored[0], BOB),
        (stored[1], ANN),
        (stored[0], ANN),
        (other, ANN),
    ]:
        registry.add(one, caller, Holding())
    spec = stored[0].spec
    assert [one.id for one in registry.fitting(ANN, spec)] == [
        stored[1].id,
        stored[0].id,
    ]
    assert [one.id for one in registry.fitting(ADMIN, spec)] == [
        stored[0].id,
        stored[1].id,
    ]
    assert [one.id for one in registry.fitting(ANN, other.spec)] == [other.id]


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
    assert len(held_by(registry, ANN)) == 2


def test_a_second_opening_finds_what_there_is(
    registry: Registry, stored: list[StoredAdapter], url: str
) -> None:
    """Tables are made once, also where several open at the same time."""
    registry.add(stored[0], ANN, Holding())
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(Database, [url] * 4))
    for again in opened:
        assert [held.id for held in held_by(Registry(again), ANN)] == [stored[0].id]
        again.close()
