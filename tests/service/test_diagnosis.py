"""Diagnosis: what the service finds out about adapters when nobody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.condition import Condition
from genadapter.effect import measure_effect
from genadapter.lora import LoraWeights
from genadapter.pipeline import Pipeline
from service.app import create_app, join_services
from service.settings import Settings

DESCRIPTION = "give the plural of a noun"


@pytest.fixture
def client(
    look_seconds: Callable[[float], None],
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
) -> Iterator[TestClient]:
    """A client of an app that looks at new adapters at once."""
    look_seconds(0.01)
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        yield client


def examined(client: TestClient, identifier: str) -> dict[str, Any]:
    """An adapter once it was looked at."""
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, Any] = client.get(f"/v1/adapters/{identifier}").json()
        if found["diagnostics"]["effect"] is not None:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_new_adapter_is_looked_at(
    client: TestClient, pipeline: Pipeline, base: BaseModel
) -> None:
    """Its effect is told from then on, and counted."""
    reply = client.post("/v1/adapters", json={"description": DESCRIPTION})
    found = examined(client, reply.json()["id"])
    condition = Condition(description=DESCRIPTION)
    (adapter,) = pipeline.generate([condition])
    effect = measure_effect(adapter.weights, base, adapter.spec)
    told = found["diagnostics"]
    assert told["effect"]["mean_kl"] == pytest.approx(effect.mean_kl, rel=1e-3)
    assert told["effect"]["top1_changed"] == effect.top1_changed
    assert found["status"] == "ready"
    assert "genadapter_noop_adapters_total 0.0" in client.get("/metrics").text


def test_an_adapter_without_effect_is_never_served(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its weights are not zero, and yet it changes nothing: that is told, and refused."""
    original = Pipeline.generate

    def generate(self: Pipeline, *args: Any, **kwargs: Any) -> list[Adapter]:
        (made,) = original(self, *args, **kwargs)
        b = {name: 1e-9 * b_LOR for name, b_LOR in made.weights.b.items()}
        return [replace(made, weights=LoraWeights(made.weights.a, b))]

    monkeypatch.setattr(Pipeline, "generate", generate)
    reply = client.post("/v1/adapters", json={"description": DESCRIPTION})
    found = examined(client, reply.json()["id"])
    assert found["status"] == "no_effect"
    chat = {"model": found["id"], "messages": [{"role": "user", "content": "cat"}]}
    refused = client.post("/v1/chat/completions", json=chat)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "no_effect"
    assert "genadapter_noop_adapters_total 1.0" in client.get("/metrics").text


def test_an_adapter_that_nobody_looked_at_is_looked_at_with_its_first_use(
    look_seconds: Callable[[float], None],
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
) -> None:
    """As after a restart."""
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        reply = client.post("/v1/adapters", json={"description": DESCRIPTION})
        identifier = reply.json()["id"]
    look_seconds(0.01)
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        messages = [{"role": "user", "content": "cat"}]
        chat = {"model": identifier, "messages": messages}
        assert client.post("/v1/chat/completions", json=chat).status_code == 200
        told = examined(client, identifier)["diagnostics"]
        assert told["effect"]["mean_kl"] > 0


def test_an_adapter_that_is_gone_meanwhile_is_left_alone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is looked at all the same."""
    for description in ("one", DESCRIPTION):
        reply = client.post("/v1/adapters", json={"description": description})
        identifier = reply.json()["id"]
        if description == "one":
            client.delete(f"/v1/adapters/{identifier}")
    assert examined(client, identifier)["status"] == "ready"
