"""The service over the random LLM, with a store in a temporary folder."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
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


_WRITTEN: dict[str | int | None, tuple[int, str]] = {
    "too long": (
        400,
        '{"error": {"message": "This model\'s maximum context length is 4 tokens.", '
        '"type": "BadRequestError", "param": null, "code": 400}}',
    ),
    "error event": (
        200,
        'data: {"error": {"message": "EngineCore died", "code": 500}}\n\ndata: [DONE]\n\n',
    ),
    "no end": (200, "data: [DONE]\n\n"),
    "no ids": (200, 'data: {"choices": [{"text": "x", "finish_reason": null}]}\n\n'),
    "aborted": (
        200,
        'data: {"choices": [{"token_ids": [], "finish_reason": "abort"}]}\n\n',
    ),
    "no likelihoods": (200, '{"choices": [{"text": "x", "logprobs": null}]}'),
}
"""Status and text of replies that are written beforehand."""


class FakeVllm(httpx.AsyncBaseTransport):
    """A vLLM without a model, and the network to it: it replies as vLLM does.

    Its answers are written beforehand. A base's likelihoods are -1, an adapter's -2.
    """

    def __init__(self, base: BaseModel, *, base_id: str, key: str = "") -> None:
        """Serves one base.

        Args:
            base: Its tokens are those of the answers.
            base_id: What requests call it.
            key: Asked of every call, if any.
        """
        self.base_id, self.key = base_id, key
        self.root = f"/models/{base_id}"
        self.tokenizer = base.tokenizer
        self.loaded: dict[str, tuple[str, str]] = {}
        """Path and base of every adapter, by name."""
        self.paths: set[str] | None = None
        """Those that it can read; none means any."""
        self.without_effect: set[str] = set()
        self.answer: list[int] = []
        """Tokens that follow every prompt, the last one being the end."""
        self.pause_seconds = 0.0
        """Before every token."""
        self.failures: defaultdict[str, deque[str | int | None]] = defaultdict(deque)
        """By path, what becomes of the next calls: a status, or one of `down`,
        `timeout`, `lost` (done, but nobody heard), `stale` (an old list), `forgotten`
        (a restart comes first) and the keys of `_WRITTEN`."""
        self.calls: list[tuple[str, Any]] = []
        """Paths and bodies."""
        self.num_dropped = 0
        """Streams whose reader left."""
        self.app = self._make_app()
        self._inner = httpx.ASGITransport(self.app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carries a call, or fails as planned."""
        planned = self.failures[request.url.path]
        failure = planned.popleft() if planned else None
        if failure == "down":
            raise httpx.ConnectError("All connection attempts failed")
        if failure == "timeout":
            raise httpx.ReadTimeout("")
        if failure == "stale":
            return httpx.Response(200, json={"data": [self._base_card()]})
        if failure == "forgotten":
            self.loaded.clear()
        if failure in _WRITTEN:
            status, text = _WRITTEN[failure]
            return httpx.Response(status, text=text, request=request)
        if isinstance(failure, int):
            return httpx.Response(failure, text="", request=request)
        reply = await self._inner.handle_async_request(request)
        if failure == "lost":
            raise httpx.ReadTimeout("")
        return reply

    def count(self, path: str) -> int:
        """Calls that arrived."""
        return sum(called == path for called, _ in self.calls)

    def _make_app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def note(request: Request, call_next: Any) -> Response:
            body = await request.body()
            self.calls.append((request.url.path, json.loads(body) if body else None))
            if (
                self.key
                and request.headers.get("Authorization") != f"Bearer {self.key}"
            ):
                return JSONResponse({"error": "Unauthorized"}, status_code=401)
            reply: Response = await call_next(request)
            return reply

        @app.get("/v1/models")
        def models() -> Any:
            cards = [_card(name, *found) for name, found in self.loaded.items()]
            return {"object": "list", "data": [self._base_card(), *cards]}

        app.post("/v1/load_lora_adapter")(self._load)
        app.post("/v1/completions")(self._complete)
        return app

    def _base_card(self) -> dict[str, str | None]:
        return _card(self.base_id, self.root, None)

    async def _load(self, request: Request) -> Response:
        body = await request.json()
        name, path = body["lora_name"], body["lora_path"]
        if name in self.loaded:
            return _vllm_error(
                400,
                "InvalidUserInput",
                f"The lora adapter '{name}' has already been loaded. If you want to load "
                "the adapter in place, set 'load_inplace' to True.",
            )
        if self.paths is not None and path not in self.paths:
            message = f"Loading lora {name} failed: No adapter found for {path}"
            return _vllm_error(404, "NotFoundError", message)
        self.loaded[name] = (path, self.base_id)
        return PlainTextResponse(f"Success: LoRA adapter '{name}' added successfully.")

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        model = body.get("model") or self.base_id
        if model != self.base_id and model not in self.loaded:
            message = f"The model `{model}` does not exist."
            return _vllm_error(404, "NotFoundError", message)
        has_effect = model != self.base_id and model not in self.without_effect
        choices = list(self._choices(body, -2.0 if has_effect else -1.0))
        num_tokens = len(choices)
        if body.get("stream"):
            events = self._events(choices, request)
            return StreamingResponse(events, media_type="text/event-stream")
        logprobs: dict[str, list[Any]] = {}
        for choice in choices:
            for name, values in (choice["logprobs"] or {}).items():
                logprobs.setdefault(name, []).extend(values)
        whole = {
            "text": "".join(choice["text"] for choice in choices),
            "logprobs": logprobs or None,
            "finish_reason": choices[-1]["finish_reason"],
        }
        return JSONResponse(
            {"choices": [whole], "usage": {"completion_tokens": num_tokens}}
        )

    def _choices(self, body: Mapping[str, Any], logprob: float) -> Iterator[Any]:
        """What a stream tells, a token at a time."""
        stops = body.get("stop") or []
        tokens = (self.answer or [self.tokenizer.eos_token_id])[: body["max_tokens"]]
        so_far = ""
        for place, token in enumerate(tokens):
            is_end = token == self.tokenizer.eos_token_id
            text = "" if is_end else f"{self.tokenizer.decode([token])} "
            so_far += text
            stop = next((stop for stop in stops if stop in so_far), None)
            is_last = place == len(tokens) - 1
            ended = "stop" if is_end or stop else "length" if is_last else None
            yield {
                "index": 0,
                "text": text,
                "logprobs": self._logprobs(body, token, logprob),
                "finish_reason": ended,
                "stop_reason": stop,
                "token_ids": [token] if body.get("return_token_ids") else None,
            }
            if ended:
                return

    def _logprobs(self, body: Mapping[str, Any], token: int, logprob: float) -> Any:
        if body.get("logprobs") is None:
            return None

        def told(token: int) -> str:
            if body.get("return_tokens_as_token_ids"):
                return f"token_id:{token}"
            return str(self.tokenizer.decode([token]))

        # The token itself comes first, whatever its rank.
        rivals = {told(token): logprob}
        for rival in range(body["logprobs"]):
            rivals.setdefault(told(rival), logprob - 1 - rival)
        return {
            "text_offset": [0],
            "tokens": [told(token)],
            "token_logprobs": [logprob],
            "top_logprobs": [rivals],
        }

    async def _events(self, choices: list[Any], request: Request) -> AsyncIterator[str]:
        is_done = False
        try:
            for choice in choices:
                await asyncio.sleep(self.pause_seconds)
                chunk = {"object": "text_completion", "choices": [choice]}
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"
            is_done = True
        finally:
            self.num_dropped += not is_done


def _card(name: str, root: str, parent: str | None) -> dict[str, str | None]:
    return {"id": name, "object": "model", "root": root, "parent": parent}


def _vllm_error(status: int, kind: str, message: str) -> Response:
    body = {"message": message, "type": kind, "param": None, "code": status}
    return JSONResponse({"error": body}, status_code=status)


@pytest.fixture
def new_vllm(base: BaseModel) -> Callable[..., FakeVllm]:
    """Makes a vLLM that serves the random LLM."""

    def make(*, base_id: str = "base", key: str = "") -> FakeVllm:
        return FakeVllm(base, base_id=base_id, key=key)

    return make
