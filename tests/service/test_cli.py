"""`genadapter serve`: a server from one command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from genadapter.cli import create_app
from genadapter.errors import BundleNotFoundError
from genadapter.manifest import find_bundle
from service.cli import register


def test_help_names_every_option() -> None:
    """The command is found by the command line and says what can be chosen."""
    result = CliRunner().invoke(create_app(), ["serve", "--help"])
    assert result.exit_code == 0
    for option in ("--port", "--host", "--bundle", "--base", "--base-name", "--store"):
        assert option in result.stdout
    assert "--workers" in result.stdout


def test_a_missing_bundle_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    """Nothing is served, and the error says what to do."""
    arguments = ["serve", "--port", "0", "--bundle", str(tmp_path / "none")]
    result = CliRunner().invoke(create_app(), arguments)
    assert result.exit_code == 3
    assert "no trained bundle" in result.stderr


def test_a_bad_port_is_a_usage_error() -> None:
    """Typer's own check comes before anything is loaded."""
    app = typer.Typer()
    register(app)
    assert CliRunner().invoke(app, ["--port", "70000"]).exit_code == 2


def call(method: str, url: str, body: object = None) -> Any:  # Any: plain JSON
    """One request to a server on this machine."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=120) as reply:
        return json.load(reply)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server in a process of its own, on the packaged base and bundle."""
    try:
        find_bundle()
    except BundleNotFoundError:
        pytest.skip("no trained bundle on this machine: train or fetch one")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "genadapter", "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--store", str(tmp_path / "store")], env={**os.environ}
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 300
    while True:
        try:
            call("GET", f"{url}/health/ready")
            break
        except urllib.error.URLError:
            assert process.poll() is None, "the server ended before it was ready"
            assert time.monotonic() < deadline, "the server was not ready in time"
            time.sleep(0.5)
    yield url
    process.terminate()
    assert process.wait(60) == 0


@pytest.mark.packaged
def test_words_become_a_model_that_answers(server: str) -> None:
    """From a description to an answer of its adapter, over HTTP alone."""
    body = {"description": "Give the plural of the English noun."}
    made = call("POST", f"{server}/v1/adapters", body)
    ids = [card["id"] for card in call("GET", f"{server}/v1/models")["data"]]
    assert made["id"] in ids
    messages = [{"role": "user", "content": "box"}]
    chat = {"model": made["id"], "messages": messages, "max_tokens": 8}
    reply = call("POST", f"{server}/v1/chat/completions", chat)
    assert reply["choices"][0]["message"]["content"]
