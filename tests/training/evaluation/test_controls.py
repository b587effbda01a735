"""Which wrong descriptions the controls are told."""

from __future__ import annotations

from genadapter.condition import Condition, Demonstration
from training.evaluation.controls import (
    description_of,
    junk,
    sibling,
    task_of_another_family,
)
from training.tasks import Example, Task


def _task(name: str, *, family: str, pool: str = "") -> Task:
    return Task(
        id=name,
        family=family,
        pool=pool,
        descriptions=tuple(f"{name} wording {i}" for i in range(4)),
        examples=(Example("one", ("two",)),),
    )


TASKS = (
    _task("a1", family="a", pool="words"),
    _task("a2", family="a", pool="words"),
    _task("b1", family="b", pool="words"),
    _task("b2", family="b", pool="numbers"),
    _task("c1", family="c"),
)


def told(task: Task) -> Condition:
    """A task by its description."""
    return Condition(description=description_of(task))


def test_methods_are_told_a_heldout_wording() -> None:
    """The last quarter of the wordings is never trained on."""
    assert description_of(TASKS[0]) == "a1 wording 3"


def test_shuffled_picks_another_family_and_other_inputs() -> None:
    """Whatever the seed, family and inputs differ where they can."""
    picked = [task_of_another_family(TASKS[0], TASKS, seed=s) for s in range(20)]
    assert {task.id for task in picked if task} == {"b2", "c1"}
    only = task_of_another_family(TASKS[0], TASKS[:3], seed=0)
    assert only is TASKS[2]
    assert task_of_another_family(TASKS[0], TASKS[:2], seed=0) is None


def test_sibling_shares_the_inputs() -> None:
    """Same pool, another task; none for a task alone."""
    picked = [sibling(TASKS[0], TASKS, seed=s) for s in range(20)]
    assert {task.id for task in picked if task} == {"a2", "b1"}
    assert sibling(TASKS[3], TASKS, seed=0) is None
    assert sibling(TASKS[4], TASKS, seed=0) is None


def test_draws_depend_on_task_and_seed_alone() -> None:
    """The order of the tasks changes nothing."""
    first = task_of_another_family(TASKS[0], TASKS, seed=3)
    assert task_of_another_family(TASKS[0], TASKS[::-1], seed=3) == first
    assert junk(told(TASKS[0]), TASKS[0], seed=1) == junk(
        told(TASKS[0]), TASKS[0], seed=1
    )
    assert junk(told(TASKS[0]), TASKS[0], seed=1) != junk(
        told(TASKS[0]), TASKS[0], seed=2
    )
    assert junk(told(TASKS[0]), TASKS[0], seed=1) != junk(
        told(TASKS[1]), TASKS[1], seed=1
    )


def test_junk_is_as_long_as_the_description() -> None:
    """As many words, and none of the description's."""
    words = junk(told(TASKS[0]), TASKS[0], seed=0).text.split()
    assert len(words) == 3
    assert not set(words) & set(description_of(TASKS[0]).split())


def test_junk_of_examples_is_examples() -> None:
    """As many, and as many words in each."""
    shown = Condition(examples=(Demonstration(input="one cat", output="cats"),) * 2)
    found = junk(shown, TASKS[0], seed=0)
    assert found.kinds == {"examples"}
    assert [len(e.input.split()) for e in found.examples] == [2, 2]
    assert all(len(e.output.split()) == 1 for e in found.examples)
    assert found.examples[0] != found.examples[1]
