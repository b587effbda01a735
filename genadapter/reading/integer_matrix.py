"""Linear layers in eight-bit integers: sums are exact, so company changes no rounding.

Weights are quantised once, by output, and states as they come, by token. As in SmoothQuant
(Xiao et al., 2022, section 4) features that are large in the states can be made smaller
there and larger in the weights, by factors that `MeasuredMatrix` finds.

Shapes: T tokens, I in features, O out features.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import torch
from torch import Tensor

EASING = 0.4
"""How much of a feature's size, as an exponent, goes from the states to the weights."""
LARGEST_CODE = 127
"""The code of a row's largest number."""
EXACT_FEATURES = 1024
"""A float32 sum of so many products of two codes is exact."""
_MIDDLE = 128
"""What a signed byte's highest bit counts: turning it adds so much."""
_TIMED_SIZE, _MAX_SHARE = 128, 3.0
"""Rows and columns of the products that are timed, and what the packed one may take of
the plain one's time: one by one it takes hundreds of times as long."""


class MeasuredMatrix:
    """A linear layer in float32 that notes how large its inputs are."""

    def __init__(self, weight_OI: Tensor) -> None:
        """Takes weights as they are.

        Args:
            weight_OI: In float32.
        """
        self._weight_OI = weight_OI
        self._sizes_I = torch.ones_like(weight_OI[0])

    def __call__(self, rows_TI: Tensor) -> Tensor:
        """What the layer makes of some rows: float32 of shape (T, O)."""
        unit_TI = torch.rms_norm(rows_TI, rows_TI.shape[1:])
        self._sizes_I = unit_TI.abs().mean(dim=0)
        return rows_TI @ self._weight_OI.T

    @property
    def easing_I(self) -> Tensor:
        """Factors that make the features of the last inputs more alike in size."""
        sizes_I = self._sizes_I / self._sizes_I.mean()
        return sizes_I.clamp_min(1e-3) ** -EASING


class IntegerMatrix:
    """A linear layer without bias."""

    def __init__(self, weight_OI: Tensor) -> None:
        """Quantises the weights.

        Args:
            weight_OI: In float32.
        """
        codes_OI, sizes_O1 = _quantise(weight_OI.clone())
        self._factors_O = sizes_O1.squeeze(1) / LARGEST_CODE**2
        self._is_packed = weight_OI.device.type == "cpu" and packing_pays()
        self._codes = _pack(codes_OI) if self._is_packed else codes_OI.float()

    def __call__(self, rows_TI: Tensor) -> Tensor:
        """What the layer makes of some rows, which are overwritten.

        Args:
            rows_TI: In float32.

        Returns:
            Float32 of shape (T, O); a row does not depend on the others.
        """
        codes_TI, sizes_T1 = _quantise(rows_TI)
        product = packed_product if self._is_packed else plain_product
        return product(codes_TI, self._codes, self._factors_O).mul_(sizes_T1)


def _quantise(rows_TI: Tensor) -> tuple[Tensor, Tensor]:
    """Codes of shape (T, I) and each row's largest size, (T, 1); overwrites the rows."""
    # Two plain passes: the largest size in one is ten times slower.
    sizes_T1 = rows_TI.amin(dim=1, keepdim=True).neg_()
    sizes_T1 = torch.maximum(rows_TI.amax(dim=1, keepdim=True), sizes_T1)
    sizes_T1.clamp_min_(1e-30)
    codes_TI = rows_TI.mul_(LARGEST_CODE / sizes_T1).round_().to(torch.int8)
    return codes_TI, sizes_T1


def plain_product(codes_TI: Tensor, codes_OI: Tensor, factors_O: Tensor) -> Tensor:
    """The product on any device.

    Args:
        codes_TI: Whole numbers from -127 to 127.
        codes_OI: Such numbers in float32.
        factors_O: What each output is multiplied with in the end.

    Returns:
        Float32 of shape (T, O).
    """
    sums_TO = torch.zeros_like(codes_TI[:, :1], dtype=torch.int32)
    for start in range(0, codes_TI.shape[1], EXACT_FEATURES):
        some = slice(start, start + EXACT_FEATURES)
        part_TO = codes_TI[:, some].float() @ codes_OI[:, some].T
        sums_TO = sums_TO + part_TO.int()
    return sums_TO.float() * factors_O


def packed_product(codes_TI: Tensor, packed: Tensor, factors_O: Tensor) -> Tensor:
    """The same on a processor that multiplies bytes, with weights packed for it.

    Twice as fast as `torch._int_mm`, which reorders the weights in every call. States go
    in as unsigned bytes around 128: signed ones are left to a plain loop on processors
    with AVX-512 and no AMX.
    """
    shifted_TI = codes_TI.view(torch.uint8).bitwise_xor(_MIDDLE)
    product_TO: Tensor = torch.ops.onednn.qlinear_pointwise(
        shifted_TI, 1.0, _MIDDLE, packed, factors_O, _zeros(len(factors_O)),
        None, 1.0, 0, torch.float32, "none", [], "",
    )  # fmt: skip
    return product_TO


@lru_cache(maxsize=1)
def packing_pays() -> bool:
    """Whether this processor multiplies packed bytes, loses nothing and is quick at it.

    Without instructions for it, products are added in pairs of sixteen bits, or one by
    one. Either way the results are the same, so that timing may decide.
    """
    rising = torch.arange(-LARGEST_CODE, LARGEST_CODE + 1, dtype=torch.int8)
    codes = torch.stack([rising, torch.full_like(rising, LARGEST_CODE)])
    ones = torch.ones(len(codes))
    try:
        product = packed_product(codes, _pack(codes), ones)
    except (AttributeError, NotImplementedError, RuntimeError):
        return False
    is_exact = torch.equal(product, plain_product(codes, codes.float(), ones))
    return is_exact and _packed_share_of_time() < _MAX_SHARE


def _packed_share_of_time() -> float:
    """What the packed product takes of the plain one's time."""
    codes = torch.ones(_TIMED_SIZE, _TIMED_SIZE, dtype=torch.int8)
    ones, packed, plain = torch.ones(_TIMED_SIZE), _pack(codes), codes.float()
    return _seconds(lambda: packed_product(codes, packed, ones)) / _seconds(
        lambda: plain_product(codes, plain, ones)
    )


def _seconds(run: Callable[[], object]) -> float:
    """The shortest of a few runs."""
    found = []
    for _ in range(4):
        started = time.perf_counter()
        run()
        found.append(time.perf_counter() - started)
    return min(found)


def _pack(codes_OI: Tensor) -> Tensor:
    packed: Tensor = torch.ops.onednn.qlinear_prepack(codes_OI, None)
    return packed


@lru_cache
def _zeros(size: int) -> Tensor:
    return torch.zeros(size, dtype=torch.int32)
