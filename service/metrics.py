"""Metrics: what Prometheus may ask about a service.

No label of ours holds an adapter, an owner or anything a user said: a scrape stays small, and
tells nobody what others do. The one gauge under vLLM's name is as gateways expect it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
_SHARES = (0.03, 0.1, 0.25, 0.5, 0.75, 1.0)
_REASONS = {401: "unauthenticated", 413: "too_large", 429: "too_many"}
_STORE_FAILED = 507

Reading = Callable[[], float]
"""Where a gauge is read."""
InUse = Callable[[], tuple[Iterable[str], Iterable[str]]]
"""Ids of the adapters that run, and of those that wait."""


class Metrics:
    """Counters, gauges and histograms of one service."""

    def __init__(self) -> None:
        """Begins at zero."""
        self._registry = own = CollectorRegistry()
        self.requests = Counter(
            "genadapter_requests",
            "Replies by route and status.",
            ("route", "code"),
            registry=own,
        )
        self.rejected = Counter(
            "genadapter_rejected", "Requests turned away.", ("reason",), registry=own
        )
        self.store_errors = Counter(
            "genadapter_store_errors",
            "Replies that the store or the registry failed.",
            registry=own,
        )
        self.generate_seconds = Histogram(
            "genadapter_adapter_generate_seconds",
            "Time to write adapters, a pass.",
            registry=own,
            buckets=_BUCKETS,
        )
        self.attach_seconds = Histogram(
            "genadapter_attach_seconds",
            "Time to find and read the adapter of a request.",
            registry=own,
            buckets=_BUCKETS,
        )
        self.first_token_seconds = Histogram(
            "genadapter_time_to_first_token_seconds",
            "From the arrival of a request to its first token.",
            registry=own,
            buckets=_BUCKETS,
        )
        self.inter_token_seconds = Histogram(
            "genadapter_inter_token_seconds",
            "Time of a step of the batch, which gives every row a token.",
            registry=own,
            buckets=_BUCKETS,
        )
        self.tokens = Counter(
            "genadapter_generated_tokens", "Tokens of answers.", registry=own
        )
        self.familiarity = Histogram(
            "genadapter_familiarity",
            "Share of training descriptions that look stranger than a new one.",
            registry=own,
            buckets=_SHARES,
        )
        self.no_effect = Counter(
            "genadapter_noop_adapters", "Adapters that change nothing.", registry=own
        )
        build = Gauge(
            "genadapter_build_info", "What runs here.", ("version",), registry=own
        )
        build.labels(version("genadapter")).set(1)

    def watch(
        self,
        gauges: Mapping[str, tuple[str, Reading]],
        *,
        in_use: InUse,
        max_adapters: int,
    ) -> None:
        """Adds what is read when it is asked for.

        Args:
            gauges: By name without its prefix, what it tells and where it is read.
            in_use: For vLLM's gauge.
            max_adapters: How many adapters can run at once.
        """
        self._registry.register(_Read(gauges))
        self._registry.register(_AdaptersInUse(in_use, max_adapters))

    def render(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)


class _Read(Collector):
    def __init__(self, gauges: Mapping[str, tuple[str, Reading]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, (text, read) in self._gauges.items():
            yield GaugeMetricFamily(f"genadapter_{name}", text, value=read())


class _AdaptersInUse(Collector):
    """vLLM's `lora_requests_info`, which gateways route by; its value is the time."""

    def __init__(self, in_use: InUse, max_adapters: int) -> None:
        self._in_use, self._max_adapters = in_use, max_adapters

    def collect(self) -> Iterable[GaugeMetricFamily]:
        running, waiting = self._in_use()
        gauge = GaugeMetricFamily(
            "vllm:lora_requests_info",
            "Adapters that run and wait.",
            labels=("max_lora", "running_lora_adapters", "waiting_lora_adapters"),
        )
        labels = [str(self._max_adapters), ",".join(running), ",".join(waiting)]
        gauge.add_metric(labels, time.time())
        yield gauge


class CountReplies:
    """Counts replies by route and status."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on and counts its reply."""

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                # The router has noted by now which of its routes it was.
                route = getattr(scope.get("route"), "path", "none")
                self._metrics.requests.labels(route, str(status)).inc()
                if status in _REASONS:
                    self._metrics.rejected.labels(_REASONS[status]).inc()
                if status == _STORE_FAILED:
                    self._metrics.store_errors.inc()
            await send(message)

        await self._app(scope, receive, send_and_count)
