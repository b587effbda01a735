"""ICM-CVAE family: a task vector is the condition of an autoencoder over adapters.

Reference: ICM-LoRA (IJCAI 2025). A conditional variational autoencoder learns the weights
of experts; its condition is the task's vector, what a model holds at the last token after
it has met the task. The form `convolution` is the paper's, strided one-dimensional
convolutions over the whole flattened adapter; `coefficients` is a compact one, over
coefficients of B in the library's basis.

Differs in: the vector comes from the frozen base over the description, at chosen layers,
not from a model that was tuned on the very task, so that unseen tasks have one; experts
share their A, so their B alone is learned, and their scale is the library's, not the wanted
adapter's own; one network for all tasks. The mean of the latent, zero, is decoded by
default; `sample` draws it.

Shapes: B tasks, T tokens, L layers, D hidden, C coefficients, H channels, S places of a
convolution, X an adapter as the form takes it, Y condition, Z latent, P parameters of one
flattened B.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, final

import torch
from torch import Tensor, nn
from torch.nn import functional

from genadapter.base_model import BaseModel
from genadapter.checks import at_least
from genadapter.errors import ConfigError
from genadapter.gaussian import Gaussian
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.perceptron import perceptron
from genadapter.reading import Reader, Reading

Form = Literal["convolution", "coefficients"]


@final
class IcmCvaeGenerator(Generator, family="icm_cvae"):
    """Decodes an adapter from the state that the base ends a description with."""

    conditions = frozenset({"description", "document", "examples", "profile"})
    objectives = ("evidence",)
    reads_base = True

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Form and sizes of the network."""

        form: Form = "coefficients"
        """How an adapter is taken in and given back."""
        layers: tuple[int, ...] = (0, 1)
        """Which of the adapted layers' inputs make the task vector; the first is 0."""
        latent_size: int = 64
        """Size of the latent (Z)."""
        hidden_size: int = 512
        """Width of the compact form."""
        channels: tuple[int, ...] = (8, 16, 32, 64, 64, 32, 16, 8)
        """Channels of the convolutions, each of which halves the length."""
        divergence_weight: float = 0.005
        """Of the divergence from the standard Gaussian, against the squared error."""

        def __post_init__(self) -> None:
            """Rejects values without meaning."""
            at_least(1, self, "latent_size", "hidden_size")
            at_least(0, self, "divergence_weight")
            if self.form not in _FORMS:
                raise ConfigError(
                    f"form must be one of {', '.join(_FORMS)}, got {self.form!r}"
                )
            # Lists, where a config was read from a file.
            object.__setattr__(self, "layers", tuple(self.layers))
            object.__setattr__(self, "channels", tuple(self.channels))
            if not self.layers or min(self.layers) < 0:
                raise ConfigError(
                    f"layers must name layers from 0 on, got {self.layers}"
                )
            if not self.channels or min(self.channels) < 1:
                raise ConfigError(
                    f"channels must be numbers from 1 on, got {self.channels}"
                )

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.num_neighbours = 1
        num_layers = len(surroundings.spec.layers)
        if max(config.layers) >= num_layers:
            raise ConfigError(
                f"layers must lie below {num_layers}, the number of adapted layers, got "
                f"{config.layers}"
            )
        told = len(config.layers) * surroundings.hidden_size
        self.condition = nn.Sequential(
            nn.Linear(told, config.hidden_size), nn.LayerNorm(config.hidden_size)
        )
        self.codec = _FORMS[config.form](config, surroundings)

    def reader(self, base: BaseModel) -> Reader:
        """The base as it is, up to the last layer that the task vector is taken from."""
        modules = tuple(
            replace(m, layers=m.layers[: 1 + max(self.config.layers)])
            for m in self.spec.modules
        )
        return Reader(base, spec=replace(self.spec, modules=modules))

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P), at the mean of the latent."""
        told_BY = self._told(features)
        mean_BZ = self._standard(told_BY).mean_BZ
        return self.origin_P + self.codec.decoded(mean_BZ, told_BY)

    def sample(self, features: Features, noises: Sequence[torch.Generator]) -> Tensor:
        """Flattened B factors of shape (B, P), drawn."""
        told_BY = self._told(features)
        drawn_BZ = self._standard(told_BY).sample(noises)
        return self.origin_P + self.codec.decoded(drawn_BZ, told_BY)

    def evidence(self, features: Features, targets_BP: Tensor) -> Tensor:
        """Squared error and divergence from the standard Gaussian, of shape (B,)."""
        told_BY, residual_BP = self._told(features), targets_BP - self.origin_P
        posterior = Gaussian.of(self.codec.encoded(residual_BP, told_BY))
        error_B = self.codec.error(residual_BP, posterior.sample(), told_BY)
        divergence_B = posterior.divergence(self._standard(told_BY))
        bound_B: Tensor = error_B + self.config.divergence_weight * divergence_B
        return bound_B

    def _standard(self, told_BY: Tensor) -> Gaussian:
        zeros_BZ = told_BY.new_zeros(len(told_BY), self.config.latent_size)
        return Gaussian(mean_BZ=zeros_BZ, log_variance_BZ=zeros_BZ)

    def _told(self, features: Features) -> Tensor:
        """The condition: what the base ends the description with."""
        assert features.reading is not None
        vector_BY = task_vector(features.reading, self.config.layers)
        told_BY: Tensor = self.condition(vector_BY)
        return told_BY


def task_vector(reading: Reading, layers: tuple[int, ...]) -> Tensor:
    """States at the last token of each passage, averaged; layers joined: (B, len * D)."""
    next_BT = functional.pad(reading.places_BT[:, 1:], (0, 1))
    # Behind a passage the next one begins, or padding, whose place is 0 as well.
    ends_BT = (reading.mask_BT & (next_BT == 0)).to(reading.states_BLTD.dtype)
    shares_BT = ends_BT / ends_BT.sum(dim=1, keepdim=True)
    chosen_BLTD = reading.states_BLTD[:, list(layers)]
    return torch.einsum("bt,bltd->bld", shares_BT, chosen_BLTD).flatten(1)


class _Codec(nn.Module, ABC):
    """Both halves of an autoencoder over residuals B - B_0 of shape (B, P)."""

    @abstractmethod
    def encoded(self, residual_BP: Tensor, told_BY: Tensor) -> Tensor:
        """Means and logarithms of variances of the latent, joined: (B, 2 Z)."""

    @abstractmethod
    def decoded(self, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        """Residuals."""

    @abstractmethod
    def error(self, residual_BP: Tensor, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        """Mean squared error in units of the experts' own size, of shape (B,)."""


@final
class _Coefficients(_Codec):
    """Fully connected, over coefficients in the library's basis."""

    _basis_CP: Tensor
    _unit: Tensor

    def __init__(
        self, config: IcmCvaeGenerator.Config, surroundings: Surroundings
    ) -> None:
        super().__init__()
        library, hidden = surroundings.library, config.hidden_size
        self.register_buffer("_basis_CP", library.basis_CP, persistent=False)
        self.register_buffer("_unit", library.coefficient_size(), persistent=False)
        num_components = len(library.basis_CP)
        latent, leaky = config.latent_size, nn.LeakyReLU
        self.encoder = perceptron(
            num_components + hidden, hidden, hidden, 2 * latent, activation=leaky
        )
        self.decoder = perceptron(
            latent + hidden, hidden, hidden, num_components, activation=leaky
        )

    def encoded(self, residual_BP: Tensor, told_BY: Tensor) -> Tensor:
        known_BC = self._coefficients(residual_BP)
        latent_BY: Tensor = self.encoder(torch.cat([known_BC, told_BY], dim=1))
        return latent_BY

    def decoded(self, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        return self._found(latent_BZ, told_BY) * self._unit @ self._basis_CP

    def error(self, residual_BP: Tensor, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        away_BC = self._found(latent_BZ, told_BY) - self._coefficients(residual_BP)
        return away_BC.square().mean(dim=1)

    def _coefficients(self, residual_BP: Tensor) -> Tensor:
        return residual_BP @ self._basis_CP.mT / self._unit

    def _found(self, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        found_BC: Tensor = self.decoder(torch.cat([latent_BZ, told_BY], dim=1))
        return found_BC


@final
class _Convolution(_Codec):
    """Strided convolutions over the flattened adapter, as in the paper."""

    _unit: Tensor

    def __init__(
        self, config: IcmCvaeGenerator.Config, surroundings: Surroundings
    ) -> None:
        super().__init__()
        library = surroundings.library
        # The basis is orthonormal: coefficients are as large as the residuals they stand for.
        num_parameters = library.basis_CP.shape[1]
        per_parameter = (len(library.basis_CP) / num_parameters) ** 0.5
        unit = library.coefficient_size() * per_parameter
        self.register_buffer("_unit", unit, persistent=False)
        channels, stride = config.channels, 2 ** len(config.channels)
        self._num_parameters = num_parameters
        self._padding = -num_parameters % stride
        places = (num_parameters + self._padding) // stride
        self._places = (channels[-1], places)
        flat, hidden = channels[-1] * places, config.hidden_size
        pairs = list(zip((1, *channels), channels, strict=False))
        self.down = nn.Sequential(*(_halving(i, o) for i, o in pairs))
        self.latent = nn.Linear(flat + hidden, 2 * config.latent_size)
        self.start = nn.Linear(config.latent_size + hidden, flat)
        self.up = nn.Sequential(*(_doubling(o, i) for i, o in reversed(pairs[1:])))
        self.last = nn.ConvTranspose1d(channels[0], 1, 4, stride=2, padding=1)

    def encoded(self, residual_BP: Tensor, told_BY: Tensor) -> Tensor:
        padded_BX = functional.pad(residual_BP / self._unit, (0, self._padding))
        found_BX = self.down(padded_BX.unsqueeze(1)).flatten(1)
        latent_BY: Tensor = self.latent(torch.cat([found_BX, told_BY], dim=1))
        return latent_BY

    def decoded(self, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        return self._found(latent_BZ, told_BY) * self._unit

    def error(self, residual_BP: Tensor, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        away_BP = self._found(latent_BZ, told_BY) - residual_BP / self._unit
        return away_BP.square().mean(dim=1)

    def _found(self, latent_BZ: Tensor, told_BY: Tensor) -> Tensor:
        start_BX = self.start(torch.cat([latent_BZ, told_BY], dim=1))
        start_BHS = start_BX.view(-1, *self._places)
        found_BX: Tensor = self.last(self.up(start_BHS)).flatten(1)
        return found_BX[:, : self._num_parameters]


_FORMS: dict[str, type[_Coefficients | _Convolution]] = {
    "coefficients": _Coefficients,
    "convolution": _Convolution,
}


def _halving(num_in: int, num_out: int) -> nn.Sequential:
    # Normalised over the channels of each adapter alone: the paper's batch statistics
    # would make an adapter depend on its company.
    return nn.Sequential(
        nn.Conv1d(num_in, num_out, 7, stride=2, padding=3),
        nn.GroupNorm(1, num_out),
        nn.LeakyReLU(),
    )


def _doubling(num_in: int, num_out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose1d(num_in, num_out, 4, stride=2, padding=1),
        nn.GroupNorm(1, num_out),
        nn.LeakyReLU(),
    )
