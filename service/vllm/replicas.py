"""Replicas: vLLM servers on one base, each given an adapter before its first use there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import PurePath

from genadapter.adapter import Adapter
from service.errors import NoEffectError, VllmError
from service.vllm.client import Json, VllmServer
from service.vllm.push import Patience, WantedAdapter, base_id, push

logger = logging.getLogger(__name__)

_PATIENCE = Patience(max_tries=3, first_pause_seconds=0.2)
"""Of a load, which a client waits for."""
_NOT_FOUND = 404


@dataclass(kw_only=True, slots=True, eq=False)
class _Replica:
    """A server, and what is known of it."""

    server: VllmServer
    num_requests: int = 0
    base_id: str | None = None
    """What it calls the base; none means that nobody asked yet."""
    loaded: set[str] = field(default_factory=set)
    """Ids of the adapters that it has."""
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)


class VllmReplicas:
    """Asks the least busy of several servers."""

    def __init__(
        self, servers: Sequence[VllmServer], *, base_name: str, folder: PurePath
    ) -> None:
        """Takes servers; nothing is sent yet.

        Args:
            servers: At least one; closed with this.
            base_name: What they call the base, or loaded it from.
            folder: The folder of all adapters as they see it.
        """
        self._replicas = [_Replica(server=server) for server in servers]
        self._base_name, self._folder = base_name, folder

    async def close(self) -> None:
        """Closes the connections."""
        for replica in self._replicas:
            await replica.server.close()

    async def ask(self, body: Json, adapter: Adapter | None) -> AsyncGenerator[Json]:
        """The events of a completion; where a server fails at once, the next one's.

        Args:
            body: Of the request, but for its model.
            adapter: The model; `None` is the bare base.

        Raises:
            NoEffectError: The servers answer with the adapter as without it.
            VllmError: No server answered, or one failed amid its answer.
        """
        waiting = sorted(self._replicas, key=lambda replica: replica.num_requests)
        while waiting:
            replica, has_begun = waiting.pop(0), False
            replica.num_requests += 1
            try:
                async with aclosing(self._ask(replica, body, adapter)) as events:
                    async for event in events:
                        has_begun = True
                        yield event
                return
            except VllmError as error:
                if has_begun or not error.may_pass or not waiting:
                    raise
                logger.warning("%s; asking the next server", error)
            finally:
                replica.num_requests -= 1

    async def _ask(
        self, replica: _Replica, body: Json, adapter: Adapter | None
    ) -> AsyncGenerator[Json]:
        for is_last in (False, True):
            model = await self._model_on(replica, adapter)
            stream = replica.server.stream({**body, "model": model})
            try:
                async with aclosing(stream) as events:
                    async for event in events:
                        yield event
                return
            except VllmError as error:
                if error.status != _NOT_FOUND or is_last:
                    raise
            # A server that was started again has nothing any more.
            replica.base_id = None
            replica.loaded.clear()

    async def _model_on(self, replica: _Replica, adapter: Adapter | None) -> str:
        """What a server calls the base, or an adapter, which it has afterwards."""
        if replica.base_id is None:
            cards = await replica.server.models()
            replica.base_id = base_id(cards, self._base_name)
        if adapter is None:
            return replica.base_id
        async with replica.loading:
            if adapter.id not in replica.loaded:
                await self._load(replica, adapter)
        return adapter.id

    async def _load(self, replica: _Replica, adapter: Adapter) -> None:
        wanted = WantedAdapter(
            name=adapter.id,
            path=str(self._folder / adapter.id),
            base_name=self._base_name,
        )
        (outcome,) = await push([wanted], [replica.server], patience=_PATIENCE)
        if outcome.state == "no effect":
            raise NoEffectError(
                f"vLLM answers with {adapter.id} exactly as the base does: chat with the "
                "base, or ask for another adapter"
            )
        if not outcome.is_good:
            raise VllmError(
                f"{adapter.id} is not on {outcome.url}: {outcome.reason}", may_pass=True
            )
        replica.loaded.add(adapter.id)
