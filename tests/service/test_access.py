"""Access: who comes in, and what they see of each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from genadapter.base_model import BaseModel
from genadapter.cli import create_app as create_command
from genadapter.errors import ConfigError
from genadapter.pipeline import Pipeline
from service.access import new_key, read_keys, sum_of
from service.app import create_app, join_services
from service.middleware import OPEN_PATHS
from service.settings import Settings

KEYS = {"ann": "ann:k-ann", "bob": "bob:k-bob", "admin": "k-admin"}
DESCRIPTION = {"description": "give the plural of a noun"}


def bearer(key: str) -> dict[str, str]:
    """Headers of a request with a key."""
    return {"Authorization": f"Bearer {key}"}


ANN, BOB, ADMIN = bearer("k-ann"), bearer("k-bob"), bearer("k-admin")


@pytest.fixture
def locked(settings: Settings) -> Settings:
    """Settings with three keys."""
    keys = SecretStr(",".join(KEYS.values()))
    return settings.model_copy(update={"api_keys": keys})


@pytest.fixture
def app(pipeline: Pipeline, base: BaseModel, locked: Settings) -> FastAPI:
    """An app that needs keys."""
    return create_app(join_services(pipeline, base, locked))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of it."""
    with TestClient(app) as client:
        yield client


def routes_of(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route of the app, whatever it serves."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        filled = re.sub(r"{[^}]*}", "lora-" + "0" * 32, path)
        found += [(method.upper(), filled) for method in methods]
    return [*found, ("GET", "/openapi.json"), ("GET", "/docs"), ("GET", "/nowhere")]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer(""),
        {"Authorization": "Basic k-ann"},
        {"Authorization": "k-ann"},
        bearer("ann:k-ann"),
    ],
)
def test_no_route_is_open_but_those_that_must_be(
    client: TestClient, app: FastAPI, headers: dict[str, str]
) -> None:
    """Without a good key every other one is a 401 that says how to send one."""
    for method, path in routes_of(app):
        reply = client.request(method, path, headers=headers)
        if path in OPEN_PATHS:
            assert reply.status_code == 200, path
            continue
        assert reply.status_code == 401, (method, path)
        assert reply.headers["WWW-Authenticate"] == "Bearer"
        assert reply.json()["error"]["code"] == "invalid_api_key"
        assert reply.headers["X-Request-Id"]


def test_owners_adapters_are_not_found_by_others(client: TestClient) -> None:
    """A 404 like that of an adapter that is not there, for every use; an admin sees it."""
    made = client.post("/v1/adapters", json=DESCRIPTION, headers=ANN).json()
    here, absent = f"/v1/adapters/{made['id']}", f"/v1/adapters/lora-{'0' * 32}"
    chat = {"messages": [{"role": "user", "content": "cat"}], "max_tokens": 1}
    for method, end, body in (
        ("GET", "", None),
        ("GET", "/download", None),
        ("PATCH", "", {"is_pinned": True}),
        ("DELETE", "", None),
    ):
        theirs = client.request(method, here + end, headers=BOB, json=body)
        none = client.request(method, absent + end, headers=BOB, json=body)
        assert (theirs.status_code, theirs.json()) == (none.status_code, none.json())
        assert theirs.status_code == 404
    for model in (made["id"],):
        body = {"model": model, **chat}
        asked = client.post("/v1/chat/completions", json=body, headers=BOB)
        assert asked.status_code == 404
        asked = client.post("/v1/chat/completions", json=body, headers=ANN)
        assert asked.status_code == 200
    listed = [
        client.get("/v1/adapters", headers=headers).json()["data"]
        for headers in (ANN, BOB, ADMIN)
    ]
    assert [len(found) for found in listed] == [1, 0, 1]
    models = client.get("/v1/models", headers=BOB).json()["data"]
    assert [model["id"] for model in models] == ["tests/tiny-llama"]


def test_two_owners_of_one_adapter_do_not_depend_on_each_other(
    client: TestClient,
) -> None:
    """Each is told it is new, and keeps it when the other deletes it."""
    replies = [
        client.post("/v1/adapters", json=DESCRIPTION, headers=headers)
        for headers in (ANN, BOB, ANN)
    ]
    assert [reply.status_code for reply in replies] == [201, 201, 200]
    here = f"/v1/adapters/{replies[0].json()['id']}"
    assert client.delete(here, headers=ANN).status_code == 200
    assert client.get(here, headers=ANN).status_code == 404
    assert client.get(f"{here}/download", headers=BOB).status_code == 200
    assert client.delete(here, headers=BOB).status_code == 200


def test_a_key_made_by_the_command_lets_in(
    client: TestClient, settings: Settings
) -> None:
    """At once, until it is deleted; the list does not show it."""
    runner, store = CliRunner(), str(settings.store)
    command = create_command()
    made = runner.invoke(command, ["keys", "create", "eve", "--store", store, "--json"])
    assert made.exit_code == 0, made.output
    key = json.loads(made.stdout)
    assert client.get("/v1/adapters", headers=bearer(key["key"])).status_code == 200
    listed = runner.invoke(command, ["keys", "list", "--store", store])
    assert key["id"] in listed.stdout
    assert key["key"] not in listed.stdout
    arguments = ["keys", "delete", key["id"], "--store", store, "--json"]
    deleted = runner.invoke(command, arguments)
    assert deleted.exit_code == 0
    assert json.loads(deleted.stdout) == {"id": key["id"], "deleted": True}
    assert client.get("/v1/adapters", headers=bearer(key["key"])).status_code == 401
    assert runner.invoke(command, arguments).exit_code != 0


def test_without_keys_nobody_outside_is_served(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """Another address than this machine's own needs a key; the error says how."""
    for host in ("0.0.0.0", "::", "192.168.0.1", "example.org"):
        outside = settings.model_copy(update={"host": host})
        with pytest.raises(ConfigError, match="genadapter keys create"):
            join_services(pipeline, base, outside)
    for host in ("127.0.0.1", "::1", "localhost"):
        inside = settings.model_copy(update={"host": host})
        assert join_services(pipeline, base, inside).keeper.is_open
    key = SecretStr("k")
    keyed = settings.model_copy(update={"host": "0.0.0.0", "api_keys": key})
    assert not join_services(pipeline, base, keyed).keeper.is_open


def test_keys_of_the_setting_are_read() -> None:
    """`key` is an admin's, `owner:key` a user's; blanks and empty parts do not matter."""
    keys = read_keys(" a:one , two,, ")
    assert [(k.owner, k.role, k.sha256) for k in keys] == [
        ("a", "user", sum_of("one")),
        ("local", "admin", sum_of("two")),
    ]
    for text in ("a:", ":", "../x:k", "a b:k"):
        with pytest.raises(ConfigError):
            read_keys(text)


def test_drawn_keys_are_never_the_same() -> None:
    """And only their sum is kept."""
    drawn = [new_key("ann") for _ in range(3)]
    assert len({secret for secret, _ in drawn}) == 3
    for secret, key in drawn:
        assert key.sha256 == sum_of(secret)
        assert secret not in repr(key)


def test_settings_do_not_show_keys(locked: Settings) -> None:
    """Not even where they are printed."""
    assert "k-ann" not in repr(locked)


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    """By what it says, and by what comes where it says nothing."""
    large = {"description": "x" * (1 << 20)}

    def pieces() -> Iterator[bytes]:
        content = json.dumps(large).encode()
        for start in range(0, len(content), 1 << 16):
            yield content[start : start + (1 << 16)]

    typed = {**ANN, "Content-Type": "application/json"}
    for reply in (
        client.post("/v1/adapters", json=large, headers=ANN),
        client.post("/v1/adapters", content=pieces(), headers=typed),
    ):
        assert reply.status_code == 413
        assert reply.json()["error"]["code"] == "request_too_large"


def test_replies_carry_headers_that_bind_browsers(client: TestClient) -> None:
    """Good ones and bad ones alike."""
    for path in ("/health", "/v1/adapters", "/nowhere"):
        headers = client.get(path, headers=ANN).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src" in headers["Content-Security-Policy"]
