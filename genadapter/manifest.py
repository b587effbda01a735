"""Manifest: what a bundle says of itself, where bundles lie, and what they fit."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from genadapter.artifact import canonical_json, read_json, write_json
from genadapter.base_model import DEFAULT_BASE, BaseModel, check_fits_base
from genadapter.condition import ConditionKind
from genadapter.encoder import Encoder
from genadapter.errors import (
    BundleNotFoundError,
    CorruptArtifactError,
    SpecMismatchError,
)
from genadapter.lora import LoraSpec

logger = logging.getLogger(__name__)

FORMAT_VERSION = 3
MANIFEST_FILE = "manifest.json"
BUNDLE_VARIABLE = "GENADAPTER_BUNDLE"
_OWN_SUM = "sha256"


@dataclass(frozen=True, kw_only=True, slots=True)
class BaseIdentity:
    """The base model that a bundle was trained on."""

    name: str
    """What PEFT folders call it."""
    digest: str
    """Its fingerprint."""
    architecture: str
    """Model type and sizes."""
    sample: tuple[float, ...]
    """Weights at fixed places."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a bundle says of itself; holds no time, so same content gives same bytes."""

    format_version: int
    """Version of this layout."""
    created_by: str
    """Package and version that wrote it."""
    family: str
    """Generator family."""
    config: Mapping[str, Any]  # Any: plain JSON
    """The generator's own Config."""
    untrained_configs: Mapping[str, Mapping[str, Any]]  # Any: plain JSON
    """Tuned Configs of untrained families that can run on the same library."""
    spec: LoraSpec
    """Shape of the adapters."""
    base: BaseIdentity
    """The base model they fit."""
    encoder: str
    """Name of the encoder."""
    embedding_size: int
    """Size of its embeddings (E)."""
    hidden_size: int
    """Size of the base's states (D)."""
    trained_on: tuple[str, ...]
    """Ids of the training tasks."""
    versions: Mapping[str, str]
    """Packages it was made with."""
    seeds: Mapping[str, int]
    """Seed of every step of its training."""
    results: Mapping[str, Any]  # Any: plain JSON
    """Held-out figures."""
    files: Mapping[str, str]
    """sha256 of every other file."""
    scales: Mapping[str, float] = field(default_factory=dict)
    """By family, how far its adapters go from its origin, s in O + s (B - O), tuned on
    validation families; else 1. Baselines without a family are named as `genadapter evaluate` does; `multitask` is s B_0."""
    reading_spec: LoraSpec | None = None
    """Shape of the adapter that descriptions are read through; `None` for the same."""
    recipe: Mapping[str, Any] = field(default_factory=dict)  # Any: plain JSON
    """The resolved settings of the run that made it, and the steps it took."""
    conditions: tuple[ConditionKind, ...] = ("description",)
    """Kinds of condition that the generator met in training, of those its family takes."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The manifest as JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        if self.reading_spec is not None:
            values["reading_spec"] = self.reading_spec.to_dict()
        return {**values, "spec": self.spec.to_dict(), "base": asdict(self.base)}

    def scale_of(self, method: str) -> float:
        """The scale of a family or baseline."""
        return self.scales.get(method, 1.0)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Manifest:  # Any: plain JSON
        """The manifest that `to_dict` wrote."""
        base, reading_spec = values["base"], values.get("reading_spec")
        return cls(
            **{
                **values,
                "spec": LoraSpec.from_dict(values["spec"]),
                "reading_spec": reading_spec and LoraSpec.from_dict(reading_spec),
                "base": BaseIdentity(**{**base, "sample": tuple(base["sample"])}),
                "trained_on": tuple(values["trained_on"]),
                "conditions": tuple(values.get("conditions", ("description",))),
            }
        )


def identify(base: BaseModel) -> BaseIdentity:
    """What a manifest says of a base model."""
    fingerprint = base.fingerprint
    return BaseIdentity(
        name=base.name,
        digest=fingerprint.digest,
        architecture=fingerprint.architecture,
        sample=fingerprint.sample,
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes what a bundle says of itself, with a sum by which an edit is noticed."""
    # The values as they read back: JSON turns tuples into lists and keys into text.
    values = json.loads(canonical_json(manifest.to_dict()))
    write_json(folder / MANIFEST_FILE, {**values, _OWN_SUM: _sum_of(values)})


def read_manifest(folder: Path) -> Manifest:
    """Reads what a bundle says of itself, without its weights.

    Raises:
        BundleNotFoundError: No bundle lies there.
        CorruptArtifactError: The manifest was edited, or is not one that this version
            reads.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise BundleNotFoundError(f"no bundle at {folder}: it has no {MANIFEST_FILE}")
    values = read_json(path)
    try:
        found = values["format_version"]
        if found != FORMAT_VERSION:
            raise corrupt_bundle(
                folder, f"format {found}, this version reads {FORMAT_VERSION}"
            )
        if values.pop(_OWN_SUM, None) != _sum_of(values):
            raise corrupt_bundle(folder, f"{MANIFEST_FILE} does not have its own sum")
        return Manifest.from_dict(values)
    except (KeyError, TypeError, ValueError) as error:
        raise corrupt_bundle(
            folder, f"{MANIFEST_FILE} is incomplete ({error})"
        ) from error


def _sum_of(values: Mapping[str, Any]) -> str:  # Any: plain JSON
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()


def check_base(manifest: Manifest, base: BaseModel) -> None:
    """Raises SpecMismatchError unless the base is the bundle's; warns if only close."""
    made_for = manifest.base
    fit = check_fits_base(
        base,
        digest=made_for.digest,
        architecture=made_for.architecture,
        sample=made_for.sample,
    )
    if fit == "close":
        logger.warning(
            "base %s is another precision of %s, which the bundle was trained on",
            base.fingerprint.digest,
            made_for.digest,
        )


def check_encoder(manifest: Manifest, encoder: Encoder) -> None:
    """Raises SpecMismatchError unless the encoder is the bundle's."""
    made_for = (manifest.encoder, manifest.embedding_size)
    if (encoder.name, encoder.embedding_size) != made_for:
        raise SpecMismatchError(
            f"the bundle was trained with encoder {made_for[0]!r} of size {made_for[1]}, "
            f"got {encoder.name!r} of size {encoder.embedding_size}: load the one it names"
        )


def find_bundle(path: Path | None = None) -> Path:
    """The folder of the bundle to use.

    Args:
        path: A folder the user named; then no other place is looked at.

    Raises:
        BundleNotFoundError: There is none; the message lists where it looked.
    """
    places = [path] if path is not None else _usual_places()
    for place in places:
        if (place / MANIFEST_FILE).is_file():
            return place
    looked = "\n".join(f"  {place}" for place in places)
    raise BundleNotFoundError(
        f"no trained bundle; looked for {MANIFEST_FILE} in\n{looked}\n"
        f"Name a bundle folder with --bundle or {BUNDLE_VARIABLE}, or train one with "
        "`genadapter train`"
    )


def _usual_places() -> list[Path]:
    named = os.environ.get(BUNDLE_VARIABLE)
    if named:
        return [Path(named).expanduser()]
    package = Path(__file__).resolve().parent
    return [
        package / "pretrained" / DEFAULT_BASE,  # an installed wheel
        package.parent / "data" / "pretrained" / DEFAULT_BASE,  # a checkout
        Path("data") / "pretrained" / DEFAULT_BASE,
    ]


def corrupt_bundle(folder: Path, problem: str) -> CorruptArtifactError:
    """The error for a bundle that is not what it was."""
    return CorruptArtifactError(
        f"bundle at {folder} was changed or damaged: {problem}. Fetch or train it again"
    )
