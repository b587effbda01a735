"""The application: wires parts together and sets the engine to work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline
from service.access import Doorkeeper, read_keys
from service.adapter_service import AdapterService
from service.dependencies import State
from service.draining import Draining
from service.engine import Engine
from service.errors import StorageUnavailableError, add_error_handlers
from service.limits import Limits, Meter, RateLimit
from service.metrics import CountReplies, Metrics
from service.middleware import BodyLimit, Door, RequestIds
from service.registry import Registry
from service.routes import adapters, chat, completions, health, metrics, models
from service.settings import Settings, is_loopback
from service.store import AdapterStore
from service.tracing import TraceRequests, Tracing, open_tracing

EXPIRY_SECONDS = 60.0
"""Between two looks for adapters whose time is over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The parts of an app, loaded but not yet at work."""

    adapters: AdapterService
    """Creates and keeps adapters."""
    engine: Engine
    """Runs them."""
    metrics: Metrics
    """Told by all of them."""
    meter: Meter
    """Counts what owners use."""
    keeper: Doorkeeper
    """Knows who may come in."""
    draining: Draining
    """Knows whether the app was told to stop."""
    tracing: Tracing | None
    """Sends spans of requests, where that is wanted."""
    max_body_bytes: int
    """Of a request."""


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
        ConfigError: There is no key, but the address is open to others; or the registry's
            URL cannot be used; or traces are wanted and cannot be sent.
        StorageUnavailableError: The store or the registry cannot be opened.
    """
    tracing = open_tracing(settings.otlp_endpoint)
    store = AdapterStore(settings.store, max_resident=settings.max_resident_adapters)
    registry = Registry(settings.registry_url)
    keeper = open_door(settings, registry)
    config = Engine.Config(
        max_batch_size=settings.max_batch_size,
        max_waiting_requests=settings.max_waiting_requests,
        max_context_tokens=settings.max_context_tokens,
        default_max_tokens=settings.default_max_tokens,
        timeout_seconds=settings.request_timeout_seconds,
    )
    meter = Meter(
        registry,
        Limits(
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            max_adapters=settings.max_adapters,
            max_bytes=settings.max_adapter_bytes,
        ),
    )
    measured = Metrics()
    service = AdapterService(
        pipeline,
        store,
        registry,
        max_waiting=settings.max_waiting_requests,
        meter=meter,
        metrics=measured,
    )
    engine = Engine(base, spec=pipeline.spec, config=config, metrics=measured)
    measured.watch(
        {
            "queue_depth": ("Requests that wait.", lambda: engine.num_waiting),
            "running": ("Requests that are answered.", lambda: engine.num_running),
            "adapters": ("Adapters there are.", service.num_adapters),
            "adapters_resident": ("Adapters in memory.", service.num_resident),
        },
        in_use=engine.in_use,
        max_adapters=config.max_batch_size,
    )
    return Services(
        adapters=service,
        engine=engine,
        metrics=measured,
        meter=meter,
        keeper=keeper,
        draining=Draining(settings.drain_seconds),
        tracing=tracing,
        max_body_bytes=settings.max_body_bytes,
    )


def open_door(settings: Settings, registry: Registry) -> Doorkeeper:
    """Who may come in, by the keys of the settings and of the registry.

    Raises:
        ConfigError: There is no key, but the address is open to others.
        StorageUnavailableError: The registry failed.
    """
    keeper = Doorkeeper(
        read_keys(settings.api_keys.get_secret_value()),
        find=registry.find_key,
        has_kept=bool(registry.all_keys()),
    )
    if keeper.is_open and not is_loopback(settings.host):
        raise ConfigError(
            f"without an API key the service listens on this machine alone, got host "
            f"{settings.host}: set GENADAPTER_API_KEYS or run `genadapter keys create`, "
            "or leave the host out"
        )
    return keeper


def create_app(services: Services) -> FastAPI:
    """The application over loaded parts; its engine runs while the app does."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        services.engine.start()
        cleaning = asyncio.create_task(_expire(services.adapters))
        try:
            with services.draining.on_signal():
                yield {
                    "adapters": services.adapters,
                    "draining": services.draining,
                    "engine": services.engine,
                    "meter": services.meter,
                    "metrics": services.metrics,
                    "started": int(time.time()),
                }
        finally:
            cleaning.cancel()
            await run_in_threadpool(services.engine.stop)
            services.adapters.close()
            if services.tracing is not None:
                await run_in_threadpool(services.tracing.close)

    app = FastAPI(
        title="genadapter",
        summary="Describe a task in words, get a working LoRA adapter.",
        version=version("genadapter"),
        lifespan=lifespan,
    )
    for module in (adapters, models, chat, completions, health, metrics):
        app.include_router(module.router)
    add_error_handlers(app)
    # The last one added is met first.
    app.add_middleware(BodyLimit, max_bytes=services.max_body_bytes)
    app.add_middleware(RateLimit, meter=services.meter)
    app.add_middleware(Door, keeper=services.keeper)
    app.add_middleware(CountReplies, metrics=services.metrics)
    if services.tracing is not None:
        app.add_middleware(TraceRequests, tracing=services.tracing)
    app.add_middleware(RequestIds)
    return app


async def _expire(adapters: AdapterService) -> None:
    """Removes adapters whose time is over, again and again."""
    while True:
        await asyncio.sleep(EXPIRY_SECONDS)
        try:
            await run_in_threadpool(adapters.expire)
        except StorageUnavailableError:
            # It is in the log; the next round may fare better.
            continue
