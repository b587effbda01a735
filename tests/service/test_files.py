"""/v1/files: kept, listed, handed back, deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.settings import Settings

CONTENT = b'{"messages": []}\n'
ANN, BOB = ({"Authorization": f"Bearer {key}"} for key in ("k-ann", "k-bob"))
Send = Callable[..., Any]


@pytest.fixture
def send(client: TestClient) -> Send:
    """Sends a file and gives its object back."""

    def send(
        content: bytes = CONTENT, *, name: str = "train.jsonl", **form: str
    ) -> Any:
        reply = client.post(
            "/v1/files",
            files={"file": (name, content)},
            data={"purpose": "fine-tune", **form},
        )
        assert reply.status_code == 200, reply.text
        return reply.json()

    return send


@pytest.fixture
def keyed(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> Iterator[TestClient]:
    """A client of an app with two owners, who may have two small files each."""
    changes = {
        "api_keys": SecretStr("ann:k-ann,bob:k-bob"),
        "max_files": 2,
        "max_file_bytes": 4096,
        "max_body_bytes": 1024,
    }
    services = join_services(pipeline, base, settings.model_copy(update=changes))
    with TestClient(create_app(services)) as client:
        yield client


def test_a_file_is_handed_back_as_it_was_sent(client: TestClient, send: Send) -> None:
    """With all that OpenAI's clients expect to know of it."""
    file = send()
    assert file["id"].startswith("file-")
    assert file["object"] == "file"
    assert (file["bytes"], file["filename"]) == (len(CONTENT), "train.jsonl")
    assert (file["purpose"], file["status"]) == ("fine-tune", "processed")
    assert file["expires_at"] is None
    assert client.get(f"/v1/files/{file['id']}").json() == file
    reply = client.get(f"/v1/files/{file['id']}/content")
    assert reply.content == CONTENT
    part = client.get(reply.url, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, CONTENT[1:4])


def test_files_are_listed_by_pages_and_purpose(client: TestClient, send: Send) -> None:
    """The latest first, unless asked otherwise."""
    files = [send(name=f"{n}") for n in range(3)]
    other = send(purpose="user_data")
    page = client.get("/v1/files", params={"limit": 2, "purpose": "fine-tune"}).json()
    assert page["data"] == files[:0:-1]
    assert (page["has_more"], page["last_id"]) == (True, files[1]["id"])
    after = {"after": page["last_id"], "purpose": "fine-tune"}
    assert client.get("/v1/files", params=after).json()["data"] == files[:1]
    assert client.get("/v1/files?order=asc").json()["data"] == [*files, other]
    assert client.get("/v1/files?after=file-x").status_code == 404


def test_a_deleted_file_is_gone(client: TestClient, send: Send) -> None:
    """Every use of it is a 404."""
    path = f"/v1/files/{send()['id']}"
    assert client.delete(path).json()["deleted"] is True
    for method, url in [("GET", path), ("GET", f"{path}/content"), ("DELETE", path)]:
        reply = client.request(method, url)
        assert reply.status_code == 404
        assert reply.json()["error"]["code"] == "file_not_found"


def test_a_file_may_be_sent_for_a_while(
    client: TestClient, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once its time is over, it is not there."""
    form = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    file = send(**form)
    assert file["expires_at"] == file["created_at"] + 3600
    monkeypatch.setattr(time, "time", lambda: file["expires_at"])
    assert client.get(f"/v1/files/{file['id']}").status_code == 404


@pytest.mark.parametrize("data", [{}, {"purpose": "batch"}])
def test_a_file_needs_a_purpose_that_is_known(
    client: TestClient, data: dict[str, str]
) -> None:
    """400 with the field at fault."""
    reply = client.post("/v1/files", files={"file": ("x", b"x")}, data=data)
    assert reply.status_code == 400
    assert reply.json()["error"]["param"] == "purpose"


def test_owners_do_not_see_each_others_files(keyed: TestClient) -> None:
    """Another owner's file is as one that is not there."""
    sent = {"files": {"file": ("x", b"x")}, "data": {"purpose": "fine-tune"}}
    path = f"/v1/files/{keyed.post('/v1/files', **sent, headers=ANN).json()['id']}"
    for method, url in [("GET", path), ("GET", f"{path}/content"), ("DELETE", path)]:
        assert keyed.request(method, url, headers=BOB).status_code == 404
    assert keyed.get("/v1/files", headers=BOB).json()["data"] == []
    assert keyed.get(path, headers=ANN).status_code == 200


def test_files_are_limited_in_number_and_size(keyed: TestClient) -> None:
    """A file may be larger than other bodies; the limit is of each owner."""

    def send(content: bytes, who: dict[str, str]) -> int:
        sent = {"files": {"file": ("x", content)}, "data": {"purpose": "fine-tune"}}
        return keyed.post("/v1/files", **sent, headers=who).status_code

    assert send(b"x" * 3000, ANN) == 200
    assert send(b"x" * 5000, ANN) == 413
    assert [send(b"x", ANN), send(b"x", ANN), send(b"x", BOB)] == [200, 429, 200]
