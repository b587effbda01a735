"""Engines: what answers requests, here or elsewhere, as the routes see it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline
from service.conversation import Answer, Piece, Request
from service.engine import Engine
from service.metrics import Metrics
from service.settings import Settings
from service.vllm.client import VllmServer
from service.vllm.engine import VllmEngine
from service.vllm.replicas import VllmReplicas


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


def new_engine(
    pipeline: Pipeline, base: BaseModel, settings: Settings, metrics: Metrics
) -> AnsweringEngine:
    """The engine that the settings ask for, not yet at work.

    Raises:
        ConfigError: Engine and vLLM's addresses do not go together.
    """
    urls = [url for url in settings.vllm_url.split(",") if url]
    if bool(urls) != (settings.engine == "vllm"):
        raise ConfigError(
            f"engine vllm needs vllm_url and no other engine has a use for it, got "
            f"engine {settings.engine} and vllm_url {settings.vllm_url!r}: set "
            "GENADAPTER_ENGINE and GENADAPTER_VLLM_URL, or neither"
        )
    if settings.engine == "local":
        config = Engine.Config(
            max_batch_size=settings.max_batch_size,
            max_waiting_requests=settings.max_waiting_requests,
            max_context_tokens=settings.max_context_tokens,
            default_max_tokens=settings.default_max_tokens,
            timeout_seconds=settings.request_timeout_seconds,
        )
        return Engine(base, spec=pipeline.spec, config=config, metrics=metrics)
    seconds = settings.request_timeout_seconds
    key = settings.vllm_key.get_secret_value()
    return VllmEngine(
        base,
        VllmReplicas(
            [VllmServer(url, key=key, timeout_seconds=seconds) for url in urls],
            base_name=pipeline.base_name,
            folder=(settings.vllm_store or settings.store).absolute(),
        ),
        spec=pipeline.spec,
        config=VllmEngine.Config(
            max_requests=settings.max_batch_size + settings.max_waiting_requests,
            max_context_tokens=settings.max_context_tokens,
            default_max_tokens=settings.default_max_tokens,
            timeout_seconds=seconds,
        ),
        metrics=metrics,
    )
