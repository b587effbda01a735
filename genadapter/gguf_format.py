"""llama.cpp's file format of a LoRA, which Ollama loads as well.

Written as llama.cpp's `convert_lora_to_gguf.py` writes it: factors under the names of the
base's own tensors, the outputs of queries and keys in the order that llama.cpp turns
positions in.

Shapes: L layers, R rank, I in features, O out features.
"""

from __future__ import annotations

from pathlib import Path

import gguf
from torch import Tensor

from genadapter.adapter import Adapter
from genadapter.artifact import new_file
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError

_ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}
"""What llama.cpp calls transformers' kinds of model; others may reorder more."""


def save_gguf(adapter: Adapter, path: Path, *, base: BaseModel) -> None:
    """Writes an adapter as one file for `llama-server --lora` or Ollama's `ADAPTER`.

    Args:
        adapter: Made for the base.
        path: The file; an older one is replaced.
        base: Says how its heads are laid out.

    Raises:
        ConfigError: The base is of a kind whose layout is not known here.
        StorageError: The file cannot be written.
    """
    kind = base.model.config.model_type
    if kind not in _ARCHITECTURES:
        raise ConfigError(
            f"no GGUF file for a base of kind {kind!r}; known: "
            f"{', '.join(_ARCHITECTURES)}: use the PEFT folder with llama.cpp's "
            "convert_lora_to_gguf.py"
        )
    architecture = _ARCHITECTURES[kind]
    names = gguf.get_tensor_name_map(architecture, base.num_layers)
    with new_file(path) as partial:
        writer = gguf.GGUFWriter(partial, gguf.MODEL_ARCH_NAMES[architecture])
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_name(adapter.id)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, adapter.spec.alpha)
        for module in adapter.spec.modules:
            for place, layer in enumerate(module.layers):
                name = names.get_name(module.path(layer))
                a_RI = adapter.weights.a[module.name][place]
                b_OR = adapter.weights.b[module.name][place]
                if architecture is gguf.MODEL_ARCH.LLAMA:
                    b_OR = _turned(b_OR, module.name, base)
                writer.add_tensor(f"{name}.weight.lora_a", a_RI.float().numpy())
                writer.add_tensor(f"{name}.weight.lora_b", b_OR.float().numpy())
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _turned(b_OR: Tensor, module: str, base: BaseModel) -> Tensor:
    """Outputs in pairs that are turned together, where transformers has halves."""
    heads = {
        "q_proj": base.model.config.num_attention_heads,
        "k_proj": base.model.config.num_key_value_heads,
    }
    if module not in heads:
        return b_OR
    num_outputs, rank = b_OR.shape
    halves = b_OR.reshape(heads[module], 2, -1, rank)
    return halves.transpose(1, 2).reshape(num_outputs, rank)
