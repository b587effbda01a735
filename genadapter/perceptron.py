"""Fully connected networks, as families put them between what they see and write."""

from __future__ import annotations

from itertools import pairwise

from torch import nn


def perceptron(*sizes: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    """Linear layers from each size to the next, with the activation between them."""
    layers: list[nn.Module] = []
    for num_in, num_out in pairwise(sizes):
        layers += [nn.Linear(num_in, num_out), activation()]
    return nn.Sequential(*layers[:-1])
