"""Workers: they start together or say why not, and stop in good order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from genadapter.cli import create_app
from genadapter.errors import BundleNotFoundError, ConfigError
from genadapter.manifest import find_bundle
from service.settings import Settings
from service.workers import build_app, check_startable

PATIENCE_SECONDS = 300
TINY_SERVER = """
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import conftest
from genadapter.checkpoint import load_bundle
from genadapter.pipeline import Pipeline
from genadapter.reading import Reader
from service.app import create_app, join_services
from service.settings import Settings
from service.workers import log_to_stderr, serve_alone

base, encoder = conftest.make_base(), conftest.HashingEncoder()
bundle = load_bundle(Path(sys.argv[2]), base=None, encoder=encoder)
reader = Reader(base, spec=bundle.surroundings.spec)
pipeline = Pipeline(bundle.manifest.base.name, bundle, encoder, reader)
settings = Settings()
log_to_stderr()
serve_alone(create_app(join_services(pipeline, base, settings)), settings)
"""
"""`genadapter serve` on the random LLM: folders of the tests and of the bundle follow."""

Start = Callable[..., AbstractContextManager[tuple[subprocess.Popen[bytes], str]]]


def status_of(url: str) -> int:
    """Status of a GET; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=60) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(status: int, url: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until a process answers a GET with that status."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while status_of(url) != status:
        assert process.poll() is None, f"it ended before {status}"
        assert time.monotonic() < deadline, f"never {status}"
        time.sleep(0.1)


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts servers in processes of their own, and waits until they are ready."""

    @contextmanager
    def started(
        *command: str, **settings: object
    ) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings |= {"port": port, "store": tmp_path / "store"}
        chosen = {f"GENADAPTER_{k.upper()}": str(v) for k, v in settings.items()}
        process = subprocess.Popen([sys.executable, *command], env=os.environ | chosen)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(200, f"{url}/health/ready", process)
            yield process, url
        finally:
            process.kill()
            process.wait(60)

    return started


def open_stream(url: str, *, max_tokens: int) -> urllib.request.Request:
    """A request for a stream that goes on as long as it may."""
    with urllib.request.urlopen(f"{url}/v1/models", timeout=60) as reply:
        base = json.load(reply)["data"][0]["id"]
    body = {
        "model": base,
        "messages": [{"role": "user", "content": "cat"}],
        "max_tokens": max_tokens,
        "stream": True,
    }
    return urllib.request.Request(
        f"{url}/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )


def check_graceful_stop(process: subprocess.Popen[bytes], url: str) -> None:
    """Terminates a server that streams: not ready, all streams finished, status 0."""
    with ExitStack() as stack:
        asked = open_stream(url, max_tokens=100)
        streams = [
            stack.enter_context(urllib.request.urlopen(asked, timeout=60))
            for _ in range(4)
        ]
        assert all(stream.readline() for stream in streams)
        process.send_signal(signal.SIGTERM)
        wait_for(503, f"{url}/health/ready", process)
        for stream in streams:
            assert stream.read().endswith(b"data: [DONE]\n\n")
    assert process.wait(PATIENCE_SECONDS) == 0
    assert status_of(f"{url}/health") == 0


@pytest.mark.slow
def test_a_server_stops_in_good_order(start: Start, bundle_folder: Path) -> None:
    """Not ready at once, what runs is finished, and the status is 0."""
    tests = str(Path(__file__).resolve().parents[1])
    command = ("-c", TINY_SERVER, tests, str(bundle_folder))
    with start(*command, drain_seconds=3) as (process, url):
        check_graceful_stop(process, url)


@pytest.mark.packaged
def test_workers_serve_one_store_and_stop_in_good_order(start: Start) -> None:
    """What one of them made, all of them know."""
    try:
        find_bundle()
    except BundleNotFoundError:
        pytest.skip("no trained bundle on this machine: train or fetch one")
    command = ("-m", "genadapter", "serve", "--workers", "2")
    with start(*command, drain_seconds=3) as (process, url):
        body = {"description": "Give the plural of the English noun."}
        request = urllib.request.Request(
            f"{url}/v1/adapters",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as reply:
            made = json.load(reply)["id"]
        found = {status_of(f"{url}/v1/adapters/{made}") for _ in range(20)}
        assert found == {200}
        check_graceful_stop(process, url)


@pytest.mark.slow
def test_workers_that_cannot_start_end_them_all(tmp_path: Path) -> None:
    """Nothing is tried again and again."""
    code = "from service import settings, workers\n"
    code += "workers.serve_together(settings.Settings())"
    chosen = {
        "GENADAPTER_PORT": "0",
        "GENADAPTER_WORKERS": "2",
        "GENADAPTER_BUNDLE": str(tmp_path / "none"),
        "GENADAPTER_STORE": str(tmp_path / "store"),
    }
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | chosen,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert run.returncode == 1
    assert "EngineStoppedError: a worker could not start" in run.stderr
    assert "no trained bundle" in run.stderr


def test_workers_without_a_bundle_are_not_started(tmp_path: Path) -> None:
    """One line and exit code 3, as with one process."""
    arguments = ["serve", "--workers", "2", "--bundle", str(tmp_path / "none")]
    arguments += ["--store", str(tmp_path / "store")]
    result = CliRunner().invoke(create_app(), arguments)
    assert result.exit_code == 3
    assert "no trained bundle" in result.stderr


def test_workers_without_a_key_stay_on_this_machine(
    settings: Settings, bundle_folder: Path
) -> None:
    """Told before any of them loads the models."""
    here = settings.model_copy(update={"bundle": bundle_folder, "workers": 2})
    assert check_startable(here).is_open
    with pytest.raises(ConfigError, match="without an API key"):
        check_startable(here.model_copy(update={"host": "0.0.0.0"}))


def test_a_worker_that_cannot_start_says_so_to_its_parent(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the status that keeps it from being started again, and in the log."""
    broken = settings.model_copy(update={"bundle": tmp_path / "none"})
    with pytest.raises(SystemExit) as ended:
        build_app(broken)
    assert ended.value.code == 3
    assert "no trained bundle" in caplog.text
