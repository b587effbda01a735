"""Profiles: users who say how they like things, and what follows from it.

A user is a set of preferences. Each has statements, of which a profile takes one, and
questions with one right answer for whoever holds it. Kinds of preference, their statements
and questions are in `preferences.toml`, written for this project.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from training.tasks import Example, Task

PREFERENCES = Path(__file__).with_name("preferences.toml")
FEWEST_PREFERENCES, MOST_PREFERENCES = 3, 6
"""Of one user."""
NUM_WORDINGS = 8
"""Profiles that say the same, in other words and another order."""
ROWS_PER_PREFERENCE = 12
Part = Literal["train", "test", "novel"]
"""`test` users hold preferences of known kinds, `novel` ones of kinds without a trained
user."""

_YES = "yes"
"""The preference that decides how a user agrees."""
_STYLES: Mapping[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "stars": "*{}*".format,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Value:
    """One way to hold a preference; one of the last three decides its answers."""

    statements: tuple[str, ...]
    items: tuple[str, ...] = ()
    answer: str = ""
    style: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Preference:
    values: Mapping[str, _Value]
    is_novel: bool
    questions: tuple[str, ...]
    """With `{options}`, or with what is drawn."""
    doubts: tuple[str, ...] = ()
    """With `{item}`."""
    draws: tuple[Sequence[Mapping[str, str]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _User:
    held: Mapping[str, str]
    """Name of the value, by that of the preference."""

    def value(self, name: str) -> _Value:
        return _preferences()[name].values[self.held[name]]

    def styled(self, answer: str) -> str:
        """An answer as the user wants all of them."""
        for name in self.held:
            if style := self.value(name).style:
                answer = _STYLES[style](answer)
        return answer

    @property
    def agreement(self) -> str:
        return self.value(_YES).answer if _YES in self.held else "yes"


def make_profiles(count: int, *, part: Part, seed: int) -> list[Task]:
    """Tasks whose condition is a user's profile.

    Users come in pairs that hold the same kinds of preference, each in another way, so
    that one of them can be answered by the other's profile.

    Args:
        count: How many users.
        part: Whom; statements of `train` come up in no other part.
        seed: Of every choice.
    """
    return [_task(number, part=part, seed=seed) for number in range(count)]


def _task(number: int, *, part: Part, seed: int) -> Task:
    pair, place = divmod(number, 2)
    user = _pair(random.Random(f"{seed}/profiles/{part}/{pair}"), part)[place]
    rng = random.Random(f"{seed}/profiles/{part}/{pair}/{place}")
    rows = [
        Example(question, (user.styled(answer),))
        for name in user.held
        for question, answer in _rows(name, user, rng)
    ]
    rng.shuffle(rows)
    return Task(
        id=f"profiles_{part}_{number}",
        family="profiles",
        pool=f"profiles_{part}_{pair}",
        split="train" if part == "train" else "test",
        told_by="profile",
        descriptions=tuple(_text(user, part, rng) for _ in range(NUM_WORDINGS)),
        examples=tuple(rows),
        licence="Apache-2.0",
        source="genadapter",
        is_train_only=part == "train",
    )


def _pair(rng: random.Random, part: Part) -> tuple[_User, _User]:
    kinds = sorted(
        name
        for name, preference in _preferences().items()
        if preference.is_novel is (part == "novel")
    )
    count = rng.randint(FEWEST_PREFERENCES, MOST_PREFERENCES)
    names = rng.sample(kinds, k=min(count, len(kinds)))
    both = {
        name: rng.sample(sorted(_preferences()[name].values), k=2) for name in names
    }
    first, second = (
        _User(held={name: values[place] for name, values in both.items()})
        for place in range(2)
    )
    return first, second


def _rows(name: str, user: _User, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Questions on one preference, none twice, and the answers before they are styled."""
    asked: set[str] = set()
    # More are tried than wanted: some come out alike.
    for attempt in range(4 * ROWS_PER_PREFERENCE):
        question, answer = _row(
            _preferences()[name], user.value(name), user, attempt, rng
        )
        if question not in asked and len(asked) < ROWS_PER_PREFERENCE:
            asked.add(question)
            yield question, answer


def _row(
    preference: _Preference,
    own: _Value,
    user: _User,
    attempt: int,
    rng: random.Random,
) -> tuple[str, str]:
    if preference.draws:
        drawn = {
            key: text
            for draw in preference.draws
            for key, text in rng.choice(draw).items()
        }
        question = rng.choice(preference.questions).format(**drawn)
        return question, (own.answer or "{text}").format(**drawn)
    others = [value for value in preference.values.values() if value is not own]
    mine, foreign = rng.choice(own.items), [rng.choice(o.items) for o in others]
    if attempt % 3:
        options = rng.sample([mine, *foreign], k=len(preference.values))
        listed = f"{', '.join(options[:-1])} or {options[-1]}"
        return rng.choice(preference.questions).format(options=listed), mine
    is_mine = rng.random() < 0.5
    item = mine if is_mine else rng.choice(foreign)
    question = rng.choice(preference.doubts).format(item=item)
    return question, user.agreement if is_mine else "no"


def _text(user: _User, part: Part, rng: random.Random) -> str:
    return " ".join(
        rng.choice(_part_of(user.value(name).statements, part))
        for name in rng.sample(list(user.held), k=len(user.held))
    )


def _part_of(statements: Sequence[str], part: Part) -> Sequence[str]:
    """Every fourth statement is kept for tests."""
    is_test = part != "train"
    return [text for i, text in enumerate(statements) if (i % 4 == 3) is is_test]


@cache
def _preferences() -> dict[str, _Preference]:
    kinds = tomllib.loads(PREFERENCES.read_text("utf-8"))
    return {
        name: _Preference(
            values={
                key: _Value(
                    statements=tuple(value["statements"]),
                    items=tuple(value.get("items", ())),
                    answer=value.get("answer", ""),
                    style=value.get("style", ""),
                )
                for key, value in own["values"].items()
            },
            is_novel=own.get("is_novel", False),
            questions=tuple(own.get("questions") or own["offers"]),
            doubts=tuple(own.get("doubts", ())),
            draws=tuple(own.get("draws", {}).values()),
        )
        for kind in kinds.values()
        for name, own in kind.items()
    }
