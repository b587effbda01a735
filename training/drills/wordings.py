"""Wordings of drills: TOML files beside the modules, with gaps that are filled.

A frame is a wording that names its gaps in braces.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Field = str | int | Sequence[str]
"""What fills a gap; of several texts, each frame takes one at random."""


def texts_of(field: Field) -> Sequence[str]:
    """The texts that may fill a gap."""
    return [str(field)] if isinstance(field, str | int) else field


def read_wordings(module_file: str) -> dict[str, Any]:  # Any: TOML values
    """The data that goes with a module of drills.

    Args:
        module_file: The module's `__file__`; its data has the same name with `.toml`.
    """
    return tomllib.loads(Path(module_file).with_suffix(".toml").read_text("utf-8"))


def fill(
    rng: random.Random, frames: Sequence[str], fields: Callable[[], Mapping[str, Field]]
) -> tuple[str, ...]:
    """Fills frames.

    Args:
        rng: Of the choice among several texts for one gap.
        frames: Wordings with gaps.
        fields: What fills them; asked anew for each frame, so that examples differ.
    """
    return tuple(
        frame.format(**{gap: rng.choice(texts_of(f)) for gap, f in fields().items()})
        for frame in frames
    )
