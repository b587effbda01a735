"""How the service fares with many adapters: recipes a second, and what attaching takes.

Adapters with files are attached from disk, as after a restart, first alone and then with
recipes by the hundred thousand beside them in the registry.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from genadapter.adapter import RECORD_FILE
from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.condition import Condition
from genadapter.pipeline import Pipeline
from service.access import LOCAL
from service.adapter_service import AdapterService
from service.benchmark import percentiles
from service.creation import Wish
from service.database import Database
from service.holdings import Addition
from service.limits import Limits, Meter
from service.recipe import Recipe
from service.registry import Registry
from service.store import AdapterStore
from service.usage import Usage

BATCH = 256
"""Recipes of one request."""
MAX_RESIDENT = 16
"""Adapters in memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryBenchConfig:
    """How many adapters there are to be."""

    num_stored: int = 1_000
    """With files."""
    num_recipes: int = 100_000
    """Beside them."""
    num_attached: int = 200
    """Of those with files, each time; the rest lies there."""

    def __post_init__(self) -> None:
        """Rejects counts that measure nothing."""
        at_least(1, self, "num_stored", "num_recipes", "num_attached")


def bench_registry(
    pipeline: Pipeline, base: BaseModel, config: RegistryBenchConfig
) -> dict[str, Any]:
    """Recipes a second, and milliseconds to attach with few and many registered.

    Args:
        pipeline: Writes the adapters.
        base: What they are for.
        config: How many.
    """
    attach: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ids = _store(pipeline, folder, num_adapters=config.num_stored)
        with _opened(pipeline, base, folder) as service:
            attach[str(config.num_stored)] = _attach(service, ids, config)
        with _opened(pipeline, base, folder) as service:
            rate = asyncio.run(_register(service, num_recipes=config.num_recipes))
        started = perf_counter()
        with _opened(pipeline, base, folder) as service:
            start_seconds = perf_counter() - started
            found = _attach(service, ids, config)
            attach[f"{config.num_recipes} recipes"] = found
    return {
        "recipes_per_second": round(rate, 1),
        "attach_ms_registered": attach,
        "start_seconds": round(start_seconds, 2),
    }


@contextmanager
def _opened(
    pipeline: Pipeline, base: BaseModel, folder: Path
) -> Iterator[AdapterService]:
    """The service's adapters over a folder, with none of them in memory."""
    database = Database(f"sqlite:///{folder / 'registry.db'}")
    registry = Registry(database)
    meter = Meter(registry, Usage(database), Limits())
    # Hundreds of adapters in memory would take gigabytes.
    store = AdapterStore(folder, max_resident=MAX_RESIDENT)
    try:
        yield AdapterService(pipeline, store, registry, base=base, meter=meter)
    finally:
        database.close()


def _store(pipeline: Pipeline, folder: Path, *, num_adapters: int) -> list[str]:
    """Stores adapters of the same weights under ids of their own; gives the ids.

    Their folders share one weights file, as a thousand of them would take 20 GB. So it is
    always in the system's cache.
    """
    told = Condition(description="Answer with one word.")
    (adapter,) = pipeline.generate([told])
    stored = AdapterStore(folder).put(adapter)
    first = folder / stored.id
    twins = [replace(stored, id=f"lora-{n:032x}") for n in range(num_adapters)]
    for twin in twins:
        place = folder / twin.id
        shutil.copytree(first, place, copy_function=os.link)
        record = place / RECORD_FILE
        words = record.read_text("utf-8").replace(stored.id, twin.id)
        record.unlink()
        record.write_text(words, "utf-8")
    database = Database(f"sqlite:///{folder / 'registry.db'}")
    Registry(database).add_all([Addition(stored=twin) for twin in twins], LOCAL)
    database.close()
    return [twin.id for twin in twins]


def _attach(
    service: AdapterService, ids: Sequence[str], config: RegistryBenchConfig
) -> dict[str, float]:
    """Milliseconds from a model's name to the adapter, each from disk."""
    draws = random.Random(0)
    times = []
    for identifier in draws.sample(ids, min(len(ids), config.num_attached)):
        started = perf_counter()
        service.find_model(identifier, LOCAL)
        times.append(1000 * (perf_counter() - started))
    return percentiles(times)


async def _register(service: AdapterService, *, num_recipes: int) -> float:
    """Recipes a second, registered by the batch."""
    started = perf_counter()
    for first in range(0, num_recipes, BATCH):
        numbers = range(first, min(first + BATCH, num_recipes))
        texts = [f"Answer with word number {number}." for number in numbers]
        conditions = [Condition(description=text) for text in texts]
        wishes = [Wish(recipe=Recipe(condition=c), keep="recipe") for c in conditions]
        await service.create_all(wishes, LOCAL)
    return num_recipes / (perf_counter() - started)
