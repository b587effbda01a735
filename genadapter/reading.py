"""What the frozen base makes of a text: states of its lower layers, token by token.

Shapes: B texts, T tokens, D hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from genadapter.base_model import BaseModel
from genadapter.passes import pad_states, passes

MAX_READ_TOKENS = 94
"""A longer text is cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Lower states over a batch of texts, as the base model reads them."""

    states_BTD: Tensor
    """State of every token, zero where padded."""
    mask_BT: Tensor
    """True at real tokens."""

    def to(self, device: torch.device) -> Reading:
        """The same states on another device."""
        return Reading(
            states_BTD=self.states_BTD.to(device), mask_BT=self.mask_BT.to(device)
        )

    def select(self, rows_B: Tensor) -> Reading:
        """The states over the given texts, trimmed to their longest."""
        mask_BT = self.mask_BT[rows_B]
        length = max(1, int(mask_BT.sum(dim=1).max()))
        return Reading(
            states_BTD=self.states_BTD[rows_B, :length], mask_BT=mask_BT[:, :length]
        )


class Reader:
    """The lower layers of a base model, reading texts for themselves."""

    def __init__(self, base: BaseModel, *, num_layers: int) -> None:
        """Takes a base as it is.

        Args:
            base: The frozen base model.
            num_layers: How many of its layers to run; 0 gives embeddings.
        """
        self.base, self.num_layers = base, num_layers

    @torch.no_grad()
    def read(self, texts: Sequence[str]) -> Reading:
        """States over B texts, float32; a text's own do not depend on the others.

        Passes have fixed shapes (`genadapter.passes`), so rounding does not either.
        """
        ids = [self.base.reading_ids(text, at_most=MAX_READ_TOKENS) for text in texts]
        found: dict[int, Tensor] = {}
        for one in passes(ids):
            states_BTD = self.base.lower_states(
                one.ids_BT.to(self.base.device), num_layers=self.num_layers
            )
            for states_TD, i in zip(states_BTD, one.texts, strict=False):
                # The first token is the same in every text.
                found[i] = states_TD[1 : len(ids[i])].float()
        states_BTD, mask_BT = pad_states([found[i] for i in range(len(ids))])
        return Reading(states_BTD=states_BTD, mask_BT=mask_BT)


def unit_mean_square(states_BTD: Tensor) -> Tensor:
    """States of unit mean square, as the base's own layers see them."""
    return functional.rms_norm(states_BTD, states_BTD.shape[-1:], eps=1e-5)
