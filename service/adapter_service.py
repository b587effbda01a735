"""Creates, finds, lists and deletes adapters: a pipeline, a store and a registry."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter

from anyio import CapacityLimiter, to_thread

from genadapter.adapter import Adapter
from genadapter.condition import Condition
from genadapter.errors import (
    AdapterNotFoundError,
    CorruptArtifactError,
    GenAdapterError,
)
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from genadapter.refinement import Refinement
from service.access import LOCAL, Caller
from service.errors import AdapterIdError, EngineBusyError, NoEffectError
from service.limits import Meter
from service.metrics import Metrics
from service.paging import Page, PageAsked
from service.registry import HeldAdapter, Holding, Registry
from service.store import AdapterStore, StoredAdapter
from service.tracing import traced

logger = logging.getLogger(__name__)

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""Of the names that owners give."""
_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A request for an adapter."""

    condition: Condition
    """What it is for."""
    seed: int = 0
    """Part of its recipe."""
    refinement: Refinement | None = None
    """Steps on the condition's examples; none takes none."""
    holding: Holding = field(default_factory=Holding)
    """How it is to be held; what is held already stays as it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Creation:
    """What became of a request for an adapter."""

    held: HeldAdapter
    """The adapter."""
    is_new: bool
    """False where the owner has it already."""


class AdapterService:
    """Everything that routes do with adapters, apart from running them."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: AdapterStore,
        registry: Registry,
        *,
        meter: Meter,
        max_waiting: int = 64,
        metrics: Metrics | None = None,
    ) -> None:
        """Joins a pipeline, a store and a registry, and puts the latter two in step.

        Args:
            pipeline: Writes the adapters; used by one thread at a time.
            store: Keeps their files.
            registry: Knows who holds them.
            meter: Knows how many adapters an owner may hold.
            max_waiting: Requests that may wait for the pipeline.
            metrics: Told of times.

        Raises:
            StorageUnavailableError: The store or the registry failed.
        """
        self._metrics = metrics or Metrics()
        self._meter = meter
        self._pipeline = pipeline
        self._store = store
        self._registry = registry
        self._max_waiting = max_waiting
        self._generating = CapacityLimiter(1)
        # Touched on the event loop only; one of them runs, the others wait.
        self._num_creating = 0
        self._put_in_step()

    @property
    def base_name(self) -> str:
        """The model that clients name to talk to the bare base."""
        return self._pipeline.base_name

    @property
    def spec(self) -> LoraSpec:
        """The shape of the adapters that can be used here."""
        return self._pipeline.spec

    def check(self, wish: Wish) -> None:
        """Raises what `create` would for every caller, before anything is written.

        Raises:
            ConditionError: The family cannot use this kind of condition.
        """
        self._pipeline.check(wish.condition, wish.refinement)

    def check_base(self, model: str) -> None:
        """Refuses any other model than the base.

        Raises:
            AdapterNotFoundError: It is not the base's name.
        """
        if model != self.base_name:
            raise AdapterNotFoundError(
                f"adapters are made for {self.base_name} alone: name it as the model"
            )

    async def create(self, wish: Wish, caller: Caller) -> Creation:
        """Writes and stores an adapter, or finds it.

        Raises:
            EngineBusyError: Too many requests wait for the generator.
            ConditionError: The family cannot use this kind of condition.
            AdapterExistsError: The caller has another adapter of that name.
            StorageUnavailableError: The disk is full or cannot be written.
        """
        (outcome,) = await self.create_all([wish], caller)
        if isinstance(outcome, GenAdapterError):
            raise outcome
        return outcome

    async def create_all(
        self, wishes: Sequence[Wish], caller: Caller
    ) -> list[Creation | GenAdapterError]:
        """Writes and stores adapters in as few passes as can be, or finds them.

        Returns:
            What became of each wish, in their order.

        Raises:
            EngineBusyError: Too many requests wait for the generator.
        """
        if self._num_creating > self._max_waiting:
            raise EngineBusyError(
                f"{self._max_waiting} requests wait for the generator, which is the most "
                "allowed: try again in a second"
            )
        create = partial(self._create_all, wishes, caller)
        self._num_creating += 1
        try:
            return await to_thread.run_sync(create, limiter=self._generating)
        finally:
            self._num_creating -= 1

    def describe(self, identifier: str, caller: Caller) -> HeldAdapter:
        """What is known of an adapter that the caller holds.

        Args:
            identifier: Its id, or the caller's name for it.
            caller: Who asks.

        Raises:
            AdapterIdError: No adapter can have that id or name.
            AdapterNotFoundError: The caller has none.
            CorruptArtifactError: It was damaged on disk.
        """
        held = self._find(identifier, caller)
        if not self._store.has(held.id):
            # Tells the damaged from those that were removed by hand.
            self._read(held.id)
        return held

    def page(self, caller: Caller, asked: PageAsked) -> Page[HeldAdapter]:
        """A part of the list of the caller's adapters.

        Raises:
            PageStartError: `after` is not in the list.
        """
        return self._registry.page(caller, asked)

    def usable(self, caller: Caller) -> tuple[HeldAdapter, ...]:
        """Every adapter of the caller that the base served here can use, oldest first."""
        held = self._registry.all_of(caller)
        # Owners may hold the same one; an admin sees all owners'.
        by_id = {one.id: one for one in held if one.stored.spec == self.spec}
        return tuple(by_id.values())

    def find_model(self, model: str, caller: Caller) -> Adapter | None:
        """The adapter that a request names as its model; `None` is the bare base.

        Args:
            model: The base's name, an adapter's id or name, or `base:` or `base::` and
                one of these.
            caller: Who asks.

        Raises:
            AdapterNotFoundError: None of these; the base never stands in for it.
            CorruptArtifactError: The adapter was damaged on disk.
            NoEffectError: It changes nothing.
        """
        if model == self.base_name:
            return None
        base = self.base_name
        name = model.removeprefix(f"{base}::").removeprefix(f"{base}:")
        try:
            with self._metrics.attach_seconds.time():
                return _effective(self._read(self._find(name, caller).id))
        except (AdapterIdError, AdapterNotFoundError) as error:
            raise AdapterNotFoundError(
                f"no such model: name {base} or the id of an adapter; "
                "GET /v1/models lists them"
            ) from error

    def change(self, identifier: str, caller: Caller, holding: Holding) -> HeldAdapter:
        """Changes how the caller holds an adapter.

        Raises:
            AdapterIdError: No adapter can have that id or name.
            AdapterNotFoundError: The caller has none.
            AdapterExistsError: The caller has another adapter of that name.
        """
        held = self._find(identifier, caller)
        changed = self._registry.change(caller, held.id, holding)
        self._store.pin(self._registry.pinned_ids())
        return changed

    def delete(self, identifier: str, caller: Caller) -> str:
        """Ends the caller's hold on an adapter; answers in flight are finished.

        Returns:
            The adapter's id.

        Raises:
            AdapterIdError: No adapter can have that id or name.
            AdapterNotFoundError: The caller has none.
        """
        self._find(identifier, caller)
        found, is_unheld = self._registry.remove(caller, identifier)
        if is_unheld:
            self._delete_files(found)
        return found

    def files(self, identifier: str, caller: Caller) -> dict[str, bytes]:
        """An adapter's PEFT folder as contents by name.

        Raises:
            AdapterIdError: No adapter can have that id or name.
            AdapterNotFoundError: The caller has none.
            CorruptArtifactError: It was damaged on disk.
        """
        return self._store.files(self._find(identifier, caller).id)

    def num_adapters(self) -> int:
        """Adapters there are, whoever holds them."""
        return self._registry.num_adapters()

    def num_resident(self) -> int:
        """Adapters in memory."""
        return self._store.num_resident

    def expire(self) -> None:
        """Removes what nobody holds any more because its time is over."""
        for identifier in self._registry.expire():
            self._delete_files(identifier)

    def _create_all(
        self, wishes: Sequence[Wish], caller: Caller
    ) -> list[Creation | GenAdapterError]:
        outcomes: dict[int, Creation | GenAdapterError] = {}
        missing: dict[str, Wish] = {}
        new: set[str] = set()
        for number, wish in enumerate(wishes):
            try:
                self._pipeline.check(wish.condition, wish.refinement)
                identifier = self._id_of(wish)
                if identifier not in new and not self._registry.holds(
                    caller, identifier
                ):
                    self._meter.check_room(caller, num_new=len(new) + 1)
                    new.add(identifier)
                if not self._is_sound(identifier):
                    missing[identifier] = wish
            except GenAdapterError as error:
                outcomes[number] = error
        written = self._write(missing)
        for number, wish in enumerate(wishes):
            if number in outcomes:
                continue
            identifier = self._id_of(wish)
            try:
                found = written.get(identifier)
                if isinstance(found, GenAdapterError):
                    raise found
                stored = found or self._store.inspect(identifier)
                is_added = self._registry.add(stored, caller, wish.holding)
                is_made = missing.pop(identifier, None) is not None
                held = self._registry.find(caller, identifier)
                outcomes[number] = Creation(held=held, is_new=is_made or is_added)
            except GenAdapterError as error:
                outcomes[number] = error
        if any(wish.holding.is_pinned for wish in wishes):
            self._store.pin(self._registry.pinned_ids())
        return [outcomes[number] for number in range(len(wishes))]

    def _id_of(self, wish: Wish) -> str:
        return self._pipeline.adapter_id(
            wish.condition, seed=wish.seed, refinement=wish.refinement
        )

    def _is_sound(self, identifier: str) -> bool:
        """Whether an adapter is there; a damaged one is simply made again."""
        if not self._store.has(identifier):
            return False
        try:
            self._store.get(identifier)
        except (AdapterNotFoundError, CorruptArtifactError):
            return False
        return True

    def _write(
        self, missing: Mapping[str, Wish]
    ) -> dict[str, StoredAdapter | GenAdapterError]:
        """Generates and stores what is missing; tells by id what became of it."""
        written: dict[str, StoredAdapter | GenAdapterError] = {}
        alike: defaultdict[tuple[int, Refinement | None], list[str]] = defaultdict(list)
        for identifier, wish in missing.items():
            alike[wish.seed, wish.refinement].append(identifier)
        for (seed, refinement), ids in alike.items():
            started = perf_counter()
            try:
                with traced("generate") as note, self._metrics.generate_seconds.time():
                    note("num_adapters", len(ids))
                    adapters = self._pipeline.generate(
                        [missing[identifier].condition for identifier in ids],
                        seed=seed,
                        refinement=refinement,
                    )
                for adapter in adapters:
                    written[adapter.id] = self._store.put(adapter)
            except GenAdapterError as error:
                written |= {i: error for i in ids if i not in written}
                continue
            logger.info(
                "created %s%s, family %s, %.0f ms",
                ids[0],
                f" and {len(ids) - 1} more" if len(ids) > 1 else "",
                self._pipeline.family,
                1000 * (perf_counter() - started),
            )
        return written

    def _find(self, name: str, caller: Caller) -> HeldAdapter:
        if not _NAME.fullmatch(name):
            raise AdapterIdError
        return self._registry.find(caller, name)

    def _read(self, identifier: str) -> Adapter:
        try:
            return self._store.get(identifier)
        except AdapterNotFoundError:
            # Its files were removed by hand: then it is gone.
            self._registry.forget(identifier)
            raise

    def _delete_files(self, identifier: str) -> None:
        try:
            self._store.delete(identifier)
        except AdapterNotFoundError:
            logger.warning("%s had no files any more", identifier)

    def _put_in_step(self) -> None:
        """Takes up what only the disk has, and what it has no longer or cut short."""
        known = {held.id: held.stored for held in self._registry.all_of(LOCAL)}
        on_disk = self._store.ids()
        for identifier in sorted(on_disk - set(known)):
            try:
                stored = self._store.inspect(identifier)
            except CorruptArtifactError:
                continue
            self._registry.add(stored, LOCAL, Holding())
        for identifier, stored in known.items():
            if identifier not in on_disk:
                self._registry.forget(identifier)
            elif self._store.num_bytes(identifier) != stored.num_bytes:
                self._store.set_aside(identifier)
                self._registry.forget(identifier)
        self._store.pin(self._registry.pinned_ids())


def _effective(adapter: Adapter) -> Adapter:
    """The adapter, if it changes anything at all."""
    if adapter.weights.is_zero:
        raise NoEffectError(
            f"{adapter.id} changes nothing, its answers would be the base's: generate it "
            "again, or name the base"
        )
    return adapter
