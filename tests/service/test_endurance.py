"""Endurance: hours of use in minutes; run on demand, by `make soak`."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from genadapter.adapter import Adapter
from service.app import Services, create_app
from service.settings import Settings
from service.store import AdapterStore

pytestmark = pytest.mark.soak

MINUTES = float(os.environ.get("SOAK_MINUTES", "30"))
BASE = "tests/tiny-llama"
Serve = Callable[[FastAPI], AbstractContextManager[str]]


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_ten_thousand_evictions_cost_no_memory(
    settings: Settings, new_adapter: Callable[[str], Adapter]
) -> None:
    """A thousand adapters through a memory of fifty: no growth, no open files, no slowing."""
    store = AdapterStore(settings.store, max_resident=50)
    adapter, draw = new_adapter("sort"), random.Random(0)
    twins = [replace(adapter, id=f"lora-{n:032x}") for n in range(1000)]
    for twin in twins:
        store.put(twin)
    seconds: list[float] = []
    memory: list[int] = []
    num_files = len(list(Path("/proc/self/fd").iterdir()))
    for cycle in range(10_000):
        started = time.perf_counter()
        store.get(draw.choice(twins).id)
        seconds.append(time.perf_counter() - started)
        if cycle % 1000 == 999:
            memory.append(resident_bytes())
    assert store.num_resident == 50
    assert (memory[-1] - memory[2]) / 7000 <= 1024
    assert len(list(Path("/proc/self/fd").iterdir())) <= num_files
    early, late = (
        statistics.quantiles(part, n=20)[-1]
        for part in (seconds[:3000], seconds[-3000:])
    )
    assert late <= 1.2 * early


def test_thirty_two_clients_for_half_an_hour(services: Services, serve: Serve) -> None:
    """64 adapters, a few of them much used; no request fails, none waits for ever."""
    ranks = [1 / (n + 1) ** 1.5 for n in range(64)]
    until = time.monotonic() + 60 * MINUTES
    with serve(create_app(services)) as address:
        wanted = [{"description": f"task number {n}"} for n in range(64)]
        limits = httpx.Limits(max_connections=40)
        client = httpx.Client(base_url=address, timeout=120, limits=limits)
        made = client.post("/v1/adapters:batch", json={"requests": wanted}).json()
        ids = [item["adapter"]["id"] for item in made["data"]]

        def use(number: int) -> list[tuple[int, float]]:
            draw, seen = random.Random(number), []
            while time.monotonic() < until:
                started = time.monotonic()
                if draw.random() < 0.1:
                    body = {"description": f"task {draw.randrange(10**6)}"}
                    reply = client.post("/v1/adapters", json=body)
                else:
                    messages = [{"role": "user", "content": "cat"}]
                    (model,) = draw.choices(ids, ranks)
                    chat = {"model": model, "messages": messages, "max_tokens": 16}
                    reply = client.post("/v1/chat/completions", json=chat)
                    seen.append((reply.status_code, time.monotonic() - started))
                assert reply.status_code in (200, 201, 429), reply.text
            return seen

        with ThreadPoolExecutor(32) as pool:
            seen = [one for each in pool.map(use, range(32)) for one in each]
        client.close()
    times = sorted(seconds for status, seconds in seen if status == 200)
    assert len(times) > 1000 * MINUTES / 30
    assert times[int(0.99 * len(times))] <= 3 * times[len(times) // 2]
