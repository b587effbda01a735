"""The service over the random LLM, with a store in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
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
from service.database import Database
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


@pytest.fixture(autouse=True)
def look_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets how often an app looks for new adapters to examine: not at all, if not told."""

    def look_every(seconds: float) -> None:
        monkeypatch.setattr("service.app.LOOK_SECONDS", seconds)

    look_every(3600)
    return look_every


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
    database = Database(settings.registry_url)
    yield Registry(database)
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'registry.db'}"
    new_database: Callable[[], str] = request.getfixturevalue("postgres")
    return new_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with nothing in it."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Makes fresh databases on a PostgreSQL server of the session's own.

    The server comes from the system's packages and listens on a socket in a folder alone.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        missing = "no PostgreSQL: install it with `apt-get install postgresql`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    folder = tmp_path_factory.mktemp("postgres")
    as_owner: list[str] = []
    if os.geteuid() == 0:
        # It refuses to run as root; its package brings a user.
        as_owner = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
        for parent in [*folder.parents][:3]:
            parent.chmod(parent.stat().st_mode | 0o011)

    def run(program: str, *arguments: str) -> None:
        command = [*as_owner, str(programs[-1] / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, capture_output=True)

    data, log = str(folder / "data"), str(folder / "log")
    run("initdb", "-D", data, "-A", "trust", "-U", "genadapter", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
    numbers = count()

    def new_database() -> str:
        name = f"registry{next(numbers)}"
        run("createdb", "-h", str(folder), "-U", "genadapter", name)
        return f"postgresql+psycopg://genadapter@/{name}?host={folder}"

    try:
        yield new_database
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")


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


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serves an app on a free port of this machine; gives its address."""
    config = uvicorn.Config(app, port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


@pytest.fixture
def serve() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Serves an app on a free port of this machine."""
    return serving


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
