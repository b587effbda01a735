"""Draws: inputs that fit, answers that come up equally often."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.base import Answer, Draw, NoInputError

_TRIES = 3000


def one_of(inputs: Sequence[str]) -> Draw:
    """Draws one of the inputs.

    Raises:
        NoInputError: There are none.
    """
    if not inputs:
        raise NoInputError("there is no input to draw")
    return lambda rng: rng.choice(inputs)


def until(draw: Draw, accepts: Callable[[str], bool]) -> Draw:
    """Draws again until an input is accepted.

    The draw raises `NoInputError` where none is, after many.
    """

    def drawn(rng: random.Random) -> str:
        for _ in range(_TRIES):
            text = draw(rng)
            if accepts(text):
                return text
        raise NoInputError(f"none of {_TRIES} inputs was accepted")

    return drawn


def balanced(
    draw: Draw, sort: Callable[[str], object], wanted: Sequence[object]
) -> Draw:
    """Chooses what is wanted first, then an input that is sorted there."""

    def drawn(rng: random.Random) -> str:
        place = rng.choice(wanted)
        return until(draw, lambda text: sort(text) == place)(rng)

    return drawn


def answered(draw: Draw, answer: Answer, rare: str = "none") -> Draw:
    """Draws inputs that have an answer, the rare one once in a while."""

    def drawn(rng: random.Random) -> str:
        refused = {None, ""} if rng.random() < 0.2 else {None, "", rare}
        return until(draw, lambda text: answer(text) not in refused)(rng)

    return drawn
