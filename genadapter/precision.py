"""Which dtype a frozen model runs in: what the machine multiplies natively."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch

from genadapter.errors import ConfigError

DtypeName = Literal["auto", "float32", "bfloat16"]


def resolve_dtype(name: DtypeName, device: str) -> torch.dtype:
    """The dtype meant by a name; `auto` asks what the device multiplies natively."""
    if name == "auto":
        native = has_native_bfloat16() if device == "cpu" else True
        return torch.bfloat16 if native else torch.float32
    if name not in ("float32", "bfloat16"):
        raise ConfigError(f"dtype must be auto, float32 or bfloat16, got {name!r}")
    return torch.float32 if name == "float32" else torch.bfloat16


@lru_cache(maxsize=1)
def has_native_bfloat16() -> bool:
    """Whether this processor has bfloat16 matrix instructions."""
    return bool(torch.cpu._is_avx512_bf16_supported())
