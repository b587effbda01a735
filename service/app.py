"""The application: wires parts together and sets the engine to work."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.adapter_service import AdapterService
from service.dependencies import State
from service.engine import Engine
from service.errors import add_error_handlers
from service.routes import adapters, chat, completions, health, models
from service.settings import Settings
from service.store import AdapterStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The parts of an app, loaded but not yet at work."""

    adapters: AdapterService
    """Creates and keeps adapters."""
    engine: Engine
    """Runs them."""


def load_services(settings: Settings) -> Services:
    """Loads models and opens the store; takes seconds.

    Raises:
        BundleNotFoundError: There is no trained bundle.
        SpecMismatchError: The base is not the bundle's.
        StorageUnavailableError: The store cannot be opened.
    """
    pipeline, base = Pipeline.load_with_base(
        settings.bundle,
        base_source=settings.base,
        dtype=settings.dtype,
        family=settings.family,
        base_name=settings.base_name,
    )
    return join_services(pipeline, base, settings)


def join_services(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Services:
    """Joins a loaded pipeline and base model under the limits of the settings.

    Raises:
        StorageUnavailableError: The store cannot be opened.
    """
    store = AdapterStore(settings.store, max_resident=settings.max_resident_adapters)
    config = Engine.Config(
        max_batch_size=settings.max_batch_size,
        max_waiting_requests=settings.max_waiting_requests,
        max_context_tokens=settings.max_context_tokens,
        default_max_tokens=settings.default_max_tokens,
        timeout_seconds=settings.request_timeout_seconds,
    )
    return Services(
        adapters=AdapterService(
            pipeline, store, max_waiting=settings.max_waiting_requests
        ),
        engine=Engine(base, spec=pipeline.spec, config=config),
    )


def create_app(services: Services) -> FastAPI:
    """The application over loaded parts; its engine runs while the app does."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        services.engine.start()
        try:
            yield {
                "adapters": services.adapters,
                "engine": services.engine,
                "started": int(time.time()),
            }
        finally:
            await run_in_threadpool(services.engine.stop)

    app = FastAPI(
        title="genadapter",
        summary="Describe a task in words, get a working LoRA adapter.",
        version=version("genadapter"),
        lifespan=lifespan,
    )
    for module in (adapters, models, chat, completions, health):
        app.include_router(module.router)
    add_error_handlers(app)
    app.add_middleware(_RequestIds)
    return app


class _RequestIds:
    """Gives every reply an `X-Request-Id`, by which it can be asked about."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        identifier = f"req-{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = identifier

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = identifier
            await send(message)

        await self._app(scope, receive, send_with_id)
