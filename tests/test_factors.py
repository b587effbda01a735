"""Both factors as one row of numbers."""

from __future__ import annotations

import torch

from genadapter.factors import join, part, stretch
from genadapter.lora import LoraSpec


def noise(spec: LoraSpec, num: int) -> tuple[dict[str, torch.Tensor], ...]:
    """Random A and B of some adapters."""
    torch.manual_seed(0)
    a, b = {}, {}
    for module in spec.modules:
        layers = len(module.layers)
        a[module.name] = torch.randn(num, layers, spec.rank, module.in_features)
        b[module.name] = torch.randn(num, layers, module.out_features, spec.rank)
    return a, b


def test_parts_are_what_was_joined(spec: LoraSpec) -> None:
    """Entry by entry, with the spec's own scaling."""
    a, b = noise(spec, 3)
    adapters = part(join(a, b), spec)
    assert adapters.scaling == spec.scaling
    for name in a:
        assert torch.equal(adapters.a[name], a[name])
        assert torch.equal(adapters.b[name], b[name])


def test_stretching_moves_b_alone(spec: LoraSpec) -> None:
    """From the origin's B on; whatever A the origin has, it does not count."""
    (a, b), (other_a, _) = noise(spec, 2), noise(spec, 1)
    zero_b = {name: torch.zeros_like(t[:1]) for name, t in b.items()}
    origin_P = join({n: -t for n, t in other_a.items()}, zero_b)[0]
    adapters = part(stretch(join(a, b), spec, origin_P=origin_P, scale=1.5), spec)
    for name in a:
        assert torch.equal(adapters.a[name], a[name])
        torch.testing.assert_close(adapters.b[name], 1.5 * b[name])
