"""Durability: neither kills nor restarts make a wrong adapter or lose a sound one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.pipeline import Pipeline
from service.access import LOCAL
from service.app import create_app, join_services
from service.settings import Settings
from service.store import AdapterStore

NewAdapter = Callable[[str], Adapter]

WRITER = """
import os, random, signal, sys, time
from dataclasses import replace
from itertools import count
from pathlib import Path

from genadapter.adapter import load_adapter
from service.access import LOCAL
from service.database import Database
from service.holdings import Holding
from service.registry import Registry
from service.store import AdapterStore

folder, adapter = Path(sys.argv[1]), load_adapter(Path(sys.argv[2]))
clock = random.Random(0)
for number in range(int(sys.argv[3])):
    is_ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        store = AdapterStore(folder)
        registry = Registry(Database(f"sqlite:///{folder / 'registry.db'}"))
        os.write(tell, b"!")
        for place in count():
            twin = replace(adapter, id=f"lora-{number:016x}{place:016x}")
            registry.add(store.put(twin), LOCAL, Holding())
    os.read(is_ready, 1)
    time.sleep(clock.uniform(0, 0.1))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(is_ready)
    os.close(tell)
"""
"""Writes adapters and is killed, again and again; nothing is loaded anew for it."""


@pytest.mark.slow
def test_a_kill_at_any_time_leaves_whole_adapters_alone(
    pipeline: Pipeline,
    base: BaseModel,
    settings: Settings,
    new_adapter: NewAdapter,
    tmp_path: Path,
) -> None:
    """After 200 kills all that is listed is sound, and disk and registry agree."""
    AdapterStore(tmp_path / "other").put(adapter := new_adapter("sort"))
    AdapterStore(settings.store)
    arguments = [str(settings.store), str(tmp_path / "other" / adapter.id), "200"]
    command = [sys.executable, "-c", WRITER, *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, timeout=600, env=environment)
    # Leftovers are removed once they cannot be another writer's any more.
    leftovers = list(settings.store.glob(".partial-*"))
    for leftover in leftovers:
        os.utime(leftover, (0, 0))
    services = join_services(pipeline, base, settings)
    assert not list(settings.store.glob(".partial-*"))
    listed = [held.id for held in services.adapters.usable(LOCAL)]
    assert len(listed) > 20
    store = AdapterStore(settings.store)
    assert set(listed) == store.ids()
    for identifier in listed:
        assert store.get(identifier).id == identifier
    assert not (settings.store / "quarantine").exists()
    services.database.close()


def test_a_restart_loses_nothing(
    pipeline: Pipeline, base: BaseModel, settings: Settings
) -> None:
    """A hundred adapters are there again, each with the weights it had."""
    wanted = [{"description": f"task number {n}"} for n in range(100)]
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        made = client.post("/v1/adapters:batch", json={"requests": wanted}).json()
    sums = {item["adapter"]["id"]: item["adapter"]["sha256"] for item in made["data"]}
    with TestClient(create_app(join_services(pipeline, base, settings))) as client:
        page = client.get("/v1/adapters", params={"limit": 100}).json()
        assert {held["id"]: held["sha256"] for held in page["data"]} == sums
        for identifier, sha256 in sums.items():
            files = client.get(f"/v1/adapters/{identifier}/files").json()["data"]
            found = {file["name"]: file["sha256"] for file in files}
            assert found["adapter_model.safetensors"] == sha256
