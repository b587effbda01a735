"""/metrics: a scrape that Prometheus reads, small and without secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.settings import Settings

Scrape = Callable[[], dict[tuple[str, frozenset[str]], float]]
BASE = "tests/tiny-llama"


@pytest.fixture
def scrape(client: TestClient) -> Scrape:
    """Every sample by its name and label values."""

    def read() -> dict[tuple[str, frozenset[str]], float]:
        reply = client.get("/metrics")
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = text_string_to_metric_families(reply.text)
        return {
            (sample.name, frozenset(sample.labels.values())): sample.value
            for family in families
            for sample in family.samples
        }

    return read


def chat(client: TestClient, model: str, **fields: object) -> int:
    """Status of a chat."""
    body = {"model": model, "messages": [{"role": "user", "content": "cat"}], **fields}
    return client.post("/v1/chat/completions", json=body).status_code


def test_what_happens_is_counted(
    client: TestClient, create: Callable[[str], str], scrape: Scrape
) -> None:
    """Replies by route, tokens, times and adapters."""
    identifier = create("sort")
    assert chat(client, identifier, max_tokens=3) == 200
    assert chat(client, "nobody") == 404
    found = scrape()
    route = "/v1/chat/completions"
    assert found["genadapter_requests_total", frozenset({route, "200"})] == 1
    assert found["genadapter_requests_total", frozenset({route, "404"})] == 1
    nothing = frozenset[str]()
    assert 1 <= found["genadapter_generated_tokens_total", nothing] <= 3
    assert found["genadapter_adapter_generate_seconds_count", nothing] == 1
    assert found["genadapter_time_to_first_token_seconds_count", nothing] == 1
    assert found["genadapter_attach_seconds_count", nothing] >= 1
    assert found["genadapter_adapters", nothing] == 1
    assert found["genadapter_adapters_resident", nothing] == 1
    assert found["genadapter_queue_depth", nothing] == 0
    assert found["genadapter_running", nothing] == 0


def test_a_scrape_stays_small_and_tells_nobody_anything(
    client: TestClient, create: Callable[[str], str], scrape: Scrape
) -> None:
    """However many adapters, unknown paths and words there are."""
    ids = [create(f"secretword {number}") for number in range(5)]
    client.get("/v1/adapters/" + ids[0])
    for number in range(30):
        client.get(f"/nowhere/{number}")
    assert len(scrape()) < 200
    text = client.get("/metrics").text
    assert "secretword" not in text
    assert "/nowhere" not in text
    ours = [line for line in text.splitlines() if not line.startswith("vllm:")]
    assert not any(identifier in line for line in ours for identifier in ids)


def test_a_failing_store_is_counted(
    client: TestClient, settings: Settings, scrape: Scrape, tmp_path: Path
) -> None:
    """As what it is."""
    settings.store.rename(tmp_path / "moved")
    settings.store.write_text("in the way")
    reply = client.post("/v1/adapters", json={"description": "sort"})
    assert reply.status_code == 507
    settings.store.unlink()
    (tmp_path / "moved").rename(settings.store)
    assert scrape()["genadapter_store_errors_total", frozenset()] == 1
