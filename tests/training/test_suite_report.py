"""The suite's report: known answers on small suites made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from genadapter.encoder import Encoder
from genadapter.reading import Reader
from training.suite_report import (
    Frame,
    SplitCount,
    examine,
    find_leaks,
    input_accuracy,
    probe_accuracy,
    widest_frame,
)
from training.tasks import Example, Split, Task

WORDINGS = ("upper case please", "capitals only", "make it loud", "shout the word")
NUMBERS = tuple(f"{i:03}" for i in range(100, 200))


def make_task(
    name: str,
    inputs: Iterable[str] = NUMBERS,
    *,
    answer: str | None = None,
    descriptions: Sequence[str] | None = None,
    pool: str = "",
    group: str = "",
    split: Split = "train",
) -> Task:
    """A task that puts its name, or a given answer, before every input."""
    return Task(
        id=name,
        descriptions=tuple(descriptions or (f"{name} {w}" for w in WORDINGS)),
        examples=tuple(Example(text, (answer or f"{name} {text}",)) for text in inputs),
        pool=pool,
        group=group,
        split=split,
    )


def kinds_of(leaks: Iterable[str]) -> list[str]:
    """What each leak is of."""
    return [leak.split(":")[0] for leak in leaks]


def test_tasks_and_families_are_counted(
    suite: list[Task], encoder: Encoder, reader: Reader
) -> None:
    """By split and by family, the largest family first."""
    report = examine(suite, encoder=encoder, reader=reader)
    assert (report.num_tasks, report.num_families) == (7, 4)
    assert list(report.tasks_per_family.items())[:2] == [("pairs", 3), ("quads", 2)]
    assert report.splits == {
        "train": SplitCount(num_tasks=4, num_families=2),
        "unseen": SplitCount(num_tasks=0, num_families=0),
        "validation": SplitCount(num_tasks=2, num_families=1),
        "test": SplitCount(num_tasks=1, num_families=1),
    }
    assert report.fewest_descriptions == 4


def test_inputs_are_shared_from_four_tasks_on(encoder: Encoder, reader: Reader) -> None:
    """Three tasks over one pool are too few; tasks without a pool share nothing."""
    four = [make_task(f"a{i}", pool="a") for i in range(4)]
    three = [make_task(f"b{i}", pool="b") for i in range(3)]
    alone = [make_task(f"c{i}") for i in range(5)]
    report = examine([*four, *three, *alone], encoder=encoder, reader=reader)
    assert report.num_sharing_tasks == 4
    assert report.sharing_share == pytest.approx(4 / 12)
    assert report.from_input is not None
    assert report.from_input.chance == pytest.approx((4 / 4 + 3 / 3 + 5) / 12)
    assert report.from_shared_input is not None
    assert report.from_shared_input.num_tasks == 4
    assert report.from_shared_input.chance == 1 / 4


def test_frame_is_found_wherever_its_gaps_are() -> None:
    """Five words in a row, of any case and punctuation; a task counts once."""
    tasks = [
        make_task("a", descriptions=["Please: return the LAST word of it!", "x"]),
        make_task("b", descriptions=["return the last word of a line"]),
        make_task("c", descriptions=["Return the last, longest word of all"]),
        make_task("d", descriptions=["one two three four five"] * 3),
    ]
    assert widest_frame(tasks) == Frame(words="return the last word of", num_tasks=2)


def test_everyday_phrase_is_no_frame() -> None:
    """Four words in a row are English, not a template."""
    tasks = [
        make_task(name, descriptions=[f"the name of the {name}"]) for name in "abc"
    ]
    frame = widest_frame(tasks)
    assert frame is not None
    assert frame.num_tasks == 1
    assert widest_frame([make_task("a", descriptions=["too short"])]) is None


def test_inputs_of_a_kind_of_their_own_give_every_task_away() -> None:
    """A perfect classifier scores 1."""
    kinds = {"a": "abcde", "f": "fghij", "k": "klmno"}
    tasks = [
        make_task(name, (f"{x}{y}{z}" for x in text for y in text for z in text))
        for name, text in kinds.items()
    ]
    assert input_accuracy(tasks) == {"a": 1.0, "f": 1.0, "k": 1.0}


def test_shared_inputs_give_no_task_away() -> None:
    """Tasks that differ in their answers alone are named at chance."""
    tasks = [make_task(name) for name in "abcde"]
    accuracy = input_accuracy(tasks)
    assert len(accuracy) == 5
    assert sum(accuracy.values()) == pytest.approx(1.0)


def test_no_tested_input_was_trained_on_under_another_task() -> None:
    """Whoever remembers whose rows it saw would be wrong about every tested one."""
    texts = [sha256(number.encode()).hexdigest()[:8] for number in NUMBERS]
    accuracy = input_accuracy([make_task("a", texts), make_task("b", texts[::-1])])
    assert sum(accuracy.values()) / 2 > 0.3


def test_task_without_rows_on_both_sides_is_left_out(
    encoder: Encoder, reader: Reader
) -> None:
    """And where fewer than two are left, there is nothing to tell apart."""
    few = make_task("few", ("one",))
    assert set(input_accuracy([make_task("a"), make_task("b"), few])) == {"a", "b"}
    report = examine([make_task("a"), few], encoder=encoder, reader=reader)
    assert report.from_input is None
    assert report.from_shared_input is None


def test_probe_names_tasks_that_have_words_of_their_own(
    encoder: Encoder, reader: Reader
) -> None:
    """Held-out wordings are told apart by what they share with the others."""
    tasks = [
        make_task(name, descriptions=[f"{name} {w} {name}" for w in "qrstuvwx"])
        for name in ("plural", "capital", "reverse", "sort")
    ]
    assert probe_accuracy(tasks, encoder, reader) == 1.0


def test_probe_cannot_tell_one_description_from_itself(
    encoder: Encoder, reader: Reader
) -> None:
    """Tasks of the same wordings are named at chance."""
    tasks = [make_task(name, descriptions=WORDINGS) for name in "abcd"]
    assert probe_accuracy(tasks, encoder, reader) == 1 / 4


def test_probe_needs_wordings_held_out(encoder: Encoder, reader: Reader) -> None:
    """A description that was trained on proves nothing."""
    tasks = [make_task(name, descriptions=[name]) for name in "ab"]
    assert probe_accuracy(tasks, encoder, reader) is None
    assert probe_accuracy([make_task("a")], encoder, reader) is None


def test_sound_suite_has_no_leak(suite: list[Task]) -> None:
    """Held-out tasks of other tables, words and rows than the trained ones."""
    assert find_leaks(suite) == []


@pytest.mark.parametrize("split", ["unseen", "validation", "test"])
def test_table_on_two_sides_is_a_leak(split: Split) -> None:
    """Both tasks are named; tasks without a table share none."""
    trained = make_task("there", group="table")
    held_out = make_task("back", group="table", split=split)
    assert find_leaks([trained, held_out]) == [
        f"group: back ({split}) is made from the table of there (train)"
    ]
    alone = [replace(trained, group=""), replace(held_out, group="")]
    assert find_leaks(alone) == []
    assert find_leaks([replace(trained, split=split), held_out]) == []


def test_description_on_two_sides_is_a_leak() -> None:
    """Case and blanks hide nothing; one wording of two held-out tasks is no leak."""
    trained = make_task("a", descriptions=["Upper  case."])
    held_out = make_task("b", descriptions=["x", "upper case. "], split="test")
    assert find_leaks([trained, held_out]) == [
        "description: b (test) and a (train) share 'upper case.'"
    ]
    assert find_leaks([replace(trained, split="unseen"), held_out]) == []


def test_rows_of_one_training_task_are_a_leak() -> None:
    """Input and answer of more than a fifth of the test rows; the worst is named."""
    held_out = make_task("b", answer="x", split="test")
    tested = [e.input for e in held_out.rows("test")]
    some = make_task("some", tested[:5], answer="x")
    more = make_task("more", tested[:6], answer="x")
    assert find_leaks([some, more, held_out]) == [
        "rows: 6 of 20 test rows of b (test) are rows of more (train)"
    ]


def test_chance_agreement_is_no_leak() -> None:
    """A fifth of the rows, other answers, or few rows of each of many tasks."""
    held_out = make_task("b", answer="x", split="test")
    tested = [e.input for e in held_out.rows("test")]
    parts = [make_task(f"p{i}", tested[i::5], answer="x") for i in range(5)]
    other = make_task("other", tested, answer="y")
    assert find_leaks([*parts, other, held_out]) == []


def test_any_accepted_answer_makes_a_row_the_same() -> None:
    """The reference is but the first of them."""
    held_out = make_task("b", answer="x", split="test")
    both = tuple(replace(e, outputs=("y", "x")) for e in held_out.examples)
    trained = replace(make_task("a"), examples=both)
    assert kinds_of(find_leaks([trained, held_out])) == ["rows"]
