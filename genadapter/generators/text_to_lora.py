"""Text-to-LoRA family: one network writes A and B of every layer and module.

Reference: Charakorn et al., Text-to-LoRA, 2025, sections 3 and 4, the form L. The task's
embedding, the layer's and the module's are mixed, and one linear head a kind of module
writes both factors at once. Heads begin at zero with the usual start of a LoRA as their
bias, so that every layer and task begins with the same A, and B = 0.

Differs in: the scale of rsLoRA, alpha / sqrt(rank), is written as an alpha that PEFT
divides by the rank; sizes are those of its smaller published model; neither label
smoothing nor noise on embeddings in training. Its weight penalty is the objective
`shrinkage`, at 0.001; the objective `margin` is ours. Its reconstruction compares factors
by their squared distance in place of the absolute one, and all experts have one A.

Shapes: B tasks, E embedding, L layers, M places (a layer's module), R rank, I in, O out,
W width, P numbers written for one task: B of all modules, then A.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import torch
from torch import Tensor, nn

from genadapter.attach import RowAdapters
from genadapter.checks import at_least, below_one
from genadapter.factors import join, part, stretch
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.library import split_b
from genadapter.lora import TargetModule

RSLORA_ALPHA = 16.0
"""Divided by the root of the rank."""


@final
class TextToLoraGenerator(Generator, family="text_to_lora"):
    """Mixes task, layer and module embeddings; a head a module writes A and B."""

    conditions = frozenset({"description"})
    objectives = ("supervised", "margin", "reconstruction", "shrinkage")
    writes_a = True

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the network."""

        task_size: int = 64
        """Size of what is kept of the task's embedding."""
        place_size: int = 32
        """Size of the layer's embedding, and of the module's."""
        width: int = 128
        """Width between the blocks (W)."""
        hidden_size: int = 512
        """Width inside the blocks, and of what the heads see."""
        dropout: float = 0.05
        """Inside the blocks, in training."""

        def __post_init__(self) -> None:
            """Rejects sizes that make no network."""
            at_least(1, self, "task_size", "place_size", "width", "hidden_size")
            below_one(self, "dropout")

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        around = surroundings.spec
        spec = replace(around, alpha=RSLORA_ALPHA * around.rank**0.5)
        super().__init__(config, surroundings, spec=spec)
        self.num_neighbours = 1
        self._gain = around.scaling / spec.scaling
        size = surroundings.embedding_size
        self._loudness = size**0.5
        self.task = nn.Sequential(
            nn.Linear(size, config.task_size), nn.LayerNorm(config.task_size)
        )
        num_layers, num_modules = len(spec.layers), len(spec.modules)
        self.layer = _embedding(num_layers, config.place_size)
        self.module = _embedding(num_modules, config.place_size)
        mixed = config.task_size + 2 * config.place_size
        self.mixer = _block(mixed, config)
        self.residual = _block(config.width, config)
        self.last = nn.Sequential(
            nn.LayerNorm(config.width),
            nn.Linear(config.width, config.hidden_size),
            nn.SiLU(),
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.SiLU(),
        )
        self.heads = nn.ModuleDict(
            {m.name: _head(m, spec.rank, config.hidden_size) for m in spec.modules}
        )

    @property
    def origin_P(self) -> Tensor:
        """B = 0, and the A that all layers begin with."""
        rank, a, b = self.spec.rank, {}, {}
        for m in self.spec.modules:
            head, num_layers = self.heads[m.name], len(m.layers)
            assert isinstance(head, nn.Linear)
            a_RI, b_OR = _split(head.bias.detach(), m, rank)
            a[m.name] = a_RI.expand(num_layers, -1, -1)
            b[m.name] = torch.zeros_like(b_OR).expand(num_layers, -1, -1)
        return join(a, b)

    def scaled(self, written_BP: Tensor, scale: float) -> Tensor:
        """The same A; B stretched."""
        return stretch(written_BP, self.spec, origin_P=self.origin_P, scale=scale)

    def adapters(self, written_BP: Tensor) -> RowAdapters:
        """One adapter a task, on its own A."""
        return part(written_BP, self.spec)

    def targets(self, experts_NP: Tensor) -> Tensor:
        """Experts as this family would write them: B at its own scale, then A."""
        b = split_b(experts_NP * self._gain, self.spec)
        num = len(experts_NP)
        return join({n: t.expand(num, -1, -1, -1) for n, t in self.a.items()}, b)

    def forward(self, features: Features) -> Tensor:
        """B of all modules, then their A, of shape (B, P)."""
        task_BE = self.task(features.embeddings_BE * self._loudness)
        a, b = {}, {}
        for place, module in enumerate(self.spec.modules):
            told_BLW = self._told(task_BE, place)
            written_BLX = self.heads[module.name](told_BLW)
            a_BLRI, b_BLOR = _split(written_BLX, module, self.spec.rank)
            a[module.name], b[module.name] = a_BLRI, b_BLOR
        return join(a, b)

    def _told(self, task_BE: Tensor, place: int) -> Tensor:
        """What a module's head sees for every task and layer."""
        layer_LE = self.layer(
            torch.arange(len(self.spec.layers), device=task_BE.device)
        )
        module_E = self.module(torch.tensor(place, device=task_BE.device))
        sizes = (len(task_BE), len(layer_LE), -1)
        mixed_BLW = self.mixer(
            torch.cat(
                [
                    task_BE.unsqueeze(1).expand(sizes),
                    layer_LE.unsqueeze(0).expand(sizes),
                    module_E.expand(sizes),
                ],
                dim=2,
            )
        )
        told_BLW: Tensor = self.last(mixed_BLW + self.residual(mixed_BLW))
        return told_BLW


def _embedding(num: int, size: int) -> nn.Sequential:
    return nn.Sequential(nn.Embedding(num, size), nn.LayerNorm(size))


def _block(size: int, config: TextToLoraGenerator.Config) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(size),
        nn.Linear(size, config.hidden_size),
        nn.SiLU(),
        nn.Dropout(config.dropout),
        nn.Linear(config.hidden_size, config.width),
        nn.SiLU(),
        nn.Dropout(config.dropout),
    )


def _head(module: TargetModule, rank: int, hidden_size: int) -> nn.Linear:
    """Writes A and B of one layer; at first A as PEFT begins it, and B = 0."""
    num_a = rank * module.in_features
    head = nn.Linear(hidden_size, num_a + module.out_features * rank)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    bound = module.in_features**-0.5
    with torch.no_grad():
        head.bias[:num_a].uniform_(-bound, bound)
    return head


def _split(written_X: Tensor, module: TargetModule, rank: int) -> tuple[Tensor, Tensor]:
    """What a head wrote, as A of shape (..., R, I) and B of shape (..., O, R)."""
    num_a = rank * module.in_features
    own = written_X.shape[:-1]
    a_RI = written_X[..., :num_a].reshape(*own, rank, module.in_features)
    b_OR = written_X[..., num_a:].reshape(*own, module.out_features, rank)
    return a_RI, b_OR
