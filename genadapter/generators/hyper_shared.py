"""Shared-heads family: a description shifts what one network writes for every head.

Reference: HoRA (arXiv 2510.04295), which has no description: its network is trained for one
task. Here the task's embedding is added to the embedding of every head, so that one network
serves all tasks. Differs further in: A is the library's, and the network is shared by all
layers.

Shapes: B tasks, E embedding, W width, P parameters of one flattened B.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from genadapter.checks import at_least
from genadapter.generators.base import Features, Generator, Surroundings
from genadapter.shared_heads import SharedHeads


@final
class HyperSharedGenerator(Generator, family="hyper_shared"):
    """Adds the task to every attention head's embedding; one network writes B of all."""

    conditions = frozenset({"description"})
    objectives = ("supervised", "margin", "reconstruction")

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Config:
        """Sizes of the networks."""

        width: int = 256
        """Of the heads' embeddings and of the network (W)."""
        hidden_size: int = 512
        """Inside what turns a description into a shift."""

        def __post_init__(self) -> None:
            """Rejects sizes that make no network."""
            at_least(1, self, "width", "hidden_size")

    def __init__(self, config: Config, surroundings: Surroundings) -> None:
        super().__init__(config, surroundings)
        self.num_neighbours = 1
        size = surroundings.embedding_size
        self._loudness = size**0.5
        self.task = nn.Sequential(
            nn.Linear(size, config.hidden_size),
            nn.SiLU(),
            nn.Linear(config.hidden_size, config.width),
        )
        self.heads = SharedHeads(self.spec, width=config.width)

    def forward(self, features: Features) -> Tensor:
        """Flattened B factors of shape (B, P)."""
        told_BW = self.task(features.embeddings_BE * self._loudness)
        written_BP: Tensor = self.origin_P + self.heads(told_BW[:, None, None])
        return written_BP
