"""Drills on how a number is written: its digits, and what stands around them."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.naming import PLACES, SIGNS, quoted
from training.drills.pools.numbers import HEADS, UNITS, number_drill, with_digits
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind()
def digit_at(rng: random.Random, materials: Materials) -> Drill:
    """A digit from the front, after a fixed text."""
    n, head = rng.randint(1, 3), rng.choice(HEADS)
    return number_drill(
        rng,
        name=f"digit_at_{n}_{head}",
        frames=_TOLD["digit_at"],
        rule=lambda text: head + text[n - 1] if len(text) >= n else None,
        draw=with_digits(n),
        n=n,
        place=PLACES[n - 1],
        head=f'"{head}"',
    )


@kind()
def digit_from_end(rng: random.Random, materials: Materials) -> Drill:
    """A digit from the back, with a unit."""
    n, (unit, _) = rng.randint(1, 3), rng.choice(UNITS)
    return number_drill(
        rng,
        name=f"digit_from_end_{n}_{unit}",
        frames=_TOLD["digit_from_end"],
        rule=lambda text: f"{text[-n]} {unit}" if len(text) >= n else None,
        draw=with_digits(n),
        n=n,
        place=PLACES[-n],
        unit=unit,
    )


@kind()
def pad(rng: random.Random, materials: Materials) -> Drill:
    """The number filled up to a width."""
    n, fill = rng.randint(4, 8), rng.choice("000*x#_.-")
    return number_drill(
        rng,
        name=f"pad_{n}_{fill}",
        frames=_TOLD["pad"],
        rule=lambda text: text.rjust(n, fill),
        n=n,
        fill=quoted(fill),
    )


@kind()
def unit_after(rng: random.Random, materials: Materials) -> Drill:
    """The number with a unit."""
    unit, long = rng.choice(UNITS)
    return number_drill(
        rng,
        name=f"unit_after_{unit}",
        frames=_TOLD["unit_after"],
        rule=lambda text: f"{text} {unit}",
        unit=unit,
        long=long,
    )


@kind()
def head_before(rng: random.Random, materials: Materials) -> Drill:
    """The number after a fixed text."""
    head = rng.choice(HEADS)
    return number_drill(
        rng,
        name=f"head_before_{head}",
        frames=_TOLD["head_before"],
        rule=lambda text: head + text,
        head=f'"{head}"',
    )


@kind()
def decimals(rng: random.Random, materials: Materials) -> Drill:
    """A decimal sign before the last two digits, with a unit."""
    sign = rng.choice([s for s in SIGNS if s.mark in ".,:-"])
    unit, _ = rng.choice(UNITS)
    return number_drill(
        rng,
        name=f"decimals_{sign.noun}_{unit}",
        frames=_TOLD["decimals"],
        rule=lambda text: (
            f"{text[:-2]}{sign.mark}{text[-2:]} {unit}" if len(text) > 2 else None
        ),
        draw=with_digits(3),
        sign=sign.names,
        unit=unit,
    )


@kind()
def split_digits(rng: random.Random, materials: Materials) -> Drill:
    """A sign between all digits."""
    sign = rng.choice(SIGNS)
    return number_drill(
        rng,
        name=f"split_digits_{sign.noun}",
        frames=_TOLD["split_digits"],
        rule=lambda text: sign.mark.join(text),
        draw=with_digits(2),
        sign=sign.names,
    )


@kind()
def split_after(rng: random.Random, materials: Materials) -> Drill:
    """A sign after a digit."""
    n, sign = rng.randint(1, 3), rng.choice(SIGNS)
    return number_drill(
        rng,
        name=f"split_after_{n}_{sign.noun}",
        frames=_TOLD["split_after"],
        rule=lambda text: text[:n] + sign.mark + text[n:] if len(text) > n else None,
        draw=with_digits(n + 1),
        n=n,
        n_digits="one digit" if n == 1 else f"{n} digits",
        place=PLACES[n - 1],
        sign=sign.names,
    )


@kind()
def replace_digit(rng: random.Random, materials: Materials) -> Drill:
    """Another character in place of a digit."""
    d = str(rng.randint(0, 9))
    new = rng.choice("0123456789x*#A?".replace(d, ""))
    draw = with_digits(2)

    def draw_with_digit(rng: random.Random) -> str:
        drawn = [draw(rng) for _ in range(6)]
        return next((number for number in drawn if d in number), drawn[0])

    return number_drill(
        rng,
        name=f"replace_digit_{d}_{new}",
        frames=_TOLD["replace_digit"],
        rule=lambda text: text.replace(d, new),
        draw=draw_with_digit,
        d=d,
        new=(f'"{new}"', f"'{new}'", new) if new.isalnum() else f'"{new}"',
    )
