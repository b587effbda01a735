"""What the frozen base makes of a description: its states on the way to an answer.

The base reads a text as it would read it in a prompt, behind the tokens that begin every
prompt and, where there is one, through an adapter that was trained to read tasks there.

Shapes: B texts, T tokens, L layers, D hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
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

MAX_READ_TOKENS = 188
"""A longer passage is cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """States over a batch of texts, as the base model reads them."""

    states_BLTD: Tensor
    """What every adapted layer is given for every token, at unit mean square; zero where
    padded."""
    mask_BT: Tensor
    """True at real tokens."""
    places_BT: Tensor
    """Where each token stands in its own passage, from 0 on."""

    def to(self, device: torch.device) -> Reading:
        """The same states on another device."""
        return Reading(
            states_BLTD=self.states_BLTD.to(device),
            mask_BT=self.mask_BT.to(device),
            places_BT=self.places_BT.to(device),
        )

    def select(self, rows_B: Tensor) -> Reading:
        """The states over the given texts, trimmed to their longest."""
        mask_BT = self.mask_BT[rows_B]
        length = max(1, int(mask_BT.sum(dim=1).max()))
        return Reading(
            states_BLTD=self.states_BLTD[rows_B, :, :length],
            mask_BT=mask_BT[:, :length],
            places_BT=self.places_BT[rows_B, :length],
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

    def read(self, texts: Sequence[tuple[str, ...]]) -> Reading:
        """States over B texts, float32; a text's own do not depend on the others.

        Args:
            texts: Each in passages, at least one. A passage is read by itself, as if it
                alone stood in the prompt, and cut where it is too long; their states
                stand side by side.
        """
        passages = [passage for text in texts for passage in text]
        ids = [
            self.base.reading_ids(passage, at_most=MAX_READ_TOKENS)
            for passage in passages
        ]
        states = iter(self._reading_layers.inputs(ids, self._layers))
        joined = [torch.cat(list(islice(states, len(text))), dim=1) for text in texts]
        lengths, told = [own.shape[1] for own in joined], iter(ids)
        mask_BT = real_tokens(lengths, device=joined[0].device)
        num_layers, _, hidden_size = joined[0].shape
        states_BLTD = joined[0].new_zeros(
            len(texts), num_layers, mask_BT.shape[1], hidden_size
        )
        places_BT = torch.zeros_like(mask_BT, dtype=torch.long)
        for row, (text, own_LTD) in enumerate(zip(texts, joined, strict=True)):
            states_BLTD[row, :, : lengths[row]] = own_LTD
            places = [place for _ in text for place in range(len(next(told)))]
            places_BT[row, : lengths[row]] = torch.tensor(places)
        return Reading(states_BLTD=states_BLTD, mask_BT=mask_BT, places_BT=places_BT)
