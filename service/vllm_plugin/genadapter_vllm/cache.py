"""A folder of fetched adapters, each whole or not there."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from genadapter_vllm.source import Source, SourceError

CONFIG_FILE = "adapter_config.json"
WEIGHTS_FILE = "adapter_model.safetensors"
_PARTIAL = ".partial-"
_LEFTOVER_AGE_SECONDS = 600


class AdapterCache:
    """Adapters by id; processes may share the folder."""

    def __init__(self, source: Source, folder: Path) -> None:
        """Opens a cache.

        Args:
            source: Where the adapters come from.
            folder: Where they lie; made with the first one.
        """
        self._source, self._folder = source, folder

    def fetch(self, name: str) -> Path | None:
        """The PEFT folder of an adapter; `None` where the service has none.

        The service is asked every time, so one that was deleted there is gone here, too.

        Raises:
            SourceError: The service failed, or what came has another sum.
            OSError: The disk is full or cannot be written.
        """
        announced = self._source.announce(name)
        if announced is None:
            return None
        config = self._source.file(name, CONFIG_FILE, announced)
        folder = self._folder / name
        if _holds(folder, config, announced.weights_sha256):
            return folder
        weights = self._source.file(name, WEIGHTS_FILE, announced)
        if sha256(weights).hexdigest() != announced.weights_sha256:
            raise SourceError(f"{WEIGHTS_FILE} is not the file that was announced")
        self._publish(folder, {CONFIG_FILE: config, WEIGHTS_FILE: weights})
        return folder

    def _publish(self, folder: Path, files: dict[str, bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._remove_leftovers()
        partial = Path(mkdtemp(prefix=_PARTIAL, dir=self._folder))
        try:
            for name, content in files.items():
                (partial / name).write_bytes(content)
            try:
                partial.rename(folder)
            except OSError:
                # Another process was faster, or what lies there is damaged.
                weights_sha256 = sha256(files[WEIGHTS_FILE]).hexdigest()
                if not _holds(folder, files[CONFIG_FILE], weights_sha256):
                    shutil.rmtree(folder)
                    partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        """Removes what a killed process left; recent ones may be alive."""
        oldest = time.time() - _LEFTOVER_AGE_SECONDS
        for path in self._folder.glob(f"{_PARTIAL}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    shutil.rmtree(path)


def _holds(folder: Path, config: bytes, weights_sha256: str) -> bool:
    try:
        weights = (folder / WEIGHTS_FILE).read_bytes()
        return (
            sha256(weights).hexdigest() == weights_sha256
            and (folder / CONFIG_FILE).read_bytes() == config
        )
    except FileNotFoundError:
        return False
