"""Users with preferences, and what is asked of them."""

from __future__ import annotations

import tomllib
from collections import ChainMap
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

from genadapter.condition import Condition
from genadapter.interview import BUILT_IN_USERS, QUESTIONS
from training.conditions import described
from training.evaluation import find_tasks
from training.evaluation.controls import sibling
from training.profiles import PREFERENCES, make_profiles
from training.tasks import Task, read_tasks, write_tasks


@pytest.fixture(scope="module")
def made() -> list[Task]:
    """Forty pairs of users to train on."""
    return make_profiles(80, part="train", seed=0)


def statements(tasks: list[Task]) -> set[str]:
    """Sentences of all profiles; a statement may have two."""
    return {text for task in tasks for text in task.descriptions}


def test_pairs_are_asked_about_the_same_and_answer_otherwise(made: list[Task]) -> None:
    """So that the other's profile is the nearest wrong one."""
    differ = 0
    for first, second in zip(made[::2], made[1::2], strict=True):
        assert first.pool == second.pool
        assert sibling(first, made, seed=0) == second
        known = {e.input: e.outputs for e in first.examples}
        both = [e for e in second.examples if e.input in known]
        differ += sum(known[e.input] != e.outputs for e in both)
    assert differ > 100


def test_questions_with_options_offer_the_answer_once(made: list[Task]) -> None:
    """Whatever stars or capitals the user wants around it."""
    offered = 0
    for task in made:
        for example in task.examples:
            if " or " not in example.input or ", " not in example.input:
                continue
            answer = example.outputs[0].strip("*").casefold()
            assert example.input.casefold().count(answer) == 1, example
            offered += 1
    assert offered > 500


def test_no_answer_serves_a_user_most_of_the_time(made: list[Task]) -> None:
    """A constant would be cheaper than an adapter."""
    shares = []
    for task in made:
        answers = [e.outputs[0] for e in task.examples]
        shares.append(max(answers.count(a) for a in answers) / len(answers))
    assert sum(shares) / len(shares) < 0.3


def test_a_style_is_that_of_all_answers() -> None:
    """Who wants capitals wants them everywhere."""
    for task in make_profiles(300, part="train", seed=1):
        answers = [e.outputs[0] for e in task.examples]
        if any("CAPS" in text for text in task.descriptions):
            assert all(answer.isupper() or "$" in answer for answer in answers)
            break
    else:
        pytest.fail("no user wants capitals")


def test_statements_and_kinds_are_kept_for_tests(made: list[Task]) -> None:
    """No statement of training is in a test; novel users answer other questions."""
    known = {text for task in made for e in task.examples for text in [e.input]}
    test, novel = (make_profiles(80, part=part, seed=0) for part in ("test", "novel"))
    trained = " ".join(statements(made))
    assert "I am vegan." in trained
    assert "Everything I eat grows in soil." not in trained
    assert any("Everything I eat grows in soil." in text for text in statements(test))
    assert not known & {e.input for task in novel for e in task.examples}


def test_wordings_say_the_same_otherwise(made: list[Task]) -> None:
    """Other statements, another order."""
    assert all(len(set(task.descriptions)) > 5 for task in made)


def test_same_seed_makes_the_same_users(made: list[Task]) -> None:
    """Another seed makes others."""
    assert make_profiles(80, part="train", seed=0) == made
    assert make_profiles(80, part="train", seed=1) != made


def test_users_differ(made: list[Task]) -> None:
    """No two are asked and answer alike."""
    rows = [set(task.examples) for task in make_profiles(40, part="test", seed=0)]
    assert all(a != b for a, b in combinations(rows, 2))


def test_they_are_told_as_profiles(made: list[Task], tmp_path: Path) -> None:
    """In memory, through a file, and as task sets of `evaluate`."""
    assert described(made[0])[0] == Condition(profile=made[0].descriptions[0])
    write_tasks(made[:2], tmp_path / "profiles.jsonl")
    read = read_tasks(tmp_path / "profiles.jsonl")
    assert [task.told_by for task in read] == ["profile", "profile"]
    for name in ("profiles", "novel_profiles"):
        assert {task.split for task in find_tasks(name, ())} == {"test"}


def test_users_of_the_demonstration_say_what_no_training_user_says() -> None:
    """Each sentence is kept for tests, and its preference leads to an expected answer."""
    kinds = tomllib.loads(PREFERENCES.read_text("utf-8"))
    preferences = kinds["choices"] | kinds["forms"]
    kept = {
        text: (name, value)
        for name, preference in preferences.items()
        for value in preference["values"].values()
        for place, text in enumerate(value["statements"])
        if place % 4 == 3
    }
    held = []
    for user in BUILT_IN_USERS:
        found = sorted((t for t in kept if t in user.profile), key=user.profile.index)
        assert " ".join(found) == user.profile
        held.append({kept[text][0] for text in found})
        for text in found:
            name, value = kept[text]
            possible = value.get("items") or _formed(preferences[name], value)
            assert any(user.expected[q] in possible for q in QUESTIONS), text
    assert held[0] == held[1]
    assert len(held[0]) == len(QUESTIONS)


def _formed(preference: dict[str, Any], value: dict[str, Any]) -> list[str]:
    """All that a form can come to."""
    drawn = product(*preference["draws"].values())
    return [value["answer"].format(**dict(ChainMap(*rows))) for rows in drawn]
