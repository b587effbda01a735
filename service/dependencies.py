"""What routes may ask for, read from the state that the app's lifespan yields."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict, cast

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPBearer

from service.access import Caller
from service.adapter_service import AdapterService
from service.background import Background
from service.draining import Draining
from service.engines import AnsweringEngine
from service.jobs import Jobs
from service.limits import Meter
from service.metrics import Metrics
from service.paging import PageAsked
from service.replies import Replies
from service.uploads import Uploads


class State(TypedDict):
    """Everything a running app holds."""

    adapters: AdapterService
    background: Background
    engine: AnsweringEngine
    jobs: Jobs
    draining: Draining
    meter: Meter
    metrics: Metrics
    replies: Replies
    uploads: Uploads
    started: int
    """When the app started, in seconds since 1970."""


def get_adapters(request: Request) -> AdapterService:
    """The adapters of this app."""
    return cast(AdapterService, request.state.adapters)


def get_background(request: Request) -> Background:
    """Runs the jobs of this app."""
    return cast(Background, request.state.background)


def get_jobs(request: Request) -> Jobs:
    """The jobs of this app."""
    return cast(Jobs, request.state.jobs)


def get_replies(request: Request) -> Replies:
    """What this app answered to requests that may come again."""
    return cast(Replies, request.state.replies)


def get_uploads(request: Request) -> Uploads:
    """The files that owners sent to this app."""
    return cast(Uploads, request.state.uploads)


def get_draining(request: Request) -> Draining:
    """Whether this app was told to stop."""
    return cast(Draining, request.state.draining)


def get_engine(request: Request) -> AnsweringEngine:
    """The engine of this app."""
    return cast(AnsweringEngine, request.state.engine)


def get_meter(request: Request) -> Meter:
    """Counts what owners of this app use."""
    return cast(Meter, request.state.meter)


def get_metrics(request: Request) -> Metrics:
    """The metrics of this app."""
    return cast(Metrics, request.state.metrics)


def get_started(request: Request) -> int:
    """When this app started, in seconds since 1970."""
    return cast(int, request.state.started)


def get_caller(
    request: Request,
    # Told of here, so that the description has it; the door has looked at it.
    _key: Annotated[object, Security(HTTPBearer(auto_error=False))],
) -> Caller:
    """Who makes this request; the door let them in."""
    return cast(Caller, request.state.caller)


def get_asked(
    after: Annotated[
        str | None, Query(description="The id that the page before ended with.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> PageAsked:
    """Which part of a list a request asks for."""
    return PageAsked(after=after, limit=limit, newest_first=order == "desc")


Adapters = Annotated[AdapterService, Depends(get_adapters)]
ChatEngine = Annotated[AnsweringEngine, Depends(get_engine)]
Stopping = Annotated[Draining, Depends(get_draining)]
Metered = Annotated[Meter, Depends(get_meter)]
Measured = Annotated[Metrics, Depends(get_metrics)]
Started = Annotated[int, Depends(get_started)]
BackgroundOf = Annotated[Background, Depends(get_background)]
JobsOf = Annotated[Jobs, Depends(get_jobs)]
RepliesOf = Annotated[Replies, Depends(get_replies)]
UploadsOf = Annotated[Uploads, Depends(get_uploads)]
CallerOf = Annotated[Caller, Depends(get_caller)]
Asked = Annotated[PageAsked, Depends(get_asked)]
