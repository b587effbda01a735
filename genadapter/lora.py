"""LoRA weights as values, and exact algebra that never builds a full matrix.

One meaning everywhere (Hu et al., LoRA, 2021): A is (R, I), B is (O, R), and the
change of a layer's weight is `scaling * B @ A` with `scaling = alpha / rank`.

Shapes: L layers, R rank, I in features, O out features, S stacked rank.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from genadapter.errors import ConfigError, SpecMismatchError


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetModule:
    """One kind of linear layer that adapters change, and where it sits."""

    name: str
    """PEFT's name of the module, such as `q_proj`."""
    parent: str
    """The block inside a decoder layer that holds it, such as `self_attn`."""
    layers: tuple[int, ...]
    """Decoder layers that carry an adapter, ascending."""
    in_features: int
    """Size of the layer's input (I)."""
    out_features: int
    """Size of the layer's output (O)."""

    def path(self, layer: int) -> str:
        """Dotted path of the module below the causal LM, for one decoder layer."""
        return f"model.layers.{layer}.{self.parent}.{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LoraSpec:
    """What an adapter for one base model looks like."""

    base_fingerprint: str
    """Fingerprint of the frozen base model that the adapter fits."""
    rank: int
    """Rank of every factor pair (R)."""
    alpha: float
    """Numerator of the scaling; PEFT's `lora_alpha`."""
    modules: tuple[TargetModule, ...]
    """The adapted modules, sorted by name."""

    def __post_init__(self) -> None:
        """Rejects a spec that no adapter could have."""
        if self.rank < 1:
            raise ConfigError(f"rank must be at least 1, got {self.rank}")
        if not self.modules:
            raise ConfigError("target_modules must name at least one module, got none")

    @property
    def scaling(self) -> float:
        """Factor before B @ A."""
        return self.alpha / self.rank

    @property
    def layers(self) -> tuple[int, ...]:
        """Every decoder layer that some module adapts, ascending."""
        return tuple(sorted({layer for m in self.modules for layer in m.layers}))

    def at_rank(self, rank: int) -> LoraSpec:
        """The same places and scaling at another rank."""
        return replace(self, rank=rank, alpha=self.scaling * rank)

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The spec as JSON values."""
        modules = [
            {
                "name": m.name,
                "parent": m.parent,
                "layers": list(m.layers),
                "in_features": m.in_features,
                "out_features": m.out_features,
            }
            for m in self.modules
        ]
        return {
            "base_fingerprint": self.base_fingerprint,
            "rank": self.rank,
            "alpha": self.alpha,
            "modules": modules,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LoraSpec:  # Any: plain JSON
        """The spec that `to_dict` wrote."""
        modules = tuple(
            TargetModule(**{**m, "layers": tuple(m["layers"])})
            for m in values["modules"]
        )
        return cls(**{**values, "modules": modules})


@dataclass(frozen=True, slots=True)
class LoraWeights:
    """The factors of one adapter, stacked over layers per target module."""

    a: Mapping[str, Tensor]
    """Per module name, A of shape (L, R, I)."""
    b: Mapping[str, Tensor]
    """Per module name, B of shape (L, O, R)."""

    def __iter__(self) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yields module name, a_LRI and b_LOR, sorted by name."""
        for name in sorted(self.a):
            yield name, self.a[name], self.b[name]

    @property
    def is_zero(self) -> bool:
        """Whether B @ A is zero in every layer because a factor is."""
        return not any(
            bool((a_LRI.flatten(1).any(dim=1) & b_LOR.flatten(1).any(dim=1)).any())
            for _, a_LRI, b_LOR in self
        )

    def to(self, dtype: torch.dtype) -> LoraWeights:
        """The same weights in another dtype."""
        return LoraWeights(
            {name: a.to(dtype) for name, a in self.a.items()},
            {name: b.to(dtype) for name, b in self.b.items()},
        )


def check_fits(weights: LoraWeights, spec: LoraSpec) -> None:
    """Raises SpecMismatchError unless names, shapes and values fit the spec."""
    expected = {m.name: m for m in spec.modules}
    if set(weights.a) != set(expected) or set(weights.b) != set(expected):
        raise SpecMismatchError(
            f"adapter has modules {sorted(weights.a)}, the spec {sorted(expected)}"
        )
    for name, a_LRI, b_LOR in weights:
        module, layers = expected[name], len(expected[name].layers)
        a_shape = (layers, spec.rank, module.in_features)
        b_shape = (layers, module.out_features, spec.rank)
        if tuple(a_LRI.shape) != a_shape or tuple(b_LOR.shape) != b_shape:
            raise SpecMismatchError(
                f"{name} has A {tuple(a_LRI.shape)} and B {tuple(b_LOR.shape)}, "
                f"the spec asks for {a_shape} and {b_shape}"
            )
        if not (_is_finite(a_LRI) and _is_finite(b_LOR)):
            raise SpecMismatchError(f"{name} holds NaN or infinite values")


def _is_finite(factor: Tensor) -> bool:
    # Both ends tell of NaN as well, in a tenth of the time that every number takes.
    return bool(torch.isfinite(torch.stack(factor.aminmax())).all())


def zeros(spec: LoraSpec) -> LoraWeights:
    """The adapter that changes nothing."""
    return LoraWeights(
        {
            m.name: torch.zeros(len(m.layers), spec.rank, m.in_features)
            for m in spec.modules
        },
        {
            m.name: torch.zeros(len(m.layers), m.out_features, spec.rank)
            for m in spec.modules
        },
    )


def weighted_sum(
    adapters: Sequence[LoraWeights], coefficients: Sequence[float]
) -> LoraWeights:
    """The exact sum of B @ A over adapters, by concatenation along the rank.

    Args:
        adapters: At least one adapter; ranks may differ.
        coefficients: One factor for each adapter.

    Returns:
        Weights whose rank is the sum of the ranks.
    """
    if len(adapters) != len(coefficients) or not adapters:
        raise ConfigError(
            f"need one coefficient an adapter, got {len(coefficients)} for "
            f"{len(adapters)} adapters"
        )
    names = sorted(adapters[0].a)
    return LoraWeights(
        {name: torch.cat([w.a[name] for w in adapters], dim=1) for name in names},
        {
            name: torch.cat(
                [c * w.b[name] for w, c in zip(adapters, coefficients, strict=True)],
                dim=2,
            )
            for name in names
        },
    )


def layer_inner_products(left: LoraWeights, right: LoraWeights) -> dict[str, Tensor]:
    """<B1 A1, B2 A2> of every layer, by rank x rank Gram matrices; ranks may differ.

    Returns:
        Per module, float64 of shape (L,), without either adapter's scaling.
    """
    products = {}
    for name, a_LRI, b_LOR in left:
        gram_a_LRS = a_LRI.double() @ right.a[name].double().mT
        gram_b_LRS = b_LOR.double().mT @ right.b[name].double()
        products[name] = (gram_a_LRS * gram_b_LRS).sum(dim=(1, 2))
    return products


def inner_product(left: LoraWeights, right: LoraWeights) -> float:
    """Sum over layers and modules of <B1 A1, B2 A2>."""
    products = layer_inner_products(left, right)
    return sum(float(products_L.sum()) for products_L in products.values())


def norm(weights: LoraWeights) -> float:
    """Frobenius norm of B @ A over all layers and modules."""
    return math.sqrt(max(inner_product(weights, weights), 0.0))


def layer_norms(weights: LoraWeights, spec: LoraSpec) -> dict[str, tuple[float, ...]]:
    """Frobenius norm of scaling * B @ A of every layer, by module.

    Args:
        weights: An adapter.
        spec: Its shape; names the layers, and says how B @ A is scaled.
    """
    squares = layer_inner_products(weights, weights)
    return {
        name: tuple((spec.scaling * squares_L.clamp_min(0).sqrt()).tolist())
        for name, squares_L in squares.items()
    }


def canonical(weights: LoraWeights) -> LoraWeights:
    """The one factorisation of B @ A with balanced, sorted singular values.

    B = U sqrt(S) and A = sqrt(S) V^T, from QR of both factors and an SVD of the
    rank x rank core; in each column of U the entry of largest size is positive. The
    rank stays: beyond what a matrix of size O x I can have, the factors are zero.
    """
    names = [name for name, _, _ in weights]
    factors = {
        name: _balanced_factors(weights.a[name], weights.b[name]) for name in names
    }
    return LoraWeights(
        {name: factors[name][0] for name in names},
        {name: factors[name][1] for name in names},
    )


def truncate(weights: LoraWeights, rank: int) -> LoraWeights:
    """The best approximation of B @ A at a rank, in canonical form (Eckart-Young).

    Args:
        weights: An adapter of any rank.
        rank: The rank to keep; where the adapter has less, zeros fill it up.
    """
    if rank < 1:
        raise ConfigError(f"rank must be at least 1, got {rank}")
    return _of_rank(canonical(weights), rank)


def padded(weights: LoraWeights, rank: int) -> LoraWeights:
    """The same B @ A at a higher rank: zeros fill the factors up.

    Args:
        weights: An adapter of at most that rank.
        rank: The rank to have.
    """
    return _of_rank(weights, rank)


def scaled(weights: LoraWeights, factor: float) -> LoraWeights:
    """An adapter that adds so many times as much."""
    return LoraWeights(weights.a, {n: factor * b_LOR for n, _, b_LOR in weights})


def project_onto(weights: LoraWeights, a: Mapping[str, Tensor]) -> LoraWeights:
    """The adapter on given A factors nearest to B @ A, by least squares.

    Args:
        weights: An adapter of any rank.
        a: Per module, the A of shape (L, R, I) to express it with.

    Returns:
        Weights whose A is `a` and whose B minimises the Frobenius distance.
    """
    b = {}
    for name, a_LRI, b_LOR in weights:
        target_LRI = a[name].double()
        cross_LRR = a_LRI.double() @ target_LRI.mT
        gram_LRR = target_LRI @ target_LRI.mT
        b_new_LOR = b_LOR.double() @ cross_LRR @ torch.linalg.pinv(gram_LRR)
        b[name] = b_new_LOR.to(b_LOR.dtype)
    return LoraWeights(dict(a), b)


def _balanced_factors(a_LRI: Tensor, b_LOR: Tensor) -> tuple[Tensor, Tensor]:
    q_b_LOR, r_b_LRR = torch.linalg.qr(b_LOR.double())
    q_a_LIR, r_a_LRR = torch.linalg.qr(a_LRI.double().mT)
    # The core is smaller than R x R, and not square, where R is above O or I.
    u_LRR, s_LR, vt_LRR = torch.linalg.svd(r_b_LRR @ r_a_LRR.mT, full_matrices=False)
    u_LOR, vt_LRI = q_b_LOR @ u_LRR, vt_LRR @ q_a_LIR.mT
    largest = u_LOR.abs().argmax(dim=1, keepdim=True)
    sign_LR = torch.where(u_LOR.gather(1, largest).squeeze(1) < 0, -1.0, 1.0)
    root_LR = s_LR.sqrt() * sign_LR
    rank = a_LRI.shape[1]
    b_new_LOR = _resized(u_LOR * root_LR.unsqueeze(1), rank, dim=2)
    a_new_LRI = _resized(root_LR.unsqueeze(2) * vt_LRI, rank, dim=1)
    return a_new_LRI.to(a_LRI.dtype), b_new_LOR.to(b_LOR.dtype)


def _of_rank(weights: LoraWeights, rank: int) -> LoraWeights:
    return LoraWeights(
        {name: _resized(a_LRI, rank, dim=1) for name, a_LRI, _ in weights},
        {name: _resized(b_LOR, rank, dim=2) for name, _, b_LOR in weights},
    )


def _resized(tensor: Tensor, size: int, *, dim: int) -> Tensor:
    if tensor.shape[dim] >= size:
        return tensor.narrow(dim, 0, size).contiguous()
    shape = list(tensor.shape)
    shape[dim] = size - tensor.shape[dim]
    return torch.cat([tensor, tensor.new_zeros(shape)], dim=dim)
