"""Health: is the process alive, and can it answer."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from service.dependencies import ChatEngine
from service.errors import EngineStoppedError, documented

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """Good news; anything else is an error."""

    status: Literal["ok"] = "ok"


@router.get("")
async def live() -> Health:
    """Says that the process answers."""
    return Health()


@router.get("/ready", responses=documented(EngineStoppedError))
async def ready(engine: ChatEngine) -> Health:
    """Says that models are loaded and the engine runs."""
    engine.check_running()
    return Health()
