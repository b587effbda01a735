"""Engines: what answers requests, here or elsewhere, as the routes see it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from genadapter.adapter import Adapter
from service.conversation import Answer, Piece, Request

EngineName = Literal["local", "vllm"]


class AnsweringEngine(Protocol):
    """Answers conversations with the base model and with adapters."""

    @property
    def num_waiting(self) -> int:
        """Requests without a token yet."""

    @property
    def num_running(self) -> int:
        """Requests that are being answered."""

    def in_use(self) -> tuple[frozenset[str], frozenset[str]]:
        """Ids of the adapters of requests that run, and of those that wait."""

    def fingerprint(self, adapter: Adapter | None) -> str:
        """Names what answers with an adapter come from: OpenAI's `system_fingerprint`."""

    def token_text(self, token: int) -> str:
        """The text of one token."""

    def check_running(self) -> None:
        """Raises EngineStoppedError unless the engine is there to answer."""

    def start(self) -> None:
        """Begins to answer; called on the event loop."""

    def stop(self) -> None:
        """Ends it; called in a thread, while the event loop runs."""

    async def answer(self, request: Request) -> Answer:
        """Waits for the answer; given up if cancelled."""

    def stream(self, request: Request) -> AsyncGenerator[Piece | Answer]:
        """The answer in pieces as they come, and at the end as a whole."""
