"""Inspection: what an adapter changes where, and how two of them differ, as values.

All comes from the low-rank factors, by <B1 A1, B2 A2> = tr((B1^T B2)(A2 A1^T)): no delta
is ever formed, and ranks may differ.

Shapes: L layers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from genadapter.adapter import Adapter
from genadapter.errors import SpecMismatchError
from genadapter.lora import (
    LoraSpec,
    LoraWeights,
    TargetModule,
    layer_inner_products,
    layer_norms,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """How large an adapter is, in numbers and in what it changes."""

    layers: tuple[int, ...]
    """Every decoder layer that some module adapts, ascending."""
    norms: Mapping[str, tuple[float | None, ...]]
    """Per module, the Frobenius norm of scaling * B @ A in each of these layers; `None`
    where the module has no adapter there."""
    num_parameters: int
    """Numbers in both factors of all layers and modules."""

    @property
    def norm(self) -> float:
        """Frobenius norm of the whole change."""
        return math.hypot(
            *(n or 0.0 for norms_L in self.norms.values() for n in norms_L)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """How near the second of two changes is to the first."""

    cosine: float | None
    """Of the angle between them, in [-1, 1]; `None` where either is zero."""
    relative_distance: float | None
    """Norm of their difference over that of the first; `None` where that is zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How two adapters of the same places in the same base differ."""

    facts: Mapping[str, tuple[Any, Any]]  # Any: plain JSON
    """What is not the same in shape and provenance: of the first, of the second."""
    whole: Likeness
    """Over all layers and modules."""
    by_module: Mapping[str, Likeness]
    """Per module, over its layers."""
    by_layer: Mapping[str, Mapping[int, Likeness]]
    """Per module, of every decoder layer it is adapted in."""


@dataclass(frozen=True, slots=True)
class _Products:
    """Squares of two changes and the product between them; they add up over places."""

    first: float
    second: float
    between: float

    def __add__(self, other: _Products) -> _Products:
        return _Products(
            self.first + other.first,
            self.second + other.second,
            self.between + other.between,
        )

    def likeness(self) -> Likeness:
        cosine = distance = None
        if self.first > 0 and self.second > 0:
            cosine = self.between / math.sqrt(self.first) / math.sqrt(self.second)
            cosine = max(-1.0, min(1.0, cosine))
        if self.first > 0:
            # Rounding may take the square of a small distance below zero.
            square = max(0.0, self.first + self.second - 2 * self.between)
            distance = math.sqrt(square / self.first)
        return Likeness(cosine=cosine, relative_distance=distance)


_NOTHING = _Products(0.0, 0.0, 0.0)


def inspect_weights(weights: LoraWeights, spec: LoraSpec) -> Inspection:
    """Measures an adapter.

    Args:
        weights: Its factors, a_LRI and b_LOR per module.
        spec: Its shape; names the layers, and says how B @ A is scaled.
    """
    norms = layer_norms(weights, spec)
    by_layer = {
        m.name: dict(zip(m.layers, norms[m.name], strict=True)) for m in spec.modules
    }
    return Inspection(
        layers=spec.layers,
        norms={
            name: tuple(by_layer[name].get(layer) for layer in spec.layers)
            for name in sorted(by_layer)
        },
        num_parameters=sum(a.numel() + b.numel() for _, a, b in weights),
    )


def differ(first: Adapter, second: Adapter) -> Difference:
    """Compares two adapters, each with its own scaling; ranks may differ.

    Args:
        first: What distances are relative to.
        second: Of the same base, modules and layers.

    Raises:
        SpecMismatchError: The bases, the modules or their layers are not the same.
    """
    _check_same_places(first, second)
    products = _products(first, second)
    by_module = {
        name: sum(places.values(), start=_NOTHING) for name, places in products.items()
    }
    return Difference(
        facts=_facts_that_differ(first, second),
        whole=sum(by_module.values(), start=_NOTHING).likeness(),
        by_module={name: summed.likeness() for name, summed in by_module.items()},
        by_layer={
            name: {layer: place.likeness() for layer, place in places.items()}
            for name, places in products.items()
        },
    )


def _products(first: Adapter, second: Adapter) -> dict[str, dict[int, _Products]]:
    """Per module and decoder layer."""
    layers = {module.name: module.layers for module in first.spec.modules}
    of_first = _scaled_products(first, first)
    of_second = _scaled_products(second, second)
    between = _scaled_products(first, second)
    return {
        name: {
            layer: _Products(*three)
            for layer, *three in zip(
                layers[name],
                of_first[name],
                of_second[name],
                between[name],
                strict=True,
            )
        }
        for name in sorted(layers)
    }


def _scaled_products(left: Adapter, right: Adapter) -> dict[str, list[float]]:
    factor = left.spec.scaling * right.spec.scaling
    products = layer_inner_products(left.weights, right.weights)
    return {
        name: (factor * products_L).tolist() for name, products_L in products.items()
    }


def _facts_that_differ(first: Adapter, second: Adapter) -> dict[str, tuple[Any, Any]]:
    ours, theirs = _facts(first), _facts(second)
    return {
        name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]
    }


def _facts(adapter: Adapter) -> dict[str, Any]:  # Any: plain JSON
    return {
        "base_name": adapter.base_name,
        "rank": adapter.spec.rank,
        "alpha": adapter.spec.alpha,
        **asdict(adapter.provenance),
    }


def _check_same_places(first: Adapter, second: Adapter) -> None:
    if first.spec.base_fingerprint != second.spec.base_fingerprint:
        raise SpecMismatchError(
            f"{first.id} is for base {_base(first)}, {second.id} for {_base(second)}: "
            "give two adapters of one base model"
        )
    ours = {module.name: module for module in first.spec.modules}
    theirs = {module.name: module for module in second.spec.modules}
    for name in sorted(ours | theirs):
        here, there = ours.get(name), theirs.get(name)
        if here != there:
            raise SpecMismatchError(
                f"{name} is {_place(here)} in {first.id} and {_place(there)} in "
                f"{second.id}: give two adapters of the same modules and layers, as "
                "one bundle writes them"
            )


def _base(adapter: Adapter) -> str:
    return f"{adapter.base_name} ({adapter.spec.base_fingerprint})"


def _place(module: TargetModule | None) -> str:
    if module is None:
        return "absent"
    layers = ", ".join(str(layer) for layer in module.layers)
    shape = f"{module.out_features} x {module.in_features}"
    return f"{module.parent}, {shape}, of layers {layers}"
