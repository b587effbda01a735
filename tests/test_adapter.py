"""Adapters on disk, as PEFT reads them."""

from __future__ import annotations

import copy
import json
import math
import os
import random
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import peft
import pytest
import torch
from safetensors.torch import load_file, save_file

from genadapter.adapter import (
    Adapter,
    adapter_id,
    load_adapter,
    save_adapter,
    save_peft,
)
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import (
    AdapterNotFoundError,
    ConfigError,
    CorruptArtifactError,
    SpecMismatchError,
    StorageError,
)
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.peft_format import load_peft_weights

# PEFT still asks for a name that transformers has deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)

IDS_BT = torch.tensor([[2, 6, 7, 8, 9, 10]])


def edit_json(path: Path, **changes: Any) -> None:  # Any: plain JSON
    """Changes top-level fields of a JSON file."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture
def folder(adapter: Adapter, tmp_path: Path) -> Path:
    """A saved adapter."""
    target = tmp_path / "saved" / "adapter"
    save_adapter(adapter, target)
    return target


def test_save_and_load_are_exact(adapter: Adapter, folder: Path) -> None:
    """Every field and every bit comes back."""
    loaded = load_adapter(folder)
    assert (loaded.id, loaded.spec, loaded.base_name, loaded.provenance) == (
        adapter.id,
        adapter.spec,
        adapter.base_name,
        adapter.provenance,
    )
    for name, a_LRI, b_LOR in adapter.weights:
        assert torch.equal(loaded.weights.a[name], a_LRI)
        assert torch.equal(loaded.weights.b[name], b_LOR)


def test_same_adapter_gives_the_same_bytes(
    adapter: Adapter, folder: Path, tmp_path: Path
) -> None:
    """Nothing in the folder depends on when or where it was written."""
    again = tmp_path / "again"
    save_adapter(adapter, again)
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
        "genadapter.json",
    ]
    for name in names:
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_peft_loads_the_folder_without_a_missing_or_unexpected_key(
    adapter: Adapter, folder: Path, base: BaseModel
) -> None:
    """PEFT's own loader computes the same logits as our hooks."""
    slots = AdapterSlots(base.model, adapter.spec)
    with slots.bind(stack_rows(slots.spec, [adapter.weights])), torch.no_grad():
        ours_BTV = base.model(IDS_BT).logits
    slots.detach()
    model = peft.PeftModel.from_pretrained(copy.deepcopy(base.model), folder)
    tensors = load_file(folder / "adapter_model.safetensors")
    keys = peft.set_peft_model_state_dict(model, tensors)
    assert keys.unexpected_keys == []
    assert [key for key in keys.missing_keys if "lora_" in key] == []
    with torch.no_grad():
        theirs_BTV = model(IDS_BT).logits
        plain_BTV = base.model(IDS_BT).logits
    torch.testing.assert_close(ours_BTV, theirs_BTV, atol=1e-4, rtol=0)
    assert not torch.allclose(plain_BTV, theirs_BTV, atol=1e-2)


def test_a_plain_peft_folder_has_what_peft_reads_and_a_card(
    adapter: Adapter, folder: Path, base: BaseModel, tmp_path: Path
) -> None:
    """The same bytes without our record; the base goes by the name it was given."""
    plain = tmp_path / "plain"
    save_peft(replace(adapter, base_name="mine/base"), plain, location="me/adapter")
    assert sorted(path.name for path in plain.iterdir()) == [
        "README.md",
        "adapter_config.json",
        "adapter_model.safetensors",
    ]
    name = "adapter_model.safetensors"
    assert (plain / name).read_bytes() == (folder / name).read_bytes()
    config = json.loads((plain / "adapter_config.json").read_text())
    assert config.pop("base_model_name_or_path") == "mine/base"
    kept = json.loads((folder / "adapter_config.json").read_text())
    assert config.items() <= kept.items()
    assert 'from_pretrained(base, "me/adapter")' in (plain / "README.md").read_text()
    model = peft.PeftModel.from_pretrained(copy.deepcopy(base.model), plain)
    (module,) = (m for m in adapter.spec.modules if m.name == "q_proj")
    layer = model.base_model.model.get_submodule(module.path(3))
    a_RI = adapter.weights.a["q_proj"][1]
    assert torch.equal(layer.lora_A["default"].weight, a_RI)


def test_a_plain_peft_folder_replaces_nothing(adapter: Adapter, folder: Path) -> None:
    """Not even the same adapter's own folder."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConfigError, match="give a folder that does not exist yet"):
        save_peft(adapter, folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_peft_finds_exactly_our_layers(folder: Path, base: BaseModel) -> None:
    """Layers below the first adapted one stay plain linear layers."""
    model = peft.PeftModel.from_pretrained(copy.deepcopy(base.model), folder)
    adapted = {n for n, _ in model.named_parameters() if "lora_A" in n}
    # Down, keys, outputs, queries and values of two layers.
    assert len(adapted) == 10
    assert all("layers.2." in name or "layers.3." in name for name in adapted)


def test_saving_the_same_adapter_again_changes_nothing(
    adapter: Adapter, folder: Path
) -> None:
    """Storing is idempotent."""
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    save_adapter(adapter, folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_saving_over_anything_else_is_refused(
    adapter: Adapter, folder: Path, tmp_path: Path
) -> None:
    """Another adapter, a foreign folder and an empty folder are all left alone."""
    other = replace(adapter, id="lora-" + "0" * 32)
    with pytest.raises(ConfigError, match="does not hold adapter lora-0000"):
        save_adapter(other, folder)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigError, match="give a folder that does not exist"):
        save_adapter(adapter, empty)
    assert list(empty.iterdir()) == []


def test_saving_over_a_damaged_copy_is_refused(adapter: Adapter, folder: Path) -> None:
    """A truncated file does not pass for the adapter that its record names."""
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(CorruptArtifactError, match=r"adapter_model\.safetensors"):
        save_adapter(adapter, folder)


def test_saving_under_another_base_name_is_refused(
    adapter: Adapter, folder: Path
) -> None:
    """A name that would not be written is not dropped in silence."""
    with pytest.raises(ConfigError, match=r"called 'tests/tiny-llama', not 'mine'"):
        save_adapter(replace(adapter, base_name="mine"), folder)


def test_description_is_kept_only_where_asked(
    adapter: Adapter, folder: Path, tmp_path: Path
) -> None:
    """The library keeps none by itself; a kept one is no part of the id."""
    assert load_adapter(folder).provenance.description is None
    told = replace(adapter.provenance, description="give the plural")
    save_adapter(replace(adapter, provenance=told), tmp_path / "told")
    loaded = load_adapter(tmp_path / "told")
    assert loaded.provenance.description == "give the plural"
    assert loaded.id == adapter.id


def test_record_without_a_description_field_is_read(folder: Path) -> None:
    """Adapters of the time before descriptions were kept still load."""
    values = json.loads((folder / "genadapter.json").read_text())
    del values["provenance"]["description"]
    (folder / "genadapter.json").write_text(json.dumps(values))
    assert load_adapter(folder).provenance.description is None


def test_failed_write_leaves_nothing(
    adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves neither a half folder nor a hidden one."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_adapter(adapter, tmp_path / "store" / "adapter")
    assert list((tmp_path / "store").iterdir()) == []


def _writer_that_loses(target: Path, content: Path) -> Callable[[Path, Path], Path]:
    """A rename before which somebody else puts a folder at the target."""
    rename = Path.rename

    def late(source: Path, to: Path) -> Path:
        if to == target and not target.exists():
            shutil.copytree(content, target)
        return rename(source, to)

    return late


def test_full_disk_is_named_and_leaves_nothing(
    adapter: Adapter,
    tmp_path: Path,
    full_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    """A disk that takes no more bytes ends in one clear error."""
    message = r"cannot write .*/made: .*free some disk"
    with pytest.raises(StorageError, match=message), full_disk():
        save_adapter(adapter, tmp_path / "new" / "made")
    assert not list((tmp_path / "new").iterdir())


def test_two_writers_of_one_adapter_both_succeed(
    adapter: Adapter, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one finds its adapter stored."""
    target = tmp_path / "raced"
    monkeypatch.setattr(Path, "rename", _writer_that_loses(target, folder))
    save_adapter(adapter, target)
    assert load_adapter(target).id == adapter.id


def test_writer_that_loses_to_another_adapter_is_told(
    adapter: Adapter, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faster one's folder stays."""
    target = tmp_path / "raced"
    monkeypatch.setattr(Path, "rename", _writer_that_loses(target, folder))
    with pytest.raises(ConfigError, match="does not hold adapter lora-0000"):
        save_adapter(replace(adapter, id="lora-" + "0" * 32), target)
    assert load_adapter(target).id == adapter.id


def test_truncated_weights_are_refused(folder: Path) -> None:
    """A download that broke off does not load."""
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(CorruptArtifactError, match=r"adapter_model\.safetensors"):
        load_adapter(folder)


def test_edited_weights_are_refused(folder: Path) -> None:
    """One changed number breaks the sum that the record names."""
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    next(iter(tensors.values()))[0, 0] += 1
    save_file(tensors, path)
    with pytest.raises(CorruptArtifactError, match="is not the file that"):
        load_adapter(folder)


@pytest.mark.parametrize(
    "changes", [{"id": None, "spec": {}}, {"provenance": {}}, {"spec": None}]
)
def test_edited_record_is_refused(
    folder: Path, changes: dict[str, Any]
) -> None:  # Any: plain JSON
    """A record that no longer describes the weights does not load."""
    edit_json(folder / "genadapter.json", **changes)
    with pytest.raises(CorruptArtifactError, match="do not agree"):
        load_adapter(folder)


@pytest.mark.parametrize(
    ("field", "value"), [("r", 7), ("lora_alpha", 99), ("layers_to_transform", [0])]
)
def test_edited_config_is_refused(folder: Path, field: str, value: object) -> None:
    """PEFT would compute something else than we do."""
    edit_json(folder / "adapter_config.json", **{field: value})
    with pytest.raises(CorruptArtifactError, match=field):
        load_adapter(folder)


def test_base_may_be_pointed_at_a_local_copy(folder: Path) -> None:
    """The one edit that people make does not change the adapter."""
    edit_json(folder / "adapter_config.json", base_model_name_or_path="/models/mine")
    load_adapter(folder)


NAMES = ("adapter_config.json", "adapter_model.safetensors", "genadapter.json")


@pytest.mark.parametrize("name", NAMES)
def test_damage_of_any_kind_is_found(adapter: Adapter, folder: Path, name: str) -> None:
    """Cut short, overwritten, with a bit turned or a header that claims to be huge."""
    path = folder / name
    sound, draw = path.read_bytes(), random.Random(0)
    for _ in range(200):
        content = bytearray(sound)
        place = draw.randrange(len(content))
        match draw.randrange(4):
            case 0:
                del content[place:]
            case 1:
                content[place] ^= 1 << draw.randrange(8)
            case 2:
                content[place : place + 16] = draw.randbytes(16)
            case _:
                content[:8] = (1 << draw.randrange(20, 64)).to_bytes(8, "little")
        path.write_bytes(content)
        try:
            found = load_adapter(folder)
        except (CorruptArtifactError, AdapterNotFoundError):
            continue
        # What is no number of the adapter's may be another: a name, a blank.
        assert name != "adapter_model.safetensors" or content == sound
        for module, a_LRI, b_LOR in found.weights:
            assert a_LRI.equal(adapter.weights.a[module])
            assert b_LOR.equal(adapter.weights.b[module])


def test_missing_parts_are_told_apart(folder: Path, tmp_path: Path) -> None:
    """No adapter at all is another error than a damaged one."""
    with pytest.raises(AdapterNotFoundError, match=r"no adapter at .*nowhere"):
        load_adapter(tmp_path / "nowhere")
    (folder / "adapter_config.json").unlink()
    with pytest.raises(CorruptArtifactError, match=r"adapter_config\.json"):
        load_adapter(folder)


def test_weights_that_do_not_fit_are_never_written(
    adapter: Adapter, tmp_path: Path
) -> None:
    """NaN stops before the first byte."""
    spoilt = {name: b * math.nan for name, b in adapter.weights.b.items()}
    broken = replace(adapter, weights=LoraWeights(adapter.weights.a, spoilt))
    with pytest.raises(SpecMismatchError, match="NaN"):
        save_adapter(broken, tmp_path / "broken")
    assert not (tmp_path / "broken").exists()


def test_layers_that_peft_cannot_say_are_refused(
    adapter: Adapter, random_weights: Callable[..., LoraWeights], tmp_path: Path
) -> None:
    """PEFT has one list of layers for all modules."""
    *others, last = adapter.spec.modules
    modules = (*others, replace(last, layers=(3,)))
    spec = replace(adapter.spec, modules=modules)
    uneven = replace(adapter, spec=spec, weights=random_weights(seed=0, spec=spec))
    with pytest.raises(ConfigError, match=r"v_proj on \[3\]"):
        save_adapter(uneven, tmp_path / "uneven")


def test_id_is_a_hash_of_the_recipe() -> None:
    """The order of options does not matter, every value does."""
    recipe: dict[str, Any] = {"bundle": "b", "condition": "c", "seed": 0}  # Any: mixed
    first = adapter_id(options={"x": 1, "y": 2}, **recipe)
    assert first == adapter_id(options={"y": 2, "x": 1}, **recipe)
    assert first.startswith("lora-")
    assert len(first) == 37
    others = {
        adapter_id(options={"x": 1}, **recipe),
        adapter_id(options={"x": 1, "y": 2}, **(recipe | {"seed": 1})),
        adapter_id(options={"x": 1, "y": 2}, **(recipe | {"bundle": "d"})),
        adapter_id(options={"x": 1, "y": 2}, **(recipe | {"condition": "d"})),
    }
    assert len(others | {first}) == 5


@pytest.fixture
def foreign(base: BaseModel, tmp_path: Path) -> Path:
    """A folder that PEFT wrote: rank 3, query projections of the last layer only."""
    config = peft.LoraConfig(
        r=3,
        lora_alpha=6,
        target_modules=["q_proj"],
        layers_to_transform=[3],
        layers_pattern="layers",
        base_model_name_or_path=base.name,
        task_type="CAUSAL_LM",
        init_lora_weights=False,
    )
    plain = copy.deepcopy(base.model)
    plain.name_or_path = base.name
    model = peft.get_peft_model(plain, config)
    model.save_pretrained(tmp_path / "foreign", save_embedding_layers=False)
    return tmp_path / "foreign"


def test_foreign_adapters_are_read_at_their_own_rank(
    foreign: Path, spec: LoraSpec
) -> None:
    """Places that the adapter leaves alone come back as zeros."""
    found = load_peft_weights(foreign, spec)
    assert (found.rank, found.alpha, found.scaling) == (3, 6.0, 2.0)
    tensors = load_file(foreign / "adapter_model.safetensors")
    prefix = "base_model.model.model.layers.3.self_attn.q_proj"
    assert torch.equal(found.weights.a["q_proj"][1], tensors[f"{prefix}.lora_A.weight"])
    assert torch.equal(found.weights.b["q_proj"][1], tensors[f"{prefix}.lora_B.weight"])
    assert (found.weights.b["q_proj"][0] == 0).all()
    assert (found.weights.b["v_proj"] == 0).all()


def test_rank_stabilised_scaling_is_understood(foreign: Path, spec: LoraSpec) -> None:
    """There the factor is alpha over the root of the rank."""
    edit_json(foreign / "adapter_config.json", use_rslora=True)
    found = load_peft_weights(foreign, spec)
    assert found.scaling == pytest.approx(6 / math.sqrt(3))


def test_foreign_variants_are_refused(foreign: Path, spec: LoraSpec) -> None:
    """Only plain LoRA means what we would compute."""
    edit_json(foreign / "adapter_config.json", use_dora=True)
    with pytest.raises(ConfigError, match="use_dora = True, allowed: False"):
        load_peft_weights(foreign, spec)


@pytest.mark.parametrize("beginning", ["pissa", "pissa_niter_4", "olora", "loftq"])
def test_foreign_adapters_that_changed_their_base_are_refused(
    foreign: Path, spec: LoraSpec, beginning: str
) -> None:
    """Such an adapter means nothing on the base as it was; PEFT can convert it."""
    edit_json(foreign / "adapter_config.json", init_lora_weights=beginning)
    with pytest.raises(ConfigError, match="path_initial_model_for_weight_conversion"):
        load_peft_weights(foreign, spec)


@pytest.mark.parametrize("beginning", [True, "gaussian", "eva", "orthogonal"])
def test_foreign_adapters_of_any_plain_beginning_are_read(
    foreign: Path, spec: LoraSpec, beginning: object
) -> None:
    """How training began is of no matter where the base stayed as it is."""
    edit_json(foreign / "adapter_config.json", init_lora_weights=beginning)
    assert load_peft_weights(foreign, spec).rank == 3


@pytest.mark.parametrize("field", ["r", "lora_alpha"])
def test_foreign_config_without_rank_or_alpha_is_refused(
    foreign: Path, spec: LoraSpec, field: str
) -> None:
    """The message names the field and where such a folder comes from."""
    edit_json(foreign / "adapter_config.json", **{field: None})
    with pytest.raises(ConfigError, match=f"{field} = None, a number is needed: give"):
        load_peft_weights(foreign, spec)


@pytest.mark.parametrize(
    ("layers", "message"), [((2,), "layers 2 to 2"), ((2, 3), "has shape")]
)
def test_foreign_adapters_beyond_the_spec_are_refused(
    foreign: Path, spec: LoraSpec, layers: tuple[int, ...], message: str
) -> None:
    """Dropping a part of an adapter in silence would change what it does."""
    modules = tuple(
        replace(module, layers=layers, in_features=32 + 16 * (len(layers) - 1))
        for module in spec.modules
    )
    with pytest.raises(SpecMismatchError, match=message):
        load_peft_weights(foreign, replace(spec, modules=modules))


def test_foreign_nan_is_refused(foreign: Path, spec: LoraSpec) -> None:
    """A broken expert never enters the library."""
    path = foreign / "adapter_model.safetensors"
    tensors = {name: tensor * math.nan for name, tensor in load_file(path).items()}
    save_file(tensors, path)
    with pytest.raises(SpecMismatchError, match="NaN"):
        load_peft_weights(foreign, spec)


def test_folder_without_safetensors_is_refused(foreign: Path, spec: LoraSpec) -> None:
    """Pickled weights are not read."""
    (foreign / "adapter_model.safetensors").rename(foreign / "adapter_model.bin")
    with pytest.raises(AdapterNotFoundError, match="safe_serialization"):
        load_peft_weights(foreign, spec)
