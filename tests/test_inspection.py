"""What an adapter changes where, and how two of them differ."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from genadapter import lora
from genadapter.adapter import Adapter
from genadapter.errors import SpecMismatchError
from genadapter.inspection import Likeness, differ, inspect_weights
from genadapter.lora import LoraSpec, LoraWeights

RandomWeights = Callable[..., LoraWeights]


def dense(weights: LoraWeights, spec: LoraSpec) -> dict[str, torch.Tensor]:
    """The full deltas of shape (L, O, I), which the code under test never forms."""
    return {
        name: spec.scaling * b_LOR.double() @ a_LRI.double()
        for name, a_LRI, b_LOR in weights
    }


@pytest.fixture
def other(adapter: Adapter, random_weights: RandomWeights) -> Adapter:
    """An adapter of the same places at a higher rank, and scaled otherwise."""
    spec = replace(adapter.spec, rank=5, alpha=3.0)
    weights = random_weights(seed=11, spec=spec)
    made = replace(adapter.provenance, seed=7)
    return replace(
        adapter, id="lora-other", spec=spec, weights=weights, provenance=made
    )


@pytest.mark.parametrize("seed", range(3))
def test_norms_are_those_of_the_dense_deltas(
    seed: int, spec: LoraSpec, random_weights: RandomWeights
) -> None:
    """Of every layer, with the scaling, and over all of them."""
    weights = random_weights(seed=seed)
    found = inspect_weights(weights, spec)
    deltas = dense(weights, spec)
    assert found.layers == spec.layers
    for name, delta_LOI in deltas.items():
        expected = torch.linalg.matrix_norm(delta_LOI).tolist()
        assert found.norms[name] == pytest.approx(expected)
    total = math.sqrt(sum(float(delta.square().sum()) for delta in deltas.values()))
    assert found.norm == pytest.approx(total)


def test_numbers_of_both_factors_are_counted(
    spec: LoraSpec, random_weights: RandomWeights
) -> None:
    """Rank x (in + out) of every layer of every module."""
    expected = sum(
        len(m.layers) * spec.rank * (m.in_features + m.out_features)
        for m in spec.modules
    )
    assert inspect_weights(random_weights(seed=0), spec).num_parameters == expected


def test_layers_without_an_adapter_have_no_norm(
    spec: LoraSpec, random_weights: RandomWeights
) -> None:
    """Modules that sit in fewer layers still line up with the others."""
    first, *others = spec.modules
    partly = replace(spec, modules=(replace(first, layers=(3,)), *others))
    found = inspect_weights(random_weights(seed=0, spec=partly), partly)
    assert found.layers == (2, 3)
    missing, norm = found.norms[first.name]
    assert missing is None
    assert norm is not None
    assert norm > 0
    assert found.norm > norm


def test_an_adapter_is_like_itself(adapter: Adapter) -> None:
    """Cosine 1 and distance 0 everywhere, and no fact differs."""
    found = differ(adapter, adapter)
    layers = [one for by_layer in found.by_layer.values() for one in by_layer.values()]
    for likeness in (found.whole, *found.by_module.values(), *layers):
        assert likeness.cosine == pytest.approx(1)
        assert likeness.relative_distance == 0
    assert found.facts == {}


def test_an_adapter_is_opposite_to_its_negation(adapter: Adapter) -> None:
    """Cosine -1, and as far again on the other side."""
    negation = replace(adapter, weights=lora.scaled(adapter.weights, -1))
    found = differ(adapter, negation)
    for likeness in (found.whole, *found.by_module.values()):
        assert likeness.cosine == pytest.approx(-1)
        assert likeness.relative_distance == pytest.approx(2)


def test_likeness_is_that_of_the_dense_deltas_across_ranks(
    adapter: Adapter, other: Adapter
) -> None:
    """Each layer, each module and the whole; with either adapter's own scaling."""
    found = differ(adapter, other)
    first = dense(adapter.weights, adapter.spec)
    second = dense(other.weights, other.spec)

    def expect(likeness: Likeness, left: torch.Tensor, right: torch.Tensor) -> None:
        cosine = torch.cosine_similarity(left.flatten(), right.flatten(), dim=0)
        distance = (left - right).norm() / left.norm()
        assert likeness.cosine == pytest.approx(float(cosine))
        assert likeness.relative_distance == pytest.approx(float(distance))

    for module in adapter.spec.modules:
        name = module.name
        expect(found.by_module[name], first[name], second[name])
        assert tuple(found.by_layer[name]) == module.layers
        for place, likeness in enumerate(found.by_layer[name].values()):
            expect(likeness, first[name][place], second[name][place])
    expect(
        found.whole,
        torch.cat([first[name].flatten() for name in sorted(first)]),
        torch.cat([second[name].flatten() for name in sorted(second)]),
    )


def test_distance_is_relative_to_the_first(adapter: Adapter) -> None:
    """Twice as much is one away; half as much, seen from there, is a half."""
    twice = replace(adapter, weights=lora.scaled(adapter.weights, 2))
    assert differ(adapter, twice).whole.relative_distance == pytest.approx(1)
    assert differ(twice, adapter).whole.relative_distance == pytest.approx(0.5)
    assert differ(twice, adapter).whole.cosine == pytest.approx(1)


def test_nothing_is_like_an_adapter_that_changes_nothing(adapter: Adapter) -> None:
    """Neither figure exists where it would divide by zero."""
    empty = replace(adapter, weights=lora.zeros(adapter.spec))
    absent = Likeness(cosine=None, relative_distance=None)
    assert differ(empty, adapter).whole == absent
    from_the_other_side = differ(adapter, empty).whole
    assert from_the_other_side.cosine is None
    assert from_the_other_side.relative_distance == pytest.approx(1)


def test_facts_that_differ_are_told_and_no_others(
    adapter: Adapter, other: Adapter
) -> None:
    """Of shape and of provenance, the first adapter's before the second's."""
    assert differ(adapter, other).facts == {
        "rank": (adapter.spec.rank, 5),
        "alpha": (adapter.spec.alpha, 3.0),
        "seed": (adapter.provenance.seed, 7),
    }


def test_adapters_of_two_bases_are_not_compared(adapter: Adapter) -> None:
    """Both bases are named, with what to do."""
    spec = replace(adapter.spec, base_fingerprint="another")
    stranger = replace(adapter, id="lora-b", spec=spec, base_name="mine/other")
    with pytest.raises(SpecMismatchError, match=r"mine/other.*of one base model"):
        differ(adapter, stranger)


def test_adapters_of_other_modules_are_not_compared(
    adapter: Adapter, random_weights: RandomWeights
) -> None:
    """The module that only one of them has, or has in other layers, is named."""
    *most, last = adapter.spec.modules
    fewer = replace(adapter.spec, modules=tuple(most))
    moved = replace(last, layers=last.layers[1:])
    for spec, told in (
        (fewer, f"{last.name} is .* and absent in lora-b"),
        (replace(fewer, modules=(*most, moved)), f"{last.name} is .* of layers 3"),
    ):
        weights = random_weights(seed=1, spec=spec)
        partial = replace(adapter, id="lora-b", spec=spec, weights=weights)
        with pytest.raises(SpecMismatchError, match=told):
            differ(adapter, partial)
