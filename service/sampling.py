"""Sampling: how the next token of an answer is chosen.

Shapes: V vocabulary.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How tokens are chosen; by itself the likeliest one is."""

    temperature: float = 0.0
    """0 takes the likeliest token."""
    top_p: float = 1.0
    """Only the likeliest tokens, up to this share of all likelihood, are drawn from."""
    presence_penalty: float = 0.0
    """Taken off the logit of every token that the answer has."""
    frequency_penalty: float = 0.0
    """Taken off as often as the answer has it."""
    seed: int | None = None
    """Of the draws; none draws anew every time."""
    num_likely: int | None = None
    """How many rivals of each token are told with their likelihood; none tells nothing."""

    @property
    def is_plain(self) -> bool:
        """Whether the likeliest token is all that is asked for."""
        return (
            not self.temperature
            and not self.presence_penalty
            and not self.frequency_penalty
            and self.num_likely is None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Likely:
    """A token, its log likelihood, and the likeliest tokens that might have stood there."""

    token: int
    logprob: float
    rivals: tuple[Likely, ...] = ()


class Sampler:
    """Chooses the tokens of one answer."""

    def __init__(self, sampling: Sampling) -> None:
        """Begins an answer."""
        self.sampling = sampling
        self._counts: Counter[int] = Counter()
        self._draws = torch.Generator()
        if sampling.seed is None:
            self._draws.seed()
        else:
            # The generator takes 64 bits, signed.
            self._draws.manual_seed(sampling.seed % 2**63)

    def choose(self, logits_V: Tensor) -> tuple[int, Likely | None]:
        """The next token, with its likelihood where that is asked for.

        Args:
            logits_V: The model's own; likelihoods are told as it gave them.
        """
        told_V = logits_V.float().cpu()
        token = self._draw(self._penalised(told_V))
        self._counts[token] += 1
        if self.sampling.num_likely is None:
            return token, None
        logprobs_V = told_V.log_softmax(dim=0)
        top = logprobs_V.topk(self.sampling.num_likely)
        rivals = tuple(
            Likely(token=int(t), logprob=float(p))
            for p, t in zip(top.values, top.indices, strict=True)
        )
        logprob = float(logprobs_V[token])
        return token, Likely(token=token, logprob=logprob, rivals=rivals)

    def _penalised(self, logits_V: Tensor) -> Tensor:
        chosen = self.sampling
        if not self._counts or not (
            chosen.presence_penalty or chosen.frequency_penalty
        ):
            return logits_V
        logits_V = logits_V.clone()
        for token, count in self._counts.items():
            penalty = chosen.presence_penalty + count * chosen.frequency_penalty
            logits_V[token] -= penalty
        return logits_V

    def _draw(self, logits_V: Tensor) -> int:
        if not self.sampling.temperature:
            return int(logits_V.argmax())
        shares_V = (logits_V / self.sampling.temperature).softmax(dim=0)
        if self.sampling.top_p < 1:
            sorted_V, order_V = shares_V.sort(descending=True)
            # The token that crosses the line still counts.
            is_over_V = sorted_V.cumsum(dim=0) - sorted_V > self.sampling.top_p
            sorted_V = sorted_V.masked_fill(is_over_V, 0.0)
            drawn = torch.multinomial(sorted_V, 1, generator=self._draws)
            return int(order_V[drawn])
        return int(torch.multinomial(shares_V, 1, generator=self._draws))
