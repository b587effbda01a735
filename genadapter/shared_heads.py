"""Shared heads: one small network writes the B of every attention head.

Reference: HoRA, Hypernetwork-Driven Low-Rank Adaptation Across Attention Heads
(arXiv 2510.04295). Each head has an embedding; a network that all share turns it into the
head's rows of B, through a last matrix of the module's own. Heads learn from each other,
which helps most where rows are few.

Shapes: B tasks, L layers, H heads of all modules, W width, R rank, O out features, P
parameters of one flattened B.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from genadapter.library import flatten_b
from genadapter.lora import LoraSpec

LARGEST_HEAD = 64


class SharedHeads(nn.Module):
    """From what every head is told to the residual of B; at first zero."""

    def __init__(self, spec: LoraSpec, *, width: int) -> None:
        """Sizes it for adapters of a spec; every module must adapt the same layers.

        Args:
            spec: Shape of the adapters.
            width: Of the embeddings and the network (W).
        """
        super().__init__()
        self._spec = spec
        self.head_size = head_size(spec)
        self.num_heads = sum(m.out_features for m in spec.modules) // self.head_size
        num_layers = len(spec.layers)
        self.head_LHW = nn.Parameter(torch.randn(num_layers, self.num_heads, width))
        self.common = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
        )
        num_written = self.head_size * spec.rank
        self.own = nn.ModuleDict(
            {m.name: _zero_linear(width, num_written) for m in spec.modules}
        )

    def forward(self, told_BLHW: Tensor) -> Tensor:
        """Residuals of shape (B, P).

        Args:
            told_BLHW: What every head is told of the task, or something that broadcasts
                to it; added to its embedding.
        """
        found_BLHW = self.common(self.head_LHW + told_BLHW)
        sizes = [m.out_features // self.head_size for m in self._spec.modules]
        b = {}
        for module, part_BLHW in zip(
            self._spec.modules, torch.split(found_BLHW, sizes, dim=2), strict=True
        ):
            rows_BLHX: Tensor = self.own[module.name](part_BLHW)
            num_tasks, num_layers = rows_BLHX.shape[:2]
            b[module.name] = rows_BLHX.reshape(
                num_tasks, num_layers, module.out_features, self._spec.rank
            )
        return flatten_b(b)


def _zero_linear(num_in: int, num_out: int) -> nn.Linear:
    linear = nn.Linear(num_in, num_out)
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


def head_size(spec: LoraSpec) -> int:
    """The largest size, up to that of common heads, that all modules' outputs divide by."""
    common = math.gcd(*(module.out_features for module in spec.modules))
    return max(n for n in range(1, LARGEST_HEAD + 1) if common % n == 0)
