"""Merged models: the adapter in the base's own weights, loaded by transformers alone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import peft
import pytest
import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from genadapter.adapter import Adapter, save_peft
from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, StorageError
from genadapter.merged_model import MergedDtype, save_merged

IDS_BT = torch.tensor([[2, 6, 7, 8, 9, 10], [2, 8, 8, 20, 11, 3]])


@torch.no_grad()
def attached_logits(base: BaseModel, adapter: Adapter) -> Tensor:
    """What the base says with the adapter attached."""
    slots = AdapterSlots(base.model, adapter.spec)
    with slots.bind(stack_rows(slots.spec, [adapter.weights] * len(IDS_BT))):
        logits_BTV: Tensor = base.model(IDS_BT).logits
    slots.detach()
    return logits_BTV


def test_transformers_loads_what_the_attached_adapter_computes(
    adapter: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """No PEFT, the same logits but for the last bits of float32."""
    save_merged(adapter, tmp_path / "merged", base=base, dtype="float32")
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").eval()
    with torch.no_grad():
        merged_BTV, plain_BTV = model(IDS_BT).logits, base.model(IDS_BT).logits
    expected_BTV = attached_logits(base, adapter)
    # Sums of some hundred products in another order.
    torch.testing.assert_close(merged_BTV, expected_BTV, atol=1e-4, rtol=0)
    assert not torch.allclose(plain_BTV, expected_BTV, atol=1e-2)


@pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
)
def test_the_weights_are_those_that_peft_merges(
    adapter: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """Tensor by tensor, changed or not."""
    save_peft(adapter, tmp_path / "adapter")
    save_merged(adapter, tmp_path / "merged", base=base, dtype="float32")
    ours = AutoModelForCausalLM.from_pretrained(tmp_path / "merged").state_dict()
    wrapped = peft.PeftModel.from_pretrained(
        copy.deepcopy(base.model), tmp_path / "adapter"
    )
    theirs = wrapped.merge_and_unload().state_dict()
    assert sorted(ours) == sorted(theirs)
    for name, tensor in theirs.items():
        torch.testing.assert_close(ours[name], tensor, atol=1e-6, rtol=1e-5, msg=name)


def test_the_folder_has_all_that_a_model_needs(
    adapter: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """Tokenizer, chat template, generation config, a card, and no leftovers."""
    save_merged(adapter, tmp_path / "new" / "merged", base=base)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["merged"]
    folder = tmp_path / "new" / "merged"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    turn = [{"role": "user", "content": "cat dog"}]
    ids = tokenizer.apply_chat_template(
        turn, add_generation_prompt=True, return_dict=False
    )
    assert ids == base.prompt_ids("cat dog")
    generation = GenerationConfig.from_pretrained(folder)
    assert generation.eos_token_id == base.tokenizer.eos_token_id
    assert adapter.id in (folder / "README.md").read_text()


def test_the_base_stays_as_it_is(
    adapter: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """Merging works on a copy."""
    before = {n: t.clone() for n, t in base.model.state_dict().items()}
    save_merged(adapter, tmp_path / "merged", base=base, dtype="bfloat16")
    assert base.dtype is torch.float32
    for name, tensor in base.model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


@pytest.mark.parametrize("own", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_numbers_are_rounded_once_to_the_dtype_asked_for(
    adapter: Adapter,
    base: BaseModel,
    tmp_path: Path,
    name: MergedDtype,
    own: torch.dtype,
) -> None:
    """The sum is made in float32, also where base or file have less."""
    cast = BaseModel(copy.deepcopy(base.model).to(own), base.tokenizer, name=base.name)
    save_merged(adapter, tmp_path / "merged", base=cast, dtype=name)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "merged", dtype="auto")
    dtype = getattr(torch, name)
    assert model.dtype is dtype
    (module,) = (m for m in adapter.spec.modules if m.name == "q_proj")
    weight_OI = cast.model.get_submodule(module.path(3)).weight.float()
    a_RI, b_OR = adapter.weights.a["q_proj"][1], adapter.weights.b["q_proj"][1]
    expected_OI = (weight_OI + adapter.spec.scaling * b_OR @ a_RI).to(dtype)
    assert torch.equal(model.get_submodule(module.path(3)).weight, expected_OI)


def test_numbers_beyond_a_dtype_are_refused(
    adapter: Adapter, new_base: Callable[..., BaseModel], tmp_path: Path
) -> None:
    """float16 ends at 65504; infinities are never written."""
    wide = new_base(seed=0)
    wide.model.model.norm.weight.data[0] = 1e5
    with pytest.raises(ConfigError, match=r"norm\.weight .*float16.*give .*bfloat16"):
        save_merged(adapter, tmp_path / "merged", base=wide, dtype="float16")
    assert list(tmp_path.glob("merged")) == []
    save_merged(adapter, tmp_path / "merged", base=wide, dtype="bfloat16")


def test_nothing_that_is_there_is_replaced(
    adapter: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """An older folder stays, and the message says what to do."""
    (tmp_path / "merged").mkdir()
    with pytest.raises(ConfigError, match="give a folder that does not exist yet"):
        save_merged(adapter, tmp_path / "merged", base=base, dtype="float32")
    assert list((tmp_path / "merged").iterdir()) == []


def test_full_disk_is_named_and_leaves_nothing(
    adapter: Adapter,
    base: BaseModel,
    tmp_path: Path,
    full_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    """A disk that takes no more bytes ends in one clear error."""
    message = r"cannot write .*/merged: .*free some disk"
    with pytest.raises(StorageError, match=message), full_disk():
        save_merged(adapter, tmp_path / "new" / "merged", base=base)
    assert not list((tmp_path / "new").iterdir())
