"""The pool of whole numbers from 0 to 9999: how they are drawn, and drills over them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Draw, Drill, Materials
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)

NUMBERS = "drill numbers"
"""The pool's name."""
HIGHEST = 9999
UNITS: Sequence[tuple[str, str]] = _TOLD["units"]
"""Short and long names of what numbers count."""
HEADS: Sequence[str] = _TOLD["heads"]
"""Texts that stand before a number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """On which side of a number another one has to be."""

    name: str
    fits: Callable[[int, int], bool]
    names: Sequence[str]
    """Ways to say it, before the number."""


BOUNDS = (
    Bound(name="above", fits=int.__gt__, names=_TOLD["bounds"]["above"]),
    Bound(name="below", fits=int.__lt__, names=_TOLD["bounds"]["below"]),
)


def draw_number(rng: random.Random) -> str:
    """Draws a number of one to four digits, each length as often as the others."""
    num_digits = rng.randint(1, 4)
    lowest = 10 ** (num_digits - 1) if num_digits > 1 else 0
    return str(rng.randrange(lowest, 10**num_digits))


def around(*centres: int) -> Draw:
    """Draws numbers at all distances from some centres."""

    def draw(rng: random.Random) -> str:
        if rng.random() < 0.2:
            return draw_number(rng)
        centre = rng.choice(centres)
        reach = max(3, int(centre * rng.choice((0.1, 0.5, 1.0))))
        number = centre + rng.randint(-reach, reach)
        return str(min(max(number, 0), HIGHEST))

    return draw


def with_digits(num_digits: int) -> Draw:
    """Draws numbers of at least so many digits."""

    def draw(rng: random.Random) -> str:
        exact = rng.randint(num_digits, 4)
        return str(rng.randrange(10 ** (exact - 1), 10**exact))

    return draw


def up_to(highest: int) -> Draw:
    """Draws numbers from zero to the highest."""
    return lambda rng: str(rng.randint(0, highest))


def draw_limit(rng: random.Random) -> int:
    """Draws a limit to compare numbers with, half of the large ones round."""
    limit = min(int(draw_number(rng)), 9000)
    if limit < 5:
        return limit + 5
    return limit if rng.random() < 0.5 or limit < 100 else limit // 50 * 50


def number_drill(
    rng: random.Random,
    *,
    name: str,
    frames: Sequence[str],
    rule: Callable[[str], str | None],
    draw: Draw = draw_number,
    **fields: Field,
) -> Drill:
    """Makes a drill that turns a number, as it is written, into an answer."""
    return plain_drill(
        rng,
        name=name,
        pool=NUMBERS,
        frames=frames,
        draw=draw,
        answer=lambda text: rule(text) if text.isdecimal() else None,
        **fields,
    )


def number_test(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    frames: Sequence[str],
    test: Callable[[str], bool],
    draw: Draw = draw_number,
    **fields: Field,
) -> Drill:
    """Makes a drill that answers one label if a number passes a test, else another."""
    return labelled_drill(
        rng,
        materials,
        name=name,
        pool=NUMBERS,
        frames=frames,
        draw=draw,
        test=lambda text: test(text) if text.isdecimal() else None,
        **fields,
    )
