"""/v1/models: the base and every adapter that it can use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fastapi.testclient import TestClient

from genadapter.adapter import Adapter
from service.access import LOCAL
from service.holdings import Holding
from service.registry import Registry
from service.store import AdapterStore

Create = Callable[[str], str]


def test_the_base_comes_first_and_adapters_name_it_as_parent(
    client: TestClient, create: Create
) -> None:
    """The cards have vLLM's root and parent, and no path."""
    identifier = create("sort")
    body = client.get("/v1/models").json()
    assert body["object"] == "list"
    base, adapter = body["data"]
    assert base["id"] == base["root"] == "tests/tiny-llama"
    assert base["parent"] is None
    assert adapter["id"] == adapter["root"] == identifier
    assert adapter["parent"] == base["id"]
    for card in body["data"]:
        assert card["object"] == "model"
        assert isinstance(card["created"], int)
        assert card["owned_by"] == "genadapter"


def test_each_card_can_be_read_alone(client: TestClient, create: Create) -> None:
    """The name of the base may hold a slash."""
    create("sort")
    for card in client.get("/v1/models").json()["data"]:
        assert client.get(f"/v1/models/{card['id']}").json() == card


def test_an_unknown_model_is_a_404(client: TestClient) -> None:
    """The field is named, as OpenAI does."""
    for name in ("gpt-4", "lora-" + "0" * 32, "a/../b"):
        reply = client.get(f"/v1/models/{name}")
        assert reply.status_code == 404
        error = reply.json()["error"]
        assert error["code"] in ("model_not_found", "route_not_found")


def test_adapters_for_another_base_are_kept_but_not_offered(
    client: TestClient, adapter: Adapter, store: AdapterStore, registry: Registry
) -> None:
    """They can be downloaded; a chat with them says why it cannot be."""
    spec = replace(adapter.spec, base_fingerprint="another base")
    registry.add(store.put(replace(adapter, spec=spec)), LOCAL, Holding())
    assert len(client.get("/v1/adapters").json()["data"]) == 1
    assert len(client.get("/v1/models").json()["data"]) == 1
    body = {"model": adapter.id, "messages": [{"role": "user", "content": "cat"}]}
    reply = client.post("/v1/chat/completions", json=body)
    assert reply.status_code == 422
    assert reply.json()["error"]["code"] == "invalid_adapter"


def test_an_adapter_is_deleted_as_a_model(client: TestClient, create: Create) -> None:
    """As OpenAI's clients delete a fine-tuned model; the base stays."""
    identifier = create("sort")
    reply = client.delete(f"/v1/models/{identifier}")
    assert reply.json() == {"id": identifier, "object": "model", "deleted": True}
    assert client.get(f"/v1/models/{identifier}").status_code == 404
    assert client.delete("/v1/models/tests/tiny-llama").status_code in (400, 404)
    assert len(client.get("/v1/models").json()["data"]) == 1
