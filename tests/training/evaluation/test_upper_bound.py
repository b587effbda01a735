"""What oracles answered: kept, checked against the tasks, read into tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from genadapter.base_model import BaseModel
from genadapter.errors import ConfigError, CorruptArtifactError
from genadapter.library import SharedFactors
from genadapter.pipeline import Pipeline
from training.evaluation import (
    UpperBound,
    answer_bound,
    evaluate,
    read_bound,
    write_bound,
)
from training.evaluation.answering import questions_of
from training.evaluation.oracle import Oracle
from training.tasks import Example, Task

NUM_ROWS = 3


@pytest.fixture
def shared(pipeline: Pipeline) -> SharedFactors:
    """The bundle's A and B."""
    return pipeline.bundle.surroundings.shared


@pytest.fixture
def bound(
    base: BaseModel, pipeline: Pipeline, shared: SharedFactors, suite: list[Task]
) -> UpperBound:
    """Answers on two of the tasks: through an A turned round, and through its own."""
    b_P = 40 * torch.ones_like(shared.flat_b())
    turned = {name: a.neg() for name, a in shared.a.items()}
    curves = {"shared_a": ((20, 0.25),), "free_a": ((20, 0.5),)}
    oracles = {
        0: Oracle(form="free_a", a=turned, b_P=b_P, curves=curves),
        2: Oracle(form="shared_a", a=shared.a, b_P=b_P, curves=curves),
    }
    return answer_bound(
        suite,
        oracles,
        base=base,
        spec=pipeline.bundle.surroundings.spec,
        shared=shared,
        num_rows=NUM_ROWS,
    )


def test_each_oracle_answers_through_its_own_a(
    bound: UpperBound, suite: list[Task], base: BaseModel
) -> None:
    """The base's answers are the base's; those through other factors differ."""
    assert set(bound.tasks) == {suite[0].id, suite[2].id}
    prompts = [base.prompt_ids(e.input) for e in suite[0].rows("test")[:NUM_ROWS]]
    longest = base.generate(prompts, max_new_tokens=32)
    first = bound.tasks[suite[0].id]
    assert all(
        text.startswith(answer)
        for text, answer in zip(longest, first.base, strict=True)
    )
    assert len(first.oracle) == NUM_ROWS
    assert first.oracle != first.base


def test_file_is_read_as_it_was_written(bound: UpperBound, tmp_path: Path) -> None:
    """JSON there and back."""
    write_bound(bound, tmp_path / "oracles.json")
    assert read_bound(tmp_path / "oracles.json").to_dict() == bound.to_dict()


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"base": "x", "rows": 1, "tasks": {"a": {}}}', "{"]
)
def test_damaged_file_is_refused(text: str, tmp_path: Path) -> None:
    """The message names the file."""
    path = tmp_path / "oracles.json"
    path.write_text(text)
    with pytest.raises(CorruptArtifactError, match=r"oracles\.json"):
        read_bound(path)


def test_answers_that_do_not_pair_are_refused(
    bound: UpperBound, tmp_path: Path
) -> None:
    """A row that only one of the two answered means a damaged file."""
    values = bound.to_dict()
    next(iter(values["tasks"].values()))["base"].pop()
    (tmp_path / "oracles.json").write_text(json.dumps(values))
    with pytest.raises(CorruptArtifactError, match="experts oracles"):
        read_bound(tmp_path / "oracles.json")


def test_column_takes_each_tasks_first_rows(
    bound: UpperBound, suite: list[Task], base: BaseModel
) -> None:
    """Fewer rows than were answered; nothing for a task without an oracle."""
    questions = questions_of(suite[:3], base=base, num_rows=2)
    column = bound.column(suite[:3], questions)
    expected = [*bound.tasks[suite[0].id].oracle[:2], None, None]
    assert list(column.answers) == [*expected, *bound.tasks[suite[2].id].oracle[:2]]


def test_gain_is_over_all_rows_that_were_answered(
    bound: UpperBound, suite: list[Task]
) -> None:
    """Two of three right by the oracle, none by the base."""
    task = suite[0]
    right = [row.outputs[0] for row in task.rows("test")[:NUM_ROWS]]
    found = replace(
        bound.tasks[task.id], base=["?"] * NUM_ROWS, oracle=[*right[:2], "?"]
    )
    made = replace(bound, tasks={task.id: found})
    assert made.gain_of(task) == pytest.approx(2 / 3)
    assert made.gain_of(suite[1]) is None


def test_other_base_rows_or_tasks_are_refused(
    bound: UpperBound,
    suite: list[Task],
    base: BaseModel,
    new_base: Callable[..., BaseModel],
) -> None:
    """What was answered holds of one base and of the very rows alone."""
    bound.check(suite, base=base, num_rows=NUM_ROWS)
    with pytest.raises(ConfigError, match="trained on base"):
        bound.check(suite, base=new_base(seed=7), num_rows=NUM_ROWS)
    with pytest.raises(ConfigError, match="answered 3 rows of a task, asked for are 4"):
        bound.check(suite, base=base, num_rows=4)
    rows = list(suite[0].examples)
    rows[0] = Example(rows[0].input, ("another",))
    changed = [replace(suite[0], examples=tuple(rows)), *suite[1:]]
    with pytest.raises(ConfigError, match=f"{suite[0].id}.*experts oracles"):
        bound.check(changed, base=base, num_rows=NUM_ROWS)


def test_table_has_the_oracles_column(
    bound: UpperBound, suite: list[Task], base: BaseModel, pipeline: Pipeline
) -> None:
    """Headroom is what the file says, whatever the table's own rows show."""
    task = suite[0]
    right = [row.outputs[0] for row in task.rows("test")[:NUM_ROWS]]
    found = replace(
        bound.tasks[task.id], base=["?"] * NUM_ROWS, oracle=["?", *right[1:]]
    )
    values = evaluate(
        suite[:2],
        base=base,
        pipeline=pipeline,
        methods=["base", "hypernetwork"],
        num_rows=1,
        bound=replace(bound, tasks={task.id: found}),
    ).to_dict()
    assert values["methods"] == ["base", "hypernetwork", "oracle"]
    assert values["origin"]["oracles"] == 1
    assert values["headline"]["tasks"] == [task.id]
    assert values["tasks"][0]["exact_match"]["oracle"] == 0
    assert values["tasks"][1]["exact_match"]["oracle"] is None
