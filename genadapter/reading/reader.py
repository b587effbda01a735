"""What the frozen base makes of a description: its states on the way to an answer.

The base reads a text as it would read it in a prompt, behind the tokens that begin every
prompt and, where there is one, through an adapter that was trained to read tasks there.

Shapes: B texts, T tokens, L layers, D hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from genadapter.base_model import BaseModel
from genadapter.library import SharedFactors
from genadapter.lora import LoraSpec
from genadapter.passes import real_tokens
from genadapter.reading.integer_layers import IntegerLayers
from genadapter.reading.llama_layer import from_plain_llama
from genadapter.reading.padded_layers import PaddedLayers

MAX_READ_TOKENS = 94
"""A longer text is cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """States over a batch of texts, as the base model reads them."""

    states_BLTD: Tensor
    """What every adapted layer is given for every token, at unit mean square; zero where
    padded."""
    mask_BT: Tensor
    """True at real tokens."""

    def to(self, device: torch.device) -> Reading:
        """The same states on another device."""
        return Reading(
            states_BLTD=self.states_BLTD.to(device), mask_BT=self.mask_BT.to(device)
        )

    def select(self, rows_B: Tensor) -> Reading:
        """The states over the given texts, trimmed to their longest."""
        mask_BT = self.mask_BT[rows_B]
        length = max(1, int(mask_BT.sum(dim=1).max()))
        return Reading(
            states_BLTD=self.states_BLTD[rows_B, :, :length],
            mask_BT=mask_BT[:, :length],
        )


class ReadingLayers(Protocol):
    """Whatever runs the base's layers over tokenised texts."""

    def inputs(
        self, ids: Sequence[Sequence[int]], layers: Sequence[int]
    ) -> list[Tensor]:
        """For every text the states at the inputs of some layers, (L, T, D)."""
        ...


class Reader:
    """A base model that reads descriptions for a generator."""

    def __init__(
        self, base: BaseModel, *, spec: LoraSpec, factors: SharedFactors | None = None
    ) -> None:
        """Takes a base as it is.

        Args:
            base: The frozen base model; a plain Llama's weights are copied, in eight bits.
            spec: Its layers are those whose states are kept.
            factors: The adapter of that shape that it reads through; `None` means none.

        Raises:
            SpecMismatchError: The adapter does not fit its spec or the base.
        """
        self.base, self._layers = base, spec.layers
        self._reading_layers: ReadingLayers
        if from_plain_llama(base) is None:
            self._reading_layers = IntegerLayers(
                base,
                num_layers=spec.layers[-1],
                prefix_ids=base.start_ids,
                factors=factors,
                spec=spec,
            )
        else:
            self._reading_layers = PaddedLayers(
                base, prefix_ids=base.start_ids, factors=factors, spec=spec
            )

    def read(self, texts: Sequence[str]) -> Reading:
        """States over B texts, float32; a text's own do not depend on the others."""
        ids = [self.base.reading_ids(text, at_most=MAX_READ_TOKENS) for text in texts]
        states = self._reading_layers.inputs(ids, self._layers)
        mask_BT = real_tokens([len(own) for own in ids], device=states[0].device)
        num_layers, _, hidden_size = states[0].shape
        states_BLTD = states[0].new_zeros(
            len(ids), num_layers, mask_BT.shape[1], hidden_size
        )
        for row_LTD, own_LTD in zip(states_BLTD, states, strict=True):
            row_LTD[:, : own_LTD.shape[1]] = own_LTD
        return Reading(states_BLTD=states_BLTD, mask_BT=mask_BT)
