"""The page's files: served to everybody, small, of one origin, without inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from genadapter.base_model import BaseModel
from genadapter.library import ExpertLibrary
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.assets import ASSETS, FOLDER
from service.settings import Settings

MAX_BYTES = 150_000
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
PAGE = ASSETS["/"].content.decode()
TEXTS = {path: asset.content.decode() for path, asset in ASSETS.items()}


@pytest.fixture
def locked_client(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> Iterator[TestClient]:
    """A client without a key, of an app that wants one."""
    keyed = settings.model_copy(update={"api_keys": SecretStr("ann:k-ann")})
    with TestClient(create_app(join_services(pipeline, base, keyed))) as client:
        yield client


def test_page_is_at_the_root(client: TestClient) -> None:
    """Whoever opens the service's address in a browser sees it."""
    reply = client.get("/")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.text.startswith("<!doctype html>")
    assert client.head("/").status_code == 200


@pytest.mark.parametrize("path", ASSETS)
def test_page_needs_no_key(locked_client: TestClient, path: str) -> None:
    """It is the page that asks for one; what it then asks of the service needs it."""
    assert locked_client.get(path).status_code == 200
    assert locked_client.get("/v1/library").status_code == 401


@pytest.mark.parametrize("path", ASSETS)
def test_browsers_are_bound(client: TestClient, path: str) -> None:
    """Nothing runs but the page's own files, and no text ever becomes markup."""
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert set(re.findall(r"(?:script|style|img|connect)-src ([^;]*)", policy)) == {
        "'self'"
    }
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-cache"


def test_a_file_that_is_known_is_not_sent_again(client: TestClient) -> None:
    """A browser that has it is told so; after an upgrade it gets the new one."""
    tag = client.get("/page/main.js").headers["ETag"]
    known = client.get("/page/main.js", headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    other = client.get("/page/main.js", headers={"If-None-Match": '"old"'})
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapp.py", "index.html"])
def test_only_the_pages_files_are_served(client: TestClient, name: str) -> None:
    """Any other name is a 404 in the envelope of all errors."""
    reply = client.get(f"/page/{name}")
    assert reply.status_code == 404
    assert reply.json()["error"]["type"] == "invalid_request_error"


def test_every_file_of_the_folder_is_served() -> None:
    """None is forgotten because of its type."""
    names = {path.rpartition("/")[2] or "index.html" for path in ASSETS}
    assert names == {path.name for path in FOLDER.iterdir()}


def test_page_is_small() -> None:
    """All of it together, unpacked."""
    assert sum(len(asset.content) for asset in ASSETS.values()) < MAX_BYTES


def test_nothing_comes_from_elsewhere() -> None:
    """Every address in the page's files is of a file that is served with it."""
    for path, text in TEXTS.items():
        assert not re.findall(r"https?://", text.replace(SVG_NAMESPACE, "")), path
        imported = re.findall(r'from "(.*?)"', text)
        for address in imported:
            assert f"/page/{address.removeprefix('./')}" in ASSETS, (path, address)
    for address in re.findall(r'(?:src|href)="([^#]*?)"', PAGE):
        assert address in ASSETS


def test_no_code_is_inline_and_no_text_becomes_markup() -> None:
    """What the policy would stop is not even tried."""
    assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:", PAGE)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", PAGE))
    for path, text in TEXTS.items():
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text
        )
        assert not found, path


def test_library_is_mapped(client: TestClient, library: ExpertLibrary) -> None:
    """Every expert is told with its place, and what the generator learned from."""
    told = client.get("/v1/library").json()
    assert told["object"] == "library"
    assert told["base_model"] == "tests/tiny-llama"
    assert told["conditions"] == ["description"]
    assert [e["id"] for e in told["data"]] == [e.id for e in library.experts]
    places = [(e["x"], e["y"]) for e in told["data"]]
    assert len(set(places)) == len(library)
    assert client.get("/v1/library").json() == told
