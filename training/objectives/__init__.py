"""Training objectives: each a function of one step, found by its name."""

from training.objectives.base import Objective, Step, find_objectives, objective
from training.objectives.distillation import distillation
from training.objectives.margin import margin
from training.objectives.reconstruction import reconstruction
from training.objectives.supervised import supervised

__all__ = [
    "Objective",
    "Step",
    "distillation",
    "find_objectives",
    "margin",
    "objective",
    "reconstruction",
    "supervised",
]
