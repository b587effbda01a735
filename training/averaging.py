"""A running mean of the weights that a run goes through.

Exponential, as Polyak and Juditsky (1992) averaged and as is usual since. Validation looks
at the mean, and a checkpoint's `state_dict` holds it; the weights that training goes on
from lie beside it.
"""

from __future__ import annotations

from typing import Any

import lightning
import torch
from torch import Tensor, nn

from genadapter.errors import ConfigError

LIVE = "live_state_dict"
"""Where a checkpoint keeps the weights that training goes on from."""
_WARM_UP = 10
"""The mean forgets faster at first, or it would be that of untrained weights for long."""


class WeightAverage(lightning.Callback):
    """Keeps the mean of one part of the module that is trained."""

    def __init__(self, live: nn.Module, *, decay: float) -> None:
        """Starts from the weights as they are.

        Args:
            live: The part; what does not train is left alone.
            decay: Share of the mean that a step leaves as it was.

        Raises:
            ConfigError: A decay that is no such share.
        """
        if not 0 < decay < 1:
            raise ConfigError(f"decay must lie between 0 and 1, got {decay}")
        self._live, self._decay = live, decay
        self._mean = {name: p.detach().clone() for name, p in self._trained().items()}
        self._num_steps = 0

    def _trained(self) -> dict[str, nn.Parameter]:
        return {n: p for n, p in self._live.named_parameters() if p.requires_grad}

    @torch.no_grad()
    def on_train_batch_end(self, *_: Any) -> None:  # Any: Lightning's hook
        """Moves the mean towards the weights."""
        self._num_steps += 1
        grown = (1 + self._num_steps) / (_WARM_UP + self._num_steps)
        share = 1 - min(self._decay, grown)
        for name, parameter in self._trained().items():
            mean = self._mean[name].to(parameter.device)
            self._mean[name] = mean.lerp_(parameter, share)

    def on_validation_epoch_start(self, *_: Any) -> None:  # Any: Lightning's hook
        """Lets validation look at the mean."""
        self._swap()

    def on_validation_epoch_end(self, *_: Any) -> None:  # Any: Lightning's hook
        """Lets training go on from where it was."""
        self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, parameter in self._trained().items():
            mean = self._mean[name].to(parameter.device)
            self._mean[name] = parameter.detach().clone()
            parameter.copy_(mean)

    def on_save_checkpoint(
        self,
        _trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        checkpoint: dict[str, Any],  # Any: Lightning's
    ) -> None:
        """Puts the mean where weights are looked for."""
        live = {f"{self._prefix(pl_module)}{n}": p for n, p in self._trained().items()}
        checkpoint[LIVE] = {name: p.detach().clone() for name, p in live.items()}
        means = dict(zip(live, self._mean.values(), strict=True))
        checkpoint["state_dict"] |= means
        checkpoint["num_averaged"] = self._num_steps

    def on_load_checkpoint(
        self,
        _trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        checkpoint: dict[str, Any],  # Any: Lightning's
    ) -> None:
        """Takes up mean and weights."""
        live: dict[str, Tensor] = checkpoint.get(LIVE, {})
        prefix = self._prefix(pl_module)
        with torch.no_grad():
            for name, parameter in self._trained().items():
                self._mean[name] = checkpoint["state_dict"][prefix + name].clone()
                parameter.copy_(live.get(prefix + name, self._mean[name]))
        self._num_steps = checkpoint.get("num_averaged", 0)

    def _prefix(self, pl_module: lightning.LightningModule) -> str:
        (name,) = (n for n, m in pl_module.named_modules() if m is self._live)
        return f"{name}."
