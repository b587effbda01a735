"""Health: is the process alive, and can it answer; under the names that others ask by."""

from __future__ import annotations

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from service.dependencies import ChatEngine, Stopping
from service.errors import EngineStoppedError, documented

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Good news; anything else is an error."""

    status: Literal["ok"] = "ok"


class Version(BaseModel):
    """What runs here."""

    name: Literal["genadapter"] = "genadapter"
    version: str


@router.get("/health")
async def live() -> Health:
    """Says that the process answers."""
    return Health()


@router.get("/v2/health/live")
async def live_for_kserve() -> Health:
    """The same, as KServe asks."""
    return Health()


@router.get("/ping")
async def live_for_sagemaker() -> Health:
    """The same, as SageMaker asks."""
    return Health()


@router.get("/health/ready", responses=documented(EngineStoppedError))
async def ready(engine: ChatEngine, draining: Stopping) -> Health:
    """Says that models are loaded, the engine runs, and nobody told it to stop."""
    draining.check_not_begun()
    engine.check_running()
    return Health()


@router.get("/ready", responses=documented(EngineStoppedError))
async def ready_in_short(engine: ChatEngine, draining: Stopping) -> Health:
    """The same under a shorter path."""
    return await ready(engine, draining)


@router.get("/v2/health/ready", responses=documented(EngineStoppedError))
async def ready_for_kserve(engine: ChatEngine, draining: Stopping) -> Health:
    """The same, as KServe asks."""
    return await ready(engine, draining)


@router.get("/version")
async def running_version() -> Version:
    """Says which version runs."""
    return Version(version=version("genadapter"))
