"""How far weights still move at the end of their training.

By Welford's method (1962): one pass, no list of weights.
"""

from __future__ import annotations

from typing import Any

import lightning
import torch
from torch import Tensor, nn


class Spread(lightning.Callback):
    """Variance of a parameter over the last steps of a run."""

    def __init__(self, live: nn.Parameter, *, from_step: int) -> None:
        """Starts with nothing seen.

        Args:
            live: The parameter.
            from_step: Steps before this one are not looked at.
        """
        self._live, self._from_step = live, from_step
        self._num_seen = 0
        self._mean = torch.zeros_like(live, requires_grad=False)
        self._squares = torch.zeros_like(live, requires_grad=False)

    def variance(self) -> Tensor:
        """Mean squared distance from the mean, in the parameter's shape; 0 if unseen."""
        return self._squares / max(1, self._num_seen)

    @torch.no_grad()
    def on_train_batch_end(self, trainer: lightning.Trainer, *_: Any) -> None:
        """Looks at the weights as they are now."""  # Any: Lightning's hook
        if trainer.global_step <= self._from_step:
            return
        self._num_seen += 1
        self._mean, self._squares = (
            t.to(self._live) for t in (self._mean, self._squares)
        )
        away = self._live - self._mean
        self._mean += away / self._num_seen
        self._squares += away * (self._live - self._mean)

    def state_dict(self) -> dict[str, Any]:  # Any: Lightning's hook
        """What a resumed leg needs."""
        return {
            "num_seen": self._num_seen,
            "mean": self._mean,
            "squares": self._squares,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:  # Any: as above
        """Takes up where the last leg stopped."""
        self._num_seen = state_dict["num_seen"]
        self._mean, self._squares = state_dict["mean"], state_dict["squares"]
