"""Numbers in few bits: how much is lost, and that it is lost once."""

from __future__ import annotations

import pytest
import torch

from genadapter.quantisation import BLOCK, Bits, quantise, restore


@pytest.mark.parametrize("num_columns", [1, 7, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_error_is_below_half_a_step_and_made_once(num_columns: int) -> None:
    """Whatever the length of a row; a second rounding changes nothing."""
    noise = torch.Generator().manual_seed(0)
    values_CP = torch.randn(5, num_columns, generator=noise)
    codes_CH, scales_CK = quantise(values_CP)
    assert codes_CH.dtype is torch.uint8
    assert codes_CH.shape[1] == -(-num_columns // 2)
    restored_CP = restore(codes_CH, scales_CK, num_columns=num_columns)
    step_CP = scales_CK.float().repeat_interleave(BLOCK, dim=1)[:, :num_columns]
    # Factors are rounded to bfloat16, which can cut the largest value of a block.
    assert ((restored_CP - values_CP).abs() <= 0.52 * step_CP).all()
    again_CH, again_CK = quantise(restored_CP)
    assert torch.equal(again_CH, codes_CH)
    assert torch.equal(again_CK, scales_CK)


@pytest.mark.parametrize("num_columns", [1, 7, BLOCK + 1])
def test_eight_bits_lose_less(num_columns: int) -> None:
    """A byte a number, and a step that is eighteen times finer."""
    noise = torch.Generator().manual_seed(0)
    values_CP = torch.randn(5, num_columns, generator=noise)
    codes_CH, scales_CK = quantise(values_CP, bits=8)
    assert codes_CH.shape == values_CP.shape
    restored_CP = restore(codes_CH, scales_CK, num_columns=num_columns, bits=8)
    largest = values_CP.abs().amax()
    assert (restored_CP - values_CP).abs().amax() < 0.006 * largest


@pytest.mark.parametrize("bits", [4, 8])
def test_zeros_stay_zeros(bits: Bits) -> None:
    """A direction that nothing uses restores to nothing."""
    codes_CH, scales_CK = quantise(torch.zeros(2, 10), bits=bits)
    found_CP = restore(codes_CH, scales_CK, num_columns=10, bits=bits)
    assert torch.equal(found_CP, torch.zeros(2, 10))
