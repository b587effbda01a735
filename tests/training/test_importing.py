"""Foreign experts: what is taken in, what is refused, and what is said of the loss."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

from genadapter.artifact import write_json, write_tensors
from genadapter.base_model import BaseModel
from genadapter.checkpoint import Bundle, load_bundle
from genadapter.cli import Loaders, create_app
from genadapter.condition import Condition
from genadapter.encoder import Encoder
from genadapter.errors import (
    AdapterNotFoundError,
    ConditionError,
    ConfigError,
    SpecMismatchError,
)
from genadapter.generators import Surroundings
from genadapter.library import split_b
from genadapter.lora import LoraWeights, canonical
from genadapter.peft_format import peft_config, to_peft_tensors
from genadapter.pipeline import Pipeline
from training.importing import add_expert, import_expert

BASE_NAME = "tests/tiny-llama"
DESCRIPTION = "answer with the colour of a box"

WritePeft = Callable[..., Path]


@pytest.fixture
def known(surroundings: Surroundings) -> LoraWeights:
    """An adapter that the library can express: a mixture of its experts."""
    library = surroundings.library
    mixed_C = library.coefficients_NC[:2].mean(dim=0)
    flat_P = surroundings.shared.flat_b() + mixed_C @ library.basis_CP
    return LoraWeights(surroundings.shared.a, split_b(flat_P, surroundings.spec))


@pytest.fixture
def write_peft(tmp_path: Path, surroundings: Surroundings) -> WritePeft:
    """Writes weights as a PEFT folder, its config changed by keyword."""

    def write(weights: LoraWeights, **changes: Any) -> Path:  # Any: plain JSON
        folder = tmp_path / "foreign"
        folder.mkdir()
        spec = surroundings.spec
        config = {**peft_config(spec, base_name=BASE_NAME), **changes}
        write_json(folder / "adapter_config.json", config)
        tensors = to_peft_tensors(weights, spec)
        write_tensors(folder / "adapter_model.safetensors", tensors)
        return folder

    return write


@pytest.fixture
def bundle(write_bundle: Callable[..., Bundle], tmp_path: Path) -> Bundle:
    """The bundle that experts are imported into."""
    return write_bundle(tmp_path / "bundle")


def test_adapter_in_the_basis_is_kept_whole(
    bundle: Bundle, write_peft: WritePeft, known: LoraWeights
) -> None:
    """Another factorisation and another scaling of the same change make no difference."""
    balanced = canonical(known)
    halved = LoraWeights(balanced.a, {n: b / 2 for n, b in balanced.b.items()})
    folder = write_peft(halved, lora_alpha=8)
    found = import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)
    assert found.expert.id == "imported_foreign"
    # The bundle rounds its basis to four bits and A to sixteen.
    assert found.kept_on_a == pytest.approx(1.0, abs=1e-3)
    assert found.kept == pytest.approx(1.0, abs=0.05)
    assert found.kept_of_change == pytest.approx(1.0, abs=0.05)


def test_imported_expert_is_found_by_its_description(
    bundle: Bundle,
    write_peft: WritePeft,
    known: LoraWeights,
    base: BaseModel,
    encoder: Encoder,
    tmp_path: Path,
) -> None:
    """The new bundle's nearest expert for that task writes the imported adapter."""
    folder = write_peft(known)
    found = import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)
    grown = add_expert(
        bundle, found, tmp_path / "grown", base=base, encoder=encoder, card="# Card\n"
    )
    assert len(grown.surroundings.library) == 1 + len(bundle.surroundings.library)
    assert grown.digest != bundle.digest
    assert grown.manifest.results["imported_since"] == ["imported_foreign"]
    nearest = load_bundle(
        tmp_path / "grown", base=base, encoder=encoder, family="nearest"
    )
    pipeline = Pipeline(BASE_NAME, nearest, encoder)
    [written] = pipeline.generate([Condition(description=DESCRIPTION)])
    for name, b_LOR in known.b.items():
        assert (written.weights.b[name] - b_LOR).norm() < 0.3 * b_LOR.norm()


def test_foreign_directions_are_refused_with_the_share_kept(
    bundle: Bundle, write_peft: WritePeft, random_weights: Callable[..., LoraWeights]
) -> None:
    """An adapter of which most would be lost is not taken in."""
    folder = write_peft(random_weights(seed=77))
    with pytest.raises(
        SpecMismatchError, match=r"can keep .*%.*at least 50% is needed"
    ):
        import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base_model_name_or_path": "other/llama"}, "trained on 'other/llama'"),
        ({"use_dora": True}, "only plain LoRA"),
    ],
)
def test_other_bases_and_variants_are_refused(
    changes: dict[str, Any],
    message: str,
    bundle: Bundle,
    write_peft: WritePeft,
    known: LoraWeights,
) -> None:
    """The message names what was found."""
    folder = write_peft(known, **changes)
    with pytest.raises((SpecMismatchError, ConfigError), match=message):
        import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)


def test_local_copy_of_the_base_is_accepted(
    bundle: Bundle, write_peft: WritePeft, known: LoraWeights
) -> None:
    """Only the last part of the name counts."""
    folder = write_peft(known, base_model_name_or_path="/models/Tiny-Llama/")
    import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)


def test_values_that_are_no_adapter_are_refused(
    bundle: Bundle, write_peft: WritePeft, known: LoraWeights, tmp_path: Path
) -> None:
    """NaN, no change at all, no folder, no description, a name that is taken."""
    with pytest.raises(AdapterNotFoundError, match=r"no adapter_config\.json"):
        import_expert(tmp_path, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)
    broken = {n: b.clone().fill_(float("nan")) for n, b in known.b.items()}
    folder = write_peft(LoraWeights(known.a, broken))
    for unusable in (" ", "x" * 8001):
        with pytest.raises(ConditionError, match="description must"):
            import_expert(folder, unusable, bundle=bundle, base_name=BASE_NAME)
    with pytest.raises(SpecMismatchError, match="NaN or infinite"):
        import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)
    empty = LoraWeights(known.a, {n: torch.zeros_like(b) for n, b in known.b.items()})
    tensors = to_peft_tensors(empty, bundle.surroundings.spec)
    write_tensors(folder / "adapter_model.safetensors", tensors)
    with pytest.raises(SpecMismatchError, match="changes nothing"):
        import_expert(folder, DESCRIPTION, bundle=bundle, base_name=BASE_NAME)


def test_command_writes_the_grown_bundle(
    pipeline: Pipeline,
    base: BaseModel,
    encoder: Encoder,
    write_peft: WritePeft,
    known: LoraWeights,
    tmp_path: Path,
) -> None:
    """`experts import` reports the shares kept and where the bundle is."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    grown = tmp_path / "grown"
    arguments = ["experts", "import", str(write_peft(known))]
    arguments += ["--description", DESCRIPTION, "--out", str(grown)]
    arguments += ["--bundle", str(tmp_path / "bundle")]
    result = CliRunner().invoke(create_app(), arguments, obj=loaders)
    assert result.exit_code == 0, result.stderr
    values = json.loads(result.stdout)
    assert sorted(values) == ["bundle", "id", "kept", "kept_of_change", "kept_on_a"]
    assert len(load_bundle(grown, base=base, encoder=encoder).surroundings.library) == 4


def test_grown_bundle_has_a_place_of_its_own(
    pipeline: Pipeline,
    base: BaseModel,
    write_peft: WritePeft,
    known: LoraWeights,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without `--out` it is a new folder here; what lies there is never overwritten."""
    loaders = Loaders(pipeline_with_base=lambda *_: (pipeline, base))
    arguments = ["experts", "import", str(write_peft(known))]
    arguments += ["--description", DESCRIPTION, "--bundle", str(tmp_path / "bundle")]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(create_app(), arguments, obj=loaders)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["bundle"] == "grown-bundle"
    assert (tmp_path / "grown-bundle" / "manifest.json").exists()
    again = CliRunner().invoke(create_app(), arguments, obj=loaders)
    assert again.exit_code == 2
    assert "grown-bundle exists: name another folder with --out" in again.stderr
