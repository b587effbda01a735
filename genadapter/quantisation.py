"""Numbers in four or eight bits: each block of a row shares one factor.

Shapes: C rows, P numbers a row, K blocks a row, N numbers a block, H bytes a row.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Bits = Literal[4, 8]

BLOCK = 64
"""Numbers that share a factor."""


def quantise(values_CP: Tensor, *, bits: Bits = 4) -> tuple[Tensor, Tensor]:
    """Rounds every block of a row to a few bits.

    Args:
        values_CP: Any values.
        bits: Of each number.

    Returns:
        Codes of shape (C, H), in four bits two a byte, and factors of shape (C, K).
        Factors are bfloat16: code times factor is then exact, so rounding twice changes
        nothing.
    """
    largest, num_columns = _largest(bits), values_CP.shape[1]
    padded_CP = functional.pad(values_CP.float(), (0, -num_columns % BLOCK))
    blocks_CKN = padded_CP.reshape(len(padded_CP), -1, BLOCK)
    scales_CK = (blocks_CKN.abs().amax(dim=2) / largest).clamp_min(1e-30).bfloat16()
    codes_CKN = (blocks_CKN / scales_CK.float().unsqueeze(2)).round()
    codes_CP = codes_CKN.clamp(-largest, largest).flatten(1) + largest + 1
    if bits == 8:
        return codes_CP[:, :num_columns].to(torch.uint8), scales_CK
    codes_CP = codes_CP[:, : num_columns + num_columns % 2].to(torch.uint8)
    return codes_CP[:, 0::2] * 16 + codes_CP[:, 1::2], scales_CK


def restore(
    codes_CH: Tensor, scales_CK: Tensor, *, num_columns: int, bits: Bits = 4
) -> Tensor:
    """Undoes `quantise` up to rounding, in float32 and of shape (C, P).

    Args:
        codes_CH: One or two codes a byte.
        scales_CK: A factor a block.
        num_columns: Numbers a row (P).
        bits: Of each number.
    """
    if bits == 4:
        codes_CH = torch.stack([codes_CH // 16, codes_CH % 16], dim=2).flatten(1)
    codes_CP = codes_CH[:, :num_columns].float() - (_largest(bits) + 1)
    scales_CP = scales_CK.float().repeat_interleave(BLOCK, dim=1)[:, :num_columns]
    return codes_CP * scales_CP


def _largest(bits: Bits) -> int:
    """Codes lie between minus and plus this, and are kept one above it."""
    largest: int = 2 ** (bits - 1) - 1
    return largest
