"""Both factors of adapters as one row of numbers, for families that write A as well.

Shapes: L layers, R rank, I in features, O out features, P all numbers: B, then A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from genadapter.attach import RowAdapters
from genadapter.library import flatten_b, split_b
from genadapter.lora import LoraSpec


def join(a: Mapping[str, Tensor], b: Mapping[str, Tensor]) -> Tensor:
    """Factors of every module, (..., L, R, I) and (..., L, O, R), as (..., P)."""
    turned = {name: a_LRI.mT for name, a_LRI in a.items()}
    return torch.cat([flatten_b(b), flatten_b(turned)], dim=-1)


def part(written_P: Tensor, spec: LoraSpec) -> RowAdapters:
    """Undoes `join`, for adapters of a spec."""
    b_P, a_P = torch.split(written_P, _sizes(spec), dim=-1)
    turned = [replace(m, out_features=m.in_features) for m in spec.modules]
    a = split_b(a_P, replace(spec, modules=tuple(turned)))
    return RowAdapters(
        a={name: a_LIR.mT for name, a_LIR in a.items()},
        b=split_b(b_P, spec),
        scaling=spec.scaling,
    )


def stretch(
    written_P: Tensor, spec: LoraSpec, *, origin_P: Tensor, scale: float
) -> Tensor:
    """The same A; B nearer to that of an origin, or farther from it.

    Args:
        written_P: Adapters, as `join` gives them.
        spec: Their shape.
        origin_P: Another one, of which B alone counts.
        scale: 0 gives the origin's B, 1 the adapters' own.
    """
    (b_P, a_P), (from_P, _) = (
        torch.split(both_P, _sizes(spec), dim=-1) for both_P in (written_P, origin_P)
    )
    return torch.cat([torch.lerp(from_P, b_P, scale), a_P], dim=-1)


def _sizes(spec: LoraSpec) -> list[int]:
    """How many of the numbers are B, and how many are A."""
    return [
        sum(
            len(m.layers) * size * spec.rank
            for m, size in zip(spec.modules, sizes, strict=True)
        )
        for sizes in (
            [m.out_features for m in spec.modules],
            [m.in_features for m in spec.modules],
        )
    ]
