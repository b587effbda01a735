"""Registry: who holds what, whatever happens at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from genadapter.adapter import Adapter
from genadapter.condition import Condition
from genadapter.errors import AdapterNotFoundError
from service.access import Caller
from service.database import Database
from service.errors import AdapterExistsError, PageStartError
from service.holdings import Added, Addition, HeldAdapter, Holding
from service.paging import PageAsked
from service.recipe import Recipe
from service.registry import Registry
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


def planned(stored: StoredAdapter, number: int) -> StoredAdapter:
    """An adapter that was never made."""
    identifier = f"lora-{number:032x}"
    return replace(stored, id=identifier, num_bytes=None, sha256=None, norms={})


RECIPE = Recipe(condition=Condition(description="sort"))


def test_many_are_added_in_one_transaction(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """In their order; what is held already and a name that is taken hold up no other."""
    registry.add(stored[0], ANN, Holding(name="x"))
    registry.add(stored[1], BOB, Holding(name="y"))
    wanted = [
        (stored[1], "y"),
        (stored[0], "z"),
        (stored[2], "x"),
        (planned(stored[2], 1), "y"),
        (planned(stored[2], 2), None),
        (planned(stored[2], 2), "again"),
        (planned(stored[2], 3), None),
    ]
    additions = [
        Addition(stored=one, holding=Holding(name=name), recipe=RECIPE)
        for one, name in wanted
    ]
    with counted_commits() as commits:
        outcomes = registry.add_all(additions, ANN)
    assert len(commits) == 1
    told = [o.is_new if isinstance(o, Added) else str(o) for o in outcomes]
    assert (told[:2], told[4:]) == ([True, False], [True, False, True])
    assert "'x'" in str(told[2])
    assert "'y'" in str(told[3])
    listed = held_by(registry, ANN)
    ids = [stored[0].id, stored[1].id, f"lora-{2:032x}", f"lora-{3:032x}"]
    assert [held.id for held in listed] == ids
    assert [held.holding.name for held in listed] == ["x", "y", None, None]
    # It has files since another added it.
    assert [held.recipe for held in listed] == [None, None, RECIPE, RECIPE]
    # Those whose name was taken are not kept for nobody.
    assert registry.num_adapters() == 4


def test_owners_who_add_the_same_ones_at_once_do_not_wait_for_each_other(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """In whatever order each of them names them."""
    additions = [
        Addition(stored=planned(stored[0], n), recipe=RECIPE) for n in range(50)
    ]

    def add(number: int) -> int:
        order = additions if number % 2 else additions[::-1]
        outcomes = registry.add_all(order, (ANN, BOB)[number // 2 % 2])
        return sum(isinstance(o, Added) and o.is_new for o in outcomes)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(8))) == 100
    assert registry.num_adapters() == 50


@contextmanager
def counted_commits() -> Iterator[list[object]]:
    """One object for every transaction that was kept meanwhile."""
    commits: list[object] = []

    def note(connection: object) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", note)


def test_what_a_recipe_makes_is_told_once(
    registry: Registry, stored: list[StoredAdapter]
) -> None:
    """The first sum stays, for everyone who holds it; files tell of themselves."""
    made = stored[0]
    registry.add(
        replace(made, num_bytes=None, sha256=None), ANN, Holding(), recipe=RECIPE
    )
    assert not registry.find(ANN, made.id).stored.is_made
    assert registry.keep_made(made) == made.sha256
    assert registry.find(ANN, made.id).stored == made
    assert registry.keep_made(replace(made, sha256="0" * 64)) == made.sha256
    with pytest.raises(AdapterNotFoundError):
        registry.keep_made(stored[1])
    unmade = replace(stored[1], num_bytes=None, sha256=None, norms={})
    registry.add(unmade, ANN, Holding(), recipe=RECIPE)
    assert registry.num_bytes("ann") == 0
    registry.add(stored[1], BOB, Holding())
    assert registry.find(ANN, unmade.id).stored == stored[1]
    assert registry.find(ANN, unmade.id).recipe is None
    assert registry.num_bytes("ann") == stored[1].num_bytes
    assert registry.num_held("ann") == 2


def test_what_is_over_makes_room_at_once(
    registry: Registry, stored: list[StoredAdapter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the same adapter and for another one of that name."""
    now = int(time.time())
    for one, name in ((stored[0], "x"), (stored[1], "y")):
        registry.add(one, ANN, Holding(name=name, expires=now + 100))
    monkeypatch.setattr(time, "time", lambda: now + 100)
    assert registry.num_held("ann") == 0
    assert registry.add(stored[0], ANN, Holding(name="y"))
    assert registry.find(ANN, "y").id == stored[0].id
    assert registry.expire() == (stored[1].id,)


def test_no_question_looks_at_all_adapters(tmp_path: Path) -> None:
    """There may be a million: each has an index to be answered by."""
    database = Database(f"sqlite:///{tmp_path / 'registry.db'}")
    registry = Registry(database)
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for caller in (ANN, ADMIN):
            with pytest.raises(AdapterNotFoundError):
                registry.find(caller, "x")
            registry.held_of(caller, ["x"])
        registry.page(ANN, PageAsked())
        with pytest.raises(PageStartError):
            registry.page(ANN, PageAsked(after="x"))
        registry.known(["x"])
        registry.num_held("ann")
        registry.num_bytes("ann")
        registry.pinned_ids()
        registry.stored_bytes()
        registry.expire()
        registry.forget("x")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    partial = ("ix_holdings_pinned", "ix_adapters_with_files")
    with database.reading() as connection:
        questions = [q for q in asked if q[0].startswith(("SELECT", "DELETE"))]
        for statement, values in questions:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", tuple(values)
            )
            for step in [row[3] for row in plan]:
                is_all = step.startswith("SCAN") and not step.endswith(partial)
                is_sorted = "FOR ORDER BY" in step and "ORDER BY holdings.number" in (
                    statement
                )
                assert not is_all, (statement, step)
                assert not is_sorted, (statement, step)
    assert len(questions) > 12
    database.close()


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
