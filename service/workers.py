"""Workers: processes that serve one store together, or the one that serves it alone.

All stop in good order on SIGTERM: answers that run are finished, and the status is 0.
"""

from __future__ import annotations

import logging
import signal
from functools import partial

import torch
import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from genadapter.cli import LOG_FORMAT
from genadapter.manifest import find_bundle
from service.access import Doorkeeper
from service.app import create_app, load_services, open_door
from service.database import Database
from service.errors import EngineStoppedError
from service.keyring import Keyring
from service.settings import Settings
from service.store import AdapterStore

logger = logging.getLogger(__name__)

STOP_SECONDS = 30
"""What runs when the service stops has so long to end."""
_SILENT_SECONDS = 60
"""A worker that shows no sign of life for so long is replaced; loading may take a while."""


def log_to_stderr() -> None:
    """Logs what is served, where nothing else was set up already."""
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    for package in ("genadapter", "service", "uvicorn"):
        logging.getLogger(package).setLevel(logging.INFO)


def check_startable(settings: Settings) -> Doorkeeper:
    """Looks at what workers need, before each of them loads the models.

    Raises:
        BundleNotFoundError: There is no trained bundle.
        ConfigError: There is no key, but the address is open to others; or the registry's
            URL cannot be used.
        StorageUnavailableError: The store or the registry cannot be opened.
    """
    find_bundle(settings.bundle)
    AdapterStore(settings.store)
    database = Database(settings.registry_url)
    try:
        return open_door(settings, Keyring(database))
    finally:
        database.close()


def serve_alone(app: FastAPI, settings: Settings) -> None:
    """Serves an app in this process until it is told to stop."""
    # uvicorn raises the signal once more when all is done, which would end us by it.
    signal.signal(signal.SIGTERM, _pass)
    # Without a configuration of its own it logs where all else is logged: stderr.
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def serve_together(settings: Settings) -> None:
    """Serves in several processes until this one is told to stop.

    Raises:
        EngineStoppedError: A worker could not start, so the others were stopped.
    """
    config = uvicorn.Config(
        partial(build_app, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_worker_healthcheck=_SILENT_SECONDS,
    )
    supervisor = Multiprocess(config, sockets=[config.bind_socket()])
    supervisor.run()
    if any(worker.exitcode == STARTUP_FAILURE for worker in supervisor.processes):
        raise EngineStoppedError(
            "a worker could not start, so all were stopped: the log says why"
        )


def build_app(settings: Settings) -> FastAPI:
    """The app of one worker, with its share of the cores."""
    log_to_stderr()
    torch.set_num_threads(max(1, torch.get_num_threads() // settings.workers))
    try:
        return create_app(load_services(settings))
    # The edge of a process: it would be started again and again.
    except Exception as error:
        logger.exception("the worker could not start")
        raise SystemExit(STARTUP_FAILURE) from error


def _pass(_number: int, _frame: object) -> None:
    """Lets a signal pass."""
