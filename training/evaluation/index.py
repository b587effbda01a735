"""Index: what several reports say, on one page, read from what they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from genadapter.artifact import read_json

Values = dict[str, Any]  # Any: plain JSON


def write_index(folder: Path, parts: Sequence[str]) -> None:
    """Writes `README.md` beside the folders of reports.

    Args:
        folder: Where those folders lie.
        parts: Their names, in order; one without a report is left out.
    """
    told = [
        _part(folder / part)
        for part in parts
        if (folder / part / "report.json").exists()
    ]
    text = "\n\n".join(["# Reports", "Made by `genadapter report`.", *told])
    (folder / "README.md").write_text(text + "\n", encoding="utf-8")


def _part(folder: Path) -> str:
    values, name = read_json(folder / "report.json"), folder.name
    shots, default = values["origin"]["shots"], values["default"]
    told = f"{shots} examples a task" if shots else "one held-out description a task"
    lines = [
        f"## {name.replace('_', ' ')}",
        "",
        f"{values['num_tasks']} tasks, at most {values['origin']['rows']} rows each, told "
        f"by {told}; 95% intervals.",
        "",
        (folder / "report.md").read_text("utf-8"),
    ]
    for distance, summary in values["headline_by_distance"].items():
        if summary["num_tasks"]:
            lines += _headline(distance.replace("_", " "), summary, default)
    if steps := values["origin"]["steps"]:
        each = ", ".join(f"`{family}` {count}" for family, count in steps.items())
        lines += [f"Steps of training at the checkpoint that was kept: {each}."]
    if values["familiarity"] is not None:
        lines += ["", _familiarity(values["familiarity"])]
    lines += [
        "",
        f"![Exact match by distance]({name}/report.png)",
        "",
        f"![Exact match by similarity to the nearest expert]({name}/similarity.png)",
    ]
    return "\n".join(lines)


def _headline(distance: str, summary: Values, default: str) -> list[str]:
    """The default beside all others on tasks with headroom."""
    lines = [f"On {summary['num_tasks']} {distance} with headroom, `{default}`", ""]
    if summary["gap_recovered"] is not None:
        share = _value(summary["gap_recovered"], summary["gap_recovered_ci"])
        lines.append(f"- recovers {share} of the oracles' gain;")
    lines += [
        f"- less `{method}`: {_value(own['difference'], own['ci'])};"
        for method, own in summary["paired"].items()
        if own["difference"] is not None
    ]
    lines += [
        f"- trained with several seeds, `{method}` has "
        f"{', '.join(f'{value:.3f}' for value in values)};"
        for method, values in summary["by_seed"].items()
    ]
    lines += [
        f"- `{family}` less the same told of other tasks: "
        f"{_value(own['matched_minus_shuffled'], own['ci'])};"
        for family, own in summary["rival_margin"].items()
        if own["matched_minus_shuffled"] is not None
    ]
    return [*lines, ""]


def _familiarity(check: Values) -> str:
    found = check["rank_correlation"]
    correlation = "is undefined" if found is None else f"is {found:.2f}"
    return (
        f"Familiarity: its rank correlation with the gain over the base {correlation} over "
        f"{check['num_tasks']} tasks. Of {check['num_gibberish']} texts without sense "
        f"{check['flagged_gibberish']:.0%} are flagged ({check['flagged_unheard']:.0%} of "
        "the half whose kinds it was not fitted with), of "
        f"{check['num_descriptions']} held-out descriptions "
        f"{check['flagged_descriptions']:.0%}."
    )


def _value(value: float, interval: Sequence[float]) -> str:
    low, high = interval
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"
