"""The application: wires parts together and sets the engine to work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, GenAdapterError
from genadapter.pipeline import Pipeline
from service.access import Doorkeeper, read_keys
from service.adapter_service import AdapterService
from service.background import Background
from service.database import Database
from service.dependencies import State
from service.draining import Draining
from service.engines import AnsweringEngine, new_engine
from service.errors import StorageUnavailableError, add_error_handlers
from service.jobs import Jobs
from service.keyring import Keyring
from service.limits import Limits, Meter, RateLimit
from service.metrics import CountReplies, Metrics
from service.middleware import BodyLimit, Door, RequestIds
from service.registry import Registry
from service.replies import Replies
from service.routes import (
    adapters,
    chat,
    completions,
    files,
    fine_tuning,
    health,
    library,
    metrics,
    models,
    page,
)
from service.settings import Settings, is_loopback
from service.store import AdapterStore
from service.tracing import TraceRequests, Tracing, open_tracing
from service.uploads import Uploads
from service.usage import Usage

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""Between two looks for adapters that nobody has looked at."""
PATIENCE_SECONDS = 5.0
"""After so long they are looked at although requests are being answered."""
EXPIRY_SECONDS = 60.0
"""Between two looks for adapters whose time is over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The parts of an app, loaded but not yet at work."""

    adapters: AdapterService
    """Creates and keeps adapters."""
    engine: AnsweringEngine
    """Runs them."""
    metrics: Metrics
    """Told by all of them."""
    meter: Meter
    """Counts what owners use."""
    keeper: Doorkeeper
    """Knows who may come in."""
    database: Database
    """Where all of them keep what they know."""
    uploads: Uploads
    """Files to learn from."""
    jobs: Jobs
    """Adapters that are written while nobody waits."""
    replies: Replies
    """What was answered to requests that may come again."""
    usage: Usage
    """What owners have used."""
    draining: Draining
    """Knows whether the app was told to stop."""
    tracing: Tracing | None
    """Sends spans of requests, where that is wanted."""
    max_body_bytes: int
    """Of a request."""
    max_file_bytes: int
    """Of a request that sends a file."""
    max_waiting_jobs: int
    """Jobs that may wait."""


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
        ConfigError: There is no key, but the address is open to others; the registry's
            URL cannot be used; engine and vLLM's addresses do not go together; or traces
            are wanted and cannot be sent.
        StorageUnavailableError: The store or the registry cannot be opened.
    """
    tracing = open_tracing(settings.otlp_endpoint)
    store = AdapterStore(settings.store, max_resident=settings.max_resident_adapters)
    database = Database(settings.registry_url)
    registry, usage = Registry(database), Usage(database)
    keeper = open_door(settings, Keyring(database))
    meter = Meter(
        registry,
        usage,
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
        base=base,
        max_waiting=settings.max_waiting_requests,
        meter=meter,
        metrics=measured,
    )
    engine = new_engine(pipeline, base, settings, measured)
    measured.watch(
        {
            "queue_depth": ("Requests that wait.", lambda: engine.num_waiting),
            "running": ("Requests that are answered.", lambda: engine.num_running),
            "adapters": ("Adapters there are.", service.num_adapters),
            "adapters_resident": ("Adapters in memory.", service.num_resident),
        },
        in_use=engine.in_use,
        max_adapters=settings.max_batch_size,
    )
    return Services(
        adapters=service,
        engine=engine,
        metrics=measured,
        meter=meter,
        keeper=keeper,
        database=database,
        uploads=Uploads(database, max_files=settings.max_files),
        jobs=Jobs(database),
        replies=Replies(database),
        usage=usage,
        draining=Draining(settings.drain_seconds),
        tracing=tracing,
        max_body_bytes=settings.max_body_bytes,
        max_file_bytes=settings.max_file_bytes,
        max_waiting_jobs=settings.max_waiting_requests,
    )


def open_door(settings: Settings, keyring: Keyring) -> Doorkeeper:
    """Who may come in, by the keys of the settings and of the keyring.

    Raises:
        ConfigError: There is no key, but the address is open to others.
        StorageUnavailableError: The registry failed.
    """
    keeper = Doorkeeper(
        read_keys(settings.api_keys.get_secret_value()),
        find=keyring.find,
        has_kept=bool(keyring.all()),
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
        chores = [
            asyncio.create_task(_expire(services)),
            asyncio.create_task(_diagnose(services)),
        ]
        background = Background(
            services.jobs, services.adapters, max_waiting=services.max_waiting_jobs
        )
        try:
            with services.draining.on_signal():
                yield {
                    "adapters": services.adapters,
                    "background": background,
                    "draining": services.draining,
                    "engine": services.engine,
                    "jobs": services.jobs,
                    "meter": services.meter,
                    "metrics": services.metrics,
                    "replies": services.replies,
                    "uploads": services.uploads,
                    "started": int(time.time()),
                }
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await background.stop()
            await run_in_threadpool(services.engine.stop)
            services.database.close()
            if services.tracing is not None:
                await run_in_threadpool(services.tracing.close)

    app = FastAPI(
        title="genadapter",
        summary="Describe a task in words, get a working LoRA adapter.",
        version=version("genadapter"),
        lifespan=lifespan,
    )
    for module in (
        adapters,
        models,
        chat,
        completions,
        files,
        fine_tuning,
        health,
        library,
        metrics,
        page,
    ):
        app.include_router(module.router)
    add_error_handlers(app)
    # The last one added is met first.
    larger = {files.router.prefix: services.max_file_bytes}
    app.add_middleware(BodyLimit, max_bytes=services.max_body_bytes, larger=larger)
    app.add_middleware(RateLimit, meter=services.meter)
    app.add_middleware(Door, keeper=services.keeper)
    app.add_middleware(CountReplies, metrics=services.metrics)
    if services.tracing is not None:
        app.add_middleware(TraceRequests, tracing=services.tracing)
    app.add_middleware(RequestIds)
    return app


async def _expire(services: Services) -> None:
    """Removes what is over, again and again."""
    keepers = (
        services.adapters,
        services.jobs,
        services.uploads,
        services.usage,
    )
    while True:
        await asyncio.sleep(EXPIRY_SECONDS)
        for keeper in keepers:
            try:
                await run_in_threadpool(keeper.expire)
            except StorageUnavailableError:
                # It is in the log; the next round may fare better.
                continue


async def _diagnose(services: Services) -> None:
    """Looks at new adapters while nobody waits for an answer, or after a while all the same."""
    idle_from = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if not services.adapters.has_new():
            idle_from = time.monotonic()
            continue
        is_busy = services.engine.num_running or services.engine.num_waiting
        if is_busy and time.monotonic() < idle_from + PATIENCE_SECONDS:
            continue
        try:
            await run_in_threadpool(services.adapters.look_at_next)
        except GenAdapterError as error:
            logger.info("an adapter was not looked at: %s", error)
        idle_from = time.monotonic()
