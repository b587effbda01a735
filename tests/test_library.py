"""Experts and the index over their tasks."""

from __future__ import annotations

import pytest
import torch

from genadapter import library as library_module
from genadapter.errors import ConfigError, EmptyLibraryError
from genadapter.library import Expert, ExpertLibrary, compact_basis, on_main_axes


def make_library(num_experts: int, *, size: int = 8) -> ExpertLibrary:
    """Experts at random places of the unit sphere."""
    generator = torch.Generator().manual_seed(num_experts)
    embeddings_NE = torch.randn(num_experts, size, generator=generator)
    return ExpertLibrary(
        [
            Expert(id=f"t{i}", family=f"f{i % 3}", group="g", description="d")
            for i in range(num_experts)
        ],
        embeddings_NE=torch.nn.functional.normalize(embeddings_NE, dim=1),
        coefficients_NC=torch.randn(num_experts, 4, generator=generator),
        basis_CP=torch.eye(4, 12),
    )


@pytest.fixture(params=["exact", "approximate"])
def thirty(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> ExpertLibrary:
    """Thirty experts, behind either kind of index."""
    if request.param == "approximate":
        monkeypatch.setattr(library_module, "EXACT_SEARCH_LIMIT", 10)
    return make_library(30)


def test_search_finds_the_nearest_by_cosine(thirty: ExpertLibrary) -> None:
    """Order, similarities, embeddings and coefficients all belong together."""
    queries_BE = make_library(5).embeddings_NE
    found = thirty.search(queries_BE, num_neighbours=4)
    similarities_BN = queries_BE @ thirty.embeddings_NE.mT
    expected = similarities_BN.topk(4, dim=1)
    assert torch.equal(found.indices_BK, expected.indices)
    torch.testing.assert_close(found.similarities_BK, expected.values)
    assert torch.equal(found.embeddings_BKE, thirty.embeddings_NE[expected.indices])
    assert torch.equal(found.coefficients_BKC, thirty.coefficients_NC[expected.indices])
    assert found.is_present_BK.all()


def test_masked_experts_are_never_returned(thirty: ExpertLibrary) -> None:
    """Each task has a mask of its own; the best of the others come back."""
    queries_BE = thirty.embeddings_NE[:2]
    excluded = [frozenset({0, 3, 5}), frozenset[int]()]
    found = thirty.search(queries_BE, num_neighbours=3, excluded=excluded)
    allowed_N = torch.ones(30, dtype=torch.bool)
    allowed_N[[0, 3, 5]] = False
    scores_N = (thirty.embeddings_NE @ queries_BE[0]).masked_fill(~allowed_N, -2)
    assert found.indices_BK[0].tolist() == scores_N.topk(3).indices.tolist()
    assert found.indices_BK[1, 0] == 1


def test_places_without_an_expert_are_empty() -> None:
    """Fewer experts than asked for leave zeros and a mask, not rubbish."""
    library = make_library(3)
    everything = frozenset({0, 1, 2})
    found = library.search(
        library.embeddings_NE[:2],
        num_neighbours=4,
        excluded=[frozenset({0}), everything],
    )
    assert found.is_present_BK.sum(dim=1).tolist() == [2, 0]
    absent_BK = ~found.is_present_BK
    assert (found.similarities_BK[absent_BK] == 0).all()
    assert (found.embeddings_BKE[absent_BK] == 0).all()
    assert (found.coefficients_BKC[absent_BK] == 0).all()


def test_empty_library_refuses_to_search() -> None:
    """The error says how experts are made."""
    with pytest.raises(EmptyLibraryError, match="genadapter experts train"):
        make_library(0).search(torch.ones(1, 8), num_neighbours=1)


def test_tensors_of_unlike_length_are_refused() -> None:
    """Every expert needs an embedding and coefficients."""
    library = make_library(3)
    with pytest.raises(ConfigError, match="3 experts need as many"):
        ExpertLibrary(
            library.experts,
            embeddings_NE=library.embeddings_NE[:2],
            coefficients_NC=library.coefficients_NC,
            basis_CP=library.basis_CP,
        )


def test_map_shows_as_much_spread_as_two_axes_can() -> None:
    """Their variances are the largest that there are, about the mean."""
    library = make_library(30)
    spread = torch.linalg.eigvalsh(library.embeddings_NE.mT.cov()).flip(0)
    torch.testing.assert_close(library.map_N2.var(dim=0), spread[:2])
    torch.testing.assert_close(
        library.map_N2.mean(dim=0), torch.zeros(2), atol=1e-6, rtol=0
    )


def test_map_leaves_no_sign_to_chance() -> None:
    """The order of the rows, by which decompositions choose one, changes no place."""
    rows_NE = make_library(30).embeddings_NE
    torch.testing.assert_close(
        on_main_axes(rows_NE.flip(0)).flip(0), on_main_axes(rows_NE), atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("num_experts", [0, 1])
def test_map_of_next_to_nothing_is_the_origin(num_experts: int) -> None:
    """There is no axis to lay."""
    assert make_library(num_experts).map_N2.tolist() == [[0, 0]] * num_experts


def test_full_basis_restores_residuals_and_is_orthonormal() -> None:
    """With as many components as experts nothing is lost."""
    residuals_NP = torch.randn(4, 20, generator=torch.Generator().manual_seed(1))
    basis_CP, coefficients_NC = compact_basis(residuals_NP, num_components=9)
    assert basis_CP.shape == (4, 20)
    torch.testing.assert_close(basis_CP @ basis_CP.mT, torch.eye(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(
        coefficients_NC @ basis_CP, residuals_NP, atol=1e-5, rtol=1e-5
    )


def test_short_basis_loses_the_smallest_singular_values() -> None:
    """The basis is the best of its size."""
    residuals_NP = torch.randn(6, 20, generator=torch.Generator().manual_seed(2))
    basis_CP, coefficients_NC = compact_basis(residuals_NP, num_components=2)
    error = (coefficients_NC @ basis_CP - residuals_NP).norm()
    torch.testing.assert_close(error, torch.linalg.svdvals(residuals_NP)[2:].norm())
    with pytest.raises(ConfigError, match="num_components must be at least 1, got 0"):
        compact_basis(residuals_NP, num_components=0)
