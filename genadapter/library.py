"""Experts and an index over the tasks they were trained for.

All experts stand on one shared A, so an expert is its B alone, kept as coefficients
in a compact basis: B_k = B_0 + coefficients_k @ basis. Mixing experts is then a plain
average of coefficients, and exact.

Shapes: N experts, C coefficients, P parameters of one flattened B, E embedding,
B tasks asked for, K neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import faiss
import numpy as np
import torch
from torch import Tensor

from genadapter.errors import ConfigError, EmptyLibraryError
from genadapter.lora import LoraSpec

EXACT_SEARCH_LIMIT = 100_000
"""At more experts than this the index is an approximate one (HNSW)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expert:
    """What is known of one expert beside its weights."""

    id: str
    """The task's id."""
    family: str
    """The task's family."""
    group: str
    """Tasks made from one table share a group."""
    description: str
    """One wording of the task."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The experts nearest to each task of a batch."""

    indices_BK: Tensor
    """Positions in the library; -1 where fewer experts were allowed."""
    similarities_BK: Tensor
    """Cosine similarity of the task embeddings; 0 where absent."""
    embeddings_BKE: Tensor
    """Unit-norm embeddings of the neighbours' tasks."""
    coefficients_BKC: Tensor
    """Their coefficients; 0 where absent, which is the shared adapter itself."""
    variances_BKC: Tensor
    """How far each coefficient still moved at the end of the expert's training."""

    def to(self, device: torch.device) -> Neighbours:
        """The same neighbours on another device."""
        return Neighbours(
            indices_BK=self.indices_BK.to(device),
            similarities_BK=self.similarities_BK.to(device),
            embeddings_BKE=self.embeddings_BKE.to(device),
            coefficients_BKC=self.coefficients_BKC.to(device),
            variances_BKC=self.variances_BKC.to(device),
        )

    @property
    def is_present_BK(self) -> Tensor:
        """True where there is a neighbour."""
        return self.indices_BK >= 0


def blend_weights(neighbours: Neighbours, temperature: float) -> Tensor:
    """Softmax of similarity over the neighbours that are there, of shape (B, K)."""
    scores_BK = neighbours.similarities_BK / temperature
    return scores_BK.masked_fill(~neighbours.is_present_BK, -1e9).softmax(dim=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedFactors:
    """What all adapters of a bundle have in common."""

    a: Mapping[str, Tensor]
    """Per module, the shared A of shape (L, R, I)."""
    b: Mapping[str, Tensor]
    """Per module, the multi-task B_0 of shape (L, O, R)."""

    def flat_b(self) -> Tensor:
        """B_0 as one vector of shape (P,)."""
        return flatten_b(self.b)


def flatten_b(b: Mapping[str, Tensor]) -> Tensor:
    """Joins the B factors of every module, sorted by name, into (..., P)."""
    return torch.cat([b[name].flatten(-3) for name in sorted(b)], dim=-1)


def split_b(
    flat_P: Tensor, spec: LoraSpec, *, fixed: Mapping[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """Undoes `flatten_b`: (..., P) to (..., L, O, R) per module.

    Args:
        flat_P: B factors.
        spec: Their shape.
        fixed: B of shape (L, O, R) of the spec's modules that `flat_P` does not hold,
            for they are the same in all adapters; joined to the others.
    """
    fixed = fixed or {}
    shapes = {
        m.name: (len(m.layers), m.out_features, spec.rank)
        for m in sorted(spec.modules, key=lambda m: m.name)
        if m.name not in fixed
    }
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    parts = torch.split(flat_P, sizes, dim=-1)
    written = {
        name: part.reshape(*part.shape[:-1], *shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
    return {**written, **fixed}


class ExpertLibrary:
    """Experts on one shared A, searchable by the embedding of a task."""

    def __init__(
        self,
        experts: Sequence[Expert],
        *,
        embeddings_NE: Tensor,
        coefficients_NC: Tensor,
        basis_CP: Tensor,
        variances_NC: Tensor | None = None,
    ) -> None:
        """Indexes the experts.

        Args:
            experts: What is known of each.
            embeddings_NE: Unit-norm embeddings of their tasks.
            coefficients_NC: Their coefficients.
            basis_CP: The basis of B - B_0.
            variances_NC: Of the coefficients over the last steps of each expert's
                training; `None` where nobody looked, which counts as 0.

        Raises:
            ConfigError: The tensors do not agree on the number of experts.
        """
        if variances_NC is None:
            variances_NC = torch.zeros_like(coefficients_NC)
        per_expert = (embeddings_NE, coefficients_NC, variances_NC)
        if any(len(rows) != len(experts) for rows in per_expert):
            raise ConfigError(
                f"{len(experts)} experts need as many embeddings, coefficients and "
                f"variances, got {', '.join(str(len(rows)) for rows in per_expert)}"
            )
        self.experts = tuple(experts)
        self.embeddings_NE = embeddings_NE.float()
        self.coefficients_NC = coefficients_NC.float()
        self.variances_NC = variances_NC.float()
        self.basis_CP = basis_CP.float()
        self._index = _build_index(self.embeddings_NE)

    def __len__(self) -> int:
        """Number of experts (N)."""
        return len(self.experts)

    def coefficient_size(self) -> Tensor:
        """Root mean square of the coefficients, a scalar; 1 where there is no expert."""
        size = self.coefficients_NC.square().mean().sqrt()
        return size if size > 0 else torch.ones(())

    def mean_delta(self) -> Tensor:
        """Mean of the experts' B - B_0, flattened to (P,); there must be an expert."""
        return self.coefficients_NC.mean(dim=0) @ self.basis_CP

    @cached_property
    def map_N2(self) -> Tensor:
        """Every expert on the two main axes of all their tasks' embeddings."""
        return on_main_axes(self.embeddings_NE)

    def search(
        self,
        embeddings_BE: Tensor,
        *,
        num_neighbours: int,
        excluded: Sequence[frozenset[int]] | None = None,
    ) -> Neighbours:
        """Finds the nearest experts of every task.

        Args:
            embeddings_BE: Unit-norm task embeddings.
            num_neighbours: How many to return (K).
            excluded: For each task, positions that must not be returned; how training
                hides a task, its relatives or its whole family from itself.

        Raises:
            EmptyLibraryError: There is no expert.
        """
        if not self.experts:
            raise EmptyLibraryError(
                "the library holds no expert: train some with `genadapter experts train`"
            )
        queries = embeddings_BE.detach().float().cpu().numpy()
        if excluded is None:
            found = self._index.search(queries, num_neighbours)
        else:
            found = self._masked_search(queries, num_neighbours, excluded)
        similarities_BK, indices_BK = (torch.from_numpy(part.copy()) for part in found)
        present_BK = indices_BK >= 0
        safe_BK = indices_BK.clamp_min(0)
        return Neighbours(
            indices_BK=indices_BK,
            similarities_BK=similarities_BK.where(present_BK, 0.0),
            embeddings_BKE=self.embeddings_NE[safe_BK] * present_BK.unsqueeze(2),
            coefficients_BKC=self.coefficients_NC[safe_BK] * present_BK.unsqueeze(2),
            variances_BKC=self.variances_NC[safe_BK] * present_BK.unsqueeze(2),
        )

    def _masked_search(
        self,
        queries: np.ndarray,
        num_neighbours: int,
        excluded: Sequence[frozenset[int]],
    ) -> tuple[np.ndarray, np.ndarray]:
        rows = []
        for query, hidden in zip(queries, excluded, strict=True):
            ids = np.fromiter(sorted(hidden), dtype=np.int64, count=len(hidden))
            selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(ids))
            parameters = self._search_parameters(selector)
            rows.append(
                self._index.search(query[None], num_neighbours, params=parameters)
            )
        return np.concatenate([r[0] for r in rows]), np.concatenate(
            [r[1] for r in rows]
        )

    # Any: faiss's stubs lack the selectors that its Python module has.
    def _search_parameters(self, selector: Any) -> Any:
        module: Any = faiss
        if len(self) > EXACT_SEARCH_LIMIT:
            return module.SearchParametersHNSW(sel=selector)
        return module.SearchParameters(sel=selector)


def _build_index(embeddings_NE: Tensor) -> faiss.Index:
    num_experts, size = embeddings_NE.shape
    index: faiss.Index = faiss.IndexFlatIP(size)
    if num_experts > EXACT_SEARCH_LIMIT:
        index = faiss.IndexHNSWFlat(size, 32, faiss.METRIC_INNER_PRODUCT)
    if num_experts:
        index.add(np.ascontiguousarray(embeddings_NE.cpu().numpy()))
    return index


def on_main_axes(rows_NE: Tensor) -> Tensor:
    """Rows on their two principal axes about their mean, of shape (N, 2).

    An axis and its opposite fit equally well: the one whose largest entry is positive is
    taken. Fewer than two rows are all at the origin.
    """
    if len(rows_NE) < 2:
        return torch.zeros(len(rows_NE), 2)
    centred_NE = rows_NE - rows_NE.mean(dim=0)
    _, _, axes_CE = torch.linalg.svd(centred_NE, full_matrices=False)
    axes_2E: Tensor = axes_CE[:2]
    largest_21 = axes_2E.abs().argmax(dim=1, keepdim=True)
    signs_21 = axes_2E.gather(1, largest_21).sign()
    return centred_NE @ (axes_2E * signs_21).mT


def compact_basis(
    residuals_NP: Tensor, *, num_components: int
) -> tuple[Tensor, Tensor]:
    """The best basis for a set of expert residuals, by a truncated SVD.

    Args:
        residuals_NP: Flattened B_k - B_0, one row an expert.
        num_components: Basis vectors to keep (C); at most N.

    Returns:
        The basis of shape (C, P), orthonormal, and the coefficients of shape (N, C).
    """
    if num_components < 1:
        raise ConfigError(f"num_components must be at least 1, got {num_components}")
    _, _, vt_NP = torch.linalg.svd(residuals_NP.float(), full_matrices=False)
    basis_CP = vt_NP[:num_components]
    return basis_CP, residuals_NP.float() @ basis_CP.mT
