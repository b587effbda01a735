"""What an objective sees of a training step, and how it is found.

Shapes: G rows, B slots, N answer tokens, V vocabulary, P parameters of one flattened B.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from genadapter.errors import ConfigError
from training.batches import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One forward pass: the batch and what came of it."""

    batch: Batch
    row_loss_G: Tensor
    """Mean cross-entropy over the answer tokens of every row."""
    logits_NV: Tensor | None = None
    """What the model expects at every answer token."""
    b_BP: Tensor
    """What is written for every slot."""
    expert_b_BP: Tensor | None = None
    """The trained expert of every slot's task; NaN for a task that has none."""
    evidence_B: Tensor | None = None
    """Negative evidence lower bound of those experts; 0 for a task that has none."""


Objective = Callable[[Step], Tensor]
_objectives: dict[str, Objective] = {}
_of_weights: set[str] = set()


def objective(function: Objective) -> Objective:
    """Makes an objective known under its function name."""
    _objectives[function.__name__] = function
    return function


def weight_objective(function: Objective) -> Objective:
    """Makes known an objective that looks at weights alone, not at the base's answers."""
    _of_weights.add(function.__name__)
    return objective(function)


def needs_answers(names: Iterable[str]) -> bool:
    """Whether any of these objectives looks at what the base model answers."""
    return bool(set(names) - _of_weights)


def find_objectives(weights: Mapping[str, float]) -> dict[str, tuple[Objective, float]]:
    """The objectives of a recipe, with their weights.

    Raises:
        ConfigError: A name that no objective has.
    """
    if unknown := sorted(set(weights) - set(_objectives)):
        raise ConfigError(
            f"no objective {unknown[0]!r}; found: {', '.join(sorted(_objectives))}"
        )
    return {name: (_objectives[name], weight) for name, weight in weights.items()}
