"""A vLLM server over HTTP: its models, its adapters, its completions."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from genadapter.errors import ConfigError
from service.errors import VllmError

Json = dict[str, Any]  # Any: plain JSON
_EVENT = "data: "
_LAST_EVENT = "[DONE]"
_PASSING = (408, 429)
"""Statuses below 500 that another try may not meet again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A model that a server lists."""

    id: str
    """What requests call it."""
    root: str
    """What it was loaded from."""
    parent: str | None
    """The base of an adapter; a base has none."""


class VllmServer:
    """One server; used on one event loop, and closed there."""

    def __init__(
        self,
        url: str,
        *,
        key: str = "",
        timeout_seconds: float = 120.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Takes an address; nothing is sent yet.

        Args:
            url: With or without the `/v1` at its end.
            key: Sent as a bearer token, if any.
            timeout_seconds: A server that is silent for so long has failed.
            transport: Carries the calls, in place of the network.

        Raises:
            ConfigError: It is no address of a server.
        """
        self.url = _checked(url)
        self._http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=timeout_seconds,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        """Lends the server to a block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connections."""
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def models(self) -> tuple[ModelCard, ...]:
        """Every model that is served.

        Raises:
            VllmError: The server did not say.
        """
        with self._errors():
            reply = _sound(await self._http.get("/v1/models"))
            return tuple(
                ModelCard(
                    id=card["id"],
                    root=card.get("root") or card["id"],
                    parent=card.get("parent"),
                )
                for card in reply.json()["data"]
            )

    async def load(self, name: str, *, path: str) -> None:
        """Loads an adapter.

        Args:
            name: What requests will call it.
            path: Its PEFT folder as the server sees it.

        Raises:
            VllmError: It was refused, or nobody knows: the list of models tells.
        """
        body = {"lora_name": name, "lora_path": path}
        with self._errors():
            _sound(await self._http.post("/v1/load_lora_adapter", json=body))

    async def complete(self, body: Mapping[str, Any]) -> Json:  # Any: plain JSON
        """The reply to `POST /v1/completions`.

        Raises:
            VllmError: The server refused or failed.
        """
        with self._errors():
            reply = _sound(await self._http.post("/v1/completions", json=dict(body)))
            found: Json = reply.json()
            return found

    async def stream(
        self,
        body: Mapping[str, Any],  # Any: plain JSON
    ) -> AsyncGenerator[Json]:
        """The events of a streamed completion; to close it ends the request.

        Raises:
            VllmError: The server refused or failed, at once or amid the answer.
        """
        told = {**body, "stream": True}
        with self._errors():
            async with self._http.stream("POST", "/v1/completions", json=told) as reply:
                if not reply.is_success:
                    await reply.aread()
                _sound(reply)
                async for line in reply.aiter_lines():
                    if line.startswith(_EVENT) and line != _EVENT + _LAST_EVENT:
                        yield _whole(json.loads(line.removeprefix(_EVENT)))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Says which server failed, and whether another try may fare better."""
        try:
            yield
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise VllmError(
                f"{self.url} replied {status}: {_reason(error.response)}",
                status=status,
                may_pass=status >= 500 or status in _PASSING,
            ) from error
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise VllmError(
                f"{self.url} cannot be reached: {reason}. Check that vLLM runs there",
                may_pass=True,
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise VllmError(
                f"{self.url} did not reply as vLLM does: check that it is its address"
            ) from error


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise ConfigError(
            f"an address of vLLM is like http://host:8000, got {url!r}; a key is given "
            "apart from it"
        )
    return url.rstrip("/").removesuffix("/v1").rstrip("/")


def _sound(reply: httpx.Response) -> httpx.Response:
    # Redirects are not followed: the key is for this server alone.
    if not reply.is_success:
        raise httpx.HTTPStatusError("", request=reply.request, response=reply)
    return reply


def _whole(event: Json) -> Json:
    if "error" in event:
        raise VllmError(f"vLLM failed amid an answer: {_told(event)}")
    return event


def _reason(reply: httpx.Response) -> str:
    try:
        return _told(reply.json())
    except ValueError:
        return reply.reason_phrase


def _told(body: object) -> str:
    """What a reply says went wrong, in whichever of its shapes."""
    found = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(found, dict):
        found = found.get("message") or found.get("detail")
    return str(found)
