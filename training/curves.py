"""Loss curves of a run as JSON and PNG."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

SMOOTHING = 25
"""Steps that one point of a curve is the mean of."""


def write_curves(losses: Sequence[tuple[int, dict[str, float]]], folder: Path) -> None:
    """Writes `curves.json` and `curves.png` into a folder.

    Args:
        losses: Step and named values, in order.
        folder: Of the run's stage.
    """
    folder.mkdir(parents=True, exist_ok=True)
    curves: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for step, values in losses:
        for name, value in values.items():
            curves[name].append((step, value))
    text = json.dumps(curves, separators=(",", ":"))
    (folder / "curves.json").write_text(text, encoding="utf-8")
    figure, axes = plt.subplots(figsize=(7, 4))
    for name, points in curves.items():
        size = SMOOTHING if len(points) > 4 * SMOOTHING else 1
        chunks = [points[i : i + size] for i in range(0, len(points), size)]
        means = [sum(v for _, v in chunk) / len(chunk) for chunk in chunks]
        axes.plot([chunk[0][0] for chunk in chunks], means, label=name)
    axes.set_xlabel("step")
    axes.legend()
    figure.savefig(folder / "curves.png", dpi=110, bbox_inches="tight")
    plt.close(figure)
