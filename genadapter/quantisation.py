"""Numbers in four bits: each block of a row shares one factor.

Shapes: C rows, P numbers a row, K blocks a row, H bytes a row.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 64
"""Numbers that share a factor."""
_LARGEST = 7
"""Codes are -7 to 7, kept as 1 to 15."""


def quantise(values_CP: Tensor) -> tuple[Tensor, Tensor]:
    """Rounds every block of a row to four bits.

    Args:
        values_CP: Any values.

    Returns:
        Codes of shape (C, H), two a byte, and factors of shape (C, K). Factors are
        bfloat16: code times factor is then exact, so rounding twice changes nothing.
    """
    num_columns = values_CP.shape[1]
    padded_CP = functional.pad(values_CP.float(), (0, -num_columns % BLOCK))
    blocks_CKN = padded_CP.reshape(len(padded_CP), -1, BLOCK)
    scales_CK = (blocks_CKN.abs().amax(dim=2) / _LARGEST).clamp_min(1e-30).bfloat16()
    codes_CKN = (blocks_CKN / scales_CK.float().unsqueeze(2)).round()
    codes_CP = codes_CKN.clamp(-_LARGEST, _LARGEST).flatten(1) + _LARGEST + 1
    codes_CP = codes_CP[:, : num_columns + num_columns % 2].to(torch.uint8)
    return codes_CP[:, 0::2] * 16 + codes_CP[:, 1::2], scales_CK


def restore(codes_CH: Tensor, scales_CK: Tensor, *, num_columns: int) -> Tensor:
    """Undoes `quantise` up to rounding, in float32 and of shape (C, P).

    Args:
        codes_CH: Two codes a byte.
        scales_CK: A factor a block.
        num_columns: Numbers a row (P).
    """
    pairs_CH2 = torch.stack([codes_CH // 16, codes_CH % 16], dim=2)
    codes_CP = pairs_CH2.flatten(1)[:, :num_columns].float() - (_LARGEST + 1)
    scales_CP = scales_CK.float().repeat_interleave(BLOCK, dim=1)[:, :num_columns]
    return codes_CP * scales_CP
