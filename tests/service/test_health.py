"""/health: alive, and ready to answer."""

from __future__ import annotations

from fastapi.testclient import TestClient

from service.app import Services, create_app


def test_a_running_app_is_alive_and_ready(client: TestClient) -> None:
    """Both checks are plain 200s."""
    for path in ("/health", "/health/ready"):
        reply = client.get(path)
        assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


def test_an_app_that_was_told_to_stop_is_alive_but_not_ready(
    client: TestClient, services: Services
) -> None:
    """It still answers what is sent to it."""
    services.draining.has_begun = True
    for path in ("/health/ready", "/ready", "/v2/health/ready"):
        reply = client.get(path)
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "not_ready"
    assert client.get("/health").status_code == 200
    body = {"model": "tests/tiny-llama", "messages": [{"role": "user", "content": "a"}]}
    assert client.post("/v1/chat/completions", json=body).status_code == 200


def test_an_app_without_its_engine_is_alive_but_not_ready(services: Services) -> None:
    """503 with Retry-After tells a balancer to look elsewhere."""
    with TestClient(create_app(services)) as client:
        services.engine.stop()
        assert client.get("/health").status_code == 200
        reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "not_ready"
        assert "Retry-After" in reply.headers
