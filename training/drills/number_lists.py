"""Drills over comma lists of numbers: ranks, bounds, small sums."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.lists import items_of, joined
from training.drills.parts import (
    PLACES,
    SEPARATORS,
    answered,
    at,
    balanced,
    label_pair,
    told,
    worded,
)
from training.drills.wordings import read_wordings

POOL = "drill number lists"

_TOLD = read_wordings(__file__)
_RANKS = tuple((int(place), rank) for place, rank in _TOLD["ranks"].items())
_BOUNDS = worded({"above": int.__gt__, "below": int.__lt__}, _TOLD["bounds"])


def _numbers_of(text: str) -> list[int] | None:
    items = items_of(text)
    return [int(i) for i in items] if all(i.isdecimal() for i in items) else None


def _number_at(text: str, place: int) -> int | None:
    numbers = _numbers_of(text) or ()
    return numbers[place] if -len(numbers) <= place < len(numbers) else None


def _number_list(rng: random.Random) -> str:
    return joined(rng.sample(range(1, 31), rng.randint(3, 6)))


@kind
def numbers_ranked(rng: random.Random, materials: Materials) -> Drill:
    """The number of some rank by value."""
    place, wordings = rng.choice(_RANKS)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        return None if numbers is None else at([*map(str, sorted(numbers))], place)

    return Drill(
        name=f"numbers_ranked_{place}",
        pool=POOL,
        descriptions=told(rng, _TOLD["numbers_ranked"], rank=wordings),
        draw=_number_list,
        answer=answer,
    )


@kind
def numbers_shifted(rng: random.Random, materials: Materials) -> Drill:
    """The number at a place plus or times a number."""
    place = rng.choice((0, 1, 2, -1))
    is_sum = rng.random() < 0.75
    num = rng.randint(1, 10) if is_sum else rng.choice((2, 3, 10))

    def answer(text: str) -> str | None:
        number = _number_at(text, place)
        if number is None:
            return None
        return str(number + num if is_sum else number * num)

    sign = "plus" if is_sum else "times"
    verb = f"add {num} to it" if is_sum else f"multiply it by {num}"
    return Drill(
        name=f"numbers_shifted_{place}_{sign}_{num}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["numbers_shifted"],
            nth=PLACES[place],
            sign=sign,
            num=str(num),
            verb=verb,
        ),
        draw=_number_list,
        answer=answer,
    )


@kind
def numbers_filtered(rng: random.Random, materials: Materials) -> Drill:
    """The numbers above or below a bound."""
    bound, fits, wordings = rng.choice(_BOUNDS)
    num = rng.randint(8, 22)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        return None if numbers is None else joined([n for n in numbers if fits(n, num)])

    return Drill(
        name=f"numbers_filtered_{bound}_{num}",
        pool=POOL,
        descriptions=told(rng, _TOLD["numbers_filtered"], bound=wordings, num=str(num)),
        draw=answered(_number_list, answer),
        answer=answer,
    )


@kind
def numbers_counted(rng: random.Random, materials: Materials) -> Drill:
    """How many numbers are above or below a bound."""
    bound, fits, wordings = rng.choice(_BOUNDS)
    num = rng.randint(8, 22)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        return None if numbers is None else str(sum(fits(n, num) for n in numbers))

    return Drill(
        name=f"numbers_counted_{bound}_{num}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["numbers_counted"], bound=wordings, num=str(num), place=bound
        ),
        draw=balanced(_number_list, answer, ("0", "1", "2", "3")),
        answer=answer,
    )


@kind
def numbers_place_bound(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number at a place is above or below a bound."""
    place = rng.choice((0, 1, 2, -1))
    bound, fits, wordings = rng.choice(_BOUNDS)
    num = rng.randint(8, 22)
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        number = _number_at(text, place)
        return None if number is None else yes if fits(number, num) else no

    return Drill(
        name=f"numbers_place_bound_{place}_{bound}_{num}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["numbers_place_bound"],
            nth=PLACES[place],
            bound=wordings,
            num=str(num),
            yes=yes,
            no=no,
        ),
        draw=balanced(_number_list, answer, (yes, no)),
        answer=answer,
    )


@kind
def numbers_parity(rng: random.Random, materials: Materials) -> Drill:
    """The even or the odd numbers with another separator."""
    remainder = rng.choice((0, 1))
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        if numbers is None:
            return None
        return sign.join(str(n) for n in numbers if n % 2 == remainder) or "none"

    parity = ("even", "odd")[remainder]
    return Drill(
        name=f"numbers_parity_{parity}_{sign}",
        pool=POOL,
        descriptions=told(rng, _TOLD["numbers_parity"], parity=parity, sign=wordings),
        draw=answered(_number_list, answer),
        answer=answer,
    )


@kind
def numbers_raised(rng: random.Random, materials: Materials) -> Drill:
    """Every number plus or times a number."""
    is_sum = rng.random() < 0.8
    num = rng.randint(1, 20) if is_sum else rng.choice((2, 3, 10))

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        if numbers is None:
            return None
        return joined([n + num if is_sum else n * num for n in numbers])

    sign = "plus" if is_sum else "times"
    return Drill(
        name=f"numbers_raised_{sign}_{num}",
        pool=POOL,
        descriptions=told(rng, _TOLD["numbers_raised"], sign=sign, num=str(num)),
        draw=lambda rng: joined(rng.sample(range(1, 31), 3)),
        answer=answer,
    )
