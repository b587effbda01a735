"""Limits: how much each owner may use.

Counted in the registry, so that they hold across workers and replicas. Rates are of whole
minutes: at the turn of one, an owner begins anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genadapter.errors import GenAdapterError
from service.access import Caller
from service.errors import QuotaExceededError, RateLimitError, respond_to
from service.registry import Registry
from service.usage import Usage

_REQUESTS, _TOKENS = "requests", "tokens"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What each owner may use; 0 is no limit."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    """Of prompts and answers."""
    max_adapters: int = 0
    max_bytes: int = 0
    """Of all adapters together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What is left of a rate."""

    limit: int
    remaining: int
    reset_seconds: int


class Room:
    """What room an owner has for new adapters, as of one look."""

    def __init__(self, limits: Limits, *, num_adapters: int, num_bytes: int) -> None:
        """Takes what is held already; what is not limited may be told as 0."""
        self._limits = limits
        self._num_adapters, self._num_bytes = num_adapters, num_bytes
        self._num_new = 0

    def take(self) -> None:
        """Takes room for one more adapter.

        Raises:
            QuotaExceededError: There is none.
        """
        most, bytes_at_most = self._limits.max_adapters, self._limits.max_bytes
        number = self._num_adapters + self._num_new
        if most and number >= most:
            raise QuotaExceededError(
                f"you hold {number} adapters and {most} are allowed: delete some first"
            )
        if bytes_at_most and self._num_bytes >= bytes_at_most:
            raise QuotaExceededError(
                f"your adapters take {self._num_bytes} bytes and {bytes_at_most} are "
                "allowed: delete some first"
            )
        self._num_new += 1


class Meter:
    """Counts what owners use and refuses what is too much."""

    def __init__(self, registry: Registry, usage: Usage, limits: Limits) -> None:
        """Takes what may be used.

        Args:
            registry: Knows what owners hold.
            usage: Keeps the counts.
            limits: Of every owner.
        """
        self._registry, self._usage, self._limits = registry, usage, limits

    @property
    def counts_requests(self) -> bool:
        """Whether requests are limited at all."""
        return self._limits.requests_per_minute > 0

    def enter(self, caller: Caller) -> Left:
        """Counts a request.

        Raises:
            RateLimitError: The owner has made as many as a minute may have.
        """
        limit = self._limits.requests_per_minute
        used = self._usage.count(caller.owner, _REQUESTS, 1)
        if used > limit:
            raise _too_fast(_REQUESTS, limit)
        return Left(
            limit=limit, remaining=limit - used, reset_seconds=_to_next_minute()
        )

    def check_tokens(self, caller: Caller) -> None:
        """Refuses an owner whose tokens of this minute are used up.

        Raises:
            RateLimitError: They are.
        """
        limit = self._limits.tokens_per_minute
        if limit and self._usage.count(caller.owner, _TOKENS, 0) >= limit:
            raise _too_fast(_TOKENS, limit)

    def spend_tokens(self, caller: Caller, number: int) -> None:
        """Counts the tokens of a prompt and its answer."""
        if self._limits.tokens_per_minute:
            self._usage.count(caller.owner, _TOKENS, number)

    def room(self, caller: Caller) -> Room:
        """What room an owner has for new adapters."""
        limits, owner = self._limits, caller.owner
        return Room(
            limits,
            num_adapters=self._registry.num_held(owner) if limits.max_adapters else 0,
            num_bytes=self._registry.num_bytes(owner) if limits.max_bytes else 0,
        )


class RateLimit:
    """Lets each owner make so many requests a minute."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        self._app, self._meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is within the limit, and tells what is left."""
        caller = scope.get("state", {}).get("caller")
        if caller is None or not self._meter.counts_requests:
            await self._app(scope, receive, send)
            return
        try:
            left = await run_in_threadpool(self._meter.enter, caller)
        except GenAdapterError as error:
            await respond_to(error)(scope, receive, send)
            return

        async def send_with_rate(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-RateLimit-Limit-Requests"] = str(left.limit)
                headers["X-RateLimit-Remaining-Requests"] = str(left.remaining)
                headers["X-RateLimit-Reset-Requests"] = f"{left.reset_seconds}s"
            await send(message)

        await self._app(scope, receive, send_with_rate)


def _to_next_minute() -> int:
    return 60 - int(time.time()) % 60


def _too_fast(kind: str, limit: int) -> RateLimitError:
    seconds = _to_next_minute()
    return RateLimitError(
        f"{limit} {kind} a minute are allowed and used up: try again in {seconds} seconds",
        retry_after_seconds=seconds,
    )
