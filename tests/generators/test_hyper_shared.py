"""Shared heads: one network, every attention head."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genadapter.generators import Features, Surroundings
from genadapter.generators.hyper_shared import HyperSharedGenerator
from genadapter.lora import LoraSpec
from genadapter.shared_heads import SharedHeads, head_size


def resized(spec: LoraSpec, *sizes: int) -> LoraSpec:
    """The spec with other output sizes."""
    modules = zip(spec.modules, sizes, strict=True)
    return replace(
        spec, modules=tuple(replace(m, out_features=size) for m, size in modules)
    )


@pytest.mark.parametrize(
    ("sizes", "expected"), [((576, 192), 64), ((32, 16), 16), ((2048, 256), 64)]
)
def test_heads_fit_all_modules(
    sizes: tuple[int, int], expected: int, spec: LoraSpec
) -> None:
    """The largest common size of at most 64."""
    assert head_size(resized(spec, *sizes)) == expected


def test_it_begins_at_the_multitask_adapter(
    surroundings: Surroundings, features: Features
) -> None:
    """The last matrices are zero."""
    generator = HyperSharedGenerator(HyperSharedGenerator.Config(), surroundings)
    written_BP = generator(features)
    torch.testing.assert_close(written_BP, generator.origin_P.expand_as(written_BP))


def test_a_head_is_written_by_its_own_embedding(spec: LoraSpec) -> None:
    """Another embedding of one head changes that head's rows of B and no others."""
    torch.manual_seed(0)
    heads = SharedHeads(spec, width=8)
    for last in heads.own.values():
        torch.nn.init.normal_(last.weight)
    before_P = heads(torch.zeros(1, 1, 1, 8))[0]
    with torch.no_grad():
        heads.head_LHW[1, 0] *= -1
    changed_P = (heads(torch.zeros(1, 1, 1, 8))[0] != before_P).nonzero().flatten()
    query = spec.modules[0]
    per_layer = query.out_features * spec.rank
    first = per_layer  # the query's first head, in the second layer
    last = first + heads.head_size * spec.rank
    assert changed_P.tolist() == list(range(first, last))
