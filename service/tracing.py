"""Tracing: what a request took, told to an OpenTelemetry collector.

A span tells route, status and counts; never who asked, for what, or by which key. Of an error
it tells the class alone, since a message may repeat what a user said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genadapter.errors import ConfigError
from service.middleware import OPEN_PATHS

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

_PARENTS = ("traceparent", "tracestate")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_FIRST_SERVER_ERROR = 500

Note = Callable[[str, int], None]
"""Adds a number to a span, under a name."""

_tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
"""Of the request that is answered here; none where it is not traced."""


class Tracing:
    """Makes spans and sends them, a batch at a time."""

    def __init__(self, exporter: SpanExporter) -> None:
        """Takes what sends them."""
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        told = {"service.name": "genadapter", "service.version": version("genadapter")}
        self._provider = TracerProvider(
            resource=Resource.create(told), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self.tracer: Tracer = self._provider.get_tracer("genadapter")
        """Begins spans."""

    def close(self) -> None:
        """Sends what is left."""
        self._provider.shutdown()


def open_tracing(endpoint: str | None) -> Tracing | None:
    """Tracing to a collector; none where no endpoint is given.

    Raises:
        ConfigError: What sends traces is not installed.
    """
    if not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter,
        )
    except ImportError as error:
        raise ConfigError(
            "GENADAPTER_OTLP_ENDPOINT is set, but what sends traces is not installed: "
            "pip install 'genadapter[otel]', or leave the variable out"
        ) from error
    return Tracing(OTLPSpanExporter(endpoint=endpoint))


@contextmanager
def traced(name: str) -> Iterator[Note]:
    """A part of the request that is answered here, where it is traced."""
    tracer = _tracer.get()
    if tracer is None:
        yield _forget
        return
    with tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield lambda key, value: span.set_attribute(f"genadapter.{key}", value)
        except Exception as error:
            _mark_failed(span, type(error).__name__)
            raise


class TraceRequests:
    """Traces requests, as parts of their clients' traces; checks of health are left out."""

    def __init__(self, app: ASGIApp, *, tracing: Tracing) -> None:
        self._app, self._tracer = app, tracing.tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and tells how it went."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
            return
        with self._request_span(scope) as span:

            async def send_and_tell(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _tell(span, scope, message["status"])
                await send(message)

            token = _tracer.set(self._tracer)
            try:
                await self._app(scope, receive, send_and_tell)
            except Exception:
                # What nobody expected is answered further out.
                _tell(span, scope, _FIRST_SERVER_ERROR)
                raise
            finally:
                _tracer.reset(token)

    @contextmanager
    def _request_span(self, scope: Scope) -> Iterator[Span]:
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import (
            TraceContextTextMapPropagator,
        )

        headers = Headers(scope=scope)
        parents = {name: headers[name] for name in _PARENTS if name in headers}
        with self._tracer.start_as_current_span(
            "request",
            context=TraceContextTextMapPropagator().extract(parents),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span


def _tell(span: Span, scope: Scope, status: int) -> None:
    # A method is any word that a client chooses.
    method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.response.status_code", status)
    # The router has noted by now which of its routes it was.
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        span.set_attribute("http.route", route)
    span.update_name(f"{method} {route}" if route else method)
    if status >= _FIRST_SERVER_ERROR:
        _mark_failed(span, str(status))


def _mark_failed(span: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)


def _forget(_name: str, _value: int) -> None:
    """Notes nothing."""
