"""/health: alive, and ready to answer."""

from __future__ import annotations

from fastapi.testclient import TestClient

from service.app import Services, create_app


def test_a_running_app_is_alive_and_ready(client: TestClient) -> None:
    """Both checks are plain 200s."""
    for path in ("/health", "/health/ready"):
        reply = client.get(path)
        assert (reply.status_code, reply.json()) == (200, {"status": "ok"})


def test_an_app_without_its_engine_is_alive_but_not_ready(services: Services) -> None:
    """503 with Retry-After tells a balancer to look elsewhere."""
    with TestClient(create_app(services)) as client:
        services.engine.stop()
        assert client.get("/health").status_code == 200
        reply = client.get("/health/ready")
        assert reply.status_code == 503
        assert reply.json()["error"]["code"] == "not_ready"
        assert "Retry-After" in reply.headers
