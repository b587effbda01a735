"""Kept: figures that all families of a run share, measured for the first of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from genadapter.artifact import canonical_json, new_file, read_json, write_json

_OF = "of"


def kept_figures(
    path: Path,
    *,
    tensors: Sequence[Tensor],
    values: object,
    measure: Callable[[], dict[str, Any]],  # Any: plain JSON
) -> dict[str, Any]:  # Any: plain JSON
    """What lies in a file, if it was measured of the very same things.

    Args:
        path: The file; written anew where it holds figures of other things.
        tensors: What decides the figures.
        values: What else does, as JSON values.
        measure: Gives the figures, as a JSON object.
    """
    digest = hashlib.sha256(canonical_json(values).encode())
    for tensor in tensors:
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    found = read_json(path) if path.exists() else {}
    if found.get(_OF) != digest.hexdigest():
        found = {_OF: digest.hexdigest(), **measure()}
        with new_file(path) as partial:
            write_json(partial, found)
        # As the next one reads it: JSON has strings alone for names.
        found = read_json(path)
    return {name: value for name, value in found.items() if name != _OF}
