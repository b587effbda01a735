"""The service over the random LLM, with a store in a temporary folder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from torch import nn

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.checkpoint import load_bundle
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from service.app import Services, create_app, join_services
from service.registry import Registry
from service.settings import Settings
from service.store import AdapterStore


@pytest.fixture(scope="session")
def pipeline(bundle_folder: Path, encoder: Encoder, reader: Reader) -> Pipeline:
    """One pipeline for all: the service never changes it."""
    bundle = load_bundle(bundle_folder, base=None, encoder=encoder)
    return Pipeline(bundle.manifest.base.name, bundle, encoder, reader)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Defaults, but for the store and short answers."""
    return Settings(store=tmp_path / "store", default_max_tokens=8)


@pytest.fixture
def services(pipeline: Pipeline, base: BaseModel, settings: Settings) -> Services:
    """Loaded parts; the engine is not running yet."""
    return join_services(pipeline, base, settings)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A client of a running app."""
    with TestClient(create_app(services)) as client:
        yield client


@pytest.fixture
def store(settings: Settings) -> AdapterStore:
    """A store on the same folder as the app's."""
    return AdapterStore(settings.store)


@pytest.fixture
def registry(settings: Settings, store: AdapterStore) -> Iterator[Registry]:
    """A registry on the same database as the app's."""
    registry = Registry(settings.registry_url)
    yield registry
    registry.close()


@pytest.fixture
def new_adapter(pipeline: Pipeline) -> Callable[[str], Adapter]:
    """Generates an adapter for a description."""

    def generate(description: str) -> Adapter:
        return pipeline.generate([Condition(description=description)])[0]

    return generate


@pytest.fixture
def create(client: TestClient) -> Callable[[str], str]:
    """Creates an adapter over HTTP and gives its id."""

    def post(description: str) -> str:
        reply = client.post("/v1/adapters", json={"description": description})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    return post


@dataclass(frozen=True, slots=True)
class Hold:
    """A module that waits in its forward pass until it is let go."""

    is_reached: threading.Event
    gate: threading.Event


@pytest.fixture
def hold() -> Iterator[Callable[[nn.Module], Hold]]:
    """Makes a module wait; whatever happens, it is let go afterwards."""
    with ExitStack() as stack:

        def install(module: nn.Module) -> Hold:
            held = Hold(threading.Event(), threading.Event())

            def wait(*_: object) -> None:
                held.is_reached.set()
                held.gate.wait(30)

            stack.callback(module.register_forward_pre_hook(wait).remove)
            stack.callback(held.gate.set)
            return held

        yield install
