"""Drills: every kind holds what it says, and none answers as a held-out task does."""

from __future__ import annotations

import logging
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from genadapter.errors import ConfigError
from training.drills import (
    KINDS,
    MIN_ROWS,
    Drill,
    Materials,
    NoInputError,
    agrees,
    make_drills,
    materials_of,
)
from training.drills.answers import FORMS, draw_labels
from training.drills.assembly import graded_drill, labelled_drill, plain_drill
from training.drills.base import Kind, Material
from training.drills.making import ENOUGH
from training.tasks import Example, Task, read_tasks

SUITE = Path(__file__).parents[2] / "data" / "tasks"
NO_MATERIALS = Materials(words=(), sentences=())


@pytest.fixture(scope="module")
def suite() -> list[Task]:
    """The committed suite."""
    return read_tasks(SUITE)


@pytest.fixture(scope="module")
def train(suite: list[Task]) -> list[Task]:
    """Its training tasks."""
    return [task for task in suite if task.split == "train"]


@pytest.fixture(scope="module")
def materials(train: list[Task]) -> Materials:
    """What its training rows hold."""
    return materials_of(train)


def _made(name: str, materials: Materials, count: int) -> list[Drill]:
    """A few drills of a kind, which gets no materials but those that it needs."""
    kind = KINDS[name]
    given = replace(materials, **{m: () for m in ENOUGH if m not in kind.needs})
    return [kind.make(random.Random(f"{name}/{n}"), given) for n in range(count)]


def test_materials_are_words_and_sentences(materials: Materials) -> None:
    """Plenty of both, and nothing else among them."""
    assert materials.count("words") > 1000
    assert materials.count("sentences") > 200
    assert all(word.isalpha() and word.islower() for word in materials.words)
    assert all(5 <= len(s.split()) <= 14 for s in materials.sentences)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_kind_is_told_and_answered(name: str, materials: Materials) -> None:
    """Wordings are filled and differ; inputs have answers; no answer drowns the others."""
    rng = random.Random(0)
    for drill in _made(name, materials, 5):
        assert re.fullmatch(r"[\w-]+", drill.name)
        assert len(set(drill.descriptions)) == len(drill.descriptions) >= 8
        assert not any(re.search(r"\{\w*\}", told) for told in drill.descriptions)
        inputs = [drill.draw(rng) for _ in range(40)]
        answers = [drill.answer(text) for text in inputs]
        answered = [answer for answer in answers if answer]
        assert len(answered) >= 30
        assert max(Counter(answered).values()) <= 32
        assert answers == [drill.answer(text) for text in inputs]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_any_text_may_be_asked(name: str, materials: Materials) -> None:
    """A rule says nothing about inputs that are not its own; it does not fall over."""
    (drill,) = _made(name, materials, 1)
    for text in ("", " ", "x", "12", "3, 4", "a: b", "?!", "Ünïcode 😀", "a, b, c, d"):
        answer = drill.answer(text)
        assert answer is None or isinstance(answer, str)


def test_one_name_is_one_rule(materials: Materials) -> None:
    """Drills of one name share their inputs and give the same answers."""
    named: dict[str, Drill] = {}
    num_same = 0
    for name in sorted(KINDS):
        rng = random.Random(0)
        for drill in _made(name, materials, 10):
            first = named.setdefault(drill.name, drill)
            num_same += first is not drill
            for text in (first.draw(rng), drill.draw(rng)):
                assert first.answer(text) == drill.answer(text), drill.name
            assert first.pool == drill.pool
    assert num_same


def test_name_holds_no_example() -> None:
    """A related word in a form is one rule for each form, whatever the wordings show."""
    made = [KINDS["capital"].make(random.Random(n), NO_MATERIALS) for n in range(200)]
    assert len({drill.name for drill in made}) == len(FORMS)
    assert len({drill.descriptions for drill in made}) > len(FORMS)


def test_labels_differ_from_what_is_told() -> None:
    """A label is no other label, and nothing else that the wordings name."""
    for seed in range(200):
        materials = Materials(words=("sofa",), sentences=())
        told = {"yes", "A", "sofa", "true"}
        labels = draw_labels(random.Random(seed), materials, 2, avoided=told)
        assert len(set(labels)) == 2
        assert not told & set(labels)


def test_forms_are_told_apart() -> None:
    """No two forms ask for the same in the same words, or write the same."""
    assert len({form.write("Ab c") for form in FORMS}) == len(FORMS)
    told = [text for f in FORMS for text in (*f.phrases, *f.requests)]
    assert len(set(told)) == len(told)


def test_examples_in_wordings_are_true() -> None:
    """An input is shown with its own answer or label, in every wording anew."""
    shown = plain_drill(
        random.Random(0),
        name="sign",
        pool="numbers",
        frames=["{x}={y}"] * 20,
        draw=lambda rng: str(rng.randint(-9, 9)),
        answer=lambda text: text[1:] if text.startswith("-") else None,
    )
    assert all(re.fullmatch(r"-(\d)=\1", told) for told in shown.descriptions)
    assert len(set(shown.descriptions)) > 1
    graded = graded_drill(
        random.Random(0),
        NO_MATERIALS,
        name="rest",
        pool="numbers",
        frames=["{xa}={a} {xb}={b} {xc}={c}"] * 20,
        draw=lambda rng: str(rng.randint(0, 99)),
        sort=lambda text: int(text) % 3,
        num_labels=3,
    )
    for told in graded.descriptions:
        pairs = [pair.split("=") for pair in told.split()]
        assert all(graded.answer(text) == label for text, label in pairs)


def test_false_examples_are_not_made() -> None:
    """A drill of which nothing can be shown is none."""
    with pytest.raises(NoInputError):
        plain_drill(
            random.Random(0),
            name="mute",
            pool="words",
            frames=["{x}"],
            draw=lambda rng: "ab",
            answer=lambda text: None,
        )
    with pytest.raises(NoInputError):
        labelled_drill(
            random.Random(0),
            NO_MATERIALS,
            name="same",
            pool="words",
            frames=["{xa} {xb}"],
            draw=lambda rng: "ab",
            test=lambda text: True,
        )


def _drill(change: str = "upper") -> Drill:
    return Drill(
        name=f"test_{change}",
        pool="words",
        descriptions=("Do it.",) * 8,
        draw=lambda rng: rng.choice(["ab", "cd", "ef"]),
        answer=lambda text: getattr(text, change)() if text.isalpha() else None,
    )


def _task(outputs: list[str]) -> Task:
    examples = [Example(f"w{'x' * i}", (o,)) for i, o in enumerate(outputs)]
    return Task(id="t", descriptions=("d",), examples=tuple(examples), split="test")


def test_same_task_is_recognised() -> None:
    """By its answers, whatever it is called."""
    inputs = [f"w{'x' * i}" for i in range(20)]
    assert agrees(_drill(), _task([text.upper() for text in inputs]))
    assert not agrees(_drill(), _task([text[::-1] + "!" for text in inputs]))


def test_same_task_with_other_labels_is_recognised() -> None:
    """A consistent renaming of labels is no other task."""
    drill = replace(_drill(), answer=lambda text: "A" if len(text) % 2 else "B")
    parity = ["odd" if len(f"w{'x' * i}") % 2 else "even" for i in range(20)]
    assert agrees(drill, _task(parity))
    assert not agrees(drill, _task(parity[:10] + parity[9::-1]))


@pytest.mark.parametrize("number", range(20))
def test_doubtful_label_is_paired_in_any_order(number: int) -> None:
    """Which name a label happens to have does not decide what it is paired with."""
    names = [f"{number}first", f"{number}second"]
    drill = replace(_drill(), answer=lambda text: "B" if len(text) > 18 else "A")
    assert agrees(drill, _task([names[0]] * 19 + [names[1]]))


def test_drills_leave_out_held_out_tasks(suite: list[Task], train: list[Task]) -> None:
    """A drill that answers a held-out task's inputs as the task does is left out."""
    count = len(KINDS)
    unchecked = make_drills(train, [], count=count, max_rows=12, seed=0)
    assert len(unchecked) > 0.8 * count
    assert len({task.id for task in unchecked}) == len(unchecked)
    assert all(MIN_ROWS <= len(task.examples) <= 12 for task in unchecked)
    assert all(task.is_train_only for task in unchecked)
    heldout = [
        replace(task, examples=task.examples[:16])
        for task in suite
        if task.split != "train"
    ]
    made = make_drills(train, heldout, count=count, max_rows=12, seed=0)
    by_id = {task.id: task for task in unchecked}
    assert all(by_id[task.id] == task for task in made)
    assert 0 < len(unchecked) - len(made) < 0.2 * count


def test_drill_that_became_a_held_out_task_is_left_out(train: list[Task]) -> None:
    """Be it with other labels; the other drills are made as before."""
    made = make_drills(train, [], count=20, max_rows=24, seed=0)
    taken = next(task for task in made if len({e.outputs for e in task.examples}) == 2)
    renamed = replace(
        taken,
        examples=tuple(
            replace(e, outputs=(f"{e.outputs[0]}?",)) for e in taken.examples
        ),
        split="test",
    )
    left = make_drills(train, [renamed], count=20, max_rows=24, seed=0)
    assert left == [task for task in made if task != taken]


def _with_inputs(*inputs: str) -> list[Task]:
    examples = tuple(Example(text, ("yes",)) for text in inputs)
    task = Task(id="t", descriptions=("d",), examples=examples, is_train_only=True)
    assert task.rows("train") == examples
    return [task]


WORDS = [f"{a}{b}{c}" for a in "bcdfg" for b in "aeiou" for c in "np"]
SENTENCES = [f"The {w} is next to {v}." for w in WORDS[:5] for v in WORDS[5:9]]


@pytest.mark.parametrize(
    ("inputs", "lacking"),
    [
        ([], {"words", "sentences"}),
        (WORDS, {"sentences"}),
        (SENTENCES, {"words"}),
        (WORDS[1:] + SENTENCES[1:], {"words", "sentences"}),
        (WORDS + SENTENCES, set()),
    ],
)
def test_kinds_without_their_material_are_not_drawn(
    inputs: list[str], lacking: set[Material], caplog: pytest.LogCaptureFixture
) -> None:
    """The others are, as many as were asked for, be their material poor."""
    tasks = _with_inputs(*inputs)
    with caplog.at_level(logging.WARNING):
        made = make_drills(tasks, [], count=len(KINDS), max_rows=12, seed=0)
    assert len(made) > 0.5 * len(KINDS)
    told = {word for record in caplog.records for word in record.getMessage().split()}
    assert told & set(ENOUGH) == lacking
    pools = {task.pool for task in made}
    assert ("drill words" in pools) == ("words" not in lacking)
    assert ("drill sentences" in pools) == ("sentences" not in lacking)


def test_kind_without_inputs_is_left_out(
    train: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Be it noticed when the drill is made or when its rows are drawn."""

    def refuse(rng: random.Random) -> str:
        raise NoInputError("nothing fits")

    def make_nothing(rng: random.Random, materials: Materials) -> Drill:
        raise NoInputError("nothing fits")

    def make_mute(rng: random.Random, materials: Materials) -> Drill:
        return replace(_drill(), draw=refuse)

    whole = make_drills(train, [], count=len(KINDS), max_rows=12, seed=0)
    monkeypatch.setitem(KINDS, "zzz_made", Kind(make=make_nothing, needs=()))
    monkeypatch.setitem(KINDS, "zzz_drawn", Kind(make=make_mute, needs=()))
    assert make_drills(train, [], count=len(KINDS), max_rows=12, seed=0) == whole


def test_no_drill_at_all_is_an_error(train: list[Task]) -> None:
    """It says what to set; nothing is wrong where none was asked for."""
    with pytest.raises(ConfigError, match=r"data\.drills=0.*data\.drill_rows"):
        make_drills(train, [], count=5, max_rows=MIN_ROWS - 1, seed=0)
    assert make_drills([], [], count=0, max_rows=12, seed=0) == []
