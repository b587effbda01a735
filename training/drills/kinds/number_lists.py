"""Drills over comma lists of numbers: ranks, bounds, small sums."""

from __future__ import annotations

import random

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import answered, balanced
from training.drills.naming import PLACES, SEPARATORS
from training.drills.pools.lists import at, items_of, joined
from training.drills.pools.numbers import BOUNDS
from training.drills.wordings import read_wordings

POOL = "drill number lists"

_TOLD = read_wordings(__file__)
_RANKS = tuple((int(place), rank) for place, rank in _TOLD["ranks"].items())


def _numbers_of(text: str) -> list[int] | None:
    items = items_of(text)
    return [int(i) for i in items] if all(i.isdecimal() for i in items) else None


def _number_at(text: str, place: int) -> int | None:
    numbers = _numbers_of(text) or ()
    return numbers[place] if -len(numbers) <= place < len(numbers) else None


def _number_list(rng: random.Random) -> str:
    return joined(rng.sample(range(1, 31), rng.randint(3, 6)))


@kind()
def numbers_ranked(rng: random.Random, materials: Materials) -> Drill:
    """The number of some rank by value."""
    place, wordings = rng.choice(_RANKS)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        return None if numbers is None else at([*map(str, sorted(numbers))], place)

    return plain_drill(
        rng,
        name=f"numbers_ranked_{place}",
        pool=POOL,
        frames=_TOLD["numbers_ranked"],
        draw=_number_list,
        answer=answer,
        rank=wordings,
    )


@kind()
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
    return plain_drill(
        rng,
        name=f"numbers_shifted_{place}_{sign}_{num}",
        pool=POOL,
        frames=_TOLD["numbers_shifted"],
        draw=_number_list,
        answer=answer,
        place=PLACES[place],
        sign=sign,
        num=num,
        verb=verb,
    )


@kind()
def numbers_filtered(rng: random.Random, materials: Materials) -> Drill:
    """The numbers above or below a bound."""
    bound = rng.choice(BOUNDS)
    num = rng.randint(8, 22)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        return (
            None
            if numbers is None
            else joined([n for n in numbers if bound.fits(n, num)])
        )

    return plain_drill(
        rng,
        name=f"numbers_filtered_{bound.name}_{num}",
        pool=POOL,
        frames=_TOLD["numbers_filtered"],
        draw=answered(_number_list, answer),
        answer=answer,
        bound=bound.names,
        num=num,
    )


@kind()
def numbers_counted(rng: random.Random, materials: Materials) -> Drill:
    """How many numbers are above or below a bound."""
    bound = rng.choice(BOUNDS)
    num = rng.randint(8, 22)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        if numbers is None:
            return None
        return str(sum(bound.fits(n, num) for n in numbers))

    return plain_drill(
        rng,
        name=f"numbers_counted_{bound.name}_{num}",
        pool=POOL,
        frames=_TOLD["numbers_counted"],
        draw=balanced(_number_list, answer, ("0", "1", "2", "3")),
        answer=answer,
        bound=bound.names,
        num=num,
        side=bound.name,
    )


@kind()
def numbers_place_bound(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number at a place is above or below a bound."""
    place = rng.choice((0, 1, 2, -1))
    bound = rng.choice(BOUNDS)
    num = rng.randint(8, 22)

    def test(text: str) -> bool | None:
        number = _number_at(text, place)
        return None if number is None else bound.fits(number, num)

    return labelled_drill(
        rng,
        materials,
        name=f"numbers_place_bound_{place}_{bound.name}_{num}",
        pool=POOL,
        frames=_TOLD["numbers_place_bound"],
        draw=_number_list,
        test=test,
        place=PLACES[place],
        bound=bound.names,
        num=num,
    )


@kind()
def numbers_parity(rng: random.Random, materials: Materials) -> Drill:
    """The even or the odd numbers with another separator."""
    remainder = rng.choice((0, 1))
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        numbers = _numbers_of(text)
        if numbers is None:
            return None
        return sign.mark.join(str(n) for n in numbers if n % 2 == remainder) or "none"

    parity = ("even", "odd")[remainder]
    return plain_drill(
        rng,
        name=f"numbers_parity_{parity}_{sign.noun}",
        pool=POOL,
        frames=_TOLD["numbers_parity"],
        draw=answered(_number_list, answer),
        answer=answer,
        parity=parity,
        sign=sign.names,
    )


@kind()
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
    return plain_drill(
        rng,
        name=f"numbers_raised_{sign}_{num}",
        pool=POOL,
        frames=_TOLD["numbers_raised"],
        draw=lambda rng: joined(rng.sample(range(1, 31), 3)),
        answer=answer,
        sign=sign,
        num=num,
    )
