"""Push: hands adapters to vLLM servers and checks that they answer with them.

What a server has is what it lists, not what it replied: an adapter is loaded until the list
has it, and nothing is ever unloaded.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from genadapter.adapter import load_adapter
from genadapter.errors import ConfigError
from service.errors import VllmError
from service.vllm.client import ModelCard, VllmServer

logger = logging.getLogger(__name__)

MAX_RECONCILES = 3
"""Times that what a server lacks is loaded."""
_ENGINE = "vllm"
_ALREADY_LOADED = "already been loaded"
_PROBE: dict[str, Any] = {  # Any: plain JSON
    "prompt": "The answer is",
    "max_tokens": 8,
    "temperature": 0,
    "logprobs": 1,
}

Sleep = Callable[[float], Awaitable[None]]
State = Literal["loaded", "present", "no effect", "failed"]
"""`loaded` now, `present` before, without effect on answers, or not there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedAdapter:
    """An adapter that servers are to have."""

    name: str
    """What requests will call it: its id."""
    path: str
    """Its PEFT folder as the servers see it."""
    base_name: str
    """What the servers call its base, or loaded it from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a server that fails is given to recover."""

    max_tries: int = 5
    """With so many failed calls it is given up."""
    first_pause_seconds: float = 1.0
    """After its first failed call; every further one doubles the pause."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one adapter on one server."""

    name: str
    url: str
    state: State
    reason: str = ""
    """What is wrong and what to do, where something is."""

    @property
    def is_good(self) -> bool:
        """Whether the server answers with the adapter."""
        return self.state in ("loaded", "present")


def read_targets(to: str) -> tuple[str, ...]:
    """The addresses of `vllm=URL[,URL...]`.

    Raises:
        ConfigError: It has another form.
    """
    engine, _, addresses = to.partition("=")
    urls = tuple(dict.fromkeys(url for url in addresses.split(",") if url))
    if engine != _ENGINE or not urls:
        raise ConfigError(f"a target is like vllm=http://host:8000, got {to!r}")
    return urls


def find_folder(reference: str, *, store: Path) -> Path:
    """The folder of an adapter that a command names, by its path or its id.

    Args:
        reference: Its folder, or the id of one in the store.
        store: The service's folder of adapters.
    """
    folder = Path(reference)
    if not folder.is_dir() and (store / reference).is_dir():
        folder = store / reference
    return folder.absolute()


def find_wanted(
    reference: str,
    *,
    store: Path,
    path_on_server: str | None = None,
    base_name: str | None = None,
) -> WantedAdapter:
    """An adapter that a command names, read whole and checked.

    Args:
        reference: Its folder, or the id of one in the store.
        store: The service's folder of adapters.
        path_on_server: Where the servers have the folder that the adapter's lies in;
            none means that they see it under the same path.
        base_name: What the servers call the base; none means as the adapter does.

    Raises:
        AdapterNotFoundError: There is none.
        CorruptArtifactError: It was damaged.
    """
    folder = find_folder(reference, store=store)
    adapter = load_adapter(folder)
    path = PurePosixPath(path_on_server or folder.parent) / folder.name
    return WantedAdapter(
        name=adapter.id, path=str(path), base_name=base_name or adapter.base_name
    )


async def push(
    adapters: Sequence[WantedAdapter],
    servers: Sequence[VllmServer],
    *,
    patience: Patience,
    sleep: Sleep = asyncio.sleep,
) -> list[Outcome]:
    """Hands adapters to all servers at once; one that fails keeps no other from them.

    Returns:
        What became of every adapter on every server, one server after the other.
    """
    unlike = tuple({adapter.name: adapter for adapter in adapters}.values())
    pushes = [_Push(server, patience, sleep).run(unlike) for server in servers]
    return [
        outcome for outcomes in await asyncio.gather(*pushes) for outcome in outcomes
    ]


async def push_to_urls(
    adapters: Sequence[WantedAdapter], urls: Sequence[str], *, key: str
) -> list[Outcome]:
    """Hands adapters to the servers at some addresses, as `push` does.

    Raises:
        ConfigError: One of them is no address.
    """
    async with AsyncExitStack() as stack:
        servers = [VllmServer(url, key=key) for url in urls]
        for server in servers:
            await stack.enter_async_context(server)
        return await push(adapters, servers, patience=Patience())


def base_id(cards: Sequence[ModelCard], base_name: str) -> str:
    """What a server calls a base.

    Args:
        cards: Its models.
        base_name: The base's id there, or what it was loaded from.

    Raises:
        VllmError: It serves another one.
    """
    bases = [card for card in cards if card.parent is None]
    for card in bases:
        if base_name in (card.id, card.root):
            return card.id
    served = ", ".join(card.id for card in bases) or "no base"
    raise VllmError(
        f"the server has {served}, not {base_name}: start vLLM on that base, or name "
        "it as the server does if it is the same"
    )


class _Push:
    """The way of some adapters to one server."""

    def __init__(self, server: VllmServer, patience: Patience, sleep: Sleep) -> None:
        self._server, self._patience, self._sleep = server, patience, sleep
        self._num_failures = 0
        self._attempted: set[str] = set()
        self._refused: dict[str, str] = {}
        """Why an adapter will never be there, by name."""
        self._last_errors: dict[str, str] = {}

    async def run(self, adapters: Sequence[WantedAdapter]) -> list[Outcome]:
        """Loads what is missing, looks again, and compares answers with the base's."""
        try:
            cards = await self._list()
            for _ in range(MAX_RECONCILES):
                missing = [a for a in adapters if self._is_missing(a, cards)]
                if not missing:
                    break
                for adapter in missing:
                    await self._load(adapter)
                cards = await self._list()
        except VllmError as error:
            return [self._outcome(a, "failed", str(error)) for a in adapters]
        return [await self._judge(adapter, cards) for adapter in adapters]

    def _is_missing(self, adapter: WantedAdapter, cards: Sequence[ModelCard]) -> bool:
        """Whether it is to be loaded; refuses what can never be right there."""
        if adapter.name in self._refused:
            return False
        try:
            base_id(cards, adapter.base_name)
        except VllmError as error:
            self._refused[adapter.name] = str(error)
            return False
        found = next((card for card in cards if card.id == adapter.name), None)
        if found is None:
            return True
        if found.parent not in {card.id for card in cards if card.parent is None}:
            self._refused[adapter.name] = (
                f"the server has another model of that name, of {found.parent}: unload "
                "that one first"
            )
        return False

    async def _list(self) -> tuple[ModelCard, ...]:
        while True:
            try:
                return await self._server.models()
            except VllmError as error:
                if not await self._outwait(error):
                    raise

    async def _load(self, adapter: WantedAdapter) -> None:
        if self._is_given_up:
            return
        self._attempted.add(adapter.name)
        try:
            await self._server.load(adapter.name, path=adapter.path)
        except VllmError as error:
            if _ALREADY_LOADED in str(error):
                return
            if not error.may_pass:
                self._refused[adapter.name] = f"{error}. {_advice(error, adapter)}"
                return
            # It may be there all the same: the list tells.
            self._last_errors[adapter.name] = str(error)
            await self._outwait(error)

    @property
    def _is_given_up(self) -> bool:
        return self._num_failures >= self._patience.max_tries

    async def _outwait(self, error: VllmError) -> bool:
        """Pauses after a failed call; tells whether another one makes sense."""
        self._num_failures += 1
        if not error.may_pass or self._is_given_up:
            return False
        seconds = self._patience.first_pause_seconds * 2 ** (self._num_failures - 1)
        logger.info("%s; trying again in %g seconds", error, seconds)
        await self._sleep(seconds)
        return True

    async def _judge(
        self, adapter: WantedAdapter, cards: Sequence[ModelCard]
    ) -> Outcome:
        if self._is_missing(adapter, cards):
            reason = "the server took it and does not list it: see its log"
            reason = self._last_errors.get(adapter.name, reason)
            return self._outcome(adapter, "failed", reason)
        if adapter.name in self._refused:
            return self._outcome(adapter, "failed", self._refused[adapter.name])
        base = base_id(cards, adapter.base_name)
        try:
            has_effect = await self._probe(adapter.name) != await self._probe(base)
        except VllmError as error:
            return self._outcome(adapter, "failed", f"it is there, but {error}")
        if not has_effect:
            reason = (
                "it answers exactly as the base does: compare the modules of its "
                "adapter_config.json with the base's"
            )
            return self._outcome(adapter, "no effect", reason)
        return self._outcome(
            adapter, "loaded" if adapter.name in self._attempted else "present"
        )

    async def _probe(self, model: str) -> object:
        """The likelihoods of a fixed prompt's greedy answer."""
        reply = await self._server.complete({**_PROBE, "model": model})
        try:
            found = reply["choices"][0]["logprobs"]
            return found["tokens"], found["token_logprobs"]
        except (KeyError, IndexError, TypeError) as error:
            raise VllmError(
                f"{self._server.url} told no likelihoods: start vLLM without "
                "--max-logprobs 0"
            ) from error

    def _outcome(
        self, adapter: WantedAdapter, state: State, reason: str = ""
    ) -> Outcome:
        return Outcome(
            name=adapter.name, url=self._server.url, state=state, reason=reason
        )


def _advice(error: VllmError, adapter: WantedAdapter) -> str:
    if error.status == 404 and adapter.path not in str(error):
        return "Start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True"
    if error.status == 404:
        return "Give --path-on-server if the server has the folder elsewhere"
    return "See the server's log"
