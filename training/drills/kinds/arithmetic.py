"""Drills that reckon with a number and a constant."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.naming import quoted
from training.drills.pools.numbers import (
    HIGHEST,
    UNITS,
    around,
    draw_limit,
    number_drill,
    up_to,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind()
def add_number(rng: random.Random, materials: Materials) -> Drill:
    """The number plus a constant."""
    k = rng.choice((*range(1, 21), 25, 30, 40, 50, 100, 200, 500, 1000))
    return number_drill(
        rng,
        name=f"add_{k}",
        frames=_TOLD["add_number"],
        rule=lambda text: str(int(text) + k),
        draw=up_to(999),
        k=k,
    )


@kind()
def subtract_number(rng: random.Random, materials: Materials) -> Drill:
    """The number minus a constant."""
    k = rng.choice((*range(1, 21), 25, 30, 40, 50, 100))
    return number_drill(
        rng,
        name=f"subtract_{k}",
        frames=_TOLD["subtract_number"],
        rule=lambda text: str(int(text) - k) if int(text) >= k else None,
        draw=lambda rng: str(rng.randint(k, 999)),
        k=k,
    )


@kind()
def multiply_number(rng: random.Random, materials: Materials) -> Drill:
    """The number times a constant, with a unit."""
    k, (unit, _) = rng.choice((2, 3, 4, 5, 10, 20, 100)), rng.choice(UNITS)
    return number_drill(
        rng,
        name=f"multiply_{k}_{unit}",
        frames=_TOLD["multiply_number"],
        rule=lambda text: f"{int(text) * k} {unit}",
        draw=up_to(60),
        k=k,
        unit=unit,
    )


@kind()
def up_to_target(rng: random.Random, materials: Materials) -> Drill:
    """What is missing to a constant."""
    k = rng.choice((10, 20, 25, 30, 40, 50, 60, 75, 80, 90, 100, 120, 150, 200, 500))
    k += rng.choice((0, 0, 1, 2))
    return number_drill(
        rng,
        name=f"up_to_{k}",
        frames=_TOLD["up_to_target"],
        rule=lambda text: str(k - int(text)) if int(text) <= k else None,
        draw=up_to(k),
        k=k,
    )


@kind()
def distance(rng: random.Random, materials: Materials) -> Drill:
    """The distance to a constant."""
    k = rng.choice((*range(10, 110, 5), 200, 250, 500))
    return number_drill(
        rng,
        name=f"distance_{k}",
        frames=_TOLD["distance"],
        rule=lambda text: str(abs(int(text) - k)),
        draw=lambda rng: str(rng.randint(0, 2 * k)),
        k=k,
    )


@kind()
def round_down(rng: random.Random, materials: Materials) -> Drill:
    """The multiple of a constant below the number."""
    k = rng.choice((5, 10, 20, 25, 50, 100, 200, 250, 500, 1000))
    return number_drill(
        rng,
        name=f"round_down_{k}",
        frames=_TOLD["round_down"],
        rule=lambda text: str(int(text) // k * k),
        draw=lambda rng: str(rng.randint(k, min(k * 30, HIGHEST))),
        k=k,
        m=k - 1,
        steps=(f"a multiple of {k}", f"steps of {k}"),
    )


@kind()
def next_multiple(rng: random.Random, materials: Materials) -> Drill:
    """The multiple of a constant above the number."""
    k = rng.choice((2, 3, 4, 5, 6, 10, 20, 25, 50, 100, 200, 500, 1000))
    return number_drill(
        rng,
        name=f"next_multiple_{k}",
        frames=_TOLD["next_multiple"],
        rule=lambda text: str((int(text) // k + 1) * k),
        draw=lambda rng: str(rng.randint(0, min(k * 12, 8999))),
        k=k,
    )


@kind()
def remainder(rng: random.Random, materials: Materials) -> Drill:
    """The remainder by a constant."""
    k = rng.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20, 25, 50, 100, 1000))
    return number_drill(
        rng,
        name=f"remainder_{k}",
        frames=_TOLD["remainder"],
        rule=lambda text: str(int(text) % k),
        draw=up_to(99 if k < 10 else min(k * 20, HIGHEST)),
        k=k,
    )


@kind()
def cap(rng: random.Random, materials: Materials) -> Drill:
    """The number, but no more than a limit."""
    k = draw_limit(rng)
    return number_drill(
        rng,
        name=f"cap_{k}",
        frames=_TOLD["cap"],
        rule=lambda text: str(min(int(text), k)),
        draw=around(k),
        k=k,
    )


@kind()
def floor(rng: random.Random, materials: Materials) -> Drill:
    """The number, but no less than a limit."""
    k = draw_limit(rng)
    return number_drill(
        rng,
        name=f"floor_{k}",
        frames=_TOLD["floor"],
        rule=lambda text: str(max(int(text), k)),
        draw=around(k),
        k=k,
    )


@kind()
def over_limit(rng: random.Random, materials: Materials) -> Drill:
    """The number up to a limit, a word above it."""
    k = draw_limit(rng)
    word = rng.choice(
        ("many", "full", "error", "max", "high", "lots", "stop", "limit", "too big")
    )
    return number_drill(
        rng,
        name=f"over_limit_{k}_{word}",
        frames=_TOLD["over_limit"],
        rule=lambda text: word if int(text) > k else text,
        draw=around(k),
        k=k,
        word=quoted(word),
    )
