"""Errors: every class has its row, every reply its envelope."""

from __future__ import annotations

import inspect
import logging

import pytest
from fastapi.testclient import TestClient

import genadapter.errors
import service.errors
from genadapter.errors import (
    ConfigError,
    GenAdapterError,
    PackageUnavailableError,
    StorageError,
)
from service.app import Services, create_app
from service.errors import (
    ERROR_TABLE,
    StorageUnavailableError,
    documented,
    row_of,
)


def error_classes() -> list[type[GenAdapterError]]:
    """Every error of the library and of the service."""
    found = {
        member
        for module in (genadapter.errors, service.errors)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, GenAdapterError)
    }
    return sorted(found, key=lambda c: c.__name__)


@pytest.mark.parametrize("error_class", error_classes())
def test_every_error_class_has_a_row(error_class: type[GenAdapterError]) -> None:
    """No error of ours can reach a client without a status chosen for it."""
    assert error_class in ERROR_TABLE
    assert 400 <= ERROR_TABLE[error_class].status < 600


@pytest.mark.parametrize("error_class", error_classes())
def test_every_error_of_the_service_is_in_the_tree(
    error_class: type[GenAdapterError],
) -> None:
    """The trees drawn in the docstrings name every class."""
    module = inspect.getmodule(error_class)
    assert module is not None
    assert error_class.__name__ in (module.__doc__ or "")


def test_a_subclass_without_a_row_takes_its_parents() -> None:
    """Other packages may refine an error without touching the table."""

    class NarrowError(ConfigError):
        pass

    assert row_of(NarrowError("x")) is ERROR_TABLE[ConfigError]


def test_a_full_disk_has_one_answer() -> None:
    """Whether the library or the store says so, clients are told the same."""
    assert ERROR_TABLE[StorageError] == ERROR_TABLE[StorageUnavailableError]
    assert ERROR_TABLE[StorageError].status == 507


def test_documented_responses_name_each_status_once() -> None:
    """A route declares the statuses it raises, and a default for the rest."""
    assert set(documented(ConfigError, PackageUnavailableError)) == {
        400,
        503,
        "default",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "route_not_found"),
        ("PUT", "/v1/adapters", 405, "method_not_allowed"),
    ],
)
def test_unknown_routes_and_methods_use_the_envelope(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    """The framework's own errors have the four keys as well."""
    reply = client.request(method, path)
    assert reply.status_code == status
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}
    assert reply.json()["error"]["code"] == code


def test_bad_json_is_refused_in_the_envelope(client: TestClient) -> None:
    """A body that is not JSON is the client's mistake, and no field is named."""
    headers = {"Content-Type": "application/json"}
    reply = client.post("/v1/adapters", content='{"description":', headers=headers)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == ("invalid_body", None)
    assert "not valid JSON" in error["message"]


def test_every_reply_has_an_id_of_its_own(client: TestClient) -> None:
    """Good and bad replies can both be asked about."""
    replies = [client.get("/health"), client.get("/v1/nothing"), client.get("/health")]
    ids = {reply.headers["X-Request-Id"] for reply in replies}
    assert len(ids) == len(replies)


def test_an_unexpected_error_keeps_its_details_to_the_log(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug gives a 500 with an id that the log has, and no internals."""
    app = create_app(services)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("secret internals")

    with (
        caplog.at_level(logging.ERROR),
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        reply = client.get("/broken")
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert reply.headers["X-Request-Id"] in caplog.text


def test_openapi_declares_the_envelope_for_every_error(client: TestClient) -> None:
    """No route promises the framework's own error shape."""
    document = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status != "default" and int(status) < 400:
                    continue
                schema = response["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/ErrorEnvelope"}
