"""Merged model: a base whose own weights hold an adapter, as a folder for transformers.

Shapes: R rank, I in features, O out features.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError

from genadapter.adapter import Adapter
from genadapter.artifact import new_folder, not_written
from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError
from genadapter.model_card import CARD_FILE, merged_model_card

MergedDtype = Literal["float32", "bfloat16", "float16"]
_DTYPES: dict[MergedDtype, torch.dtype] = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}


def save_merged(
    adapter: Adapter,
    folder: Path,
    *,
    base: BaseModel,
    dtype: MergedDtype = "float16",
) -> None:
    """Writes the base with the adapter added to its weights; whole or not at all.

    The sum is made in float32 on a copy, and rounded once: in float32 the model answers
    as the base does with the adapter attached, in fewer bits nearly so.

    Args:
        adapter: Made for the base.
        folder: A new folder.
        base: The base, best in the dtype of its files; it stays as it is.
        dtype: Of the files. bfloat16 may round small changes away: three bits fewer.

    Raises:
        ConfigError: Something lies at the folder, or numbers do not fit the dtype.
        StorageError: The folder cannot be written.
    """
    resolved = _DTYPES[dtype]
    model = base.plain_copy().model
    _add(adapter, model)
    model.to(resolved)
    _check_finite(model, resolved)
    try:
        with new_folder(folder) as partial:
            try:
                model.save_pretrained(partial)
            except SafetensorError as error:
                raise not_written(folder, error) from error
            base.tokenizer.save_pretrained(partial)
            card = merged_model_card(adapter)
            (partial / CARD_FILE).write_text(card, encoding="utf-8")
    except FileExistsError as error:
        raise ConfigError(
            f"{folder} exists: give a folder that does not exist yet"
        ) from error


@torch.no_grad()
def _add(adapter: Adapter, model: Any) -> None:  # Any: as BaseModel has it
    for module in adapter.spec.modules:
        a_LRI, b_LOR = adapter.weights.a[module.name], adapter.weights.b[module.name]
        for layer, a_RI, b_OR in zip(module.layers, a_LRI, b_LOR, strict=True):
            weight_OI = model.get_submodule(module.path(layer)).weight
            delta_OI = adapter.spec.scaling * b_OR.float() @ a_RI.float()
            weight_OI += delta_OI.to(weight_OI.device)


def _check_finite(model: Any, dtype: torch.dtype) -> None:  # Any: as BaseModel has it
    for name, parameter in model.named_parameters():
        if not torch.isfinite(parameter).all():
            raise ConfigError(
                f"{name} holds numbers beyond those of {dtype}: give --dtype bfloat16 "
                "or float32"
            )
