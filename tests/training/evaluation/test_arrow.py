"""Arrow routing against its formula, written out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.errors import EmptyLibraryError
from genadapter.generators import Surroundings
from genadapter.library import ExpertLibrary, split_b
from training.evaluation.arrow import ArrowRouting, arrow_routing

IDS_BT = torch.tensor([[2, 6, 7, 8], [2, 9, 10, 11]])


@pytest.fixture
def routing(surroundings: Surroundings) -> ArrowRouting:
    """Two of three experts a token."""
    around = surroundings
    return arrow_routing(around.library, around.shared, around.spec, num_chosen=2)


def test_directions_are_top_right_singular_vectors(
    routing: ArrowRouting, surroundings: Surroundings
) -> None:
    """Of B A, by a plain decomposition of the whole matrix."""
    library, shared = surroundings.library, surroundings.shared
    b = split_b(
        shared.flat_b() + library.coefficients_NC @ library.basis_CP, surroundings.spec
    )
    for name, b_NLOR in b.items():
        _, _, vt_NLXI = torch.linalg.svd(b_NLOR @ shared.a[name])
        expected_NLI = vt_NLXI[:, :, 0]
        found_NLI = routing.directions[name].transpose(0, 1)
        nearness_NL = (found_NLI * expected_NLI).sum(dim=2).abs()
        torch.testing.assert_close(nearness_NL, torch.ones_like(nearness_NL))


def test_a_token_mixes_the_experts_it_excites_most(
    routing: ArrowRouting, surroundings: Surroundings
) -> None:
    """The softmax over the two largest projections, expert by expert."""
    shared, spec = surroundings.shared, surroundings.spec
    x_I = torch.randn(32, generator=torch.Generator().manual_seed(0))
    scores = [float((x_I @ v_I).abs()) for v_I in routing.directions["q_proj"][1]]
    first, second = sorted(range(3), key=lambda n: -scores[n])[:2]
    shares = torch.tensor([scores[first], scores[second]]).softmax(dim=0)
    expected_O = sum(
        share * spec.scaling * routing.b["q_proj"][n, 1] @ (shared.a["q_proj"][1] @ x_I)
        for share, n in zip(shares, (first, second), strict=True)
    )
    found_O = routing.delta("q_proj", 1, x_I[None, None])[0, 0]
    torch.testing.assert_close(found_O, expected_O)


def test_base_is_routed_and_then_as_before(
    routing: ArrowRouting, base: BaseModel
) -> None:
    """No hook stays behind."""
    with torch.no_grad():
        plain_BTV = base.model(IDS_BT).logits
        with routing.on(base):
            routed_BTV = base.model(IDS_BT).logits
        again_BTV = base.model(IDS_BT).logits
    assert (routed_BTV - plain_BTV).abs().amax() > 1e-3
    assert torch.equal(again_BTV, plain_BTV)


def test_routing_needs_experts(surroundings: Surroundings) -> None:
    """There is nothing to choose from."""
    library = surroundings.library
    empty = ExpertLibrary(
        [],
        embeddings_NE=library.embeddings_NE[:0],
        coefficients_NC=library.coefficients_NC[:0],
        basis_CP=library.basis_CP,
    )
    around = replace(surroundings, library=empty)
    with pytest.raises(EmptyLibraryError, match="routing chooses among experts"):
        arrow_routing(around.library, around.shared, around.spec)
