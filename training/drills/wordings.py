"""Wordings of drills: TOML files beside the modules that fill them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def read_wordings(module_file: str) -> dict[str, Any]:  # Any: TOML values
    """The data that goes with a module of drills.

    Args:
        module_file: The module's `__file__`; its data has the same name with `.toml`.
    """
    return tomllib.loads(Path(module_file).with_suffix(".toml").read_text("utf-8"))
