"""Margins, differences and shares from scores made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from training.evaluation.report import Report, build_report
from training.evaluation.results import Distance, TaskResult
from training.evaluation.summary import summarise

METHODS = (
    "base",
    "multitask",
    "multitask_prompted",
    "hypernetwork",
    "hypernetwork_shuffled",
    "hypernetwork_sibling",
    "hypernetwork_junk",
    "oracle",
)


def _result(
    name: str,
    values: Mapping[str, Sequence[float]],
    *,
    distance: Distance = "unseen_families",
    has_two_answers: bool = False,
) -> TaskResult:
    scores = {
        method: np.repeat(np.array(rows, dtype=np.float64)[:, None], 3, axis=1)
        for method, rows in values.items()
    }
    return TaskResult(
        similarity=None,
        id=name,
        family=name[0],
        distance=distance,
        has_two_answers=has_two_answers,
        num_rows=2,
        scores=scores,
        oracle_gain=fmean(values["oracle"]) - fmean(values["base"])
        if "oracle" in values
        else None,
    )


RESULTS = (
    _result(
        "a1",
        {
            "base": [0, 0],
            "multitask": [0, 1],
            "hypernetwork": [1, 1],
            "hypernetwork_shuffled": [0, 0],
            "hypernetwork_sibling": [1, 0],
            "hypernetwork_junk": [0, 1],
            "oracle": [1, 1],
        },
    ),
    _result(
        "b1",
        {
            "base": [0, 1],
            "multitask": [1, 1],
            "hypernetwork": [0, 1],
            "hypernetwork_shuffled": [0, 1],
            "hypernetwork_junk": [0, 0],
            "oracle": [1, 1],
        },
        distance="unseen_tasks",
    ),
    _result(
        "b2",
        {
            "base": [0, 0],
            "multitask": [0, 0],
            "hypernetwork": [0, 0],
            "hypernetwork_shuffled": [1, 0],
            "hypernetwork_junk": [0, 0],
            "majority": [1, 0],
        },
        has_two_answers=True,
    ),
)


@pytest.fixture(scope="module")
def report() -> Report:
    """The report of the scores above."""
    return build_report(RESULTS, METHODS, default="hypernetwork", seed=0, origin={})


def test_macro_is_mean_over_tasks(report: Report) -> None:
    """Every method is averaged over the tasks it applies to."""
    macro = report.to_dict()["macro"]
    assert macro["hypernetwork"]["exact_match"] == 0.5
    assert macro["hypernetwork"]["num_tasks"] == 3
    assert macro["hypernetwork_sibling"]["exact_match"] == 0.5
    assert macro["hypernetwork_sibling"]["num_tasks"] == 1
    low, high = macro["hypernetwork"]["exact_match_ci"]
    assert 0 <= low <= 0.5 <= high <= 1


def test_unmeasured_methods_are_null(report: Report) -> None:
    """A method without scores keeps its keys, all of them null."""
    absent = report.to_dict()["macro"]["multitask_prompted"]
    assert absent == {
        "exact_match": None,
        "exact_match_ci": None,
        "contained": None,
        "rouge_l": None,
        "num_tasks": 0,
    }


def test_margins_compare_the_same_tasks(report: Report) -> None:
    """Each margin is over the tasks that have the control."""
    margin = report.to_dict()["margin"]
    assert margin["matched_minus_shuffled"] == pytest.approx(1 / 6, abs=1e-6)
    assert margin["matched_minus_sibling"] == 0.5
    assert margin["matched_minus_sibling_num_tasks"] == 1
    assert margin["matched_minus_junk"] == pytest.approx(1 / 3, abs=1e-6)
    assert margin["matched_minus_mean"] is None
    assert margin["ci"] == margin["matched_minus_shuffled_ci"]


def test_gap_recovered_is_over_tasks_with_oracles(report: Report) -> None:
    """(1 + 0) gained of (1 + 0.5) that the oracles gain."""
    values = report.to_dict()
    assert values["gap_recovered"] == pytest.approx(1 / 1.5, abs=1e-6)
    assert values["num_oracle_tasks"] == 2


def test_paired_difference_and_win_rate(report: Report) -> None:
    """One win, one loss and one tie against the multi-task adapter."""
    paired = report.to_dict()["paired"]["multitask"]
    assert paired["difference"] == 0
    assert paired["win_rate"] == 0.5
    assert paired["ci"][0] < 0 < paired["ci"][1]
    assert "hypernetwork" not in report.to_dict()["paired"]


def test_headline_keeps_tasks_with_headroom(report: Report) -> None:
    """Only tasks whose oracle gains enough are in it."""
    headline = report.to_dict()["headline"]
    assert headline["tasks"] == ["a1", "b1"]
    assert headline["macro"]["hypernetwork"]["exact_match"] == 0.75
    by_distance = report.to_dict()["headline_by_distance"]
    assert {
        distance: part["macro"]["hypernetwork"]["exact_match"]
        for distance, part in by_distance.items()
    } == {"seen_tasks": None, "unseen_tasks": 0.5, "unseen_families": 1}


def test_tasks_are_grouped_by_similarity() -> None:
    """From far to near, in groups as equal as can be; all tasks are in one."""
    results = [
        replace(RESULTS[0], id=f"a{i}", similarity=value)
        for i, value in enumerate((0.5, 0.1, 0.9, 0.3, 0.7, 0.2))
    ]
    report = build_report(results, METHODS, default="hypernetwork", seed=0, origin={})
    groups = report.to_dict()["by_similarity"]
    assert [(g["low"], g["high"], g["num_tasks"]) for g in groups] == [
        (0.1, 0.2, 2),
        (0.3, 0.3, 1),
        (0.5, 0.5, 1),
        (0.7, 0.9, 2),
    ]
    assert groups[0]["macro"]["hypernetwork"]["num_tasks"] == 2


def test_without_oracles_there_is_no_headline() -> None:
    """What was not measured is null."""
    report = build_report(
        RESULTS[2:], METHODS, default="hypernetwork", seed=0, origin={}
    )
    values = report.to_dict()
    assert values["headline"] is None
    assert values["headline_by_distance"] == {}
    assert values["gap_recovered"] is None
    assert values["gap_recovered_ci"] is None


def test_oracles_that_gain_nothing_give_no_share() -> None:
    """A share of nothing is null."""
    scores = {"base": [1, 1], "hypernetwork": [1, 1], "oracle": [1, 1]}
    summary = summarise(
        [_result("a1", scores)], METHODS, default="hypernetwork", seed=0
    )
    assert summary.gap_recovered is None


def test_parts_are_shown_apart(report: Report) -> None:
    """Distances and two-answer tasks have figures of their own."""
    values = report.to_dict()
    assert {k: v["num_tasks"] for k, v in values["by_distance"].items()} == {
        "seen_tasks": 0,
        "unseen_tasks": 1,
        "unseen_families": 2,
    }
    two, rest = values["by_answers"]["two_answers"], values["by_answers"]["open"]
    assert two["macro"]["majority"]["exact_match"] == 0.5
    assert (two["num_tasks"], rest["num_tasks"]) == (1, 2)
    assert "majority" not in rest["macro"]


def test_report_is_plain_json(report: Report) -> None:
    """It goes through JSON unchanged, without NaN."""
    values = report.to_dict()
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert list(values["tasks"][0]["exact_match"]) == list(METHODS)
    assert values["tasks"][2]["exact_match"]["oracle"] is None


def test_markdown_has_a_line_a_method(report: Report) -> None:
    """Methods go down, distances across."""
    lines = report.to_markdown().splitlines()
    assert len(lines) == 2 + len(METHODS)
    assert lines[0].startswith("| exact match | all tasks (3) | unseen tasks (1) |")
    assert "| - |" in lines[4]
