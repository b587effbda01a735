"""Bundles: whole, checked, and refused where they do not belong."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from genadapter import checkpoint, manifest
from genadapter.artifact import canonical_json
from genadapter.base_model import BaseModel
from genadapter.checkpoint import (
    Bundle,
    load_bundle,
    save_bundle,
)
from genadapter.encoder import Encoder
from genadapter.errors import (
    BundleNotFoundError,
    ConfigError,
    CorruptArtifactError,
    SpecMismatchError,
    UnknownFamilyError,
)
from genadapter.generators import Features
from genadapter.manifest import find_bundle, read_manifest
from genadapter.packages import sha256_of

FILES = (
    "README.md",
    "experts.json",
    "experts.safetensors",
    "generator.safetensors",
    "shared.safetensors",
)
WriteBundle = Callable[..., Bundle]


def rewrite_manifest(folder: Path, **changes: Any) -> None:  # Any: plain JSON
    """Changes fields of a manifest and makes its own sum right again."""
    path = folder / "manifest.json"
    values = json.loads(path.read_text()) | changes
    values.pop("sha256")
    own_sum = hashlib.sha256(canonical_json(values).encode()).hexdigest()
    path.write_text(json.dumps({**values, "sha256": own_sum}))


@pytest.fixture
def folder(write_bundle: WriteBundle, tmp_path: Path) -> Path:
    """A bundle that a test may spoil."""
    write_bundle(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_bundle_reads_back_as_it_was_returned(
    folder: Path, base: BaseModel, encoder: Encoder, features: Features
) -> None:
    """The generator is restored with all it stands on."""
    first = load_bundle(folder, base=base, encoder=encoder)
    second = load_bundle(folder, base=None, encoder=None)
    assert first.manifest == second.manifest
    assert first.digest == second.digest
    assert not first.generator.training
    assert torch.equal(first.generator(features), second.generator(features))
    assert first.surroundings.spec == first.manifest.spec
    assert first.surroundings.library.experts == second.surroundings.library.experts


def test_rounding_happens_once(folder: Path, base: BaseModel, tmp_path: Path) -> None:
    """Saving what was loaded gives the same bytes, so the same digest."""
    bundle = load_bundle(folder, base=base, encoder=None)
    again = save_bundle(
        tmp_path / "again",
        generator=bundle.generator,
        surroundings=bundle.surroundings,
        encoder_name=bundle.manifest.encoder,
        base=base,
        trained_on=bundle.manifest.trained_on,
        seeds=bundle.manifest.seeds,
        results=bundle.manifest.results,
        card=(folder / "README.md").read_text(),
        untrained_configs=bundle.manifest.untrained_configs,
    )
    assert again.digest == bundle.digest
    for name in (*FILES, "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_edited_file_is_refused(folder: Path, name: str) -> None:
    """One changed byte in any file is noticed, and the file is named."""
    path = folder / name
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptArtifactError, match=f"{name} is not the file"):
        load_bundle(folder, base=None, encoder=None)


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_refused(folder: Path, name: str) -> None:
    """A bundle is whole or it is not a bundle."""
    (folder / name).unlink()
    with pytest.raises(CorruptArtifactError, match=f"{name} is not the file"):
        load_bundle(folder, base=None, encoder=None)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format_version", 99, "format 99, this version reads 3"),
        ("base", {}, "is incomplete"),
        ("surprise", 1, "is incomplete"),
        ("files", {}, "must name README.md"),
        ("config", {"width": 16, "depth": 3}, "do not fit together"),
        ("config", {"width": 16}, "do not fit together"),
    ],
)
def test_manifest_that_describes_another_bundle_is_refused(
    folder: Path, field: str, value: object, message: str
) -> None:
    """A sum made right by hand does not make a manifest fit its files."""
    rewrite_manifest(folder, **{field: value})
    with pytest.raises(CorruptArtifactError, match=message):
        load_bundle(folder, base=None, encoder=None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("results", {"accuracy": 1.0}), ("seeds", {}), ("sha256", None), ("recipe", 1)],
)
def test_edited_manifest_is_refused(folder: Path, field: str, value: object) -> None:
    """Figures and settings are as safe from a change as the weights are."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(CorruptArtifactError, match="does not have its own sum"):
        read_manifest(folder)


def test_manifest_keeps_the_recipe_of_its_run(
    folder: Path, base: BaseModel, tmp_path: Path
) -> None:
    """Settings and steps come back as JSON has them; without a run there are none."""
    bundle = load_bundle(folder, base=None, encoder=None)
    assert bundle.manifest.recipe == {}
    saved = save_bundle(
        tmp_path / "trained",
        generator=bundle.generator,
        surroundings=bundle.surroundings,
        encoder_name=bundle.manifest.encoder,
        base=base,
        trained_on=[],
        seeds={},
        results={},
        card="",
        recipe={"steps": {10: "a", 9: "b"}, "splits": ("train",)},
    )
    read = {"steps": {"10": "a", "9": "b"}, "splits": ["train"]}
    assert saved.manifest.recipe == read_manifest(tmp_path / "trained").recipe == read


def test_truncated_manifest_is_refused(folder: Path) -> None:
    """Half a manifest is not read."""
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(CorruptArtifactError, match=r"manifest\.json"):
        read_manifest(folder)


@pytest.mark.parametrize("changes", [{"seed": 1}, {"hidden_size": 64}])
def test_another_base_is_refused(
    folder: Path, new_base: Callable[..., BaseModel], changes: dict[str, int]
) -> None:
    """Other weights and another architecture are both named with their fingerprint."""
    with pytest.raises(SpecMismatchError, match="load the base it names"):
        load_bundle(folder, base=new_base(**changes), encoder=None)


def test_close_base_loads_with_a_warning(
    folder: Path, new_base: Callable[..., BaseModel], caplog: pytest.LogCaptureFixture
) -> None:
    """The same weights at another precision serve, but not in silence."""
    near = new_base()
    for parameter in near.model.parameters():
        parameter.mul_(1.01)
    near = BaseModel(near.model, near.tokenizer, name=near.name)
    with caplog.at_level(logging.WARNING, logger="genadapter"):
        load_bundle(folder, base=near, encoder=None)
    assert "another precision" in caplog.text


@pytest.mark.parametrize("changes", [{"name": "other"}, {"embedding_size": 8}])
def test_another_encoder_is_refused(
    folder: Path, new_encoder: Callable[..., Encoder], changes: dict[str, object]
) -> None:
    """Name and size must both be those of the manifest."""
    with pytest.raises(SpecMismatchError, match="trained with encoder 'hashing' of"):
        load_bundle(folder, base=None, encoder=new_encoder(**changes))


def test_untrained_family_takes_its_tuned_config(folder: Path) -> None:
    """The manifest carries what was tuned on validation families."""
    blend = load_bundle(folder, base=None, encoder=None, family="blend").generator
    assert blend.config.num_neighbours == 2
    assert blend.config.temperature == 0.2
    nearest = load_bundle(folder, base=None, encoder=None, family="nearest").generator
    assert nearest.num_neighbours == 1


def test_family_without_weights_in_the_bundle_is_refused(
    write_bundle: WriteBundle, tmp_path: Path
) -> None:
    """A trained family cannot be made up; an unknown one is listed against those found."""
    write_bundle(tmp_path / "plain", family="nearest")
    with pytest.raises(ConfigError, match="'hypernetwork' needs training"):
        load_bundle(tmp_path / "plain", base=None, encoder=None, family="hypernetwork")
    with pytest.raises(UnknownFamilyError, match="'hyper'; found: blend"):
        load_bundle(tmp_path / "plain", base=None, encoder=None, family="hyper")


def test_impossible_config_keeps_its_own_message(folder: Path) -> None:
    """A value that the family refuses is reported in the family's words."""
    blend = {"num_neighbours": 2, "temperature": 0}
    rewrite_manifest(folder, untrained_configs={"blend": blend})
    with pytest.raises(ConfigError, match="temperature must be above 0, got 0"):
        load_bundle(folder, base=None, encoder=None, family="blend")


def test_bundle_never_replaces_a_folder(
    folder: Path, write_bundle: WriteBundle
) -> None:
    """A trained bundle is not lost by a second run."""
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(ConfigError, match="give a folder that does not exist yet"):
        write_bundle(folder)
    assert (folder / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("MAX_FILE_BYTES", "has .* bytes, at most"),
        ("MAX_BUNDLE_BYTES", "the bundle has"),
    ],
)
def test_bundle_too_large_to_ship_is_refused(
    write_bundle: WriteBundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    message: str,
) -> None:
    """The package has a size limit, and nothing is left behind."""
    monkeypatch.setattr(checkpoint, limit, 10)
    with pytest.raises(ConfigError, match=message):
        write_bundle(tmp_path / "large" / "bundle")
    assert list((tmp_path / "large").iterdir()) == []


def test_named_bundle_is_the_only_place_looked_at(folder: Path, tmp_path: Path) -> None:
    """A path that the user gave is never replaced by another."""
    assert find_bundle(folder) == folder
    with pytest.raises(BundleNotFoundError, match="nowhere"):
        find_bundle(tmp_path / "nowhere")
    with pytest.raises(BundleNotFoundError, match="no bundle at"):
        read_manifest(tmp_path / "nowhere")


def test_bundle_is_found_by_variable_then_in_the_usual_places(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write_bundle: WriteBundle,
) -> None:
    """The variable goes first; the working folder's data comes last."""
    monkeypatch.setenv("GENADAPTER_BUNDLE", str(folder))
    assert find_bundle() == folder
    monkeypatch.delenv("GENADAPTER_BUNDLE")
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "site" / "g" / "m.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleNotFoundError, match="--bundle or GENADAPTER_BUNDLE"):
        find_bundle()
    place = Path("data/pretrained/smollm2-135m-instruct")
    write_bundle(tmp_path / place)
    assert find_bundle() == place


def test_manifest_sums_do_not_hide_tensors_of_wrong_shape(folder: Path) -> None:
    """Sums made right by hand still do not let unfit parts load."""
    path = folder / "shared.safetensors"
    tensors = load_file(path)
    save_file(
        {name: tensor for name, tensor in tensors.items() if "a." not in name}, path
    )
    sums = {**read_manifest(folder).files, "shared.safetensors": sha256_of(path)}
    rewrite_manifest(folder, files=sums)
    with pytest.raises(CorruptArtifactError, match="do not fit together"):
        load_bundle(folder, base=None, encoder=None)


def test_manifest_survives_json(folder: Path) -> None:
    """What is written is what is read."""
    found = read_manifest(folder)
    text = json.dumps(found.to_dict())
    assert manifest.Manifest.from_dict(json.loads(text)) == found
    assert replace(found, family="x") != found
