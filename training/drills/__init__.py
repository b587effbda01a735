"""Drills: small tasks with parameters, made by the hundred, that have to be read.

They are trained on and never scored. A drill that does what a held-out task asks is left
out, whatever either is called.
"""

from importlib import import_module
from pkgutil import iter_modules

from training.drills.base import KINDS, Drill, Materials
from training.drills.making import MIN_ROWS, agrees, make_drills, materials_of

for _module in sorted(iter_modules(__path__), key=lambda m: m.name):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "KINDS",
    "MIN_ROWS",
    "Drill",
    "Materials",
    "agrees",
    "make_drills",
    "materials_of",
]
