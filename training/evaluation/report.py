"""Report: the whole table as a value, as JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from genadapter.artifact import write_json
from training.evaluation.plots import write_curves, write_plot
from training.evaluation.rating import FamiliarityCheck
from training.evaluation.results import (
    MAJORITY,
    METRICS,
    MIN_ORACLE_GAIN,
    Distance,
    TaskResult,
)
from training.evaluation.summary import MethodMean, Summary, summarise

DISTANCES: tuple[Distance, ...] = get_args(Distance)


NUM_GROUPS = 4
"""Groups of equal size that tasks are put in by similarity."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimilarityGroup:
    """Tasks about as near to what was trained on."""

    low: float
    """The lowest similarity among them."""
    high: float
    """The highest one."""
    summary: Summary
    """How methods do on them."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """Bounds and the mean of every method, as JSON values."""
        return {
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "num_tasks": self.summary.num_tasks,
            "macro": self.summary.to_dict()["macro"],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Tasks x methods, summed up over all tasks and over parts of them."""

    default: str
    """The method that margins and differences are of: the bundle's generator."""
    methods: tuple[str, ...]
    """In the order of the table."""
    tasks: tuple[TaskResult, ...]
    """Scores, task by task."""
    overall: Summary
    """All tasks."""
    by_distance: Mapping[Distance, Summary]
    """Seen tasks, unseen tasks of seen families, unseen families."""
    two_answers: Summary
    """Tasks that are a choice of two answers, beside their majority answer."""
    open_answers: Summary
    """All other tasks."""
    headline: Summary | None
    """Tasks whose oracle gains enough over the base; `None` without oracles."""
    headline_by_distance: Mapping[Distance, Summary]
    """The same tasks by distance; empty without oracles."""
    by_similarity: tuple[SimilarityGroup, ...]
    """All tasks, from the farthest to the nearest of what was trained on."""
    origin: Mapping[str, Any]  # Any: plain JSON
    """Which bundle, base model, rows and seed this is of."""
    familiarity: FamiliarityCheck | None = None
    """What the bundle's rating of descriptions was worth; `None` where it has none."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The report as JSON values; what was not measured is null."""
        headline = None if self.headline is None else self.headline.to_dict()
        if headline is not None:
            headline["min_oracle_gain"] = MIN_ORACLE_GAIN
            headline["tasks"] = [t.id for t in self.tasks if t.has_headroom]
        return {
            "default": self.default,
            "methods": list(self.methods),
            **self.overall.to_dict(),
            "by_distance": {d: s.to_dict() for d, s in self.by_distance.items()},
            "by_answers": {
                "two_answers": self.two_answers.to_dict(),
                "open": self.open_answers.to_dict(),
            },
            "headline": headline,
            "headline_by_distance": {
                d: s.to_dict() for d, s in self.headline_by_distance.items()
            },
            "by_similarity": [group.to_dict() for group in self.by_similarity],
            "familiarity": self.familiarity and _rounded_values(self.familiarity),
            "origin": dict(self.origin),
            "tasks": [_task_values(task, self.methods) for task in self.tasks],
        }

    def to_markdown(self) -> str:
        """One table of exact match, methods down and distances across."""
        parts = {"all tasks": self.overall}
        parts |= {
            distance.replace("_", " "): summary
            for distance, summary in self.by_distance.items()
            if summary.num_tasks
        }
        if self.headline is not None:
            parts["with headroom"] = self.headline
        parts |= {
            f"{distance.replace('_', ' ')} with headroom": summary
            for distance, summary in self.headline_by_distance.items()
            if summary.num_tasks
        }
        heads = [f"{name} ({part.num_tasks})" for name, part in parts.items()]
        lines = [_line(["exact match", *heads]), _line(["---"] * (1 + len(heads)))]
        for method in self.methods:
            cells = [_cell(part.macro[method]) for part in parts.values()]
            lines.append(_line([method, *cells]))
        return "\n".join(lines) + "\n"


def build_report(
    tasks: Sequence[TaskResult],
    methods: Sequence[str],
    *,
    default: str,
    seed: int,
    origin: Mapping[str, Any],  # Any: plain JSON
    familiarity: FamiliarityCheck | None = None,
) -> Report:
    """Sums up scored tasks.

    Args:
        tasks: Scores, task by task.
        methods: In the order of the table.
        default: The method that margins and differences are of.
        seed: Of the bootstrap.
        origin: What the scores are of, as JSON values.
        familiarity: What the bundle's rating of descriptions was worth.
    """

    def summary(part: Sequence[TaskResult], *more: str) -> Summary:
        return summarise(part, [*methods, *more], default=default, seed=seed)

    has_oracles = any(t.oracle_gain is not None for t in tasks)
    chosen = [t for t in tasks if t.has_headroom]
    return Report(
        default=default,
        methods=tuple(methods),
        tasks=tuple(tasks),
        overall=summary(tasks),
        by_distance={
            d: summary([t for t in tasks if t.distance == d]) for d in DISTANCES
        },
        two_answers=summary([t for t in tasks if t.has_two_answers], MAJORITY),
        open_answers=summary([t for t in tasks if not t.has_two_answers]),
        headline=summary(chosen) if has_oracles else None,
        headline_by_distance={
            d: summary([t for t in chosen if t.distance == d])
            for d in DISTANCES
            if has_oracles
        },
        by_similarity=tuple(
            SimilarityGroup(low=part[0][0], high=part[-1][0], summary=summary(members))
            for part in _groups(tasks)
            for members in [[task for _, task in part]]
        ),
        origin=origin,
        familiarity=familiarity,
    )


def _groups(tasks: Sequence[TaskResult]) -> list[list[tuple[float, TaskResult]]]:
    """Tasks with their similarities, from low to high, in groups of equal size."""
    known = [(t.similarity, t) for t in tasks if t.similarity is not None]
    known.sort(key=lambda pair: pair[0])
    bounds = [round(i * len(known) / NUM_GROUPS) for i in range(NUM_GROUPS + 1)]
    return [known[low:high] for low, high in pairwise(bounds) if high > low]


def write_report(report: Report, folder: Path) -> None:
    """Writes `report.json`, `report.md`, `report.png` and `similarity.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "report.json", report.to_dict())
    (folder / "report.md").write_text(report.to_markdown(), encoding="utf-8")
    write_plot(
        {d: s.macro for d, s in report.by_distance.items() if s.num_tasks},
        default=report.default,
        path=folder / "report.png",
    )
    write_curves(
        [((g.low + g.high) / 2, g.summary.macro) for g in report.by_similarity],
        default=report.default,
        path=folder / "similarity.png",
    )


def _task_values(
    task: TaskResult, methods: Sequence[str]
) -> dict[str, Any]:  # Any: plain JSON
    values: dict[str, Any] = {
        "id": task.id,
        "family": task.family,
        "distance": task.distance,
        "rows": task.num_rows,
        "similarity": _rounded(task.similarity),
        "two_answers": task.has_two_answers,
        "majority": _rounded(task.mean(MAJORITY)),
        "told": dict(task.told),
    }
    for metric in METRICS:
        values[metric] = {m: _rounded(task.mean(m, metric)) for m in methods}
    return values


def _rounded_values(values: FamiliarityCheck) -> dict[str, Any]:  # Any: plain JSON
    return {name: _rounded(value) for name, value in asdict(values).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _cell(mean: MethodMean | None) -> str:
    if mean is None:
        return "-"
    exact = mean.exact_match
    return f"{exact.value:.3f} [{exact.low:.3f}, {exact.high:.3f}]"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
