"""Generative-adapter family: what the base sees of a context is added up into a LoRA.

Reference: Chen et al., Generative Adapter (ICLR 2025), section 3. Each layer projects the
states it is given over the context into keys and values; their outer products are added
up over tokens and segments into a memory of constant size, which is normalised to its
polar factor and put between two learned matrices: an adapter of the output projection.

Differs in: the memory has as many rows as the adapter has ranks, so that the export to
PEFT is exact, `lora_A` the learned A_1 and `lora_B` the learned B times the memory; the polar
factor comes from Newton-Schulz iterations in place of a truncated SVD, which leave small
singular values small and have a gradient everywhere; every segment is read by the bare
base, not through the adapter of the segments before it, so that memories of segments can
be added in any order.

Shapes: B contexts, T tokens, L layers, D hidden, M size of the memory, I in, O out,
P parameters of one flattened B.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor, nn

from genadapter.checks import at_least
from genadapter.errors import ConfigError
from genadapter.generators.base import (
    Features,
    Generator,
    Surroundings,
    only_module,
)
from genadapter.library import flatten_b
from genadapter.lora import LoraSpec
from genadapter.reading import Reading

OUTPUT = "o_proj"
"""The module that it writes to."""
QUINTIC = (3.4445, -4.7750, 2.0315)
"""Of the first iterations; they raise small singular values fast (Jordan et al., 2024)."""
NUM_QUINTIC, NUM_CUBIC = 5, 2
"""The last iterations bring what was raised to 1."""


@final
class GenerativeAdapterGenerator(Generator, family="generative_adapter"):
    """Adds up outer products of keys and values; their polar factor makes the LoRA."""

    conditions = frozenset({"description", "document", "examples", "profile"})
    objectives = ("supervised", "margin")
    reads_base = True

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Size of the memory."""

        memory_size: int = 64
        """Rows and columns of the memory (M), and the rank of the adapters."""

        def __post_init__(self) -> None:
            """Rejects a memory without rows, or one that no server takes as a rank."""
            at_least(1, self, "memory_size")
            if self.memory_size > 64:
                raise ConfigError(
                    f"memory_size must be at most 64, got {self.memory_size}: it is the "
                    "rank of the adapters, and servers take no higher one"
                )

    @classmethod
    def check_spec(cls, spec: LoraSpec) -> None:
        """Raises ConfigError where the output projection is unknown."""
        only_module(spec, OUTPUT, family=cls.family)

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        around, size = surroundings.prompted_spec, config.memory_size
        module = only_module(around, OUTPUT, family=self.family)
        spec = replace(around, rank=size, alpha=float(size), modules=(module,))
        super().__init__(config, surroundings, spec=spec)
        self.num_neighbours = 1
        num_layers, hidden = len(module.layers), surroundings.hidden_size
        self.gain_LD = nn.Parameter(torch.ones(num_layers, hidden))
        self.key_LMD = _projection(num_layers, size, hidden)
        self.value_LMD = _projection(num_layers, size, hidden)
        self.query_LMI = _projection(num_layers, size, module.in_features)
        self.output_LOM = nn.Parameter(
            torch.zeros(num_layers, module.out_features, size)
        )

    @property
    def a(self) -> dict[str, Tensor]:
        """The learned A_1, of shape (L, M, I)."""
        return {OUTPUT: self.query_LMI}

    @property
    def origin_P(self) -> Tensor:
        """No change at all."""
        return torch.zeros_like(self.output_LOM).flatten()

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        assert features.reading is not None
        return self.written(self.memory(features.reading))

    def memory(self, reading: Reading) -> Tensor:
        """What one segment of every context adds, of shape (B, L, M, M)."""
        # Padded tokens are zeros, and add nothing.
        states_BLTD = reading.states_BLTD * self.gain_LD.unsqueeze(1)
        keys_BLTM = states_BLTD @ self.key_LMD.mT
        values_BLTM = states_BLTD @ self.value_LMD.mT
        memory_BLMM: Tensor = keys_BLTM.mT @ values_BLTM
        return memory_BLMM

    def written(self, memory_BLMM: Tensor) -> Tensor:
        """Flattened B factors of shape (B, P), from memories of any number of segments."""
        b_BLOM = self.output_LOM @ polar(memory_BLMM).mT
        written_BP: Tensor = flatten_b({OUTPUT: b_BLOM})
        return written_BP


def polar(matrix_MM: Tensor) -> Tensor:
    """Nearly U V^T of the singular value decomposition, for matrices (..., M, M).

    Singular values below about a thousandth of the Frobenius norm stay below 1: what a
    context hardly says is not made as loud as what it says. A zero matrix stays zero.
    """
    size = matrix_MM.flatten(-2).norm(dim=-1)[..., None, None]
    found_MM: Tensor = matrix_MM / size.clamp_min(1e-12)
    linear, cubic, quintic = QUINTIC
    for _ in range(NUM_QUINTIC):
        gram_MM = found_MM @ found_MM.mT
        found_MM = (
            linear * found_MM
            + (cubic * gram_MM + quintic * gram_MM @ gram_MM) @ found_MM
        )
    for _ in range(NUM_CUBIC):
        found_MM = 1.5 * found_MM - 0.5 * found_MM @ found_MM.mT @ found_MM
    return found_MM


def _projection(num_layers: int, num_rows: int, num_columns: int) -> nn.Parameter:
    weight_LXY = torch.randn(num_layers, num_rows, num_columns)
    return nn.Parameter(weight_LXY / num_columns**0.5)
