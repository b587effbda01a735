"""Variants of tasks: what they change, and what they must leave alone."""

from __future__ import annotations

import pytest

from training.augment import FORMATS, variants
from training.tasks import Example, Task


@pytest.fixture
def parity() -> Task:
    """A task that names its two labels in every description."""
    return Task(
        id="parity",
        family="numbers",
        pool="integers",
        group="parity",
        descriptions=(
            "Answer odd or even for the number.",
            "Is it odd? Say odd, else even.",
            "even numbers get even, the rest odd",
            "Label the integer as odd or even.",
            "Tell odd from even.",
        ),
        examples=tuple(
            Example(str(n), ("even" if n % 2 == 0 else "odd",)) for n in range(40)
        ),
    )


def made(task: Task, *, relabelled: int = 0, reformatted: float = 0.0) -> list[Task]:
    """Variants of one task."""
    return variants(
        [task], relabelled=relabelled, reformatted=reformatted, max_rows=12, seed=3
    )


def test_renamed_labels_change_in_descriptions_and_answers_alike(parity: Task) -> None:
    """A renamed label is gone everywhere, and rows keep their partition."""
    for variant in made(parity, relabelled=3):
        answers = {e.outputs[0] for e in variant.examples}
        assert len(answers) == 2
        assert not answers & {"odd", "even"}
        for description in variant.descriptions:
            assert all(answer in description for answer in answers)
        kept = {e.input: e.outputs[0] for e in parity.examples}
        pairs = {(kept[e.input], e.outputs[0]) for e in variant.examples}
        assert len(pairs) == 2


def test_variant_has_an_id_of_its_own_and_keeps_its_relatives(parity: Task) -> None:
    """Family, group and pool stay, so that masking hides the task it came from."""
    for variant in made(parity, relabelled=2, reformatted=1.0):
        assert variant.id != parity.id
        assert (variant.family, variant.group, variant.pool) == (
            parity.family,
            parity.group,
            parity.pool,
        )


def test_variants_use_training_rows_and_wordings_only(parity: Task) -> None:
    """What is held out of a task is held out of its variants."""
    heldout = {e.input for e in (*parity.rows("validation"), *parity.rows("test"))}
    for variant in made(parity, relabelled=2, reformatted=1.0):
        assert not heldout & {e.input for e in variant.examples}
        told = " ".join(variant.descriptions)
        assert parity.heldout_descriptions[0] not in told


def test_all_rows_and_wordings_of_a_variant_are_trained_on(parity: Task) -> None:
    """What was asked for is not cut a second time by the task's own split."""
    [*relabelled, reformatted] = made(parity, relabelled=2, reformatted=1.0)
    for variant in (*relabelled, reformatted):
        assert len(variant.rows("train")) == 12
    assert len(reformatted.train_descriptions) == parity.num_train_descriptions


def test_format_request_joins_the_description(parity: Task) -> None:
    """The new answer is the old one in a format, and every description asks for it."""
    (variant,) = made(parity, reformatted=1.0)
    (used,) = [f for f in FORMATS if variant.id.endswith(f.name)]
    for example in variant.examples:
        assert example.outputs[0] in {used.apply("odd"), used.apply("even")}
    for description in variant.descriptions:
        assert any(wording in description for wording in used.wordings)


def test_task_without_fixed_labels_gets_no_other_labels(parity: Task) -> None:
    """Free answers cannot be renamed."""
    free = Task(
        id="next",
        descriptions=parity.descriptions,
        examples=tuple(Example(str(n), (str(n + 1),)) for n in range(40)),
    )
    assert made(free, relabelled=3) == []


def test_task_about_form_gets_no_format(parity: Task) -> None:
    """A request for capitals would contradict a task about lower case."""
    about_case = Task(
        id="lower",
        descriptions=("Write it in lower case.", "no capitals", "small letters"),
        examples=parity.examples,
    )
    assert made(about_case, reformatted=1.0) == []


def test_same_seed_makes_the_same_variants(parity: Task) -> None:
    """A resumed run trains on the tasks it began with."""
    assert made(parity, relabelled=2) == made(parity, relabelled=2)
