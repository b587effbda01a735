"""Plots: exact match of methods at every distance, and as tasks grow more similar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

from training.evaluation.summary import MethodMean

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

OTHERS_COLOUR = "#9db4c8"
DEFAULT_COLOUR = "#c2571a"


def write_plot(
    parts: Mapping[str, Mapping[str, MethodMean | None]], *, default: str, path: Path
) -> None:
    """Draws one panel a distance as a PNG.

    Args:
        parts: By distance, every method's mean; `None` where it was not measured.
        default: The method to stand out.
        path: Of the PNG.
    """
    methods = list(dict.fromkeys(m for macro in parts.values() for m in macro))
    figure, panels = plt.subplots(
        nrows=max(1, len(parts)),
        figsize=(1.5 + 0.6 * len(methods), 0.8 + 2.4 * max(1, len(parts))),
        sharex=True,
        squeeze=False,
    )
    for axes, (name, macro) in zip(panels[:, 0], parts.items(), strict=False):
        _draw_panel(axes, macro, methods, default)
        axes.set_title(name.replace("_", " "), loc="left", fontsize=10)
    panels[-1, 0].set_xticks(range(len(methods)), methods, rotation=40, ha="right")
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)


def write_curves(
    groups: Sequence[tuple[float, Mapping[str, MethodMean | None]]],
    *,
    default: str,
    path: Path,
) -> None:
    """Draws exact match over similarity to the nearest training task as a PNG.

    Args:
        groups: By similarity, every method's mean; `None` where it was not measured.
        default: The method to stand out.
        path: Of the PNG.
    """
    figure, axes = plt.subplots(figsize=(6, 3.6))
    # Controls would be as many lines again, all near the bottom.
    names = dict.fromkeys(m for _, macro in groups for m in macro)
    for name in [m for m in names if not m.startswith(f"{default}_")]:
        places = [(x, mean) for x, macro in groups if (mean := macro.get(name))]
        axes.plot(
            [x for x, _ in places],
            [mean.exact_match.value for _, mean in places],
            label=name,
            marker="o",
            linewidth=2.5 if name == default else 1.0,
            color=DEFAULT_COLOUR if name == default else None,
        )
    axes.set_ylim(0, 1)
    axes.set_xlabel("cosine of the description and the nearest expert's")
    axes.set_ylabel("exact match")
    axes.spines[["top", "right"]].set_visible(False)
    if names:
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(path, dpi=110, bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)


def _draw_panel(
    axes: Axes,
    macro: Mapping[str, MethodMean | None],
    methods: list[str],
    default: str,
) -> None:
    for place, method in enumerate(methods):
        mean = macro.get(method)
        if mean is None:
            axes.text(place, 0.01, "not measured", rotation=90, ha="center", fontsize=7)
            continue
        exact = mean.exact_match
        # A percentile interval need not hold the mean; a bar's whisker must not flip.
        below, above = (
            max(0.0, exact.value - exact.low),
            max(0.0, exact.high - exact.value),
        )
        colour = DEFAULT_COLOUR if method == default else OTHERS_COLOUR
        axes.bar(place, exact.value, color=colour, yerr=[[below], [above]], capsize=3)
    axes.set_ylim(0, 1)
    axes.set_ylabel("exact match")
    axes.spines[["top", "right"]].set_visible(False)
