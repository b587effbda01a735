"""GGUF: the file that llama.cpp and Ollama load, read by the format's own package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest
from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

from genadapter.adapter import Adapter
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.gguf_format import save_gguf
from genadapter.lora import LoraWeights

NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


@pytest.fixture
def whole(
    adapter: Adapter, base: BaseModel, random_weights: Callable[..., LoraWeights]
) -> Adapter:
    """An adapter on every linear layer."""
    spec = base.spec(rank=3, alpha=6.0, target_modules=tuple(NAMES))
    return replace(adapter, spec=spec, weights=random_weights(seed=3, spec=spec))


def test_every_factor_is_where_llama_cpp_looks_for_it(
    whole: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """Under the base's names; what is turned, turned back, is what it was."""
    save_gguf(whole, tmp_path / "a.gguf", base=base)
    reader = gguf.GGUFReader(tmp_path / "a.gguf")
    values = {name: field.contents() for name, field in reader.fields.items()}
    assert values["general.type"] == "adapter"
    assert values["general.architecture"] == "llama"
    assert values["adapter.type"] == "lora"
    assert values["adapter.lora.alpha"] == whole.spec.alpha
    config = base.model.config
    turner = LlamaTensorProcessor(config=config.to_dict())
    found = {tensor.name: tensor.data for tensor in reader.tensors}
    for module in whole.spec.modules:
        for place, layer in enumerate(module.layers):
            name = f"blk.{layer}.{NAMES[module.name]}.weight"
            a_RI, b_OR = found.pop(f"{name}.lora_a"), found.pop(f"{name}.lora_b")
            assert np.array_equal(a_RI, whole.weights.a[module.name][place])
            expected_OR = whole.weights.b[module.name][place].numpy()
            turned_OR = turner.process(b_OR, name=name).weights
            assert np.array_equal(turned_OR, expected_OR), name
    assert not found


def test_the_same_adapter_gives_the_same_bytes(
    whole: Adapter, base: BaseModel, tmp_path: Path
) -> None:
    """Neither a time nor a path is in the file."""
    for name in ("a", "b"):
        save_gguf(whole, tmp_path / f"{name}.gguf", base=base)
    first, second = (tmp_path / f"{n}.gguf" for n in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_a_base_of_unknown_layout_is_refused(
    whole: Adapter, new_base: Callable[..., BaseModel], tmp_path: Path
) -> None:
    """Nothing is written that answers nonsense; the message says what to do."""
    other = new_base(seed=1)
    other.model.config.model_type = "novel"
    with pytest.raises(ConfigError, match=r"kind 'novel'.*convert_lora_to_gguf"):
        save_gguf(whole, tmp_path / "a.gguf", base=other)
    assert not (tmp_path / "a.gguf").exists()
