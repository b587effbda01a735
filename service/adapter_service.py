"""Creates, finds, lists and deletes adapters: a pipeline, a store and a registry."""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio import CapacityLimiter, to_thread

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.effect import measure_effect
from genadapter.errors import (
    AdapterNotFoundError,
    CorruptArtifactError,
    GenAdapterError,
)
from genadapter.gguf_format import save_gguf
from genadapter.library import ExpertLibrary
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from service.access import LOCAL, Caller
from service.creation import Creation, Creator, Wish
from service.errors import (
    AdapterIdError,
    EngineBusyError,
    NoEffectError,
    RecipeMismatchError,
)
from service.holdings import FittingAdapter, HeldAdapter, Holding
from service.limits import Meter
from service.maker import Maker
from service.metrics import Metrics
from service.paging import Page, PageAsked
from service.recipe import Recipe
from service.registry import Registry
from service.store import AdapterStore

logger = logging.getLogger(__name__)

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""Of the names that owners give."""
_NAME = re.compile(NAME_PATTERN)
_MAX_NEW = 1000
"""Adapters that wait to be looked at; of more, the oldest wait for their first use."""


class AdapterService:
    """Everything that routes do with adapters, apart from running them."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: AdapterStore,
        registry: Registry,
        *,
        base: BaseModel,
        meter: Meter,
        max_waiting: int = 64,
        metrics: Metrics | None = None,
    ) -> None:
        """Joins a pipeline, a store and a registry, and puts the latter two in step.

        Args:
            pipeline: Writes the adapters.
            store: Keeps their files.
            registry: Knows who holds them.
            base: What new adapters are tried on, when it is told to.
            meter: Knows how many adapters an owner may hold.
            max_waiting: Requests that may wait for the pipeline.
            metrics: Told of times.

        Raises:
            StorageUnavailableError: The store or the registry failed.
        """
        self._metrics = metrics or Metrics()
        self._pipeline = pipeline
        self._maker = Maker(pipeline, self._metrics)
        self._creator = Creator(self._maker, store, registry, meter)
        self._base = base
        # Ids of adapters that nobody has looked at yet.
        self._new: deque[str] = deque(maxlen=_MAX_NEW)
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
    def library(self) -> ExpertLibrary:
        """The experts that adapters are written by."""
        return self._pipeline.bundle.surroundings.library

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of condition that adapters can be asked for by."""
        return self._pipeline.kinds

    @property
    def spec(self) -> LoraSpec:
        """The shape of the adapters that can be used here."""
        return self._pipeline.spec

    def check(self, wish: Wish) -> None:
        """Raises what `create` would for every caller, before anything is written.

        Raises:
            ConditionError: The family cannot use this kind of condition.
        """
        self._maker.check(wish.recipe)

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
        if held.recipe is None and not self._store.has(held.id):
            # Tells the damaged from those that were removed by hand.
            self._read(held)
        return held

    def page(self, caller: Caller, asked: PageAsked) -> Page[HeldAdapter]:
        """A part of the list of the caller's adapters.

        Raises:
            PageStartError: `after` is not in the list.
        """
        return self._registry.page(caller, asked)

    def usable(self, caller: Caller) -> tuple[FittingAdapter, ...]:
        """Every adapter of the caller that the base served here can use, oldest first."""
        return self._registry.fitting(caller, self.spec)

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
        with self._metrics.attach_seconds.time(), self._looking_for_model():
            return self._effective(self._find(self._adapter_of(model), caller))

    def describe_model(self, model: str, caller: Caller) -> HeldAdapter | None:
        """What is known of a model, as `find_model` takes it; `None` is the bare base.

        Raises:
            AdapterNotFoundError: There is none.
            CorruptArtifactError: The adapter was damaged on disk.
        """
        if model == self.base_name:
            return None
        with self._looking_for_model():
            return self.describe(self._adapter_of(model), caller)

    def has_new(self) -> bool:
        """Whether there are adapters that nobody has looked at yet."""
        return bool(self._new)

    def look_at_next(self) -> None:
        """Looks at the adapter that waits for it longest, if there is one.

        Raises:
            AdapterNotFoundError: It is gone.
            CorruptArtifactError: It was damaged on disk.
            SpecMismatchError: It was made for another base.
        """
        if not self._new:
            return
        identifier = self._new.popleft()
        adapter = self._read(self._registry.find(LOCAL, identifier))
        effect = measure_effect(adapter.weights, self._base, adapter.spec)
        self._registry.keep_effect(identifier, effect)
        if effect.is_none:
            self._metrics.no_effect.inc()

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
        held = self._find(identifier, caller)
        if held.recipe is None:
            return self._store.files(held.id)
        return self._store.files_of(self._made_again(held, held.recipe))

    def gguf(self, identifier: str, caller: Caller) -> bytes:
        """An adapter as the one file that llama.cpp and Ollama load.

        Raises:
            AdapterIdError: No adapter can have that id or name.
            AdapterNotFoundError: The caller has none.
            ConfigError: The base is of a kind that has no such file here.
            CorruptArtifactError: It was damaged on disk.
        """
        adapter = self._read(self._find(identifier, caller))
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{adapter.id}.gguf"
            save_gguf(adapter, path, base=self._base)
            return path.read_bytes()

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
        outcomes = self._creator.create_all(wishes, caller)
        for outcome in outcomes:
            if isinstance(outcome, GenAdapterError) or not outcome.is_new:
                continue
            # A recipe is looked at once it was used: it is not made for that alone.
            if outcome.held.stored.is_made:
                self._add_new(outcome.held)
        if any(wish.holding.is_pinned for wish in wishes):
            self._store.pin(self._registry.pinned_ids())
        return outcomes

    def _adapter_of(self, model: str) -> str:
        """The id or name of an adapter that a model's name ends in."""
        base = self.base_name
        return model.removeprefix(f"{base}::").removeprefix(f"{base}:")

    @contextmanager
    def _looking_for_model(self) -> Iterator[None]:
        """Tells clients of models where there is no such adapter."""
        try:
            yield
        except (AdapterIdError, AdapterNotFoundError) as error:
            raise AdapterNotFoundError(
                f"no such model: name {self.base_name} or the id of an adapter; "
                "GET /v1/models lists them"
            ) from error

    def _find(self, name: str, caller: Caller) -> HeldAdapter:
        if not _NAME.fullmatch(name):
            raise AdapterIdError
        return self._registry.find(caller, name)

    def _read(self, held: HeldAdapter) -> Adapter:
        if held.recipe is not None:
            return self._made_again(held, held.recipe)
        try:
            return self._store.get(held.id)
        except AdapterNotFoundError:
            # Its files were removed by hand: then it is gone.
            self._registry.forget(held.id)
            raise

    def _made_again(self, held: HeldAdapter, recipe: Recipe) -> Adapter:
        """An adapter of which only the recipe is kept, with the weights it had first."""
        resident = self._store.resident(held.id)
        if resident is not None and held.stored.is_made:
            return resident
        bundle = held.stored.provenance.bundle
        adapter = self._maker.make_again(held.id, recipe, bundle=bundle)
        made = self._store.weigh(adapter)
        first = held.stored.sha256 or self._registry.keep_made(made)
        if made.sha256 != first:
            raise RecipeMismatchError(held.id)
        self._store.hold(adapter)
        return adapter

    def _effective(self, held: HeldAdapter) -> Adapter:
        """The adapter, if it changes anything at all."""
        adapter = self._read(held)
        self._add_new(held)
        if adapter.weights.is_zero or held.has_no_effect:
            raise NoEffectError(
                f"{adapter.id} changes nothing, its answers would be the base's: generate "
                "it again, or name the base"
            )
        return adapter

    def _add_new(self, held: HeldAdapter) -> None:
        """Has an adapter looked at, unless somebody has."""
        if held.effect is None and held.id not in self._new:
            self._new.append(held.id)

    def _delete_files(self, identifier: str) -> None:
        try:
            self._store.delete(identifier)
        except AdapterNotFoundError:
            logger.info("%s had no files", identifier)

    def _put_in_step(self) -> None:
        """Takes up what only the disk has, and what it has no longer or cut short."""
        known, on_disk = self._registry.stored_bytes(), self._store.ids()
        for identifier in sorted(on_disk - set(known)):
            try:
                stored = self._store.inspect(identifier)
            except CorruptArtifactError:
                continue
            self._registry.add(stored, LOCAL, Holding())
        for identifier, num_bytes in known.items():
            if identifier not in on_disk:
                self._registry.forget(identifier)
            elif self._store.num_bytes(identifier) != num_bytes:
                self._store.set_aside(identifier)
                self._registry.forget(identifier)
        self._store.pin(self._registry.pinned_ids())
