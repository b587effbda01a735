"""What every request passes: an id, the limits of its size, the door.

Plain ASGI, so that nothing is buffered and a client's leaving is noticed.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genadapter.errors import GenAdapterError
from service.access import Doorkeeper
from service.assets import ASSETS
from service.errors import (
    BodyTooLargeError,
    NotAuthenticatedError,
    respond_to,
)

OPEN_PATHS = frozenset(
    {
        "/health",
        "/health/ready",
        "/ready",
        "/ping",
        "/v2/health/live",
        "/v2/health/ready",
        "/version",
        *ASSETS,
    }
)
"""Paths that need no key."""

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""On every reply that does not bring its own."""


class RequestIds:
    """Gives every reply an id to ask about it by, and headers that bind browsers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and marks its reply."""
        identifier = f"req-{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = identifier

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = identifier
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_id)


class Door:
    """Lets in who has a key; all paths but a few need one."""

    def __init__(self, app: ASGIApp, *, keeper: Doorkeeper) -> None:
        self._app, self._keeper = app, keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on whom it lets in."""
        if scope["type"] == "http":
            try:
                given = Headers(scope=scope).get("Authorization")
                caller = await run_in_threadpool(self._keeper.admit, given)
                if caller is None and scope["path"] not in OPEN_PATHS:
                    raise NotAuthenticatedError
            except GenAdapterError as error:
                await respond_to(error)(scope, receive, send)
                return
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


_TOO_SLOW = "the body did not come in time: send the request again"
READ_SECONDS = 15.0
"""A body of which nothing comes for so long is given up."""


class BodyLimit:
    """Refuses bodies that are too large, by what they say and by what comes, or too slow."""

    def __init__(
        self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int]
    ) -> None:
        self._app, self._max_bytes = app, max_bytes
        # By path, where more is allowed.
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is small enough."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._larger.get(scope["path"], self._max_bytes)
        error = BodyTooLargeError(max_bytes)
        told = Headers(scope=scope).get("Content-Length", "0")
        if told.isdecimal() and int(told) > max_bytes:
            await respond_to(error)(scope, receive, send)
            return
        num_bytes, has_more = 0, True

        async def receive_at_most() -> Message:
            nonlocal num_bytes, has_more
            try:
                # Behind its body nothing comes of a client until it leaves.
                async with asyncio.timeout(READ_SECONDS if has_more else None):
                    message = await receive()
            except TimeoutError as late:
                raise HTTPException(408, _TOO_SLOW) from late
            num_bytes += len(message.get("body", b""))
            has_more = message.get("more_body", False)
            if num_bytes > max_bytes:
                # FastAPI lets no other exception through where it reads a body.
                raise HTTPException(413, str(error))
            return message

        await self._app(scope, receive_at_most, send)
