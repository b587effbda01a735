"""Index: what several reports say, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from training.evaluation.rating import FamiliarityCheck
from training.evaluation.report import Report
from training.evaluation.summary import Estimate, Summary


def write_index(reports: Mapping[str, Report], folder: Path) -> None:
    """Writes `README.md` beside the folders of the reports.

    Args:
        reports: By the name of their folder.
        folder: Where those folders lie.
    """
    parts = [_part(name, report) for name, report in reports.items()]
    text = "\n\n".join(["# Reports", "Made by `genadapter report`.", *parts])
    (folder / "README.md").write_text(text + "\n", encoding="utf-8")


def _part(name: str, report: Report) -> str:
    shots = report.origin["shots"]
    told = f"{shots} examples a task" if shots else "one held-out description a task"
    lines = [
        f"## {name.replace('_', ' ')}",
        "",
        f"{len(report.tasks)} tasks, at most {report.origin['rows']} rows each, told by "
        f"{told}; 95% intervals.",
        "",
        report.to_markdown(),
    ]
    lines += [
        line
        for distance, summary in report.headline_by_distance.items()
        if summary.num_tasks
        for line in _headline(distance.replace("_", " "), summary, report.default)
    ]
    if report.familiarity is not None:
        lines += ["", *_familiarity(report.familiarity)]
    lines += [
        "",
        f"![Exact match by distance]({name}/report.png)",
        "",
        f"![Exact match by similarity to the nearest expert]({name}/similarity.png)",
    ]
    return "\n".join(lines)


def _headline(distance: str, summary: Summary, default: str) -> list[str]:
    """The default beside all others on tasks with headroom."""
    lines = ["", f"On {summary.num_tasks} {distance} with headroom, `{default}`:", ""]
    if summary.gap_recovered is not None:
        lines.append(
            f"- recovers {_value(summary.gap_recovered)} of the oracles' gain;"
        )
    lines += [
        f"- less `{method}`: {_value(estimate)};"
        for method, estimate in summary.paired.items()
        if estimate is not None
    ]
    lines += [
        f"- trained with several seeds, `{method}` has "
        f"{', '.join(f'{value:.3f}' for value in values)};"
        for method, values in summary.by_seed.items()
    ]
    for family, estimate in summary.rival_margin.items():
        if estimate is not None:
            lines.append(
                f"- `{family}` less the same told of others: {_value(estimate)};"
            )
    return lines


def _familiarity(check: FamiliarityCheck) -> list[str]:
    found = check.rank_correlation
    correlation = "is undefined" if found is None else f"is {found:.2f}"
    return [
        f"Familiarity: its rank correlation with the gain over the base {correlation} over "
        f"{check.num_tasks} tasks. Of {check.num_gibberish} texts without sense "
        f"{check.flagged_gibberish:.0%} are flagged ({check.flagged_unheard:.0%} of the half "
        "whose kinds were not learned from), of "
        f"{check.num_descriptions} held-out descriptions {check.flagged_descriptions:.0%}.",
    ]


def _value(estimate: Estimate) -> str:
    return f"{estimate.value:+.3f} [{estimate.low:+.3f}, {estimate.high:+.3f}]"
