"""The resolver: vLLM asks it for every model name that it does not know."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from pathlib import Path

from vllm.lora.request import LoRARequest
from vllm.lora.resolver import LoRAResolver, LoRAResolverRegistry

from genadapter_vllm.cache import CONFIG_FILE, AdapterCache
from genadapter_vllm.source import Source

logger = logging.getLogger(__name__)

_ID = re.compile(r"lora-([0-9a-f]{32})")
_DEFAULT_FOLDER = Path("~/.cache/genadapter/vllm")


# misc: vLLM is not there where this is checked, so its class has no type.
class GenAdapterResolver(LoRAResolver):  # type: ignore[misc]
    """Finds the adapters of one genadapter service by their ids."""

    def __init__(self, cache: AdapterCache) -> None:
        """Takes where the adapters are fetched to."""
        self._cache = cache
        self._running: dict[str, asyncio.Task[Path | None]] = {}
        """What is being fetched: whoever asks meanwhile waits for the same."""

    async def resolve_lora(
        self, base_model_name: str, lora_name: str
    ) -> LoRARequest | None:
        """What to load for a name; `None` for whatever is not there or not right.

        Args:
            base_model_name: The base as vLLM was told it.
            lora_name: The name in the request; only ids are looked up.
        """
        found = _ID.fullmatch(lora_name)
        if found is None:
            return None
        task = self._running.get(lora_name)
        if task is None:
            task = asyncio.create_task(self._fetch(lora_name, base_model_name))
            self._running[lora_name] = task
            task.add_done_callback(lambda _: self._running.pop(lora_name))
        # One request that is given up does not end the others'.
        folder = await asyncio.shield(task)
        if folder is None:
            return None
        # vLLM gives it a number of its own; this one only has to be above 0.
        number = 1 + int(found[1][:8], 16)
        return LoRARequest(
            lora_name=lora_name, lora_int_id=number, lora_path=str(folder)
        )

    async def _fetch(self, name: str, base_model_name: str) -> Path | None:
        try:
            folder: Path | None = await asyncio.to_thread(self._cache.fetch, name)
            if folder is None:
                return None
            config = json.loads((folder / CONFIG_FILE).read_bytes())
            own_base = config["base_model_name_or_path"]
        # The edge to vLLM, which would answer all that is raised with a 500.
        except Exception as error:
            logger.warning("%s was not fetched: %s", name, error)
            return None
        if own_base != base_model_name:
            logger.warning(
                "%s is for %s, vLLM serves %s: start one of them with the other's name",
                name,
                own_base,
                base_model_name,
            )
            return None
        logger.info("fetched %s", name)
        return folder


def register() -> None:
    """Registers the resolver; vLLM calls it in each of its processes."""
    url = os.environ.get("GENADAPTER_URL")
    if not url:
        logger.warning("GENADAPTER_URL is not set: no adapters will be fetched")
        return
    try:
        source = Source(url, key=os.environ.get("GENADAPTER_API_KEY", ""))
    except ValueError as error:
        # vLLM would not start, for the sake of adapters alone.
        logger.error("GENADAPTER_URL: %s. No adapters will be fetched", error)
        return
    folder = Path(os.environ.get("GENADAPTER_VLLM_CACHE") or _DEFAULT_FOLDER)
    cache = AdapterCache(source, folder.expanduser())
    LoRAResolverRegistry.register_resolver("genadapter", GenAdapterResolver(cache))
