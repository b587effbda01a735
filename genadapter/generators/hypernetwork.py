"""Hypernetwork family: a transformer weighs the directions in which experts differ.

B(c) = B_0 + gate * (blend of retrieved experts - B_0) + coefficients(c) @ basis + recall(c).
The basis holds the main directions of the experts' B; coefficients are written once for
the whole adapter and corrected at every place (layer and module). The recall writes what
attention to the description would have read: the base model's own states over it, through
the base's value maps, picked by learned patterns of attention. It starts at B_0 and
leaves it only where that lowers the loss.

Reference: Charakorn et al., Text-to-LoRA, 2025, section 3. Differs in: a shared frozen
A, a residual on the multi-task adapter, an output in the experts' own directions in
place of free entries, attention over the description's token states and over retrieved
experts in place of one pooled vector through an MLP, and the recall, which is akin to
Chen et al., Generative Adapter, 2025: outer products of the base model's states.

Shapes: B tasks, T tokens, E embedding, K neighbours, F features of a neighbour, C
coefficients, D width, S context states, Q latents, M places (layer x module), L layers of
one module, X entries of B at one place, P parameters of one flattened B, 1 an axis of one.
In the recall I hidden size of the base, H groups of values, N patterns of attention a group,
K keys, O values of a group, R rank.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from genadapter.errors import ConfigError
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.library import blend_weights, split_b
from genadapter.lora import LoraSpec
from genadapter.reading import MAX_READ_TOKENS, Reading, unit_mean_square

VALUE_MODULE = "v_proj"
"""The module that the recall writes to."""


@final
class HypernetworkGenerator(Generator, family="hypernetwork"):
    """Reads a description and its nearest experts, weighs directions of the experts."""

    conditions = frozenset({"description"})
    objectives = ("supervised", "margin", "reconstruction")
    reads_base = True

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
        num_directions: int = 128
        """Main directions of the experts that it writes in (C), at most."""
        num_patterns: int = 4
        """Patterns of attention with which each group of values recalls the description."""
        num_read_layers: int = 0
        """Layers of the base that read the description; 0 means all that lie below the
        first adapted one, which is also the most there can be."""
        num_neighbours: int = 4
        """Experts it sees (K)."""
        temperature: float = 0.1
        """Softness of the blend of experts."""
        dropout: float = 0.1
        """Share of the encoder's features hidden at random in training."""

        def __post_init__(self) -> None:
            """Rejects sizes that do not fit together."""
            if self.num_heads < 1:
                raise ConfigError(f"num_heads must be at least 1, got {self.num_heads}")
            if self.width < 1 or self.width % self.num_heads:
                raise ConfigError(
                    f"width must be a multiple of num_heads ({self.num_heads}), "
                    f"got {self.width}"
                )
            for name in ("num_directions", "num_patterns", "num_neighbours"):
                if getattr(self, name) < 1:
                    raise ConfigError(
                        f"{name} must be at least 1, got {getattr(self, name)}"
                    )
            if self.num_read_layers < 0:
                raise ConfigError(
                    f"num_read_layers must be at least 0, got {self.num_read_layers}"
                )
            if self.temperature <= 0:
                raise ConfigError(
                    f"temperature must be above 0, got {self.temperature}"
                )
            if not 0 <= self.dropout < 1:
                raise ConfigError(f"dropout must be in [0, 1), got {self.dropout}")

    @classmethod
    def num_read_layers(cls, config: Config, spec: LoraSpec) -> int:
        """No more than lie below the first adapted layer: adapters change the others."""
        return min(config.num_read_layers or spec.layers[0], spec.layers[0])

    @classmethod
    def check_spec(cls, spec: LoraSpec) -> None:
        """Raises ConfigError where there is no value module for the recall."""
        names = [module.name for module in spec.modules]
        if VALUE_MODULE not in names:
            raise ConfigError(
                f"family {cls.family!r} writes to {VALUE_MODULE}, the adapter has "
                f"{', '.join(names)}: add it to adapter.target_modules"
            )

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.check_spec(surroundings.spec)
        self.num_neighbours = config.num_neighbours
        library, width = surroundings.library, config.width
        basis_CP = library.basis_CP[: config.num_directions]
        self._modules_in_order = sorted(m.name for m in surroundings.spec.modules)
        for name, basis_CLOR in split_b(basis_CP, surroundings.spec).items():
            # Layers first, so that each layer's part is one plain matrix product.
            basis_LCX = basis_CLOR.flatten(2).transpose(0, 1).contiguous()
            self.register_buffer(f"_basis_{name}", basis_LCX, persistent=False)
        self.listener = _Listener(config, surroundings.hidden_size)
        self.context = _Context(config, surroundings)
        self.latents_QD = nn.Parameter(torch.randn(config.num_latents, width) * 0.3)
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.num_blocks))
        self.join = nn.Linear(config.num_latents * width, width)
        self.mlp = nn.Sequential(
            nn.RMSNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )
        self.norm = nn.RMSNorm(width)
        num_coefficients = len(basis_CP)
        self.whole = nn.Linear(width, num_coefficients)
        self.local = nn.Linear(width, num_coefficients)
        for weight in (*self.whole.parameters(), *self.local.parameters()):
            nn.init.zeros_(weight)
        num_places = sum(len(m.layers) for m in surroundings.spec.modules)
        self.places_MD = nn.Parameter(torch.randn(num_places, width))
        self.recall = _Recall(config, surroundings)
        self.gate = nn.Linear(width, 1)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, -1.0)

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        assert features.reading is not None
        told_BTD = self.listener(features.reading)
        task_BD = self.norm(self._read(features, told_BTD))
        scale_C = self.context.scale_C
        weights_BK = blend_weights(features.neighbours, self.config.temperature)
        blended_BC = torch.einsum(
            "bk,bkc->bc",
            weights_BK,
            features.neighbours.coefficients_BKC[:, :, : len(scale_C)],
        )
        gate_B1 = self.gate(task_BD).sigmoid()
        whole_BC = self.whole(task_BD) * scale_C + gate_B1 * blended_BC
        # The product lets a place read the task in its own way.
        local_BMC = self.local(self.places_MD * task_BD.unsqueeze(1)) * scale_C
        written = self._write(whole_BC.unsqueeze(1) + local_BMC)
        recalled_BP = self.recall(task_BD, told_BTD, features.reading)
        written[VALUE_MODULE] = written[VALUE_MODULE] + recalled_BP
        return self.origin_P + torch.cat(list(written.values()), dim=1)

    def _read(self, features: Features, told_BTD: Tensor) -> Tensor:
        """One state a task, of shape (B, D)."""
        context_BSD, hidden_BS = self.context(features, told_BTD)
        pooled_BD = context_BSD[:, 0]
        latents_BQD = self.latents_QD + pooled_BD.unsqueeze(1)
        for block in self.blocks:
            latents_BQD = block(latents_BQD, context_BSD, hidden_BS)
        state_BD = self.join(latents_BQD.flatten(1)) + pooled_BD
        task_BD: Tensor = state_BD + self.mlp(state_BD)
        return task_BD

    def _write(self, coefficients_BMC: Tensor) -> dict[str, Tensor]:
        """Weighs every place's part of the basis; by module, of shape (B, P)."""
        written, place = {}, 0
        for name in self._modules_in_order:
            basis_LCX = self.get_buffer(f"_basis_{name}")
            own_BLC = coefficients_BMC[:, place : place + len(basis_LCX)]
            written[name] = torch.einsum("blc,lcx->blx", own_BLC, basis_LCX).flatten(1)
            place += len(basis_LCX)
        return written


class _Context(nn.Module):
    """The pooled vector, retrieved experts and both readings' tokens, as one sequence."""

    scale_C: Tensor

    def __init__(
        self, config: HypernetworkGenerator.Config, around: Surroundings
    ) -> None:
        super().__init__()
        size, width = around.embedding_size, config.width
        coefficients_NC = around.library.coefficients_NC[:, : config.num_directions]
        self.token = nn.Linear(size, width)
        self.pooled = nn.Linear(size, width)
        self.expert = nn.Linear(size + coefficients_NC.shape[1] + 1, width)
        self.position_TD = nn.Parameter(torch.randn(128, width) * 0.02)
        self.dropout = nn.Dropout(config.dropout)
        # Unit-norm embeddings have tiny entries; this brings them to about one.
        self.pooled_scale = size**0.5
        scale_C = coefficients_NC.std(dim=0, correction=0).clamp_min(1e-6)
        self.register_buffer("scale_C", scale_C)

    def forward(self, features: Features, told_BTD: Tensor) -> tuple[Tensor, Tensor]:
        assert features.reading is not None
        text, near = features.text, features.neighbours
        # A longer text is cut: this many tokens say what the task is.
        tokens_BTE = text.tokens_BTE[:, : len(self.position_TD)]
        mask_BT = text.mask_BT[:, : len(self.position_TD)]
        tokens_BTD = self.token(self.dropout(tokens_BTE))
        tokens_BTD = tokens_BTD + self.position_TD[: tokens_BTE.shape[1]]
        pooled_BE = self.dropout(text.pooled_BE * self.pooled_scale)
        coefficients_BKC = near.coefficients_BKC[:, :, : len(self.scale_C)]
        experts_BKF = torch.cat(
            [
                near.embeddings_BKE * self.pooled_scale,
                coefficients_BKC / self.scale_C,
                near.similarities_BK.unsqueeze(2),
            ],
            dim=2,
        )
        experts_BKD = self.expert(self.dropout(experts_BKF))
        pooled_B1D = self.pooled(pooled_BE).unsqueeze(1)
        context_BSD = torch.cat([pooled_B1D, experts_BKD, tokens_BTD, told_BTD], dim=1)
        is_hidden = [~near.is_present_BK, ~mask_BT, ~features.reading.mask_BT]
        never_B1 = mask_BT.new_zeros(len(text), 1)
        return context_BSD, torch.cat([never_B1, *is_hidden], dim=1)


class _Listener(nn.Module):
    """The base model's states over the description, each aware of the others."""

    def __init__(self, config: HypernetworkGenerator.Config, hidden_size: int) -> None:
        super().__init__()
        width = config.width
        self.dropout = nn.Dropout(config.dropout)
        self.token = nn.Linear(hidden_size, width)
        self.position_TD = nn.Parameter(torch.randn(MAX_READ_TOKENS + 1, width) * 0.02)
        self.layer = nn.TransformerEncoderLayer(
            width,
            config.num_heads,
            4 * width,
            dropout=0.0,
            activation="gelu",
            batch_first=True,
            norm_first=True,
        )

    def forward(self, reading: Reading) -> Tensor:
        states_BTD = self.token(self.dropout(unit_mean_square(reading.states_BTD)))
        states_BTD = states_BTD + self.position_TD[: states_BTD.shape[1]]
        told_BTD: Tensor = self.layer(states_BTD, src_key_padding_mask=~reading.mask_BT)
        return told_BTD


class _Recall(nn.Module):
    """What attention to the description would have read, written into B.

    Every group of values (a head of the usual 64) has some patterns of attention over
    the description. What a pattern reads goes through the group's value map and becomes
    a column of B for each rank, as strongly as the task wants it there.
    """

    key_size = 64
    group_size = 64

    def __init__(
        self, config: HypernetworkGenerator.Config, around: Surroundings
    ) -> None:
        super().__init__()
        spec, hidden_size = around.spec, around.hidden_size
        (module,) = (m for m in spec.modules if m.name == VALUE_MODULE)
        maps_LOI = around.value_maps_LOI
        num_layers, size = (
            len(module.layers),
            math.gcd(module.out_features, self.group_size),
        )
        num_heads = module.out_features // size
        self._shape = (num_layers, num_heads, config.num_patterns)
        num_places = math.prod(self._shape)
        if maps_LOI is None:  # a bundle brings its own
            maps_LOI = torch.zeros(num_layers, module.out_features, hidden_size)
        self.values_LHOI = nn.Parameter(
            maps_LOI.reshape(num_layers, num_heads, size, hidden_size).clone()
        )
        width = config.width
        self.places_MD = nn.Parameter(torch.randn(num_places, width))
        self.query = nn.Linear(width, self.key_size)
        self.usual_query_MK = nn.Parameter(torch.randn(num_places, self.key_size) / 2)
        self.norm = nn.RMSNorm(width)
        self.key = nn.Linear(width, self.key_size)
        self.meaning = nn.Linear(width, hidden_size)
        self.strength = nn.Linear(width, spec.rank)
        self.usual_strength_MR = nn.Parameter(torch.zeros(num_places, spec.rank))
        for layer in (self.meaning, self.strength):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, task_BD: Tensor, told_BTD: Tensor, reading: Reading) -> Tensor:
        told_BTD = self.norm(told_BTD)
        states_BTI = unit_mean_square(reading.states_BTD) + self.meaning(told_BTD)
        task_BMD = self.places_MD * task_BD.unsqueeze(1)
        query_BMK = self.query(task_BMD) + self.usual_query_MK
        scores_BMT = query_BMK @ self.key(told_BTD).mT / self.key_size**0.5
        scores_BMT = scores_BMT.masked_fill(~reading.mask_BT.unsqueeze(1), -1e9)
        read_BMI = scores_BMT.softmax(dim=2) @ states_BTI
        values_BLHNO = torch.einsum(
            "blhni,lhoi->blhno", read_BMI.unflatten(1, self._shape), self.values_LHOI
        )
        # The factors balance how fast the two parts move under one learning rate.
        strength_BMR = 2 * self.usual_strength_MR + 0.1 * self.strength(task_BMD)
        b_BLHOR = torch.einsum(
            "blhno,blhnr->blhor", values_BLHNO, strength_BMR.unflatten(1, self._shape)
        )
        return b_BLHOR.flatten(1)


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
        self, states_BQD: Tensor, context_BSD: Tensor, hidden_BS: Tensor
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
