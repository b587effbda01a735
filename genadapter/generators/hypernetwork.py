"""Hypernetwork family: a transformer writes B as a residual on the multi-task adapter.

B(c) = B_0 + gate_mix * (blend of retrieved experts - B_0) + dB(c). It starts at B_0 and
leaves it only where that lowers the loss.

Reference: Charakorn et al., Text-to-LoRA, 2025, section 3. Differs in: a shared frozen
A, a residual on the multi-task adapter, attention over the description's token states
and over retrieved experts in place of one pooled vector through an MLP.

Shapes: B tasks, T tokens, E embedding, K neighbours, C coefficients, D width, S context
states, Q latents, M places (layer x module), L layers, O out, R rank, P all of one B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from genadapter.errors import ConfigError
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.generators.blend import blend_weights


@final
class HypernetworkGenerator(Generator, family="hypernetwork"):
    """Reads a description and its nearest experts, writes one B a layer and module."""

    _b_P: Tensor
    _basis_CP: Tensor

    conditions = frozenset({"description"})
    objectives = ("supervised", "margin", "reconstruction")

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the network."""

        width: int = 256
        """Width of every state (D)."""
        num_latents: int = 8
        """States that the description is read into (Q)."""
        num_blocks: int = 2
        """Attention blocks that read the description."""
        num_heads: int = 8
        """Attention heads; must divide the width."""
        num_neighbours: int = 4
        """Experts it sees (K)."""
        temperature: float = 0.1
        """Softness of the blend of experts."""
        dropout: float = 0.1
        """Share of the encoder's features hidden at random in training."""

        def __post_init__(self) -> None:
            """Rejects sizes that do not fit together."""
            if self.width < 1 or self.width % self.num_heads:
                raise ConfigError(
                    f"width must be a multiple of num_heads ({self.num_heads}), "
                    f"got {self.width}"
                )
            if self.num_neighbours < 1:
                raise ConfigError(
                    f"num_neighbours must be at least 1, got {self.num_neighbours}"
                )
            if not 0 <= self.dropout < 1:
                raise ConfigError(f"dropout must be in [0, 1), got {self.dropout}")

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__()
        self.config = config
        self.num_neighbours = config.num_neighbours
        self.register_buffer("_b_P", surroundings.shared.flat_b(), persistent=False)
        self.register_buffer(
            "_basis_CP", surroundings.library.basis_CP, persistent=False
        )
        self.context = _Context(config, surroundings)
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.num_blocks))
        self.latents_QD = nn.Parameter(torch.randn(config.num_latents, config.width))
        modules = sorted(surroundings.spec.modules, key=lambda m: m.name)
        self._layers = [len(m.layers) for m in modules]
        num_places = sum(self._layers)
        self.places_MD = nn.Parameter(torch.randn(num_places, config.width))
        self.place_block = _Block(config)
        self.norm = nn.RMSNorm(config.width)
        rank = surroundings.spec.rank
        self.heads = nn.ModuleList(
            nn.Linear(config.width, m.out_features * rank, bias=False) for m in modules
        )
        for weight in self.heads.parameters():
            nn.init.zeros_(weight)
        # Small, because one step of Adam moves every weight of a head alike.
        self.scale_M = nn.Parameter(torch.full((num_places,), 0.03))
        self.gate = nn.Linear(config.width, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, -3.0)

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        context_BSD, hidden_BS = self.context(features)
        num_tasks = len(features.text)
        latents_BQD = self.latents_QD.expand(num_tasks, -1, -1)
        for block in self.blocks:
            latents_BQD = block(latents_BQD, context_BSD, hidden_BS)
        places_BMD = self.places_MD.expand(num_tasks, -1, -1)
        places_BMD = self.place_block(places_BMD, latents_BQD, None)
        delta_BP = self._write(self.norm(places_BMD) * self.scale_M.unsqueeze(1))
        gate_B1 = self.gate(latents_BQD.mean(dim=1)).sigmoid()
        b_BP: Tensor = self._b_P + gate_B1 * self._mix(features) + delta_BP
        return b_BP

    def _mix(self, features: Features) -> Tensor:
        weights_BK = blend_weights(features.neighbours, self.config.temperature)
        coefficients_BKC = features.neighbours.coefficients_BKC
        mixed_BC = torch.einsum("bk,bkc->bc", weights_BK, coefficients_BKC)
        return mixed_BC @ self._basis_CP

    def _write(self, places_BMD: Tensor) -> Tensor:
        parts = torch.split(places_BMD, self._layers, dim=1)
        written = [
            head(part).flatten(1) for head, part in zip(self.heads, parts, strict=True)
        ]
        return torch.cat(written, dim=1)


class _Context(nn.Module):
    """Token states, the pooled vector and the retrieved experts, as one sequence."""

    scale_C: Tensor

    def __init__(
        self, config: HypernetworkGenerator.Config, around: Surroundings
    ) -> None:
        super().__init__()
        size, width = around.embedding_size, config.width
        num_coefficients = around.library.basis_CP.shape[0]
        self.token = nn.Linear(size, width)
        self.pooled = nn.Linear(size, width)
        self.expert = nn.Linear(size + num_coefficients + 1, width)
        self.position_TD = nn.Parameter(torch.randn(128, width) * 0.02)
        self.dropout = nn.Dropout(config.dropout)
        # Unit-norm embeddings have tiny entries; this brings them to about one.
        self.pooled_scale = size**0.5
        scale_C = around.library.coefficients_NC.std(dim=0, correction=0).clamp_min(
            1e-6
        )
        self.register_buffer("scale_C", scale_C)

    def forward(self, features: Features) -> tuple[Tensor, Tensor]:
        text, near = features.text, features.neighbours
        # A longer text is cut: this many tokens say what the task is.
        tokens_BTE = text.tokens_BTE[:, : len(self.position_TD)]
        mask_BT = text.mask_BT[:, : len(self.position_TD)]
        tokens_BTD = self.token(self.dropout(tokens_BTE))
        tokens_BTD = tokens_BTD + self.position_TD[: tokens_BTE.shape[1]]
        pooled_BE = self.dropout(text.pooled_BE * self.pooled_scale)
        coefficients_BKC = near.coefficients_BKC / self.scale_C
        experts_BKF = torch.cat(
            [
                near.embeddings_BKE * self.pooled_scale,
                coefficients_BKC,
                near.similarities_BK.unsqueeze(2),
            ],
            dim=2,
        )
        experts_BKD = self.expert(self.dropout(experts_BKF))
        pooled_B1D = self.pooled(pooled_BE).unsqueeze(1)
        context_BSD = torch.cat([pooled_B1D, experts_BKD, tokens_BTD], dim=1)
        is_hidden = [~near.is_present_BK, ~mask_BT]
        never_B1 = mask_BT.new_zeros(len(text), 1)
        return context_BSD, torch.cat([never_B1, *is_hidden], dim=1)


class _Block(nn.Module):
    """Pre-norm cross-attention, self-attention and MLP."""

    def __init__(self, config: HypernetworkGenerator.Config) -> None:
        super().__init__()
        width, heads = config.width, config.num_heads
        self.cross = nn.MultiheadAttention(width, heads, batch_first=True)
        self.self_attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.norms = nn.ModuleList(nn.RMSNorm(width) for _ in range(4))

    def forward(
        self, states_BQD: Tensor, context_BSD: Tensor, hidden_BS: Tensor | None
    ) -> Tensor:
        query_BQD, source_BSD = self.norms[0](states_BQD), self.norms[1](context_BSD)
        read_BQD, _ = self.cross(
            query_BQD, source_BSD, source_BSD, key_padding_mask=hidden_BS
        )
        states_BQD = states_BQD + read_BQD
        own_BQD = self.norms[2](states_BQD)
        shared_BQD, _ = self.self_attention(own_BQD, own_BQD, own_BQD)
        states_BQD = states_BQD + shared_BQD
        mixed_BQD: Tensor = states_BQD + self.mlp(self.norms[3](states_BQD))
        return mixed_BQD
