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

MAX_READ_TOKENS = 94
"""A longer text is cut."""
PASS_ROWS = 4
"""Texts in one pass."""
PASS_TOKENS = 16
"""A text is padded to a multiple of this length."""


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

        Every pass has `PASS_ROWS` rows and a length that the text alone decides, so that
        rounding is the same whatever it is read with.
        """
        ids = [self.base.reading_ids(text, at_most=MAX_READ_TOKENS) for text in texts]
        found: dict[int, Tensor] = {}
        by_length: dict[int, list[int]] = {}
        for i, own in enumerate(ids):
            by_length.setdefault(-(-len(own) // PASS_TOKENS) * PASS_TOKENS, []).append(
                i
            )
        for length, places in by_length.items():
            for start in range(0, len(places), PASS_ROWS):
                chunk = places[start : start + PASS_ROWS]
                ids_BT = torch.zeros(PASS_ROWS, length, dtype=torch.long)
                for row, i in enumerate(chunk):
                    ids_BT[row, : len(ids[i])] = torch.tensor(ids[i])
                states_BTD = self.base.lower_states(
                    ids_BT.to(self.base.device), num_layers=self.num_layers
                )
                for row, i in enumerate(chunk):
                    # The first token is the same in every text.
                    found[i] = states_BTD[row, 1 : len(ids[i])].float()
        longest = max(len(states_TD) for states_TD in found.values())
        states_BTD = torch.stack(
            [
                functional.pad(found[i], (0, 0, 0, longest - len(found[i])))
                for i in range(len(ids))
            ]
        )
        lengths_B = torch.tensor([len(own) - 1 for own in ids])
        mask_BT = torch.arange(longest) < lengths_B.unsqueeze(1)
        return Reading(states_BTD=states_BTD, mask_BT=mask_BT.to(states_BTD.device))


def unit_mean_square(states_BTD: Tensor) -> Tensor:
    """States of unit mean square, as the base's own layers see them."""
    return functional.rms_norm(states_BTD, states_BTD.shape[-1:], eps=1e-5)
