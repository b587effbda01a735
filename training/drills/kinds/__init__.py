"""Kinds of drills: every module registers its own, found by being here.

A kind is a function; its wordings lie in the TOML file beside its module, under its name.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in sorted(iter_modules(__path__), key=lambda m: m.name):
    import_module(f"{__name__}.{_module.name}")
