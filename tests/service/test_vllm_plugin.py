"""The plugin for vLLM: adapters are fetched by their ids, checked, and never raise."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import os
import re
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

PLUGIN = Path(__file__).resolve().parents[2] / "service" / "vllm_plugin"
NAME = "lora-" + "0a" * 16
BASE = "models/base"


@dataclass(kw_only=True)
class StubRequest:
    """Stands for vLLM's request for an adapter."""

    lora_name: str
    lora_int_id: int
    lora_path: str


class StubResolver:
    """Stands for vLLM's base class."""


class StubRegistry:
    """Stands for vLLM's registry."""

    def __init__(self) -> None:
        self.resolvers: dict[str, Any] = {}

    def register_resolver(self, name: str, resolver: object) -> None:
        """Keeps a resolver."""
        self.resolvers[name] = resolver


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The plugin's resolver module, beside a vLLM that is none."""
    request, resolver = (
        ModuleType("vllm.lora.request"),
        ModuleType("vllm.lora.resolver"),
    )
    request.LoRARequest = StubRequest  # type: ignore[attr-defined]  # made here
    resolver.LoRAResolver = StubResolver  # type: ignore[attr-defined]
    resolver.LoRAResolverRegistry = StubRegistry()  # type: ignore[attr-defined]
    for name, module in {
        "vllm": ModuleType("vllm"),
        "vllm.lora": ModuleType("vllm.lora"),
        "vllm.lora.request": request,
        "vllm.lora.resolver": resolver,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.syspath_prepend(str(PLUGIN))
    yield importlib.import_module("genadapter_vllm.resolver")
    for name in [n for n in sys.modules if n.startswith("genadapter_vllm")]:
        del sys.modules[name]


class FakeService:
    """A genadapter service with one adapter."""

    def __init__(self) -> None:
        self.config = json.dumps({"base_model_name_or_path": BASE}).encode()
        self.weights = b"weights" * 1000
        self.sha256 = hashlib.sha256(self.weights).hexdigest()
        """As the adapter's object tells it."""
        self.etag: str | None = None
        """In place of the right one."""
        self.calls: list[tuple[str, str | None]] = []
        """Paths and keys."""
        self.num_bytes: int | None = len(self.config) + len(self.weights)
        """As the adapter's object tells it."""
        self.status = 200
        """Of the adapter's object."""
        self.is_made = True
        """False for a recipe until its files are asked for."""
        self.app = FastAPI()
        self.app.get("/v1/adapters/{name}")(self._describe)
        self.app.get("/v1/adapters/{name}/files")(self._list_files)
        self.app.get("/v1/adapters/{name}/files/{file}")(self._file)

    def num_fetched(self, file: str) -> int:
        """How often a file was asked for."""
        return sum(path.endswith(file) for path, _ in self.calls)

    def _describe(self, name: str, request: Request) -> Response:
        self.calls.append((request.url.path, request.headers.get("Authorization")))
        if self.status != 200:
            away = {"Location": "/v1/adapters/elsewhere"}
            return JSONResponse({}, status_code=self.status, headers=away)
        if name != NAME:
            return JSONResponse({}, status_code=404)
        if not self.is_made:
            return JSONResponse({"id": name, "sha256": None, "bytes": None})
        body = {"id": name, "sha256": self.sha256, "bytes": self.num_bytes}
        return JSONResponse(body)

    def _list_files(self, name: str) -> Response:
        self.is_made = True
        return JSONResponse({"object": "list", "data": []})

    def _file(self, file: str, request: Request) -> Response:
        self.calls.append((request.url.path, request.headers.get("Authorization")))
        time.sleep(0.05)
        body = self.config if file == "adapter_config.json" else self.weights
        etag = self.etag or f'"{hashlib.sha256(body).hexdigest()}"'
        return Response(body, headers={"ETag": etag})


@pytest.fixture
def fake() -> FakeService:
    """A service with one adapter."""
    return FakeService()


Resolve = Callable[..., Any]


@pytest.fixture
def resolve(
    plugin: ModuleType,
    fake: FakeService,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Resolve]:
    """Asks the registered resolver for names, all at once."""
    with serve(fake.app) as url:
        monkeypatch.setenv("GENADAPTER_URL", url)
        monkeypatch.setenv("GENADAPTER_API_KEY", "secret")
        monkeypatch.setenv("GENADAPTER_VLLM_CACHE", str(tmp_path / "cache"))
        plugin.register()
        (resolver,) = plugin.LoRAResolverRegistry.resolvers.values()

        def ask(*names: str, base: str = BASE) -> list[Any]:
            async def run() -> list[Any]:
                asked = [resolver.resolve_lora(base, name) for name in names]
                return await asyncio.gather(*asked)

            found = asyncio.run(run())
            assert not resolver._running
            return found

        yield ask


def test_an_adapter_is_fetched_with_the_key(
    resolve: Resolve, fake: FakeService, tmp_path: Path
) -> None:
    """The folder is whole and under the adapter's id."""
    (found,) = resolve(NAME)
    folder = tmp_path / "cache" / NAME
    assert (found.lora_name, found.lora_path) == (NAME, str(folder))
    assert found.lora_int_id > 0
    assert (folder / "adapter_config.json").read_bytes() == fake.config
    assert (folder / "adapter_model.safetensors").read_bytes() == fake.weights
    assert [path.name for path in folder.parent.iterdir()] == [NAME]
    assert {key for _, key in fake.calls} == {"Bearer secret"}


def test_a_recipe_that_was_never_used_is_made_first(
    resolve: Resolve, fake: FakeService
) -> None:
    """The service knows no sum of its weights until its files are asked for."""
    fake.is_made = False
    (found,) = resolve(NAME)
    assert found.lora_name == NAME


def test_what_is_there_is_not_fetched_again(
    resolve: Resolve, fake: FakeService
) -> None:
    """A restart costs a look, and no weights."""
    assert resolve(NAME)[0]
    assert resolve(NAME)[0]
    assert fake.num_fetched("safetensors") == 1


def test_requests_at_once_fetch_once(resolve: Resolve, fake: FakeService) -> None:
    """Whoever comes while an adapter is on its way waits for it."""
    assert all(resolve(*[NAME] * 8))
    assert len(fake.calls) == 3


@pytest.mark.parametrize(
    "name",
    ["gpt-4", "lora-0A" + "0a" * 15, f"{NAME}0", f"../{NAME}", f"{NAME}\n", ""],
)
def test_only_ids_are_looked_up(resolve: Resolve, fake: FakeService, name: str) -> None:
    """Names that people send never become paths."""
    assert resolve(name) == [None]
    assert not fake.calls


def test_an_unknown_adapter_is_none(
    resolve: Resolve, fake: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    """The client gets vLLM's own 404, and the log stays quiet."""
    assert resolve("lora-" + "f" * 32) == [None]
    assert not caplog.records


def test_an_adapter_that_was_deleted_is_gone(
    resolve: Resolve, fake: FakeService
) -> None:
    """What lies here does not outlive what the service says."""
    assert resolve(NAME)[0]
    fake.status = 404
    assert resolve(NAME) == [None]


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_service_that_refuses_is_logged(
    resolve: Resolve,
    fake: FakeService,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is raised, and the key is not told."""
    fake.status = status
    assert resolve(NAME) == [None]
    assert f"the service replied {status}" in caplog.text
    assert "secret" not in caplog.text


def test_other_weights_are_refused(
    resolve: Resolve, fake: FakeService, tmp_path: Path
) -> None:
    """A sum that differs from the announced one leaves nothing behind."""
    fake.sha256 = "0" * 64
    assert resolve(NAME) == [None]
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("etag", ['"0000"', "none"])
def test_a_file_without_its_sum_is_refused(
    resolve: Resolve, fake: FakeService, etag: str
) -> None:
    """The config decides the scale of the weights, so it is checked, too."""
    fake.etag = etag
    assert resolve(NAME) == [None]


def test_more_bytes_than_announced_are_not_read(
    resolve: Resolve, fake: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    """A reply cannot fill the memory."""
    fake.num_bytes = len(fake.weights) - 1
    assert resolve(NAME) == [None]
    assert "has more than" in caplog.text


def test_a_redirect_is_not_followed(
    resolve: Resolve, fake: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    """The key goes nowhere else."""
    fake.status = 307
    assert resolve(NAME) == [None]
    assert "the service replied 307" in caplog.text
    assert len(fake.calls) == 1


def test_a_reply_of_something_else_is_refused(
    resolve: Resolve, fake: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    """The address may be that of another service."""
    fake.num_bytes = None
    assert resolve(NAME) == [None]
    assert "is not an adapter" in caplog.text


def test_another_base_is_refused(
    resolve: Resolve, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names both, and what to do."""
    assert resolve(NAME, base="other") == [None]
    assert f"is for {BASE}, vLLM serves other: start one of them" in caplog.text


def test_a_damaged_folder_is_fetched_anew(
    resolve: Resolve, fake: FakeService, tmp_path: Path
) -> None:
    """What changed on disk is never loaded."""
    assert resolve(NAME)[0]
    weights = tmp_path / "cache" / NAME / "adapter_model.safetensors"
    weights.write_bytes(b"damaged")
    assert resolve(NAME)[0]
    assert weights.read_bytes() == fake.weights


def test_leftovers_of_a_killed_process_go(resolve: Resolve, tmp_path: Path) -> None:
    """Recent ones may belong to a process that is alive."""
    old, recent = (tmp_path / "cache" / f".partial-{n}" for n in ("old", "recent"))
    for folder in (old, recent):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    assert resolve(NAME)[0]
    assert (old.exists(), recent.exists()) == (False, True)


def test_a_full_disk_is_logged(
    resolve: Resolve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is no reason for vLLM to fail."""
    (tmp_path / "cache").write_text("a file where the folder would be")
    assert resolve(NAME) == [None]
    assert "was not fetched" in caplog.text


def test_a_service_that_is_down_is_logged(
    plugin: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The request gets a 404, and vLLM lives."""
    monkeypatch.setenv("GENADAPTER_URL", "http://127.0.0.1:9")
    plugin.register()
    (resolver,) = plugin.LoRAResolverRegistry.resolvers.values()
    assert asyncio.run(resolver.resolve_lora(BASE, NAME)) is None
    assert "cannot be reached" in caplog.text


@pytest.mark.parametrize(
    ("url", "said"),
    [("", "GENADAPTER_URL is not set"), ("file:///etc", "an address is like")],
)
def test_vllm_starts_without_an_address(
    plugin: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str,
    said: str,
) -> None:
    """Nothing is registered, and the log says why."""
    monkeypatch.setenv("GENADAPTER_URL", url)
    plugin.register()
    assert not plugin.LoRAResolverRegistry.resolvers
    assert said in caplog.text


def test_the_distribution_moves_nothing_in_vllms_environment(
    plugin: ModuleType,
) -> None:
    """It depends on nothing, and its entry point is there."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []
    target = project["entry-points"]["vllm.general_plugins"]["genadapter"]
    module, _, function = target.partition(":")
    assert module == plugin.__name__
    assert callable(getattr(plugin, function))
    for path in (PLUGIN / "genadapter_vllm").glob("*.py"):
        imported = re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
        ours = {"vllm", "genadapter_vllm"}
        assert set(imported) <= sys.stdlib_module_names | ours, path.name
