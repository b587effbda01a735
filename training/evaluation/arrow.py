"""Arrow routing: every token picks the experts whose change of the weights it excites.

Reference: Ostapenko et al., Towards Modular LLMs by Building and Reusing a Library of
LoRAs, 2024. It needs neither a description nor training: a token's state is compared
with the direction that each expert's change of a layer stretches most, and the experts
with the largest projections, the sign left aside, are mixed by their softmax.

Shapes: N experts, K chosen, B rows, T tokens, L layers, R rank, I in, O out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genadapter.base_model import BaseModel
from genadapter.errors import EmptyLibraryError
from genadapter.library import ExpertLibrary, SharedFactors, split_b
from genadapter.lora import LoraSpec

Hook = Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrowRouting:
    """A library's experts, ready to be chosen from."""

    spec: LoraSpec
    """Shape of the experts."""
    a: Mapping[str, Tensor]
    """Per module, their A of shape (L, R, I)."""
    b: Mapping[str, Tensor]
    """Per module, their B of shape (N, L, O, R)."""
    directions: Mapping[str, Tensor]
    """Per module, what each expert stretches most, of unit norm: (L, N, I)."""
    num_chosen: int
    """Experts of a token (K)."""

    @contextmanager
    def on(self, base: BaseModel) -> Iterator[None]:
        """Routes every token of the base's passes; afterwards it is what it was."""
        handles = [
            base.model.get_submodule(module.path(layer)).register_forward_hook(
                self._hook(module.name, place)
            )
            for module in self.spec.modules
            for place, layer in enumerate(module.layers)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _hook(self, name: str, place: int) -> Hook:
        def add_delta(
            _module: nn.Module, inputs: tuple[Tensor, ...], output_BTO: Tensor
        ) -> Tensor:
            x_BTI = inputs[0]
            delta_BTO = self.delta(name, place, x_BTI.float())
            return output_BTO + delta_BTO.to(output_BTO.dtype)

        return add_delta

    def delta(self, name: str, place: int, x_BTI: Tensor) -> Tensor:
        """What the chosen experts add to a layer's output, of shape (B, T, O)."""
        device = x_BTI.device
        excited_BTN = (x_BTI @ self.directions[name][place].to(device).mT).abs()
        top_BTK = excited_BTN.topk(self.num_chosen, dim=2)
        weights_BTN = torch.zeros_like(excited_BTN).scatter(
            2, top_BTK.indices, top_BTK.values.softmax(dim=2)
        )
        seen_BTR = x_BTI @ self.a[name][place].to(device).mT
        b_NOR = self.b[name][:, place].to(device)
        # First what each expert is to be given, then all experts in one product.
        given_BTNR = weights_BTN.unsqueeze(3) * seen_BTR.unsqueeze(2)
        joined_OX = b_NOR.permute(1, 0, 2).flatten(1)
        delta_BTO: Tensor = given_BTNR.flatten(2) @ joined_OX.mT
        return self.spec.scaling * delta_BTO


def arrow_routing(
    library: ExpertLibrary,
    shared: SharedFactors,
    spec: LoraSpec,
    *,
    num_chosen: int = 4,
) -> ArrowRouting:
    """Prepares a library's experts.

    Args:
        library: The experts.
        shared: Their A, and the B_0 that they are measured from.
        spec: Their shape.
        num_chosen: Experts of a token.

    Raises:
        EmptyLibraryError: There is no expert.
    """
    if not library.experts:
        raise EmptyLibraryError("routing chooses among experts; the bundle has none")
    b_NP = shared.flat_b() + library.coefficients_NC @ library.basis_CP
    b = split_b(b_NP, spec)
    return ArrowRouting(
        spec=spec,
        a=shared.a,
        b=b,
        directions={name: _directions(shared.a[name], b[name]) for name in b},
        num_chosen=min(num_chosen, len(library)),
    )


def _directions(a_LRI: Tensor, b_NLOR: Tensor) -> Tensor:
    """Top right singular vectors of B A, of shape (L, N, I), by r x r matrices alone."""
    q_LIR, r_LRR = torch.linalg.qr(a_LRI.mT)
    # B A = (B R^T) Q^T, and Q has orthonormal columns.
    inner_LNOR = b_NLOR.transpose(0, 1) @ r_LRR.mT.unsqueeze(1)
    gram_LNRR = inner_LNOR.mT @ inner_LNOR
    top_LNR = torch.linalg.eigh(gram_LNRR).eigenvectors[..., -1]
    directions_LNI: Tensor = top_LNR @ q_LIR.mT
    return directions_LNI
