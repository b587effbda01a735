"""Document-perceiver family: a few latents look at each layer's states over a text.

Reference: Doc-to-LoRA (ICML 2026). A perceiver that all layers share reads the states that
the frozen base has over the text, layer by layer; each of its latents becomes one rank of
the layer's adapter, through a residual block and a head of the layer's own. Latents have
unit norm before the head; learned factors scale each rank of A, from 1, and of B, from 0.
A learned LoRA that no text changes is joined along the rank.

Differs in: sizes; passages of a long text are read side by side, not joined along the
rank; it learns from answers, not from a model that reads the text in its prompt, and
weights are kept small by their mean square (`shrinkage`), where asked.

Shapes: B texts, T tokens, L layers, D hidden, W width, R rank that is generated, S that
rank and the learned one, I in, O out, P numbers written for one text: B, then A.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional

from genadapter.attach import RowAdapters
from genadapter.checks import at_least, heads_fit
from genadapter.factors import join, part, stretch
from genadapter.generators.base import (
    Features,
    Generator,
    Surroundings,
    only_module,
)
from genadapter.lora import LoraSpec

DOWN = "down_proj"
"""The module that it writes to."""


@final
class DocPerceiverGenerator(Generator, family="doc_perceiver"):
    """A perceiver over each layer's states; a latent becomes a rank of its adapter."""

    conditions = frozenset({"description", "document", "examples", "profile"})
    objectives = ("supervised", "margin", "shrinkage")
    reads_base = True
    writes_a = True

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the network."""

        rank: int = 8
        """Latents (R); the adapters' rank is twice as high."""
        width: int = 192
        """Width of the perceiver (W)."""
        num_heads: int = 4
        """Attention heads; must divide the width."""
        num_blocks: int = 3
        """Times that the latents look at the states."""

        def __post_init__(self) -> None:
            """Rejects sizes that do not fit together."""
            at_least(1, self, "rank", "width", "num_heads", "num_blocks")
            heads_fit(self)

    @classmethod
    def check_spec(cls, spec: LoraSpec) -> None:
        """Raises ConfigError where the module it writes to is unknown."""
        only_module(spec, DOWN, family=cls.family)

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        around, rank, width = surroundings.prompted_spec, config.rank, config.width
        module = only_module(around, DOWN, family=self.family)
        spec = replace(around, rank=2 * rank, alpha=4.0 * rank, modules=(module,))
        super().__init__(config, surroundings, spec=spec)
        self.num_neighbours = 1
        layers, size = len(module.layers), module.in_features
        self.enter = nn.Linear(surroundings.hidden_size, width)
        self.latent_RW = nn.Parameter(torch.randn(rank, width))
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.num_blocks))
        self.residual_LWW = nn.Parameter(torch.randn(layers, width, width) / width**0.5)
        written = size + module.out_features
        self.head_LWX = nn.Parameter(torch.randn(layers, width, written) / size**0.5)
        self.loudness_a_LR1 = nn.Parameter(torch.ones(layers, rank, 1))
        self.loudness_b_LR1 = nn.Parameter(torch.zeros(layers, rank, 1))
        noise_LRI = torch.randn(layers, rank, size) * 0.2 / (size * rank) ** 0.5
        self.common_a_LRI = nn.Parameter(noise_LRI)
        self.common_b_LOR = nn.Parameter(torch.zeros(layers, module.out_features, rank))

    @property
    def origin_P(self) -> Tensor:
        """The learned LoRA alone."""
        zero_LRI, zero_LOR = (
            torch.zeros_like(t) for t in (self.common_a_LRI, self.common_b_LOR)
        )
        return join(
            {DOWN: torch.cat([zero_LRI, self.common_a_LRI], dim=1)},
            {DOWN: torch.cat([zero_LOR, self.common_b_LOR], dim=2)},
        )

    def scaled(self, written_BP: Tensor, scale: float) -> Tensor:
        """The same A; of B, the learned part stays and the rest is stretched."""
        return stretch(written_BP, self.spec, origin_P=self.origin_P, scale=scale)

    def adapters(self, written_BP: Tensor) -> RowAdapters:
        """One adapter a text, on its own A."""
        return part(written_BP, self.spec)

    def forward(self, features: Features) -> Tensor:
        """B, then A, of shape (B, P)."""
        assert features.reading is not None
        reading = features.reading
        num_texts, num_layers = reading.states_BLTD.shape[:2]
        # All layers go through one perceiver, as so many texts.
        states_XTW = self.enter(reading.states_BLTD.flatten(0, 1))
        padded_XT = (~reading.mask_BT).repeat_interleave(num_layers, dim=0)
        told_XRW = self.latent_RW.expand(len(states_XTW), -1, -1)
        for block in self.blocks:
            told_XRW = block(told_XRW, states_XTW, padded_XT)
        told_BLRW = told_XRW.view(num_texts, num_layers, *told_XRW.shape[1:])
        # By einsum: a plain product would copy every layer's matrix for every text.
        mixed_BLRV = torch.einsum("blrw,lwv->blrv", told_BLRW, self.residual_LWW)
        told_BLRW = told_BLRW + functional.silu(mixed_BLRV)
        unit_BLRW = functional.normalize(told_BLRW, dim=3)
        written_BLRX = torch.einsum("blrw,lwx->blrx", unit_BLRW, self.head_LWX)
        own_a_BLRI, own_b_BLRO = torch.split(
            written_BLRX,
            [self.common_a_LRI.shape[2], self.common_b_LOR.shape[1]],
            dim=3,
        )
        a_BLRI, common_a_BLRI = (
            own_a_BLRI * self.loudness_a_LR1,
            self.common_a_LRI.expand_as(own_a_BLRI),
        )
        b_BLOR = (own_b_BLRO * self.loudness_b_LR1).mT
        common_b_BLOR = self.common_b_LOR.expand_as(b_BLOR)
        return join(
            {DOWN: torch.cat([a_BLRI, common_a_BLRI], dim=2)},
            {DOWN: torch.cat([b_BLOR, common_b_BLOR], dim=3)},
        )


class _Block(nn.Module):
    """Latents look at states, then think, each for itself."""

    def __init__(self, config: DocPerceiverGenerator.Config) -> None:
        super().__init__()
        width = config.width
        self.norm_latents, self.norm_states = nn.LayerNorm(width), nn.LayerNorm(width)
        self.look = nn.MultiheadAttention(width, config.num_heads, batch_first=True)
        self.think = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Linear(4 * width, width),
        )

    def forward(
        self, told_XRW: Tensor, states_XTW: Tensor, padded_XT: Tensor
    ) -> Tensor:
        states_XTW = self.norm_states(states_XTW)
        found_XRW, _ = self.look(
            self.norm_latents(told_XRW),
            states_XTW,
            states_XTW,
            key_padding_mask=padded_XT,
            need_weights=False,
        )
        told_XRW = told_XRW + found_XRW
        thought_XRW: Tensor = told_XRW + self.think(told_XRW)
        return thought_XRW
