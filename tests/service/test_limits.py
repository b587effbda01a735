"""Limits: exact at the boundary, and of each owner its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.settings import Settings

ANN, BOB = ({"Authorization": f"Bearer {key}"} for key in ("k-ann", "k-bob"))
NOON = 1_800_000_000 // 60 * 60
Open = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A clock that stands at the beginning of a minute until it is set."""

    def stand_at(seconds: int) -> None:
        monkeypatch.setattr("service.registry.time.time", lambda: NOON + seconds)

    stand_at(0)
    return stand_at


@pytest.fixture
def open_client(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Open:
    """Opens a client of an app with two owners and these limits."""

    @contextmanager
    def opened(**limits: int) -> Iterator[TestClient]:
        keys = SecretStr("ann:k-ann,bob:k-bob")
        limited = settings.model_copy(update={"api_keys": keys, **limits})
        with TestClient(create_app(join_services(pipeline, base, limited))) as client:
            yield client

    return opened


def chat(client: TestClient, headers: dict[str, str], **fields: object) -> Any:
    """One chat."""
    messages = [{"role": "user", "content": "cat"}]
    body = {"model": "tests/tiny-llama", "messages": messages, **fields}
    return client.post("/v1/chat/completions", json=body, headers=headers)


def test_requests_are_limited_by_the_minute(
    open_client: Open, clock: Callable[[int], None]
) -> None:
    """The last one that is allowed is served, the next one is told when to come back."""
    with open_client(requests_per_minute=3) as client:
        for remaining in (2, 1, 0):
            reply = client.get("/v1/models", headers=ANN)
            assert reply.status_code == 200
            assert reply.headers["X-RateLimit-Limit-Requests"] == "3"
            assert reply.headers["X-RateLimit-Remaining-Requests"] == str(remaining)
        clock(20)
        refused = client.get("/v1/models", headers=ANN)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "40"
        error = refused.json()["error"]
        assert (error["code"], error["type"]) == (
            "rate_limit_exceeded",
            "rate_limit_error",
        )
        assert client.get("/v1/models", headers=BOB).status_code == 200
        assert client.get("/health").status_code == 200
        clock(60)
        assert client.get("/v1/models", headers=ANN).status_code == 200


def test_requests_are_counted_together_across_workers(open_client: Open) -> None:
    """Two apps on one registry let no more through than one."""
    with (
        open_client(requests_per_minute=10) as one,
        open_client(requests_per_minute=10) as other,
        ThreadPoolExecutor(8) as pool,
    ):
        for client in (one, other):
            # FastAPI builds its routes at the first request, which threads would share.
            assert client.get("/v1/models", headers=BOB).status_code == 200
        statuses = list(
            pool.map(
                lambda n: (
                    (one, other)[n % 2].get("/v1/models", headers=ANN).status_code
                ),
                range(24),
            )
        )
    assert sorted(statuses) == [200] * 10 + [429] * 14


def test_tokens_are_limited_by_the_minute(
    open_client: Open, clock: Callable[[int], None]
) -> None:
    """Whoever has used them up waits; streams count as well."""
    with open_client(tokens_per_minute=1) as client:
        assert chat(client, ANN).status_code == 200
        refused = chat(client, ANN)
        assert refused.status_code == 429
        assert "tokens a minute" in refused.json()["error"]["message"]
        assert chat(client, BOB, stream=True).status_code == 200
        assert chat(client, BOB, stream=True).status_code == 429
        assert client.get("/v1/models", headers=ANN).status_code == 200
        clock(60)
        assert chat(client, ANN).status_code == 200


def test_adapters_are_limited_in_number(open_client: Open) -> None:
    """A full owner deletes before it creates; what is there is still found."""
    with open_client(max_adapters=2) as client:

        def create(text: str, headers: dict[str, str] = ANN) -> Any:
            body = {"description": text}
            return client.post("/v1/adapters", json=body, headers=headers)

        made = [create(text) for text in ("sort", "capital")]
        assert [reply.status_code for reply in made] == [201, 201]
        refused = create("noun")
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "insufficient_quota"
        assert create("sort").status_code == 200
        assert create("noun", BOB).status_code == 201
        # What another owner had written is not there for nothing.
        assert create("noun").status_code == 429
        client.delete(f"/v1/adapters/{made[0].json()['id']}", headers=ANN)
        assert create("noun").status_code == 201


def test_adapters_are_limited_in_size(open_client: Open) -> None:
    """As soon as they take as much as is allowed."""
    with open_client(max_adapter_bytes=1) as client:
        for text, status in (("sort", 201), ("capital", 429)):
            body = {"description": text}
            reply = client.post("/v1/adapters", json=body, headers=ANN)
            assert reply.status_code == status
