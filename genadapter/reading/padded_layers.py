"""The layers of any base as they are, over texts padded to passes of fixed shape.

Slower than `integer_layers`, which runs plain Llamas only.

Shapes: B rows of a pass, T tokens, D hidden, L layers asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from genadapter.attach import AdapterSlots, stack_rows
from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec, LoraWeights
from genadapter.passes import passes
from genadapter.reading.integer_layers import unit_mean_square


class PaddedLayers:
    """The decoder layers of a base, behind a prefix that all texts share."""

    def __init__(
        self,
        base: BaseModel,
        *,
        prefix_ids: Sequence[int],
        factors: SharedFactors | None,
        spec: LoraSpec,
    ) -> None:
        """Hooks the base.

        Args:
            base: The frozen base model.
            prefix_ids: Tokens that stand before every text.
            factors: An adapter to read through; `None` for none.
            spec: The adapter's shape.

        Raises:
            SpecMismatchError: The adapter does not fit the base.
        """
        self._base, self._prefix_ids = base, list(prefix_ids)
        self._weights = None if factors is None else LoraWeights(factors.a, factors.b)
        self._slots = AdapterSlots(base.model, spec)

    @torch.no_grad()
    def inputs(
        self, ids: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> list[Tensor]:
        """States at the inputs of some layers; a text's own do not depend on the others.

        Args:
            ids: Token ids of every text, without the prefix.
            layers: The layers, ascending.

        Returns:
            For every text its states of unit mean square, float32 of shape (L, T, D).
        """
        num_prefix, base = len(self._prefix_ids), self._base
        states: dict[int, Tensor] = {}
        for one in passes([[*self._prefix_ids, *own] for own in ids]):
            kept = self._run(one.ids_BT.to(base.device), layers)
            states_BLTD = torch.stack(kept, dim=1).float()
            for i, states_LTD in zip(one.texts, states_BLTD, strict=False):
                own_LTD = states_LTD[:, num_prefix : num_prefix + len(ids[i])]
                states[i] = unit_mean_square(own_LTD)
        return [states[i] for i in range(len(ids))]

    def _run(self, ids_BT: Tensor, layers: Sequence[int]) -> list[Tensor]:
        base, spec = self._base, self._slots.spec
        rows = stack_rows(
            spec, [self._weights] * len(ids_BT), dtype=base.dtype, device=base.device
        )
        with self._slots.bind(rows):
            hidden_BTD = base.lower_states(ids_BT, num_layers=layers[0])
            kept = [hidden_BTD]
            for layer in range(layers[0], layers[-1]):
                hidden_BTD = base.layer_output(hidden_BTD, layer)
                if layer + 1 in layers:
                    kept.append(hidden_BTD)
        return kept
