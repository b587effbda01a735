"""Creation: makes, stores and notes the adapters that are asked for, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genadapter.adapter import Adapter
from genadapter.errors import (
    AdapterNotFoundError,
    CorruptArtifactError,
    GenAdapterError,
)
from service.access import Caller
from service.errors import RecipeMismatchError
from service.holdings import Added, Addition, HeldAdapter, Holding
from service.limits import Meter
from service.maker import Maker
from service.recipe import Keep, Recipe
from service.registry import Registry
from service.store import AdapterStore, StoredAdapter


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A request for an adapter."""

    recipe: Recipe
    """What makes it."""
    keep: Keep = "file"
    """What is kept of it."""
    holding: Holding = field(default_factory=Holding)
    """How it is to be held; what is held already stays as it is."""
    is_strict: bool = False
    """Whether it is refused where its words are like nothing that was learned from."""
    is_dry_run: bool = False
    """Whether it is only to be tried: written and told of, and not kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Creation:
    """What became of a request for an adapter."""

    held: HeldAdapter
    """The adapter."""
    is_new: bool
    """False where the owner has it already, or it was only tried."""


@dataclass(kw_only=True, slots=True)
class _Item:
    """A request on its way."""

    wish: Wish
    id: str = ""
    outcome: Creation | GenAdapterError | None = None


class Creator:
    """Does what is asked for; one call at a time."""

    def __init__(
        self, maker: Maker, store: AdapterStore, registry: Registry, meter: Meter
    ) -> None:
        """Takes what it works with.

        Args:
            maker: Makes adapters.
            store: Keeps their files.
            registry: Knows who holds them.
            meter: Knows how many adapters an owner may hold.
        """
        self._maker, self._store = maker, store
        self._registry, self._meter = registry, meter

    def create_all(
        self, wishes: Sequence[Wish], caller: Caller
    ) -> list[Creation | GenAdapterError]:
        """Makes and stores adapters in as few passes as can be, or finds them.

        Of a recipe nothing is made: that is left to its first use.

        Returns:
            What became of each wish, in their order.

        Raises:
            StorageUnavailableError: The registry failed.
        """
        items = [_Item(wish=wish) for wish in wishes]
        self._check(items)
        self._check_room(_open(items), caller)
        known = self._registry.known({item.id for item in _open(items)})
        made = self._make(_open(items))
        self._tell_of_tries(_open(items), made, caller)
        written = self._write(_open(items), made, known)
        self._hold(_open(items), {**known, **written}, caller)
        outcomes = []
        for item in items:
            assert item.outcome is not None
            # Of several who asked for its files one is told that they are new.
            is_written = written.pop(item.id, None) is not None
            if is_written and isinstance(item.outcome, Creation):
                item.outcome = Creation(held=item.outcome.held, is_new=True)
            outcomes.append(item.outcome)
        return outcomes

    def _check(self, items: Sequence[_Item]) -> None:
        """Refuses what cannot be made, before anything is computed but ids."""
        for item in items:
            try:
                self._maker.check(item.wish.recipe)
                item.id = self._maker.id_of(item.wish.recipe)
            except GenAdapterError as error:
                item.outcome = error
        strict = [item for item in _open(items) if item.wish.is_strict]
        refusals = self._maker.unfamiliar([item.wish.recipe for item in strict])
        for item, refusal in zip(strict, refusals, strict=True):
            item.outcome = refusal

    def _check_room(self, items: Sequence[_Item], caller: Caller) -> None:
        held = set(self._registry.held_of(caller, {item.id for item in items}))
        room = self._meter.room(caller)
        for item in items:
            if item.id in held:
                continue
            try:
                room.take()
                held.add(item.id)
            except GenAdapterError as error:
                item.outcome = error

    def _make(self, items: Sequence[_Item]) -> dict[str, Adapter | GenAdapterError]:
        """Makes what is tried, and what is to have files and has none."""
        return self._maker.make(
            {
                item.id: item.wish.recipe
                for item in items
                if item.wish.is_dry_run
                or (item.wish.keep == "file" and not self._is_sound(item.id))
            }
        )

    def _is_sound(self, identifier: str) -> bool:
        """Whether its files are there; damaged ones are simply made again."""
        if not self._store.has(identifier):
            return False
        try:
            self._store.get(identifier)
        except (AdapterNotFoundError, CorruptArtifactError):
            return False
        return True

    def _tell_of_tries(
        self,
        items: Sequence[_Item],
        made: Mapping[str, Adapter | GenAdapterError],
        caller: Caller,
    ) -> None:
        """Tells of adapters as the caller would hold them."""
        for item in items:
            if not item.wish.is_dry_run:
                continue
            try:
                stored = self._store.weigh(_sound(made[item.id]))
            except GenAdapterError as error:
                item.outcome = error
                continue
            held = HeldAdapter(
                stored=stored,
                owner=caller.owner,
                created=stored.created,
                holding=item.wish.holding,
                recipe=item.wish.recipe if item.wish.keep == "recipe" else None,
                is_kept=False,
            )
            item.outcome = Creation(held=held, is_new=False)

    def _write(
        self,
        items: Sequence[_Item],
        made: Mapping[str, Adapter | GenAdapterError],
        known: Mapping[str, StoredAdapter],
    ) -> dict[str, StoredAdapter]:
        """Stores the files that are wanted; tells of them by id."""
        written: dict[str, StoredAdapter] = {}
        for item in items:
            if item.wish.keep != "file" or item.id not in made or item.id in written:
                continue
            try:
                stored = self._store.put(_sound(made[item.id]))
                kept = known.get(item.id)
                if kept and kept.is_made and kept.sha256 != stored.sha256:
                    self._store.delete(item.id)
                    raise RecipeMismatchError(item.id)
                written[item.id] = stored
            except GenAdapterError as error:
                item.outcome = error
        return written

    def _hold(
        self, items: Sequence[_Item], known: Mapping[str, StoredAdapter], caller: Caller
    ) -> None:
        """Notes that the caller holds adapters, all in one transaction."""
        additions: list[Addition] = []
        added: list[_Item] = []
        for item in items:
            has_files = self._store.has(item.id)
            try:
                stored = known.get(item.id)
                if has_files and (stored is None or not stored.is_made):
                    stored = self._store.inspect(item.id)
            except GenAdapterError as error:
                item.outcome = error
                continue
            additions.append(
                Addition(
                    stored=stored or self._maker.plan(item.wish.recipe),
                    holding=item.wish.holding,
                    recipe=None if has_files else item.wish.recipe,
                )
            )
            added.append(item)
        outcomes = self._registry.add_all(additions, caller)
        for item, outcome in zip(added, outcomes, strict=True):
            if isinstance(outcome, Added):
                item.outcome = Creation(held=outcome.held, is_new=outcome.is_new)
            else:
                item.outcome = outcome


def _open(items: Sequence[_Item]) -> list[_Item]:
    """Those of which it is not known yet what became of them."""
    return [item for item in items if item.outcome is None]


def _sound(made: Adapter | GenAdapterError) -> Adapter:
    """What was made.

    Raises:
        GenAdapterError: It could not be made.
    """
    if isinstance(made, GenAdapterError):
        raise made
    return made
