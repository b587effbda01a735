"""Heat map: norms by module and layer, as blocks in a terminal or as a PNG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from genadapter.artifact import new_file
from genadapter.errors import PackageUnavailableError

BLOCKS = " ▁▂▃▄▅▆▇█"
"""From nothing to the largest norm of all."""
ABSENT = "-"
"""Stands where a module has no adapter."""
_INCHES_A_CELL = 0.32
_DOTS_AN_INCH = 110


def as_blocks(norms: Mapping[str, Sequence[float | None]]) -> dict[str, str]:
    """Draws norms as text: per module a row, and a character for every layer.

    Args:
        norms: Per module, one of every layer; `None` where it has no adapter. All rows
            share one measure, by which only zero is drawn as nothing.
    """
    largest = _largest(norms)
    return {
        name: "".join(_block(norm, largest) for norm in norms_L)
        for name, norms_L in norms.items()
    }


def save_png(
    norms: Mapping[str, Sequence[float | None]],
    *,
    layers: Sequence[int],
    title: str,
    file: Path,
) -> None:
    """Draws norms as a picture: a row a module, a column a layer, empty where absent.

    Args:
        norms: Per module, one of every layer; `None` where it has no adapter.
        layers: Numbers of the layers.
        title: Stands above the picture.
        file: Where to write it, over what may lie there.

    Raises:
        PackageUnavailableError: matplotlib is not installed.
        StorageError: The disk is full, or the folder may not be written to.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PackageUnavailableError(
            "matplotlib",
            str(error),
            next_step="Drawing needs it: pip install 'genadapter[training]', or leave "
            "--png out",
        ) from error
    cells = [
        [math.nan if norm is None else norm for norm in norms_L]
        for norms_L in norms.values()
    ]
    size = (3 + _INCHES_A_CELL * len(layers), 1.5 + _INCHES_A_CELL * len(cells))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(cells, vmin=0, vmax=_largest(norms) or 1.0, aspect="auto")
    axes.set_yticks(range(len(cells)), labels=list(norms))
    axes.set_xticks(range(len(layers)), labels=[str(layer) for layer in layers])
    axes.tick_params(axis="x", labelsize="small")
    axes.set_xlabel("layer")
    axes.set_title(title)
    figure.colorbar(image, label="norm of the change")
    with new_file(file) as partial:
        figure.savefig(partial, format="png", dpi=_DOTS_AN_INCH)


def _largest(norms: Mapping[str, Sequence[float | None]]) -> float:
    return max(
        (norm or 0.0 for norms_L in norms.values() for norm in norms_L), default=0
    )


def _block(norm: float | None, largest: float) -> str:
    if norm is None:
        return ABSENT
    return BLOCKS[math.ceil((len(BLOCKS) - 1) * norm / largest) if norm else 0]
