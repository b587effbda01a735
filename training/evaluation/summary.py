"""Summary: what a set of tasks says of every method, and how sure that is.

Shapes: R rows of a task, M metrics, S bootstrap draws, C columns drawn together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.evaluation.intervals import (
    Array,
    TaskRows,
    bootstrap_means,
    interval,
    mean_over_tasks,
)
from training.evaluation.methods import BASE, CONTROLS, ORACLE, shuffled
from training.evaluation.results import METRICS, TaskResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A mean over tasks with its 95% interval."""

    value: float
    low: float
    high: float
    num_tasks: int
    """Tasks that it is the mean of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodMean:
    """One method over the tasks that it applies to."""

    exact_match: Estimate
    contained: float
    rouge_l: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A set of tasks in a few figures."""

    num_tasks: int
    macro: Mapping[str, MethodMean | None]
    """By method; `None` where it applies to no task of the set."""
    margin: Mapping[str, Estimate | None]
    """By control, the default method less the same told wrong, on the same rows."""
    by_seed: Mapping[str, Sequence[float]]
    """By method that was trained more than once, the mean exact match of each."""
    rival_margin: Mapping[str, Estimate | None]
    """By other family, its row less the same told of other tasks, on the same rows."""
    paired: Mapping[str, Estimate | None]
    """By other method, the default method less it, on the same rows."""
    wins: Mapping[str, float | None]
    """By other method, the share of tasks where the default is ahead; a tie is half."""
    gap_recovered: Estimate | None
    """Gain of the default over the base, as a share of the oracles' gain."""

    def to_dict(self) -> dict[str, Any]:  # Any: plain JSON
        """The summary as JSON values."""
        gap = self.gap_recovered
        return {
            "num_tasks": self.num_tasks,
            "macro": {name: _macro_values(mean) for name, mean in self.macro.items()},
            "by_seed": {
                method: [_rounded(value) for value in values]
                for method, values in self.by_seed.items()
            },
            "margin": _margin_values(self.margin),
            "rival_margin": {
                family: {
                    "matched_minus_shuffled": None
                    if estimate is None
                    else _rounded(estimate.value),
                    "ci": _ci(estimate),
                }
                for family, estimate in self.rival_margin.items()
            },
            "paired": {
                name: _paired_values(estimate, self.wins[name])
                for name, estimate in self.paired.items()
            },
            "gap_recovered": None if gap is None else _rounded(gap.value),
            "gap_recovered_ci": _ci(gap),
            "num_oracle_tasks": 0 if gap is None else gap.num_tasks,
        }


def summarise(
    results: Sequence[TaskResult], methods: Sequence[str], *, default: str, seed: int
) -> Summary:
    """Means, differences and intervals over a set of tasks.

    Args:
        results: The tasks; there may be none.
        methods: In the order of the table.
        default: The method that margins and differences are of.
        seed: Of the bootstrap.
    """
    columns: dict[tuple[str, str], _Column] = {}
    rivals = [m for m in methods if m != default and shuffled(m) in methods]
    for rival in rivals:
        columns["margin", rival] = _difference(rival, shuffled(rival))
    for method in methods:
        columns["macro", method] = _scores_of(method)
        if method != default:
            columns["paired", method] = _difference(default, method)
    columns["gain", default] = _gain_beside_oracle(default)
    columns["gain", ORACLE] = _gain_beside_oracle(ORACLE)
    draws = _draw_all(results, columns, seed)
    return Summary(
        num_tasks=len(results),
        macro={m: _method_mean(draws.get(("macro", m))) for m in methods},
        margin={
            control: _estimate(draws.get(("paired", f"{default}_{control}")))
            for control in CONTROLS
        },
        by_seed={m: _seed_means(results, m) for m in _repeated(results)},
        rival_margin={m: _estimate(draws.get(("margin", m))) for m in rivals},
        paired={
            m: _estimate(draws.get(("paired", m))) for m in methods if m != default
        },
        wins={m: _wins(results, default, m) for m in methods if m != default},
        gap_recovered=_ratio(draws.get(("gain", default)), draws.get(("gain", ORACLE))),
    )


_Column = Callable[[TaskResult], Array | None]
"""What is averaged of a task, (R, M) or (R, 1); `None` where it does not apply."""


@dataclass(frozen=True, slots=True)
class _Draws:
    value_M: Array
    draws_SM: Array
    num_tasks: int


def _scores_of(method: str) -> _Column:
    return lambda result: result.scores.get(method)


def _difference(left: str, right: str) -> _Column:
    def column(result: TaskResult) -> Array | None:
        if left not in result.scores or right not in result.scores:
            return None
        return result.scores[left] - result.scores[right]

    return column


def _gain_beside_oracle(method: str) -> _Column:
    gain = _difference(method, BASE)
    return lambda result: gain(result) if ORACLE in result.scores else None


def _draw_all(
    results: Sequence[TaskResult],
    columns: Mapping[tuple[str, str], _Column],
    seed: int,
) -> dict[tuple[str, str], _Draws]:
    # Columns over the same tasks are drawn together: faster, and a ratio of two of them
    # needs the same draw above and below.
    values = {
        key: {i: v for i, r in enumerate(results) if (v := column(r)) is not None}
        for key, column in columns.items()
    }
    together: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for key, by_task in values.items():
        if by_task:
            together.setdefault(tuple(by_task), []).append(key)
    drawn: dict[tuple[str, str], _Draws] = {}
    for members, keys in together.items():
        tasks = [
            TaskRows(
                results[i].family, np.concatenate([values[k][i] for k in keys], axis=1)
            )
            for i in members
        ]
        mean_C = mean_over_tasks(tasks)
        draws_SC = bootstrap_means(tasks, seed=seed)
        for number, key in enumerate(keys):
            own = slice(number * len(METRICS), (number + 1) * len(METRICS))
            drawn[key] = _Draws(mean_C[own], draws_SC[:, own], len(members))
    return drawn


def _estimate(draws: _Draws | None) -> Estimate | None:
    if draws is None:
        return None
    low, high = interval(draws.draws_SM[:, 0])
    return Estimate(
        value=float(draws.value_M[0]), low=low, high=high, num_tasks=draws.num_tasks
    )


def _method_mean(draws: _Draws | None) -> MethodMean | None:
    exact_match = _estimate(draws)
    if draws is None or exact_match is None:
        return None
    return MethodMean(
        exact_match=exact_match,
        contained=float(draws.value_M[1]),
        rouge_l=float(draws.value_M[2]),
    )


def _ratio(above: _Draws | None, below: _Draws | None) -> Estimate | None:
    if above is None or below is None or below.value_M[0] <= 0:
        return None
    # A draw in which the oracles gain nothing has no ratio; it says nothing of a share.
    is_defined_S = below.draws_SM[:, 0] > 0
    ratio_S = above.draws_SM[is_defined_S, 0] / below.draws_SM[is_defined_S, 0]
    low, high = interval(ratio_S)
    value = float(above.value_M[0] / below.value_M[0])
    return Estimate(value=value, low=low, high=high, num_tasks=below.num_tasks)


def _wins(results: Sequence[TaskResult], default: str, other: str) -> float | None:
    pairs = [(r.mean(default), r.mean(other)) for r in results]
    points = [
        0.5 * ((mine > theirs) + (mine >= theirs))
        for mine, theirs in pairs
        if mine is not None and theirs is not None
    ]
    return float(np.mean(points)) if points else None


def _repeated(results: Sequence[TaskResult]) -> list[str]:
    return list(dict.fromkeys(m for result in results for m in result.by_seed))


def _seed_means(results: Sequence[TaskResult], method: str) -> list[float]:
    known = [r.by_seed[method] for r in results if method in r.by_seed]
    means: list[float] = np.mean(known, axis=0).tolist()
    return means


def _rounded(value: float) -> float:
    return round(value, 6)


def _ci(estimate: Estimate | None) -> list[float] | None:
    if estimate is None:
        return None
    return [_rounded(estimate.low), _rounded(estimate.high)]


def _macro_values(mean: MethodMean | None) -> dict[str, Any]:  # Any: plain JSON
    if mean is None:
        return {**dict.fromkeys((*METRICS, "exact_match_ci")), "num_tasks": 0}
    return {
        "exact_match": _rounded(mean.exact_match.value),
        "exact_match_ci": _ci(mean.exact_match),
        "contained": _rounded(mean.contained),
        "rouge_l": _rounded(mean.rouge_l),
        "num_tasks": mean.exact_match.num_tasks,
    }


def _margin_values(
    margin: Mapping[str, Estimate | None],
) -> dict[str, Any]:  # Any: plain JSON
    values: dict[str, Any] = {"ci": _ci(margin["shuffled"])}
    for control, estimate in margin.items():
        name = f"matched_minus_{control}"
        values[name] = None if estimate is None else _rounded(estimate.value)
        values[f"{name}_ci"] = _ci(estimate)
        values[f"{name}_num_tasks"] = 0 if estimate is None else estimate.num_tasks
    return values


def _paired_values(
    estimate: Estimate | None, wins: float | None
) -> dict[str, Any]:  # Any: plain JSON
    if estimate is None or wins is None:
        return {"difference": None, "ci": None, "win_rate": None, "num_tasks": 0}
    return {
        "difference": _rounded(estimate.value),
        "ci": _ci(estimate),
        "win_rate": _rounded(wins),
        "num_tasks": estimate.num_tasks,
    }
