"""Familiarity: how much a text is like the descriptions that a generator learned from.

A text is looked at in two ways: where the encoder puts it, and how likely the frozen base
finds it, token by token (Hendrycks and Gimpel, 2017, and Ren et al., 2019, on inputs from
elsewhere). A logistic regression tells the training descriptions from texts without sense.
Among texts that have some, what matters is how well an adapter will do: a ridge regression
on the embedding expects it, from how the generator did on tasks in words that it was not
trained on. Both figures are given as a rank among the training descriptions.

Shapes: B texts, E embedding, F = E + 2 features, Q quantiles, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

from genadapter.base_model import BaseModel

STRANGE_SHARE = 0.03
"""A text is strange where fewer training descriptions than this look stranger."""
MAX_TOKENS = 96
"""Of a text that are looked at."""
_CHUNK = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Familiarity:
    """How familiar one text is."""

    share: float
    """Share of the training descriptions that promise less, in [0, 1]: that look stranger
    or, if this one does not look strange, that a worse adapter is expected for."""

    @property
    def is_strange(self) -> bool:
        """Whether the text is unlike anything that was learned from."""
        return self.share < STRANGE_SHARE


@dataclass(frozen=True, kw_only=True, slots=True)
class FamiliarityScale:
    """What texts are rated by; fitted once for a bundle."""

    weights_F: Tensor
    """Of the logistic regression."""
    bias: Tensor
    """Its constant, a scalar."""
    known_Q: Tensor
    """Scores of the training descriptions, at even quantiles from lowest to highest."""
    success_E: Tensor
    """Of the ridge regression, without its constant."""
    success_Q: Tensor
    """What it gives for the training descriptions, at even quantiles as well."""

    def scores(self, features_BF: Tensor) -> Tensor:
        """Log-odds that each text describes a task, of shape (B,)."""
        return features_BF @ self.weights_F + self.bias

    def rate(self, features_BF: Tensor) -> list[Familiarity]:
        """Ranks each text among the training descriptions.

        Args:
            features_BF: As `look` gives them.
        """
        expected_B = features_BF[:, : len(self.success_E)] @ self.success_E
        seen_B, promise_B = (
            torch.searchsorted(known_Q, figure_B) / len(known_Q)
            for known_Q, figure_B in (
                (self.known_Q, self.scores(features_BF)),
                (self.success_Q, expected_B),
            )
        )
        share_B = torch.where(
            seen_B < STRANGE_SHARE,
            seen_B,
            STRANGE_SHARE + (1 - STRANGE_SHARE) * promise_B,
        )
        return [Familiarity(share=round(share, 4)) for share in share_B.tolist()]

    def tensors(self) -> dict[str, Tensor]:
        """The scale as named tensors."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def look(texts: Sequence[str], embeddings_BE: Tensor, base: BaseModel) -> Tensor:
    """Features of B texts, of shape (B, E + 2).

    Args:
        texts: At least one.
        embeddings_BE: What the encoder makes of them.
        base: Runs as it is, without adapters.
    """
    told_B2 = torch.empty(len(texts), 2)
    # Texts of like length share a pass, so little of it is padding.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        told_B2[chunk] = _surprise([texts[i] for i in chunk], base)
    return torch.cat([embeddings_BE.float().cpu(), told_B2], dim=1)


@torch.inference_mode()
def _surprise(texts: Sequence[str], base: BaseModel) -> Tensor:
    """Mean negative log-likelihood of a token, and logarithm of their number: (B, 2)."""
    # A token stands before each text, so that its own first one is judged as well.
    first = base.start_ids[-1:]
    ids = [[*first, *base.reading_ids(text, at_most=MAX_TOKENS)] for text in texts]
    length = max(len(row) for row in ids)
    ids_BT = torch.tensor([row + [0] * (length - len(row)) for row in ids])
    is_token_BT = torch.tensor(
        [[place < len(row) for place in range(length)] for row in ids]
    )
    ids_BT, is_token_BT = ids_BT.to(base.device), is_token_BT.to(base.device)
    hidden_BTD = base.lower_states(ids_BT[:, :-1], num_layers=0)
    losses_BT = ids_BT.new_zeros(ids_BT[:, 1:].shape, dtype=torch.float32)
    asked_BT = is_token_BT[:, 1:]
    logits_NV = base.logits_from(hidden_BTD, start_layer=0, positions_BT=asked_BT)
    losses_BT[asked_BT] = functional.cross_entropy(
        logits_NV.float(), ids_BT[:, 1:][asked_BT], reduction="none"
    )
    num_B = asked_BT.sum(dim=1).clamp_min(1)
    return torch.stack([losses_BT.sum(dim=1) / num_B, num_B.log()], dim=1).cpu()
