"""What drills are made of: labels, places, forms of an answer, balanced draws."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from training.drills.wordings import read_wordings

Draw = Callable[[random.Random], str]
Answer = Callable[[str], str | None]
Wordings = Sequence[str]
Function = TypeVar("Function")
Worded = Sequence[tuple[str, Function, Wordings]]
"""Rows of a name, the function of that name and how it is told."""

NUM_TRIES = 300
COMMON_LETTERS = "abcdefghilmnoprstu"


def worded(
    functions: Mapping[str, Function], wordings: Mapping[str, Wordings]
) -> Worded[Function]:
    """Puts functions and wordings of the same names together."""
    return tuple((name, does, wordings[name]) for name, does in functions.items())


_TOLD = read_wordings(__file__)

LABEL_PAIRS: Sequence[tuple[str, str]] = _TOLD["label_pairs"]
NUMBERS: Sequence[str] = _TOLD["numbers"]
PLACES: Mapping[int, Wordings] = {
    int(place): nth for place, nth in _TOLD["places"].items()
}
SEPARATORS: Sequence[tuple[str, Wordings]] = tuple(_TOLD["separators"].items())
FORMS: Worded[Callable[[str], str]] = worded(
    {
        "plain": str,
        "capitals": str.upper,
        "brackets": "[{}]".format,
        "quotes": '"{}"'.format,
        "exclaimed": "{}!".format,
        "stars": "*{}*".format,
        "twice": "{0} {0}".format,
        "reversed": lambda text: text[::-1],
    },
    _TOLD["forms"],
)


def told(
    rng: random.Random, frames: Sequence[str], **fields: str | Wordings
) -> tuple[str, ...]:
    """Fills frames; of a field with several wordings each frame gets one."""
    return tuple(
        frame.format(
            **{
                name: wording if isinstance(wording, str) else rng.choice(wording)
                for name, wording in fields.items()
            }
        )
        for frame in frames
    )


def label_pair(rng: random.Random) -> tuple[str, str]:
    """Labels for what holds and for what does not, either way round."""
    first, second = rng.choice(LABEL_PAIRS)
    return (first, second) if rng.random() < 0.7 else (second, first)


def until(draw: Draw, accepts: Callable[[str], bool]) -> Draw:
    """Draws again until an input is accepted or patience ends."""

    def drawn(rng: random.Random) -> str:
        text = draw(rng)
        for _ in range(NUM_TRIES):
            if accepts(text):
                break
            text = draw(rng)
        return text

    return drawn


def balanced(draw: Draw, answer: Answer, answers: Sequence[str]) -> Draw:
    """Chooses the answer first, then an input that has it."""

    def drawn(rng: random.Random) -> str:
        wanted = rng.choice(answers)
        return until(draw, lambda text: answer(text) == wanted)(rng)

    return drawn


def answered(draw: Draw, answer: Answer, rare: str = "none") -> Draw:
    """Draws inputs that have an answer, the rare one once in a while."""

    def drawn(rng: random.Random) -> str:
        refused = {None} if rng.random() < 0.2 else {None, rare}
        return until(draw, lambda text: answer(text) not in refused)(rng)

    return drawn


def at(items: Sequence[str], place: int) -> str | None:
    """The item at a place, counted from the end where it is negative."""
    return items[place] if -len(items) <= place < len(items) else None
