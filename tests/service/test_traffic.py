"""Traffic: streams, clients and texts of every kind, on a service that is served."""

from __future__ import annotations

import json
import logging
import random
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import Services, create_app, join_services
from service.settings import Settings

BASE = "tests/tiny-llama"
KEY = "k-ann-secret"
HEADERS = {"Authorization": f"Bearer {KEY}"}
Serve = Callable[[FastAPI], AbstractContextManager[str]]


@pytest.fixture
def services(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Services:
    """Loaded parts of an app that needs a key."""
    keyed = settings.model_copy(update={"api_keys": SecretStr(f"ann:{KEY}")})
    return join_services(pipeline, base, keyed)


@pytest.fixture
def client(services: Services, serve: Serve) -> Iterator[httpx.Client]:
    """A client of a service behind a real socket."""
    with (
        serve(create_app(services)) as address,
        httpx.Client(base_url=address, headers=HEADERS, timeout=60) as client,
    ):
        yield client


def chat(text: str, **changes: object) -> dict[str, Any]:
    """The body of a chat."""
    messages = [{"role": "user", "content": text}]
    return {"model": BASE, "messages": messages, "max_tokens": 6, **changes}


def test_every_stream_keeps_the_grammar_also_where_clients_leave(
    client: httpx.Client, services: Services
) -> None:
    """Events of JSON or comments, [DONE] at the end; what is left makes room at once."""
    draw = random.Random(0)
    wanted = [(f"cat {n}", draw.choice([None, None, None, 1, 2])) for n in range(60)]

    def follow(text: str, leaves_after: int | None) -> list[str]:
        body, events = chat(text, stream=True), []
        with client.stream("POST", "/v1/chat/completions", json=body) as reply:
            assert reply.status_code == 200
            assert reply.headers["Content-Type"].startswith("text/event-stream")
            for line in reply.iter_lines():
                if line:
                    events.append(line)
                if leaves_after is not None and len(events) >= leaves_after:
                    break
        return events

    with ThreadPoolExecutor(8) as pool:
        streams = list(pool.map(lambda one: follow(*one), wanted))
    for (_, leaves_after), events in zip(wanted, streams, strict=True):
        assert all(line.startswith(("data: ", ": ")) for line in events)
        if leaves_after is None:
            assert events[-1] == "data: [DONE]"
            told = [json.loads(line[6:]) for line in events[:-1] if line[0] != ":"]
            assert len({(chunk["id"], chunk["created"]) for chunk in told}) == 1
            assert told[-1]["choices"][0]["finish_reason"] in ("stop", "length")
    deadline = time.monotonic() + 10
    while services.engine.num_running or services.engine.num_waiting:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (chat("x" * (2 << 20)), 413, "request_too_large"),
        (chat("cat", n=10**6), 400, "invalid_body"),
        (chat("cat", max_tokens=10**9), 400, "invalid_body"),
        (chat("cat", max_tokens=10**4), 400, "context_length_exceeded"),
        (chat("cat", stop=["x"] * 100), 400, "invalid_body"),
        (chat("cat", temperature=1e9), 400, "invalid_body"),
    ],
)
def test_what_is_too_much_is_refused_at_once(
    client: httpx.Client, body: dict[str, Any], status: int, code: str
) -> None:
    """And whoever asks for little is served."""
    reply = client.post("/v1/chat/completions", json=body)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert client.post("/v1/chat/completions", json=chat("cat")).status_code == 200


def test_a_body_that_comes_too_slowly_is_given_up(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """408; others are served meanwhile."""
    monkeypatch.setattr("service.middleware.READ_SECONDS", 0.5)
    url = client.base_url
    with socket.create_connection((url.host, url.port or 80), timeout=30) as slow:
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {url.host}\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
            "Content-Length: 1000\r\n\r\n{"
        )
        slow.sendall(head.encode())
        assert client.post("/v1/chat/completions", json=chat("cat")).is_success
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_headers_without_end_are_refused(client: httpx.Client) -> None:
    """A header is no place for a book; the connection may be cut before it is read."""
    try:
        reply = client.get("/v1/models", headers={"X-Book": "x" * 200_000})
    except httpx.TransportError:
        reply = None
    assert reply is None or reply.status_code == 400
    assert client.get("/v1/models").status_code == 200


NAMES = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/etc/passwd",
    "..\\..\\etc\\passwd",
    "/etc/passwd",
    "~root/passwd",
    "\\\\?\\C:\\passwd",
    "lora-%00passwd",
    "passwd\x00",
    "\u2024\u2024/passwd",
    "\u202epasswd",
    "file:///etc/passwd",
    "passwd" * 200,
    ".passwd",
    "-passwd",
    "",
]
OPENED: list[str] = []
"""Paths with a name of the corpus that somebody opened; hooks cannot be removed."""


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("open", "os.listdir", "os.rename", "os.remove", "os.mkdir"):
        path = arguments[0]
        text = path.decode(errors="replace") if isinstance(path, bytes) else str(path)
        if "passwd" in text and text != "/etc/passwd":
            OPENED.append(text)


def test_no_name_of_a_client_becomes_a_path(client: httpx.Client) -> None:
    """As model, adapter, file or name: refused, and nothing on disk is touched by it."""
    sys.addaudithook(_watch)
    made = client.post("/v1/adapters", json={"description": "sort"}).json()
    for name in NAMES:
        replies = [
            client.post("/v1/chat/completions", json=chat("cat", model=name)),
            client.post("/v1/adapters", json={"description": "x", "name": name}),
            client.patch(f"/v1/adapters/{made['id']}", json={"name": name}),
        ]
        files = f"/v1/adapters/{made['id']}/files/"
        for path in ("/v1/adapters/", "/v1/files/", "/v1/models/", files):
            replies.append(client.get(f"{path}{quote(name, safe='')}x"))
        for reply in replies:
            assert reply.status_code in (400, 404), (name, reply.request.url)
    assert OPENED == []


def test_logs_hold_neither_words_nor_keys(
    client: httpx.Client, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    """What users say stays between them and the model, also where it fails."""
    caplog.set_level(logging.INFO)
    secret = "hunter2 is my word"
    made = client.post("/v1/adapters", json={"description": secret})
    for model in (BASE, made.json()["id"], "none"):
        client.post("/v1/chat/completions", json=chat(secret, model=model))
    client.post("/v1/chat/completions", json=chat(secret, n=99))
    client.get("/v1/models", headers={"Authorization": "Bearer hunter2"})
    metrics = client.get("/metrics").text
    for text in (caplog.text, metrics):
        assert "hunter2" not in text
        assert KEY not in text
        assert str(settings.store) not in text
    assert "answered a request" in caplog.text
    assert len(metrics.splitlines()) < 600
