"""Linear layers in eight-bit integers."""

from __future__ import annotations

import time

import pytest
import torch
from torch import Tensor

from genadapter.reading import integer_matrix
from genadapter.reading.integer_matrix import (
    LARGEST_CODE,
    IntegerMatrix,
    MeasuredMatrix,
    packed_product,
    packing_pays,
    plain_product,
)


def rows(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def codes(*shape: int, seed: int = 0) -> Tensor:
    """Any codes."""
    generator = torch.Generator().manual_seed(seed)
    bounds = (-LARGEST_CODE, LARGEST_CODE + 1)
    return torch.randint(*bounds, shape, generator=generator, dtype=torch.int8)


@pytest.mark.parametrize("num_features", [8, 40, 1024, 3000])
def test_product_is_that_of_whole_numbers(num_features: int) -> None:
    """No bit is lost, however many products a sum has and however large they are."""
    left_TI, right_OI = codes(5, num_features), codes(6, num_features, seed=1)
    # Far above what float32 counts one by one.
    left_TI[0] = right_OI[0] = LARGEST_CODE
    left_TI[1, ::2] = -LARGEST_CODE
    exact_TO = left_TI.long() @ right_OI.long().T
    found_TO = plain_product(left_TI, right_OI.float(), torch.ones(6))
    assert torch.equal(found_TO, exact_TO.float())


@pytest.mark.skipif(not packing_pays(), reason="no instructions for bytes here")
@pytest.mark.parametrize("num_rows", [1, 2, 3, 16, 17, 33, 100])
def test_packed_product_is_the_plain_one(num_rows: int) -> None:
    """For any number of rows, to the last bit."""
    left_TI, right_OI = codes(num_rows, 1100), codes(24, 1100, seed=1)
    left_TI[0] = right_OI[0] = LARGEST_CODE
    factors_O = rows(24).abs()
    packed = torch.ops.onednn.qlinear_prepack(right_OI, None)
    expected_TO = plain_product(left_TI, right_OI.float(), factors_O)
    assert torch.equal(packed_product(left_TI, packed, factors_O), expected_TO)


def test_rows_do_not_depend_on_each_other() -> None:
    """A row comes out alone as it does among others of any size."""
    matrix, many_TI = IntegerMatrix(rows(24, 40)), rows(50, 40, seed=1)
    many_TI[::3] *= 1000
    together_TO = matrix(many_TI.clone())
    for row in range(50):
        alone_TO = matrix(many_TI[row : row + 1].clone())
        assert torch.equal(alone_TO[0], together_TO[row])


def test_integers_come_close_to_the_weights() -> None:
    """Rows and outputs of very different size each have their own scale."""
    weight_OI, rows_TI = rows(24, 40), rows(8, 40, seed=1)
    weight_OI[3] *= 1e-3
    rows_TI[2] *= 1e4
    expected_TO = rows_TI @ weight_OI.T
    found_TO = IntegerMatrix(weight_OI)(rows_TI.clone())
    # Half a code in forty products: a few thousandths of their size.
    error_TO = (found_TO - expected_TO).abs()
    size_TO = rows_TI.norm(dim=1, keepdim=True) * weight_OI.norm(dim=1)
    assert (error_TO / size_TO).max() < 0.01
    assert (error_TO / size_TO).max() > 0


def test_zeros_stay_zeros() -> None:
    """Neither an empty row nor an output without weights divides by zero."""
    weight_OI, rows_TI = rows(4, 8), rows(3, 8, seed=1)
    weight_OI[1] = rows_TI[2] = 0
    product_TO = IntegerMatrix(weight_OI)(rows_TI)
    assert torch.isfinite(product_TO).all()
    assert (product_TO[:, 1] == 0).all()
    assert (product_TO[2] == 0).all()


def test_without_byte_instructions_results_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plain product replaces the packed one bit for bit."""
    weight_OI, rows_TI = rows(24, 40), rows(8, 40, seed=1)
    expected_TO = IntegerMatrix(weight_OI)(rows_TI.clone())
    monkeypatch.setattr(integer_matrix, "packing_pays", lambda: False)
    assert torch.equal(IntegerMatrix(weight_OI)(rows_TI.clone()), expected_TO)


@pytest.mark.parametrize("fails", ["is missing", "loses bits", "takes long"])
def test_packed_product_is_used_only_where_it_pays(
    fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A processor that cannot, that saturates or that crawls is found out."""

    def product(codes_TI: Tensor, packed: Tensor, factors_O: Tensor) -> Tensor:
        if fails == "is missing":
            raise AttributeError
        if fails == "takes long":
            time.sleep(0.05)
            return plain_product(codes_TI, whole[0], factors_O)
        return packed_product(codes_TI, packed, factors_O) - 1

    whole: list[Tensor] = []

    def pack(codes_OI: Tensor) -> Tensor:
        whole[:] = [codes_OI.float()]
        return torch.ops.onednn.qlinear_prepack(codes_OI, None)

    monkeypatch.setattr(integer_matrix, "_pack", pack)

    monkeypatch.setattr(integer_matrix, "packed_product", product)
    packing_pays.cache_clear()
    try:
        assert not packing_pays()
    finally:
        packing_pays.cache_clear()


def test_easing_evens_out_the_inputs() -> None:
    """Features that were large are made smaller, in part, and small ones larger."""
    rows_TI = rows(64, 40)
    rows_TI[:, 0] *= 100
    matrix = MeasuredMatrix(rows(4, 40))
    assert (matrix.easing_I == 1).all()
    matrix(rows_TI)
    eased_I = (rows_TI * matrix.easing_I).square().mean(dim=0).sqrt()
    assert matrix.easing_I[0] < 1 < matrix.easing_I[1:].min()
    assert 1 < eased_I[0] / eased_I[1:].mean() < 50
