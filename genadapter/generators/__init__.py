"""Generator families: every module beside `base` is one, found by being here."""

from importlib import import_module
from pkgutil import iter_modules

from genadapter.generators.base import (
    Features,
    Generator,
    PrefixStart,
    Surroundings,
    families,
    find_family,
)

for _module in sorted(iter_modules(__path__), key=lambda m: m.name):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "Features",
    "Generator",
    "PrefixStart",
    "Surroundings",
    "families",
    "find_family",
]
