"""What tests of families do with more than one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from genadapter.generators import Features, Generator, Surroundings


@pytest.fixture
def learn_experts(
    surroundings: Surroundings, features: Features
) -> Callable[..., float]:
    """Teaches a generator the library's experts; tells what is left of its error."""
    library = surroundings.library
    targets_BP = (
        surroundings.shared.flat_b() + library.coefficients_NC @ library.basis_CP
    )

    def learn(generator: Generator, *, learning_rate: float, num_steps: int) -> float:
        optimizer = torch.optim.Adam(generator.parameters(), lr=learning_rate)
        before = (generator(features) - targets_BP).norm()
        for _ in range(num_steps):
            optimizer.zero_grad()
            generator.evidence(features, targets_BP).mean().backward()
            optimizer.step()
        return ((generator(features) - targets_BP).norm() / before).item()

    return learn
