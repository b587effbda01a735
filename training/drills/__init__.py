"""Drills: small tasks with parameters, made by the hundred, that have to be read.

`kinds` holds the rules, `pools` the inputs that they share; the modules beside this one are
what both are made with, and `making` draws drills for a suite. Drills are trained on and
never scored. A drill is left out where it gives the same answers as a held-out task on that
task's inputs, be it with other labels; near relatives stay.
"""

import training.drills.kinds  # noqa: F401 - registers every kind
from training.drills.base import KINDS, Drill, Materials, NoInputError
from training.drills.making import MIN_ROWS, agrees, make_drills, materials_of

__all__ = [
    "KINDS",
    "MIN_ROWS",
    "Drill",
    "Materials",
    "NoInputError",
    "agrees",
    "make_drills",
    "materials_of",
]
