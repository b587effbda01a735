"""The adapter store: a folder of PEFT folders, each named by its adapter's id.

The disk is the truth of the weights, and a restart loses nothing. A folder appears whole, by a rename, or not at all.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from genadapter.adapter import (
    RECORD_FILE,
    Adapter,
    Provenance,
    load_adapter,
    save_adapter,
)
from genadapter.errors import (
    AdapterNotFoundError,
    ConfigError,
    CorruptArtifactError,
    StorageError,
)
from genadapter.lora import LoraSpec, layer_norms
from genadapter.packages import sha256_of
from genadapter.peft_format import CONFIG_FILE, WEIGHTS_FILE
from service.errors import AdapterIdError, StorageUnavailableError

logger = logging.getLogger(__name__)

_ID = re.compile(r"lora-[0-9a-f]{32}")
FILES = ("README.md", CONFIG_FILE, WEIGHTS_FILE, RECORD_FILE)
"""Of an adapter's folder."""
_DIGITS = 5
_QUARANTINE = "quarantine"
_PARTIAL = ".partial-"
_LEFTOVERS = (f"{_PARTIAL}*", ".deleted-*")
_LEFTOVER_AGE_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAdapter:
    """What is known of an adapter without holding its weights."""

    id: str
    """Its id, and the name of its folder."""
    created: int
    """When it was stored, in seconds since 1970."""
    num_bytes: int | None
    """Size of its files together; none until it was made."""
    sha256: str | None
    """Sum of its weights file; none until it was made."""
    spec: LoraSpec
    """Its shape and the base model it fits."""
    base_name: str
    """What its config calls the base model."""
    provenance: Provenance
    """How it came to be."""
    norms: Mapping[str, tuple[float, ...]]
    """Of what it adds to every layer's weights, by module; empty until it was made."""

    @property
    def is_made(self) -> bool:
        """Whether it ever had weights; a recipe's are made when it is first used."""
        return self.sha256 is not None


class AdapterStore:
    """Keeps adapters on disk and the lately used ones in memory; safe in threads.

    What is found damaged goes to `quarantine/`, where it can be looked at.
    """

    def __init__(self, folder: Path, *, max_resident: int = 256) -> None:
        """Opens a store; the folder is made where there is none.

        Args:
            folder: Where the adapters lie.
            max_resident: How many stay in memory, beside the pinned ones.

        Raises:
            StorageUnavailableError: The folder cannot be made or read.
        """
        self._folder = folder
        self._max_resident = max_resident
        self._resident: OrderedDict[str, Adapter] = OrderedDict()
        self._pinned: frozenset[str] = frozenset()
        self._lock = threading.RLock()
        with _storage_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _remove_leftovers(folder)

    @property
    def num_resident(self) -> int:
        """Adapters in memory."""
        return len(self._resident)

    def put(self, adapter: Adapter) -> StoredAdapter:
        """Stores an adapter, unless it is there already.

        Raises:
            StorageUnavailableError: The disk is full or cannot be written.
            CorruptArtifactError: What lies under its id is not this adapter.
        """
        folder = self._path(adapter.id)
        with _storage_errors(), self._lock:
            _save(adapter, folder)
            self._keep(adapter)
            stored = _inspect(adapter, folder)
        logger.info("stored %s, %d bytes", stored.id, stored.num_bytes)
        return stored

    def weigh(self, adapter: Adapter) -> StoredAdapter:
        """What would be stored of an adapter that is not to be.

        Raises:
            StorageUnavailableError: The disk is full or cannot be written.
        """
        with self._written(adapter) as folder:
            return _inspect(adapter, folder)

    def hold(self, adapter: Adapter) -> None:
        """Takes an adapter into memory alone."""
        with self._lock:
            self._keep(adapter)

    def files_of(self, adapter: Adapter) -> dict[str, bytes]:
        """The PEFT folder of an adapter that is not stored, as contents by name.

        Raises:
            StorageUnavailableError: The disk is full or cannot be written.
        """
        with self._written(adapter) as folder:
            return _contents(folder)

    def resident(self, identifier: str) -> Adapter | None:
        """An adapter that is in memory; `None` if it is not."""
        with self._lock:
            if identifier in self._resident:
                self._resident.move_to_end(identifier)
            return self._resident.get(identifier)

    def get(self, identifier: str) -> Adapter:
        """An adapter with its weights.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
            CorruptArtifactError: Its folder was damaged, now or before.
        """
        folder = self._path(identifier)
        with _storage_errors(), self._lock:
            self._check_there(folder)
            if identifier not in self._resident:
                self._keep(self._load(folder))
            self._resident.move_to_end(identifier)
            return self._resident[identifier]

    def inspect(self, identifier: str) -> StoredAdapter:
        """What its folder says of an adapter, read whole and checked.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
            CorruptArtifactError: Its folder was damaged, now or before.
        """
        folder = self._path(identifier)
        with _storage_errors(), self._lock:
            self._check_there(folder)
            return _inspect(self._load(folder), folder)

    def has(self, identifier: str) -> bool:
        """Whether an adapter is there, by the looks of it.

        Raises:
            AdapterIdError: No adapter can have that id.
        """
        with _storage_errors():
            return _is_there(self._path(identifier))

    def num_bytes(self, identifier: str) -> int | None:
        """Size of an adapter's files together; `None` where one is missing.

        Raises:
            AdapterIdError: No adapter can have that id.
        """
        folder = self._path(identifier)
        with _storage_errors():
            try:
                return sum((folder / name).stat().st_size for name in FILES)
            except FileNotFoundError:
                return None

    def ids(self) -> frozenset[str]:
        """Ids of all adapters on disk, by the looks of them."""
        with _storage_errors():
            return frozenset(
                p.name for p in self._folder.iterdir() if _is_adapter_folder(p)
            )

    def pin(self, identifiers: Iterable[str]) -> None:
        """Keeps these in memory once they are used, and no others."""
        with self._lock:
            self._pinned = frozenset(identifiers)

    def set_aside(self, identifier: str) -> None:
        """Moves a damaged adapter out of the way.

        Raises:
            AdapterIdError: No adapter can have that id.
        """
        folder = self._path(identifier)
        with _storage_errors(), self._lock:
            self._resident.pop(identifier, None)
            aside = self._folder / _QUARANTINE / identifier
            if _is_there(folder):
                aside.parent.mkdir(exist_ok=True, mode=0o700)
                shutil.rmtree(aside, ignore_errors=True)
                folder.rename(aside)
        logger.warning("quarantined %s: it was changed or damaged", identifier)

    def delete(self, identifier: str) -> None:
        """Removes an adapter, sound or damaged; requests that hold it go on.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
        """
        folder = self._path(identifier)
        aside = self._folder / _QUARANTINE / identifier
        hidden = self._folder / f".deleted-{secrets.token_hex(8)}"
        with _storage_errors(), self._lock:
            self._resident.pop(identifier, None)
            found = next((f for f in (folder, aside) if _is_there(f)), None)
            if found is None:
                raise _not_found(identifier)
            found.rename(hidden)
            shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(hidden, ignore_errors=True)
        logger.info("deleted %s", identifier)

    def files(self, identifier: str) -> dict[str, bytes]:
        """An adapter's PEFT folder as contents by name, read whole and checked.

        Raises:
            AdapterIdError: No adapter can have that id.
            AdapterNotFoundError: There is none.
            CorruptArtifactError: Its folder was damaged.
        """
        folder = self._path(identifier)
        with _storage_errors(), self._lock:
            self._check_there(folder)
            self._load(folder)
            return _contents(folder)

    @contextmanager
    def _written(self, adapter: Adapter) -> Iterator[Path]:
        """A folder with the adapter's files, for a moment."""
        with (
            _storage_errors(),
            TemporaryDirectory(prefix=_PARTIAL, dir=self._folder) as parent,
        ):
            folder = Path(parent) / adapter.id
            _save(adapter, folder)
            yield folder

    def _path(self, identifier: str) -> Path:
        if not _ID.fullmatch(identifier):
            raise AdapterIdError
        return self._folder / identifier

    def _check_there(self, folder: Path) -> None:
        if _is_there(folder):
            return
        self._resident.pop(folder.name, None)
        if _is_there(self._folder / _QUARANTINE / folder.name):
            raise _damaged(folder.name)
        raise _not_found(folder.name)

    def _load(self, folder: Path) -> Adapter:
        try:
            return _load(folder)
        except CorruptArtifactError:
            self.set_aside(folder.name)
            raise

    def _keep(self, adapter: Adapter) -> None:
        self._resident[adapter.id] = adapter
        others = [i for i in self._resident if i not in self._pinned]
        for identifier in others[: max(0, len(others) - self._max_resident)]:
            del self._resident[identifier]


def _inspect(adapter: Adapter, folder: Path) -> StoredAdapter:
    files = [(folder / name).stat() for name in FILES]
    return StoredAdapter(
        id=adapter.id,
        created=int(files[-1].st_mtime),
        num_bytes=sum(file.st_size for file in files),
        sha256=sha256_of(folder / WEIGHTS_FILE),
        spec=adapter.spec,
        base_name=adapter.base_name,
        provenance=adapter.provenance,
        norms={
            name: tuple(round(norm, _DIGITS) for norm in norms_L)
            for name, norms_L in layer_norms(adapter.weights, adapter.spec).items()
        },
    )


def _contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def _save(adapter: Adapter, folder: Path) -> None:
    """Writes an adapter; the messages of its errors hold no path of this machine."""
    try:
        save_adapter(adapter, folder)
    except (ConfigError, CorruptArtifactError) as error:
        raise _damaged(folder.name) from error


def _load(folder: Path) -> Adapter:
    """Reads an adapter; the messages of its errors hold no path of this machine."""
    try:
        adapter = load_adapter(folder)
    except (AdapterNotFoundError, CorruptArtifactError) as error:
        raise _damaged(folder.name) from error
    if adapter.id != folder.name or not all(_is_file(folder / n) for n in FILES):
        raise _damaged(folder.name)
    return adapter


def _is_there(folder: Path) -> bool:
    # A link could lead out of the store.
    return folder.is_dir() and not folder.is_symlink()


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _is_adapter_folder(path: Path) -> bool:
    return _ID.fullmatch(path.name) is not None and _is_there(path)


def _remove_leftovers(folder: Path) -> None:
    """Removes what an interrupted write or delete left; recent ones may be alive."""
    oldest = time.time() - _LEFTOVER_AGE_SECONDS
    for pattern in _LEFTOVERS:
        for path in folder.glob(pattern):
            if path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)
                logger.info("removed %s, left by an interrupted write", path.name)


def _not_found(identifier: str) -> AdapterNotFoundError:
    return AdapterNotFoundError(
        f"no adapter {identifier}: GET /v1/adapters lists those there are"
    )


def _damaged(identifier: str) -> CorruptArtifactError:
    return CorruptArtifactError(
        f"adapter {identifier} was changed or damaged on disk: delete it and create it "
        "again"
    )


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Tells clients what failed and the log where: no path leaves this machine."""
    try:
        yield
    except OSError as error:
        logger.warning("the adapter store failed: %s", error)
        reason = error.reason if isinstance(error, StorageError) else error.strerror
        raise StorageUnavailableError(
            f"the adapter store failed: {reason or 'its folder is not usable'}. Free "
            "disk space or check the folder's permissions, then try again"
        ) from error
