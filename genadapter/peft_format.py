"""PEFT's folder format: its file names, tensor names and config.

Shapes: L layers, R rank, I in features, O out features.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genadapter.artifact import read_json, read_tensors
from genadapter.errors import AdapterNotFoundError, ConfigError, SpecMismatchError
from genadapter.lora import LoraSpec, LoraWeights, check_fits

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
# Beginnings of a LoRA that leave the base as it is; PiSSA and its like move a part of
# the base's weights into the adapter.
_PLAIN_BEGINNINGS = (True, False, "gaussian", "eva", "orthogonal", "mica")
_KEY = re.compile(r"base_model\.model\.(?P<path>.+)\.lora_(?P<factor>[AB])\.weight")


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignAdapter:
    """Weights read from a PEFT folder that any tool may have written."""

    weights: LoraWeights
    """Factors at the adapter's own rank; zero where it has none."""
    rank: int
    """Its rank."""
    alpha: float
    """Numerator of its scaling, such that `alpha / rank` stands before B @ A."""
    base_name: str
    """What it calls its base model."""

    @property
    def scaling(self) -> float:
        """Factor before B @ A."""
        return self.alpha / self.rank


def peft_config(spec: LoraSpec, *, base_name: str) -> dict[str, Any]:  # Any: plain JSON
    """PEFT's `LoraConfig` for a spec, as JSON values.

    Raises:
        ConfigError: Modules sit on different layers, which PEFT cannot say.
    """
    if any(module.layers != spec.layers for module in spec.modules):
        raise ConfigError(
            "PEFT's layers_to_transform holds for all modules alike, got "
            + ", ".join(f"{m.name} on {list(m.layers)}" for m in spec.modules)
            + ": give every target module the same layers"
        )
    return {
        "alpha_pattern": {},
        "auto_mapping": None,
        "base_model_name_or_path": base_name,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "layers_pattern": "layers",
        "layers_to_transform": list(spec.layers),
        "lora_alpha": int(spec.alpha) if spec.alpha == int(spec.alpha) else spec.alpha,
        "lora_dropout": 0.0,
        "modules_to_save": None,
        "peft_type": "LORA",
        "r": spec.rank,
        "rank_pattern": {},
        "revision": None,
        "target_modules": sorted(module.name for module in spec.modules),
        "task_type": "CAUSAL_LM",
        "use_dora": False,
        "use_rslora": False,
    }


def to_peft_tensors(weights: LoraWeights, spec: LoraSpec) -> dict[str, Tensor]:
    """The tensors of PEFT's weights file."""
    tensors = {}
    for path, (name, position) in _places(spec).items():
        prefix = f"base_model.model.{path}"
        # Clones, because safetensors refuses slices that share one storage.
        tensors[f"{prefix}.lora_A.weight"] = weights.a[name][position].clone()
        tensors[f"{prefix}.lora_B.weight"] = weights.b[name][position].clone()
    return tensors


def from_peft_tensors(tensors: Mapping[str, Tensor], spec: LoraSpec) -> LoraWeights:
    """Undoes `to_peft_tensors`.

    Raises:
        SpecMismatchError: More or fewer tensors than the spec has.
        KeyError: A name that the spec lacks.
    """
    paths = {m.name: [m.path(layer) for layer in m.layers] for m in spec.modules}
    if len(tensors) != 2 * sum(map(len, paths.values())):
        raise SpecMismatchError(f"{len(tensors)} tensors do not fit the spec")
    stacked = {
        factor: {
            name: torch.stack(
                [tensors[f"base_model.model.{p}.lora_{factor}.weight"] for p in places]
            )
            for name, places in paths.items()
        }
        for factor in "AB"
    }
    return LoraWeights(stacked["A"], stacked["B"])


def load_peft_weights(folder: Path, spec: LoraSpec) -> ForeignAdapter:
    """Reads any plain LoRA in PEFT's format for the modules of a spec.

    Args:
        folder: A folder with `adapter_config.json` and `adapter_model.safetensors`.
        spec: Whose modules and layers to read; the rank may differ.

    Raises:
        AdapterNotFoundError: There is no such folder, or its weights are not
            safetensors.
        ConfigError: A variant that is not plain LoRA, or no rank or alpha is named.
        SpecMismatchError: Modules beyond the spec, other sizes, NaN or infinity.
    """
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if not (folder / name).is_file():
            raise AdapterNotFoundError(
                f"no {name} in {folder}: give a folder that PEFT's save_pretrained "
                "wrote with safe_serialization"
            )
    config = read_json(folder / CONFIG_FILE)
    _check_plain(config, folder)
    rank = int(_number(config, "r", folder))
    alpha = _number(config, "lora_alpha", folder)
    if config.get("use_rslora"):
        alpha *= rank**0.5  # rank-stabilised LoRA divides alpha by the root of the rank
    own_spec = LoraSpec(
        base_fingerprint=spec.base_fingerprint,
        rank=rank,
        alpha=alpha,
        modules=spec.modules,
    )
    tensors = read_tensors(folder / WEIGHTS_FILE)
    weights = _from_foreign({n: t.float() for n, t in tensors.items()}, own_spec)
    check_fits(weights, own_spec)
    base_name = str(config.get("base_model_name_or_path") or "")
    return ForeignAdapter(weights=weights, rank=rank, alpha=alpha, base_name=base_name)


def _places(spec: LoraSpec) -> dict[str, tuple[str, int]]:
    return {
        module.path(layer): (module.name, position)
        for module in spec.modules
        for position, layer in enumerate(module.layers)
    }


def _from_foreign(tensors: Mapping[str, Tensor], spec: LoraSpec) -> LoraWeights:
    """Fills zeros with whatever tensors there are; any beyond the spec is refused."""
    places, full = _places(spec), {}
    for path, (name, _) in places.items():
        module = next(m for m in spec.modules if m.name == name)
        prefix = f"base_model.model.{path}"
        full[f"{prefix}.lora_A.weight"] = torch.zeros(spec.rank, module.in_features)
        full[f"{prefix}.lora_B.weight"] = torch.zeros(module.out_features, spec.rank)
    for key, tensor in tensors.items():
        match = _KEY.fullmatch(key)
        if match is None or match["path"] not in places:
            names = ", ".join(sorted(m.name for m in spec.modules))
            raise SpecMismatchError(
                f"the adapter changes {key}, the bundle has only {names} on layers "
                f"{spec.layers[0]} to {spec.layers[-1]}: train it on those"
            )
        if tensor.shape != full[key].shape:
            raise SpecMismatchError(
                f"{key} has shape {tuple(tensor.shape)}, expected "
                f"{tuple(full[key].shape)}: it was made for another base model"
            )
        full[key] = tensor
    return from_peft_tensors(full, spec)


def _number(
    config: Mapping[str, Any], field: str, folder: Path
) -> float:  # Any: plain JSON
    """A field that PEFT always writes."""
    value = config.get(field)
    if not isinstance(value, int | float):
        raise ConfigError(
            f"{folder / CONFIG_FILE} has {field} = {value!r}, a number is needed: give "
            "a folder that PEFT's save_pretrained wrote"
        )
    return float(value)


def _check_plain(config: Mapping[str, Any], folder: Path) -> None:  # Any: plain JSON
    beginning = config.get("init_lora_weights", True)
    if beginning not in _PLAIN_BEGINNINGS:
        raise ConfigError(
            f"{folder / CONFIG_FILE} has init_lora_weights = {beginning!r}, allowed: "
            f"{', '.join(map(str, _PLAIN_BEGINNINGS))}; any other may have changed the "
            "base's own weights: save it again with save_pretrained's "
            "path_initial_model_for_weight_conversion, or train it from an allowed one"
        )
    allowed: dict[str, tuple[object, ...]] = {
        "peft_type": ("LORA",),
        "use_dora": (None, False),
        "bias": (None, "none"),
        "rank_pattern": (None, {}),
        "alpha_pattern": (None, {}),
        "modules_to_save": (None, []),
        "kasa_config": (None,),
        "alora_invocation_tokens": (None,),
    }
    for field, values in allowed.items():
        if config.get(field) not in values:
            raise ConfigError(
                f"{folder / CONFIG_FILE} has {field} = {config.get(field)!r}, allowed: "
                f"{values[-1]!r}; only plain LoRA can be read"
            )
