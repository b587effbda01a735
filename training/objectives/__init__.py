"""Training objectives: each a function of one step, found by its name."""

from training.objectives.base import (
    Objective,
    Step,
    find_objectives,
    needs_answers,
    objective,
    weight_objective,
)
from training.objectives.distillation import distillation
from training.objectives.evidence import evidence
from training.objectives.margin import margin
from training.objectives.reconstruction import reconstruction
from training.objectives.shrinkage import shrinkage
from training.objectives.supervised import supervised

__all__ = [
    "Objective",
    "Step",
    "distillation",
    "evidence",
    "find_objectives",
    "margin",
    "needs_answers",
    "objective",
    "reconstruction",
    "shrinkage",
    "supervised",
    "weight_objective",
]
