"""Adapter: weights that know what they fit and how they were made, on disk for PEFT."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from genadapter.artifact import (
    canonical_json,
    new_folder,
    read_json,
    read_tensors,
    write_json,
    write_tensors,
)
from genadapter.errors import (
    AdapterNotFoundError,
    ConfigError,
    CorruptArtifactError,
)
from genadapter.lora import LoraSpec, LoraWeights, check_fits
from genadapter.model_card import CARD_FILE, HERE, model_card
from genadapter.packages import sha256_of
from genadapter.peft_format import (
    CONFIG_FILE,
    WEIGHTS_FILE,
    from_peft_tensors,
    peft_config,
    to_peft_tensors,
)

FORMAT_VERSION = 1
RECORD_FILE = "genadapter.json"
"""Says in an adapter's folder what it is and how it came to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """How an adapter came to be."""

    family: str
    """Generator family that wrote it."""
    bundle: str
    """Hex sha256 of the bundle's manifest."""
    condition: str
    """Hex sha256 of the condition."""
    seed: int
    """Seed of the request."""
    neighbours: tuple[tuple[str, float], ...]
    """Experts it leaned on, as (id, cosine similarity), nearest first."""
    kinds: tuple[str, ...] = ("description",)
    """Kinds of condition that it was made for."""
    description: str | None = None
    """The task in words, where it was asked to be kept; no part of the id."""
    familiarity: float | None = None
    """Share of the training descriptions that look stranger than its own; none where
    nobody asked, or the bundle has no scale for it. No part of the id."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Provenance:  # Any: plain JSON
        """The provenance that `asdict` told, through JSON."""
        neighbours = tuple(
            (str(name), float(near)) for name, near in values["neighbours"]
        )
        kinds = tuple(str(kind) for kind in values.get("kinds", ("description",)))
        return cls(**{**values, "neighbours": neighbours, "kinds": kinds})


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapter:
    """One LoRA adapter for one base model."""

    id: str
    """Hash of its recipe: the same request gives the same id everywhere."""
    spec: LoraSpec
    """Its shape and the base model it fits."""
    weights: LoraWeights
    """Its factors, float32."""
    base_name: str
    """What PEFT folders call the base model."""
    provenance: Provenance
    """How it came to be."""


def adapter_id(
    *,
    bundle: str,
    condition: str,
    options: Mapping[str, Any],  # Any: plain JSON
    seed: int,
) -> str:
    """The id of what a bundle makes of a condition.

    Args:
        bundle: Hex sha256 of the bundle's manifest.
        condition: Hex sha256 of the canonical condition.
        options: Whatever else decides the weights, as JSON values.
        seed: Seed of the request.
    """
    recipe = {
        "bundle": bundle,
        "condition": condition,
        "options": dict(options),
        "seed": seed,
    }
    digest = hashlib.sha256(canonical_json(recipe).encode()).hexdigest()
    return f"lora-{digest[:32]}"


def save_adapter(adapter: Adapter, folder: Path) -> None:
    """Writes an adapter as a folder that PEFT and vLLM load; whole or not at all.

    A folder that already holds this adapter is left as it is.

    Raises:
        ConfigError: Something else lies at the folder.
        CorruptArtifactError: A damaged adapter lies there.
        SpecMismatchError: The weights do not fit the adapter's spec.
    """
    check_fits(adapter.weights, adapter.spec)
    if _holds(folder, adapter):
        return
    try:
        with new_folder(folder) as partial:
            _write_peft(adapter, partial, location=HERE)
            write_json(partial / RECORD_FILE, _record(adapter, partial / WEIGHTS_FILE))
            load_adapter(partial)
    except FileExistsError:
        # Another writer was faster: fine if it wrote the same adapter.
        if not _holds(folder, adapter):
            raise


def save_peft(adapter: Adapter, folder: Path, *, location: str = HERE) -> None:
    """Writes what PEFT reads of an adapter, and a model card; whole or not at all.

    Unlike `save_adapter` it leaves no record of ours: the folder is for other tools.

    Args:
        adapter: The adapter; its base's name is what the files call the base.
        folder: A new folder.
        location: The folder or the hub id that the card's example loads it by.

    Raises:
        ConfigError: Something lies at the folder.
        SpecMismatchError: The weights do not fit the adapter's spec.
        StorageError: The folder cannot be written.
    """
    check_fits(adapter.weights, adapter.spec)
    try:
        with new_folder(folder) as partial:
            _write_peft(adapter, partial, location=location)
    except FileExistsError as error:
        raise ConfigError(
            f"{folder} exists: give a folder that does not exist yet"
        ) from error


def load_adapter(folder: Path) -> Adapter:
    """Reads an adapter that `save_adapter` wrote.

    Raises:
        AdapterNotFoundError: No adapter of ours lies there.
        CorruptArtifactError: A file is missing, truncated or was edited.
    """
    if not (folder / RECORD_FILE).is_file():
        raise AdapterNotFoundError(
            f"no adapter at {folder}: expected a folder with {RECORD_FILE} in it, as "
            "`genadapter generate --out` writes it"
        )
    record = read_json(folder / RECORD_FILE)
    # Nobody parses a file that is not the one that was written.
    _check_sum(folder, record)
    tensors = read_tensors(folder / WEIGHTS_FILE)
    try:
        spec = LoraSpec.from_dict(record["spec"])
        adapter = Adapter(
            id=record["id"],
            spec=spec,
            weights=from_peft_tensors(tensors, spec),
            base_name=record["base_name"],
            provenance=Provenance.from_dict(record["provenance"]),
        )
        check_fits(adapter.weights, spec)
    except (KeyError, TypeError, ValueError) as error:
        raise _corrupt(
            folder, f"{RECORD_FILE} and {WEIGHTS_FILE} do not agree"
        ) from error
    _check_config(folder, spec)
    return adapter


def _write_peft(adapter: Adapter, folder: Path, *, location: str) -> None:
    config = peft_config(adapter.spec, base_name=adapter.base_name)
    weights = adapter.weights.to(torch.float32)
    write_tensors(folder / WEIGHTS_FILE, to_peft_tensors(weights, adapter.spec))
    write_json(folder / CONFIG_FILE, config)
    card = model_card(adapter, location=location)
    (folder / CARD_FILE).write_text(card, encoding="utf-8")


def _holds(folder: Path, adapter: Adapter) -> bool:
    if not folder.exists():
        return False
    held = load_adapter(folder) if (folder / RECORD_FILE).is_file() else None
    if held is None or held.id != adapter.id:
        raise ConfigError(
            f"{folder} exists and does not hold adapter {adapter.id}: give a folder "
            "that does not exist yet"
        )
    if held.base_name != adapter.base_name:
        raise ConfigError(
            f"{folder} holds the adapter for a base called {held.base_name!r}, not "
            f"{adapter.base_name!r}: give a folder that does not exist yet"
        )
    return True


def _record(adapter: Adapter, weights_path: Path) -> dict[str, Any]:  # Any: plain JSON
    return {
        "format_version": FORMAT_VERSION,
        "id": adapter.id,
        "spec": adapter.spec.to_dict(),
        "base_name": adapter.base_name,
        "provenance": asdict(adapter.provenance),
        "weights_sha256": sha256_of(weights_path),
    }


def _check_sum(folder: Path, record: Mapping[str, Any]) -> None:  # Any: plain JSON
    try:
        is_written = sha256_of(folder / WEIGHTS_FILE) == record["weights_sha256"]
    except (FileNotFoundError, KeyError, TypeError) as error:
        raise _corrupt(folder, f"{WEIGHTS_FILE} or its sum is missing") from error
    if not is_written:
        raise _corrupt(
            folder, f"{WEIGHTS_FILE} is not the file that {RECORD_FILE} names"
        )


def _check_config(folder: Path, spec: LoraSpec) -> None:
    found = read_json(folder / CONFIG_FILE)
    for field, expected in peft_config(spec, base_name="").items():
        # People point the base at a local copy; every other edit changes the adapter.
        if field != "base_model_name_or_path" and found.get(field) != expected:
            raise _corrupt(
                folder,
                f"{CONFIG_FILE} has {field} = {found.get(field)!r}, expected {expected!r}",
            )


def _corrupt(folder: Path, problem: str) -> CorruptArtifactError:
    return CorruptArtifactError(
        f"adapter at {folder} was changed or damaged: {problem}. Delete the folder and "
        "generate the adapter again"
    )
