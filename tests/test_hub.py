"""The hub: what its own client hands it over HTTP, and what the command says of it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from huggingface_hub import ModelCard, constants
from typer.testing import CliRunner, Result

from genadapter.adapter import Adapter, save_adapter, save_peft
from genadapter.cli import create_app
from genadapter.errors import ConfigError, HubError
from genadapter.hub import draft, upload

NAME = "me/plural"
FILES = ["README.md", "adapter_config.json", "adapter_model.safetensors"]


@dataclass
class FakeHub:
    """Takes repositories as the hub does, small files in the commit itself."""

    url: str = ""
    is_private: dict[str, bool] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    refusal: tuple[int, str] | None = None
    card_reply: tuple[int, dict[str, Any]] = (200, {"errors": [], "warnings": []})

    def answer(
        self, path: str, body: bytes
    ) -> tuple[int, dict[str, Any]]:  # Any: plain JSON
        """Status and JSON of a reply."""
        if self.refusal is not None:
            return self.refusal[0], {"error": self.refusal[1]}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return self.card_reply
        name, action = re.fullmatch(r"/api/models/(\w+/\w+)/?(.*)", path).groups()  # type: ignore[union-attr] # else the test fails
        if action.startswith("preupload/"):
            asked = json.loads(body)["files"]
            return 200, {"files": [_mode_of(one["path"]) for one in asked]}
        if action.startswith("commit/"):
            return self._commit(name, [json.loads(one) for one in body.splitlines()])
        info = {"id": name, "private": self.is_private[name], "sha": "0" * 40}
        return 200, {**info, "siblings": []}

    def _create(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = f"{asked['organization']}/{asked['name']}"
        made = {"url": f"{self.url}/{name}"}
        if name in self.is_private:
            return 409, {"error": "You already created this model repo", **made}
        self.is_private[name] = asked.get("visibility") == "private"
        return 200, made

    def _commit(
        self, name: str, parts: list[dict[str, Any]]
    ) -> tuple[int, dict[str, Any]]:
        for part in parts:
            value = part["value"]
            if part["key"] == "header":
                self.messages.append(value["summary"])
            else:
                content = base64.b64decode(value["content"])
                self.files.setdefault(name, {})[value["path"]] = content
        commit = f"{self.url}/{name}/commit/{'1' * 40}"
        return 200, {"commitUrl": commit, "commitOid": "1" * 40}


def _mode_of(path: str) -> dict[str, Any]:  # Any: plain JSON
    return {"path": path, "uploadMode": "regular", "shouldIgnore": False}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """A hub on this machine, to which somebody is logged in."""
    fake = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            status, values = fake.answer(
                self.path.partition("?")[0], self.rfile.read(size)
            )
            fake.tokens.add(self.headers.get("Authorization", ""))
            content = json.dumps(values).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", fake.url)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_gets_the_peft_folder_in_one_commit(
    hub: FakeHub, adapter: Adapter, tmp_path: Path
) -> None:
    """Byte for byte, under its name, by the user's own token."""
    assert upload(adapter, NAME) == f"{hub.url}/{NAME}"
    save_peft(adapter, tmp_path / "plain", location=NAME)
    assert sorted(hub.files[NAME]) == FILES
    for path in (tmp_path / "plain").iterdir():
        assert hub.files[NAME][path.name] == path.read_bytes()
    assert hub.messages == [f"Add {adapter.id}"]
    assert hub.tokens == {"Bearer hf_secret"}
    assert hub.is_private == {NAME: False}


def test_a_draft_is_what_would_be_handed_over(hub: FakeHub, adapter: Adapter) -> None:
    """Nothing is sent for it; the upload then has the same card and sizes."""
    found = draft(adapter, NAME)
    assert not hub.is_private
    upload(adapter, NAME)
    assert found.sizes == {n: len(content) for n, content in hub.files[NAME].items()}
    assert found.card == hub.files[NAME]["README.md"].decode()
    assert f'from_pretrained(base, "{NAME}")' in found.card


def test_a_private_repository_is_private_before_anything_is_in_it(
    hub: FakeHub, adapter: Adapter
) -> None:
    """And one that is public already is left alone."""
    upload(adapter, NAME, visibility="private")
    assert hub.is_private == {NAME: True}
    hub.is_private["me/public"] = False
    with pytest.raises(ConfigError, match=r"me/public exists and is public.*settings"):
        upload(adapter, "me/public", visibility="private")
    assert "me/public" not in hub.files


def test_another_upload_is_another_commit(hub: FakeHub, adapter: Adapter) -> None:
    """A repository that is there is no error."""
    upload(adapter, NAME)
    upload(replace(adapter, id="lora-" + "0" * 32), NAME)
    assert hub.messages == [f"Add {adapter.id}", "Add lora-" + "0" * 32]


def test_without_a_token_nothing_is_asked_of_the_hub(
    hub: FakeHub, adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says how to log in."""
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ConfigError, match=r"`hf auth login`, or set HF_TOKEN"):
        upload(adapter, NAME)
    assert not hub.tokens
    assert draft(adapter, NAME).repository == NAME


@pytest.mark.parametrize(
    "name", ["plural", "me/plu ral", "me/../x", "a/b/c", "me/x--y", "", "me/x.git"]
)
def test_an_id_that_the_hub_cannot_have_is_refused(
    hub: FakeHub, adapter: Adapter, name: str
) -> None:
    """Before anything is written or sent."""
    for act in (draft, upload):
        with pytest.raises(ConfigError, match="USER/NAME"):
            act(adapter, name)
    assert not hub.tokens


def test_a_base_that_only_this_machine_has_is_refused(
    hub: FakeHub, adapter: Adapter
) -> None:
    """Nobody could load the adapter by its card."""
    local = replace(adapter, base_name="/home/me/models/base")
    with pytest.raises(ConfigError, match=r"'/home/me/models/base'.*--base-name"):
        upload(local, NAME)
    assert not hub.tokens


def test_a_refusal_is_told_in_the_hubs_words(hub: FakeHub, adapter: Adapter) -> None:
    """With the repository's name and what to check."""
    hub.refusal = (403, "You don't have the rights to create a model under me")
    with pytest.raises(HubError, match=r"take me/plural: .*rights.*hf auth login"):
        upload(adapter, NAME)


def test_a_card_that_the_hub_refuses_is_told(hub: FakeHub, adapter: Adapter) -> None:
    """Its reasons reach the user, and no file gets there."""
    reason = {"errors": [{"message": '"base_model" is not valid'}], "warnings": []}
    hub.card_reply = (400, reason)
    with pytest.raises(HubError, match='"base_model" is not valid'):
        upload(adapter, NAME)
    assert not hub.files


def test_a_hub_that_cannot_be_reached_is_told(
    hub: FakeHub, adapter: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback of a library that nobody has heard of."""
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError, match="Check the network"):
        upload(adapter, NAME)


@pytest.fixture
def push(adapter: Adapter, tmp_path: Path) -> Callable[..., Result]:
    """Runs `push` on an adapter in a store."""
    save_adapter(adapter, tmp_path / "store" / adapter.id)

    def run(*options: str, adapters: tuple[str, ...] = (adapter.id,)) -> Result:
        store = ("--store", str(tmp_path / "store"))
        return CliRunner().invoke(create_app(), ["push", *adapters, *store, *options])

    return run


def test_a_dry_run_shows_files_and_the_whole_card(
    hub: FakeHub,
    adapter: Adapter,
    push: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It needs no token, and asks nothing of the hub."""
    monkeypatch.delenv("HF_TOKEN")
    shown = push("--hub", NAME, "--dry-run")
    assert shown.exit_code == 0, shown.output
    told = json.loads(push("--hub", NAME, "--dry-run", "--private", "--json").stdout)
    assert (told["repository"], told["is_private"]) == (NAME, True)
    assert [one["name"] for one in told["files"]] == FILES
    for one in told["files"]:
        assert f"{one['bytes']:,} bytes  {one['name']}" in shown.stdout
    assert shown.stdout.endswith(told["card"])
    assert ModelCard(told["card"]).data.base_model == adapter.base_name
    assert not hub.tokens


def test_the_command_uploads_and_tells_the_address(
    hub: FakeHub, adapter: Adapter, push: Callable[..., Result]
) -> None:
    """Under the base's name that the user gives, privately where told."""
    plain = push("--hub", NAME)
    assert (plain.exit_code, plain.stdout) == (0, f"{adapter.id}: {hub.url}/{NAME}\n")
    options = ("--hub", "me/other", "--private", "--base-name", "mine/base", "--json")
    values = json.loads(push(*options).stdout)
    assert values["url"] == f"{hub.url}/me/other"
    assert hub.is_private == {NAME: False, "me/other": True}
    for name, base_name in ((NAME, adapter.base_name), ("me/other", "mine/base")):
        config = json.loads(hub.files[name]["adapter_config.json"])
        assert config["base_model_name_or_path"] == base_name
    assert {one["name"]: one["bytes"] for one in values["files"]} == {
        name: len(content) for name, content in hub.files["me/other"].items()
    }


def test_the_command_says_how_to_log_in(
    hub: FakeHub, push: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line and exit code 2."""
    monkeypatch.delenv("HF_TOKEN")
    result = push("--hub", NAME)
    assert result.exit_code == 2
    assert "error: nobody is logged in" in result.stderr
    assert "hf auth login" in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give exactly one of --to, --hub, got none"),
        (("--to", "vllm=http://a", "--hub", NAME), "got --to and --hub"),
        (("--to", "vllm=http://a", "--dry-run"), "--dry-run has an effect only with"),
        (("--to", "vllm=http://a", "--private"), "--private has an effect only with"),
        (("--hub", NAME, "--path-on-server", "/x"), "an effect only with --to"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    hub: FakeHub, push: Callable[..., Result], options: tuple[str, ...], message: str
) -> None:
    """None is dropped in silence."""
    result = push(*options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not hub.tokens


def test_a_repository_holds_one_adapter(
    hub: FakeHub, adapter: Adapter, push: Callable[..., Result]
) -> None:
    """Two of them would overwrite each other's files."""
    result = push("--hub", NAME, "--dry-run", adapters=(adapter.id, adapter.id))
    assert result.exit_code == 2
    assert "--hub takes one adapter, got 2" in result.stderr
    assert not hub.tokens
