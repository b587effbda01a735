"""Algebra on low-rank factors, against dense formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from genadapter import lora
from genadapter.errors import ConfigError, SpecMismatchError
from genadapter.library import flatten_b, split_b
from genadapter.lora import LoraSpec, LoraWeights, TargetModule

# Float32 sums of a few dozen products of order one.
CLOSE = {"atol": 1e-5, "rtol": 1e-5}
# The same examples in every run.
examples = settings(deadline=None, max_examples=25, derandomize=True, database=None)


def make_spec(*, layers: int = 2, rank: int = 2, size: int = 6) -> LoraSpec:
    """A spec with two modules of unlike shape."""
    places = tuple(range(layers))
    modules = (
        TargetModule(
            name="q_proj",
            parent="self_attn",
            layers=places,
            in_features=size,
            out_features=size + 1,
        ),
        TargetModule(
            name="v_proj",
            parent="self_attn",
            layers=places,
            in_features=size,
            out_features=size - 1,
        ),
    )
    return LoraSpec(base_fingerprint="f" * 16, rank=rank, alpha=4.0, modules=modules)


def draw(spec: LoraSpec, *, seed: int) -> LoraWeights:
    """Random factors for a spec."""
    generator = torch.Generator().manual_seed(seed)
    empty = lora.zeros(spec)
    return LoraWeights(
        {n: torch.randn(a.shape, generator=generator) for n, a in empty.a.items()},
        {n: torch.randn(b.shape, generator=generator) for n, b in empty.b.items()},
    )


def dense(weights: LoraWeights) -> Tensor:
    """B @ A of every layer and module, flattened into one vector."""
    return torch.cat([(b_LOR @ a_LRI).flatten() for _, a_LRI, b_LOR in weights])


specs = st.builds(
    make_spec,
    layers=st.integers(1, 3),
    rank=st.integers(1, 3),
    size=st.integers(4, 8),
)


@examples
@given(spec=specs, seed=st.integers(0, 1000), factor=st.floats(-2, 2))
def test_weighted_sum_is_the_sum_of_the_dense_deltas(
    spec: LoraSpec, seed: int, factor: float
) -> None:
    """Concatenation along the rank adds deltas exactly, whatever the ranks."""
    left = draw(spec, seed=seed)
    right = draw(replace(spec, rank=spec.rank + 1), seed=seed + 1)
    total = lora.weighted_sum([left, right], [1.5, factor])
    assert next(iter(total.a.values())).shape[1] == 2 * spec.rank + 1
    expected = 1.5 * dense(left) + factor * dense(right)
    torch.testing.assert_close(dense(total), expected, **CLOSE)


@examples
@given(spec=specs, seed=st.integers(0, 1000))
def test_inner_product_and_norm_match_the_dense_ones(spec: LoraSpec, seed: int) -> None:
    """Gram matrices of size rank x rank tell the Frobenius geometry."""
    left, right = draw(spec, seed=seed), draw(spec, seed=seed + 1)
    expected = float(dense(left).double() @ dense(right).double())
    assert lora.inner_product(left, right) == pytest.approx(expected, abs=1e-3)
    assert lora.norm(left) == pytest.approx(float(dense(left).norm()), rel=1e-5)


@examples
@given(spec=specs, seed=st.integers(0, 1000), scale=st.floats(0.1, 10))
def test_canonical_form_is_one_for_all_factorisations(
    spec: LoraSpec, seed: int, scale: float
) -> None:
    """Any change of gauge disappears, the delta stays."""
    weights = draw(spec, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    gauge_RR = torch.eye(spec.rank) * scale
    gauge_RR += 0.1 * torch.randn(spec.rank, spec.rank, generator=generator).triu(1)
    other = LoraWeights(
        {n: gauge_RR @ a_LRI for n, a_LRI, _ in weights},
        {n: b_LOR @ torch.linalg.inv(gauge_RR) for n, _, b_LOR in weights},
    )
    first, second = lora.canonical(weights), lora.canonical(other)
    torch.testing.assert_close(dense(first), dense(weights), **CLOSE)
    for name, a_LRI, b_LOR in first:
        # Singular vectors turn fast where two singular values nearly meet.
        torch.testing.assert_close(a_LRI, second.a[name], atol=1e-2, rtol=1e-2)
        torch.testing.assert_close(b_LOR, second.b[name], atol=1e-2, rtol=1e-2)


def test_canonical_form_is_balanced_sorted_and_signed() -> None:
    """Both factors carry the root of descending singular values."""
    for _, a_LRI, b_LOR in lora.canonical(draw(make_spec(rank=3), seed=3)):
        norms_LR = a_LRI.norm(dim=2)
        torch.testing.assert_close(norms_LR, b_LOR.norm(dim=1), **CLOSE)
        assert (norms_LR.diff(dim=1) <= 0).all()
        largest = b_LOR.abs().argmax(dim=1, keepdim=True)
        assert (b_LOR.gather(1, largest) > 0).all()


@examples
@given(spec=specs, seed=st.integers(0, 1000), rank=st.integers(1, 3))
def test_truncation_is_the_best_of_its_rank(
    spec: LoraSpec, seed: int, rank: int
) -> None:
    """The error is what a dense SVD leaves out (Eckart-Young)."""
    weights = draw(spec, seed=seed)
    short = lora.truncate(weights, rank)
    for name, a_LRI, b_LOR in weights:
        assert short.a[name].shape[1] == short.b[name].shape[2] == rank
        delta_LOI = b_LOR @ a_LRI
        error_L = (delta_LOI - short.b[name] @ short.a[name]).norm(dim=(1, 2))
        left_out_L = torch.linalg.svdvals(delta_LOI)[:, rank:].norm(dim=1)
        torch.testing.assert_close(error_L, left_out_L, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("rank", [5, 6, 8])
def test_rank_above_a_layers_own_sizes_is_reduced_exactly(rank: int) -> None:
    """Many adapters add up to a rank above O and I: nothing of the sum is lost."""
    spec = make_spec(rank=1, size=6)
    parts = [draw(spec, seed=seed) for seed in range(rank)]
    total = lora.weighted_sum(parts, [1.0] * rank)
    whole = lora.canonical(total)
    lora.check_fits(whole, replace(spec, rank=rank))
    torch.testing.assert_close(dense(whole), dense(total), **CLOSE)
    short = lora.truncate(total, 2)
    for name, a_LRI, b_LOR in total:
        delta_LOI = b_LOR @ a_LRI
        error_L = (delta_LOI - short.b[name] @ short.a[name]).norm(dim=(1, 2))
        left_out_L = torch.linalg.svdvals(delta_LOI)[:, 2:].norm(dim=1)
        torch.testing.assert_close(error_L, left_out_L, atol=1e-4, rtol=1e-4)


def test_truncation_to_a_higher_rank_fills_with_zeros() -> None:
    """Nothing is lost and nothing is made up."""
    weights = draw(make_spec(rank=2), seed=5)
    longer = lora.truncate(weights, 4)
    torch.testing.assert_close(dense(longer), dense(weights), **CLOSE)
    assert all((a_LRI[:, 2:] == 0).all() for _, a_LRI, _ in longer)


def test_padding_and_scaling_keep_the_delta() -> None:
    """Zeros fill a rank up; a factor multiplies all that is added."""
    spec = make_spec()
    weights, wider = draw(spec, seed=4), spec.at_rank(spec.rank + 3)
    assert wider.scaling == spec.scaling
    filled = lora.padded(weights, wider.rank)
    lora.check_fits(filled, wider)
    torch.testing.assert_close(dense(filled), dense(weights))
    torch.testing.assert_close(dense(lora.scaled(weights, 1.5)), 1.5 * dense(weights))


def test_projection_is_least_squares_on_the_given_a() -> None:
    """B solves the dense least-squares problem layer by layer."""
    spec = make_spec()
    weights, target = draw(spec, seed=1), draw(spec, seed=2)
    found = lora.project_onto(weights, target.a)
    for name, a_LRI, b_LOR in weights:
        for layer in range(len(a_LRI)):
            delta_OI = b_LOR[layer] @ a_LRI[layer]
            solved = torch.linalg.lstsq(target.a[name][layer].mT, delta_OI.mT).solution
            torch.testing.assert_close(
                found.b[name][layer], solved.mT, atol=1e-4, rtol=1e-4
            )


def test_projection_on_its_own_a_changes_nothing() -> None:
    """An adapter is its own best approximation."""
    weights = draw(make_spec(), seed=4)
    found = lora.project_onto(weights, weights.a)
    torch.testing.assert_close(dense(found), dense(weights), **CLOSE)


def test_flattened_b_splits_back_exactly() -> None:
    """One vector for every adapter, without loss."""
    spec = make_spec(layers=3)
    weights = draw(spec, seed=6)
    flat_P = flatten_b(weights.b)
    batch = split_b(torch.stack([flat_P, 2 * flat_P]), spec)
    for name, _, b_LOR in weights:
        assert torch.equal(batch[name][0], b_LOR)
        assert torch.equal(batch[name][1], 2 * b_LOR)


def test_fixed_factors_join_what_was_written() -> None:
    """A module that all adapters have alike takes no place in the vector."""
    weights = draw(make_spec(), seed=6)
    name, *others = sorted(weights.b)
    flat_P = flatten_b({other: weights.b[other] for other in others})
    joined = split_b(flat_P, make_spec(), fixed={name: weights.b[name]})
    assert joined[name] is weights.b[name]
    assert all(torch.equal(joined[other], weights.b[other]) for other in others)


def test_zeros_have_no_norm_and_fit_their_spec() -> None:
    """The adapter that changes nothing is a valid adapter."""
    empty = lora.zeros(make_spec())
    lora.check_fits(empty, make_spec())
    assert lora.norm(empty) == 0.0


def test_weights_change_dtype_together() -> None:
    """Casting reaches both factors of every module."""
    half = draw(make_spec(), seed=0).to(torch.bfloat16)
    assert {t.dtype for _, a, b in half for t in (a, b)} == {torch.bfloat16}


def test_spec_survives_json() -> None:
    """A spec is data."""
    spec = make_spec(rank=2)
    assert LoraSpec.from_dict(spec.to_dict()) == spec
    assert spec.scaling == 2.0
    assert spec.layers == (0, 1)
    assert spec.modules[0].path(1) == "model.layers.1.self_attn.q_proj"


def _nan(weights: LoraWeights) -> LoraWeights:
    return LoraWeights(weights.a, {n: b * math.nan for n, b in weights.b.items()})


def _short(weights: LoraWeights) -> LoraWeights:
    return LoraWeights({n: a[:1] for n, a in weights.a.items()}, weights.b)


def _renamed(weights: LoraWeights) -> LoraWeights:
    return LoraWeights({"k_proj": weights.a["q_proj"]}, {"k_proj": weights.b["q_proj"]})


@pytest.mark.parametrize(
    ("change", "message"),
    [(_nan, "NaN or infinite"), (_short, "the spec asks for"), (_renamed, "k_proj")],
)
def test_weights_that_do_not_fit_are_refused(
    change: Callable[[LoraWeights], LoraWeights], message: str
) -> None:
    """Names, shapes and finite values are all checked."""
    with pytest.raises(SpecMismatchError, match=message):
        lora.check_fits(change(draw(make_spec(), seed=0)), make_spec())


def test_impossible_values_are_refused_with_the_value() -> None:
    """The message says what was given and what is allowed."""
    weights = draw(make_spec(), seed=0)
    with pytest.raises(ConfigError, match="rank must be at least 1, got 0"):
        replace(make_spec(), rank=0)
    with pytest.raises(ConfigError, match="at least one module"):
        replace(make_spec(), modules=())
    with pytest.raises(ConfigError, match="rank must be at least 1, got 0"):
        lora.truncate(weights, 0)
    with pytest.raises(ConfigError, match="got 2 for 1 adapters"):
        lora.weighted_sum([weights], [1.0, 2.0])


@examples
@given(spec=specs, seed=st.integers(0, 1000))
def test_layer_norms_are_those_of_the_dense_deltas(spec: LoraSpec, seed: int) -> None:
    """Scaled as they are applied."""
    weights = draw(spec, seed=seed)
    norms = lora.layer_norms(weights, spec)
    for name, a_LRI, b_LOR in weights:
        expected_L = (spec.scaling * b_LOR @ a_LRI).flatten(1).norm(dim=1)
        torch.testing.assert_close(torch.tensor(norms[name]), expected_L, **CLOSE)
