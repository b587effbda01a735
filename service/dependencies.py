"""What routes may ask for, read from the state that the app's lifespan yields."""

from __future__ import annotations

from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from service.access import Caller
from service.adapter_service import AdapterService
from service.draining import Draining
from service.engine import Engine
from service.limits import Meter
from service.metrics import Metrics


class State(TypedDict):
    """Everything a running app holds."""

    adapters: AdapterService
    draining: Draining
    engine: Engine
    meter: Meter
    metrics: Metrics
    started: int
    """When the app started, in seconds since 1970."""


def get_adapters(request: Request) -> AdapterService:
    """The adapters of this app."""
    return cast(AdapterService, request.state.adapters)


def get_draining(request: Request) -> Draining:
    """Whether this app was told to stop."""
    return cast(Draining, request.state.draining)


def get_engine(request: Request) -> Engine:
    """The engine of this app."""
    return cast(Engine, request.state.engine)


def get_meter(request: Request) -> Meter:
    """Counts what owners of this app use."""
    return cast(Meter, request.state.meter)


def get_metrics(request: Request) -> Metrics:
    """The metrics of this app."""
    return cast(Metrics, request.state.metrics)


def get_started(request: Request) -> int:
    """When this app started, in seconds since 1970."""
    return cast(int, request.state.started)


def get_caller(request: Request) -> Caller:
    """Who makes this request; the door let them in."""
    return cast(Caller, request.state.caller)


Adapters = Annotated[AdapterService, Depends(get_adapters)]
Stopping = Annotated[Draining, Depends(get_draining)]
ChatEngine = Annotated[Engine, Depends(get_engine)]
Metered = Annotated[Meter, Depends(get_meter)]
Measured = Annotated[Metrics, Depends(get_metrics)]
Started = Annotated[int, Depends(get_started)]
CallerOf = Annotated[Caller, Depends(get_caller)]
