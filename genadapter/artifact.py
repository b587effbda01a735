"""Folders of tensors and JSON that appear whole or not at all.

Safetensors only: nothing that is read here can run code.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from genadapter.errors import CorruptArtifactError, StorageError


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Lets a block fill a hidden folder, then renames it to the target.

    If the block raises, or the machine stops, nothing lies at the target.

    Args:
        target: Where the folder is to appear; its parents are made.

    Raises:
        FileExistsError: Something lies at the target.
        StorageError: The disk is full, or the folder may not be written to.
    """
    try:
        with _hidden_folder(target) as folder:
            yield folder
    except FileExistsError:
        raise
    except OSError as error:
        raise not_written(target, error.__cause__ or error) from error


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Lets a block write a hidden file, then renames it to the target.

    If the block raises, or the machine stops, what lay at the target still does.

    Args:
        target: Where the file is to appear, over any older one; its parents are made.

    Raises:
        StorageError: The disk is full, or the folder may not be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=target.parent, prefix=".partial-"
        ) as folder:
            partial = Path(folder) / target.name
            yield partial
            _sync(partial)
            partial.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise not_written(target, error.__cause__ or error) from error


def not_written(target: Path, error: BaseException) -> StorageError:
    """The error for something that the disk did not take."""
    reason = error.strerror if isinstance(error, OSError) else None
    return StorageError(target, reason or str(error))


@contextmanager
def _hidden_folder(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as partial:
        folder = Path(partial) / target.name
        folder.mkdir()
        yield folder
        for path in sorted(folder.iterdir()):
            _sync(path)
        _sync(folder)
        # Renaming would silently take the place of an empty folder.
        if target.exists():
            raise FileExistsError(f"{target} exists")
        try:
            folder.rename(target)
        except OSError as error:
            if target.exists():
                raise FileExistsError(f"{target} exists") from error
            raise
    _sync(target.parent)


def canonical_json(value: object) -> str:
    """The one JSON text of a value: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write_json(path: Path, value: object) -> None:
    """Writes JSON for people to read: sorted keys, indented."""
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:  # Any: plain JSON
    """Reads a JSON file.

    Raises:
        CorruptArtifactError: The file is missing, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorruptArtifactError(
            f"cannot read {path}: {error}. Delete its folder and make it again"
        ) from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Writes named tensors; the same tensors give the same bytes.

    Raises:
        StorageError: The disk is full, or the folder may not be written to.
    """
    plain = {
        name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()
    }
    try:
        save_file(plain, path, metadata={"format": "pt"})
    except (OSError, SafetensorError) as error:
        raise not_written(path, error) from error


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Reads named tensors.

    Raises:
        CorruptArtifactError: The file is missing, truncated or not safetensors.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CorruptArtifactError(
            f"cannot read {path}: {error}. Delete its folder and make it again"
        ) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
