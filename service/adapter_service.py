"""Creates, finds, lists and deletes adapters: a pipeline over a store."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from anyio import CapacityLimiter, to_thread

from genadapter.adapter import Adapter
from genadapter.condition import Condition
from genadapter.errors import AdapterNotFoundError, CorruptArtifactError
from genadapter.lora import LoraSpec
from genadapter.pipeline import Pipeline
from service.errors import AdapterIdError, EngineBusyError
from service.store import AdapterStore, StoredAdapter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Creation:
    """What became of a request for an adapter."""

    stored: StoredAdapter
    """The adapter."""
    is_new: bool
    """False where the same request had been made before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdapterPage:
    """A part of the list of adapters."""

    adapters: tuple[StoredAdapter, ...]
    """The adapters of this page."""
    has_more: bool
    """Whether others follow."""


class AdapterService:
    """Everything that routes do with adapters, apart from running them."""

    def __init__(
        self, pipeline: Pipeline, store: AdapterStore, *, max_waiting: int = 64
    ) -> None:
        """Joins a pipeline and a store.

        Args:
            pipeline: Writes the adapters; used by one thread at a time.
            store: Keeps them.
            max_waiting: Requests that may wait for the pipeline.
        """
        self._pipeline = pipeline
        self._store = store
        self._max_waiting = max_waiting
        self._generating = CapacityLimiter(1)
        # Touched on the event loop only; one of them runs, the others wait.
        self._num_creating = 0

    @property
    def base_name(self) -> str:
        """The model that clients name to talk to the bare base."""
        return self._pipeline.base_name

    @property
    def spec(self) -> LoraSpec:
        """The shape of the adapters that can be used here."""
        return self._pipeline.spec

    async def create(self, condition: Condition, *, seed: int = 0) -> Creation:
        """Writes and stores the adapter of a condition, or finds it.

        Raises:
            EngineBusyError: Too many requests wait for the generator.
            ConditionError: The family cannot use this kind of condition.
            StorageUnavailableError: The disk is full or cannot be written.
        """
        if self._num_creating > self._max_waiting:
            raise EngineBusyError(
                f"{self._max_waiting} requests wait for the generator, which is the most "
                "allowed: try again in a second"
            )
        create = partial(self._create, condition, seed=seed)
        self._num_creating += 1
        try:
            return await to_thread.run_sync(create, limiter=self._generating)
        finally:
            self._num_creating -= 1

    def describe(self, identifier: str) -> StoredAdapter:
        """What is known of an adapter.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
        """
        return self._store.describe(identifier)

    def page(self, *, after: str | None, limit: int, newest_first: bool) -> AdapterPage:
        """A part of the list of adapters.

        Args:
            after: The id that the page before ended with; `None` starts at the top.
            limit: At most so many.
            newest_first: The order.

        Raises:
            AdapterNotFoundError: `after` is not in the list.
        """
        adapters = self._store.list()
        if newest_first:
            adapters = adapters[::-1]
        if after is not None:
            ids = [adapter.id for adapter in adapters]
            if after not in ids:
                raise AdapterNotFoundError(
                    "after names no adapter of the list: start again without it"
                )
            adapters = adapters[ids.index(after) + 1 :]
        return AdapterPage(adapters=adapters[:limit], has_more=len(adapters) > limit)

    def usable(self) -> tuple[StoredAdapter, ...]:
        """Every adapter that the base served here can use, oldest first."""
        return tuple(a for a in self._store.list() if a.spec == self.spec)

    def find_model(self, model: str) -> Adapter | None:
        """The adapter that a request names as its model; `None` is the bare base.

        Args:
            model: The base's name, an adapter's id, or `base:id` or `base::id`.

        Raises:
            AdapterNotFoundError: Neither; the base never stands in for it.
            CorruptArtifactError: The adapter was damaged on disk.
        """
        if model == self.base_name:
            return None
        base = self.base_name
        identifier = model.removeprefix(f"{base}::").removeprefix(f"{base}:")
        try:
            return self._store.get(identifier)
        except AdapterIdError as error:
            raise AdapterNotFoundError(
                f"no such model: name {base} or the id of an adapter; "
                "GET /v1/models lists them"
            ) from error

    def delete(self, identifier: str) -> None:
        """Removes an adapter; answers being written with it are finished.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
        """
        self._store.delete(identifier)

    def zip(self, identifier: str) -> bytes:
        """An adapter's PEFT folder as a zip.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
            CorruptArtifactError: It was damaged on disk.
        """
        return self._store.zip(identifier)

    def _create(self, condition: Condition, *, seed: int) -> Creation:
        started = perf_counter()
        identifier = self._pipeline.adapter_id(condition, seed=seed)
        try:
            return Creation(stored=self._store.describe(identifier), is_new=False)
        except AdapterNotFoundError:
            pass
        except CorruptArtifactError:
            # The recipe is at hand, so a damaged copy is simply made again.
            self._store.delete(identifier)
        (adapter,) = self._pipeline.generate([condition], seed=seed)
        stored = self._store.put(adapter)
        milliseconds = 1000 * (perf_counter() - started)
        family = adapter.provenance.family
        logger.info("created %s, family %s, %.0f ms", stored.id, family, milliseconds)
        return Creation(stored=stored, is_new=True)
