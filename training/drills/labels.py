"""Labels: what drills that sort their inputs answer with."""

from __future__ import annotations

import random

from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def draw_labels(rng: random.Random, num_labels: int) -> list[str]:
    """Draws different labels: two or three of a usual row, or any words."""
    if rng.random() < 0.3:
        return rng.sample(_TOLD["words"], num_labels)
    labels: list[str] = rng.choice(_TOLD["rows"])[:num_labels]
    if rng.random() < 0.3:
        rng.shuffle(labels)
    return labels
