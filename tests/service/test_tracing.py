"""Traces: a span a request, its parts beneath it, and nothing that anybody said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.settings import Settings
from service.tracing import Tracing, open_tracing

KEY = {"Authorization": "Bearer k-secret"}
CHAT = "POST /v1/chat/completions"
Spans = Callable[[], list[ReadableSpan]]
Open = Callable[[], AbstractContextManager[TestClient]]


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """Keeps what would be sent."""
    return InMemorySpanExporter()


@pytest.fixture
def open_client(
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
    exporter: InMemorySpanExporter,
) -> Open:
    """Opens a client of a traced app with one owner; all spans are there when it closes."""
    owned = settings.model_copy(update={"api_keys": SecretStr("ann:k-secret")})

    @contextmanager
    def opened() -> Iterator[TestClient]:
        services = join_services(pipeline, base, owned)
        traced = replace(services, tracing=Tracing(exporter))
        app = create_app(traced)
        with TestClient(app, headers=KEY, raise_server_exceptions=False) as client:
            yield client

    return opened


def spans_of(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    """What was sent, by name."""
    return {span.name: span for span in exporter.get_finished_spans()}


def chat(client: TestClient, **fields: object) -> int:
    """Status of a chat with the base."""
    messages = [{"role": "user", "content": "secretword"}]
    body = {"model": "tests/tiny-llama", "messages": messages, **fields}
    return client.post("/v1/chat/completions", json=body).status_code


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_a_part_of_its_request(
    open_client: Open, exporter: InMemorySpanExporter, stream: bool
) -> None:
    """Route, method, status and numbers of tokens, streamed or not."""
    with open_client() as client:
        assert chat(client, stream=stream, max_tokens=3) == 200
    spans = spans_of(exporter)
    whole, part = spans[CHAT], spans["answer"]
    assert dict(whole.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/v1/chat/completions",
    }
    assert part.parent is not None
    assert part.parent.span_id == whole.context.span_id
    assert set(part.attributes or {}) == {
        "genadapter.num_prompt_tokens",
        "genadapter.num_new_tokens",
    }
    assert whole.status.status_code is StatusCode.UNSET


def test_generating_is_a_part_of_its_request(
    open_client: Open, exporter: InMemorySpanExporter
) -> None:
    """Across the thread that it runs on; an adapter that is there takes none."""
    body = {"description": "sort"}
    with open_client() as client:
        assert client.post("/v1/adapters", json=body).status_code == 201
        assert client.post("/v1/adapters", json=body).status_code == 200
    names = [span.name for span in exporter.get_finished_spans()]
    assert sorted(names) == ["POST /v1/adapters"] * 2 + ["generate"]
    part = spans_of(exporter)["generate"]
    assert dict(part.attributes or {}) == {"genadapter.num_adapters": 1}
    assert part.parent is not None


def test_a_request_goes_on_with_its_clients_trace(
    open_client: Open, exporter: InMemorySpanExporter
) -> None:
    """As W3C's `traceparent` names it."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    parent = f"00-{trace}-b7ad6b7169203331-01"
    with open_client() as client:
        client.get("/v1/models", headers={"traceparent": parent})
    (span,) = exporter.get_finished_spans()
    assert format(span.context.trace_id, "032x") == trace


def test_checks_of_health_are_not_traced(
    open_client: Open, exporter: InMemorySpanExporter
) -> None:
    """They come all day long."""
    with open_client() as client:
        client.get("/health/ready")
    assert not exporter.get_finished_spans()


def test_failures_are_told_by_their_class(
    open_client: Open,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a client does wrong is no failure; what nobody expected is a 500."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secretword")

    with open_client() as client:
        assert chat(client, model="nobody") == 404
        monkeypatch.setattr("service.engine.Engine.submit", fail)
        assert chat(client) == 500
    refused, part, failed = exporter.get_finished_spans()
    assert refused.status.status_code is StatusCode.UNSET
    assert (part.attributes or {})["error.type"] == "RuntimeError"
    assert (failed.attributes or {})["http.response.status_code"] == 500
    assert failed.status.status_code is StatusCode.ERROR


def test_spans_tell_nobody_anything(
    open_client: Open, exporter: InMemorySpanExporter
) -> None:
    """No prompts, descriptions, names, ids, keys, paths or words of a client's choice."""
    with open_client() as client:
        body = {"description": "sort secretword", "name": "secretname"}
        made = client.post("/v1/adapters", json=body).json()["id"]
        assert chat(client, model=made) == 200
        client.get(f"/v1/adapters/{made}?secretquery=1")
        client.get("/secretpath")
        client.request("SECRETMETHOD", "/v1/models")
        client.get("/v1/models", headers={"Authorization": "Bearer secretkey"})
    spans = exporter.get_finished_spans()
    assert len(spans) == 8
    text = json.dumps([json.loads(span.to_json()) for span in spans]).lower()
    for word in ("secret", made, "ann"):
        assert word not in text
    assert {"GET", "_OTHER /v1/models"} <= {span.name for span in spans}


def test_there_are_no_traces_by_default(settings: Settings) -> None:
    """An empty variable is as good as none."""
    assert settings.otlp_endpoint is None
    assert open_tracing(None) is None
    assert open_tracing("") is None


def test_an_endpoint_opens_a_way_to_it() -> None:
    """Nothing is sent where there were no spans."""
    tracing = open_tracing("http://127.0.0.1:9/v1/traces")
    assert tracing is not None
    tracing.close()


def test_an_endpoint_without_the_extra_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One line, with the command."""
    name = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"pip install 'genadapter\[otel\]'"):
        open_tracing("http://127.0.0.1:9/v1/traces")
