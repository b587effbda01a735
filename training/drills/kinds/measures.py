"""Drills over amounts: units exchanged at a given rate, parts of an amount, prices."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Draw, Drill, Materials, kind
from training.drills.pools.numbers import number_drill
from training.drills.wordings import read_wordings

AMOUNTS = "drill amounts"

_TOLD = read_wordings(__file__)
_AMOUNT = re.compile(r"(\d+) ([a-z]+)")
_FACTORS = (2, 3, 4, 5, 6, 8, 10, 12, 20, 25, 50, 60, 100, 1000)
_DIVISORS = (2, 4, 5, 10, 10, 20, 100, 100, 1000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit of some trade, most of them made up."""

    many: str
    """Its plural."""
    sign: str
    """Its short form."""
    sort: str
    """What it measures."""


_UNITS = tuple(Unit(**row) for row in _TOLD["units"])
_BY_NAME = {unit.many: unit for unit in _UNITS} | {unit.sign: unit for unit in _UNITS}


def _draw_amount(names: Sequence[str]) -> Draw:
    return lambda rng: f"{rng.randint(2, 99)} {rng.choice(names)}"


def _amount_of(text: str) -> tuple[int, str] | None:
    match = _AMOUNT.fullmatch(text)
    if match is None or match[2] not in _BY_NAME:
        return None
    return int(match[1]), match[2]


def _draw_number(rng: random.Random) -> str:
    return str(rng.randint(1, 999 if rng.random() < 0.5 else 60))


def _quotient(number: int, divisor: int) -> str:
    """The exact decimal, without zeros at its end."""
    return f"{number / divisor:.3f}".rstrip("0").rstrip(".")


@kind()
def exchange_up(rng: random.Random, materials: Materials) -> Drill:
    """So many of a large unit in a small one, at a given rate."""
    large, small = rng.sample(_UNITS, 2)
    factor = rng.choice(_FACTORS)
    return number_drill(
        rng,
        name=f"exchange_up_{large.many}_{small.many}_{factor}",
        frames=_TOLD["exchange_up"],
        draw=lambda rng: str(rng.randint(2, 99)),
        rule=lambda text: f"{int(text) * factor} {small.many}",
        large=large.many,
        small=small.many,
        factor=str(factor),
    )


@kind()
def exchange_up_sign(rng: random.Random, materials: Materials) -> Drill:
    """The same with the small unit's short form, or with no unit at all."""
    large, small = rng.sample(_UNITS, 2)
    factor = rng.choice(_FACTORS)
    ending, told = rng.choice(
        ((f" {small.sign}", f"with {small.sign} behind it"), ("", "as a bare number"))
    )
    return number_drill(
        rng,
        name=f"exchange_up_sign_{large.many}_{small.many}_{factor}_{len(ending)}",
        frames=_TOLD["exchange_up_sign"],
        draw=lambda rng: str(rng.randint(2, 99)),
        rule=lambda text: f"{int(text) * factor}{ending}",
        large=large.many,
        small=small.many,
        factor=str(factor),
        told=told,
    )


@kind()
def exchange_down(rng: random.Random, materials: Materials) -> Drill:
    """So many of a small unit in a large one, with decimals where needed."""
    large, small = rng.sample(_UNITS, 2)
    divisor = rng.choice(_DIVISORS)
    return number_drill(
        rng,
        name=f"exchange_down_{large.many}_{small.many}_{divisor}",
        frames=_TOLD["exchange_down"],
        draw=_draw_number,
        rule=lambda text: f"{_quotient(int(text), divisor)} {large.sign}",
        large=large.many,
        small=small.many,
        sign=large.sign,
        divisor=str(divisor),
    )


@kind()
def price_of_many(rng: random.Random, materials: Materials) -> Drill:
    """What so many things cost at a given price."""
    thing, coin = rng.choice(_TOLD["things"]), rng.choice(_TOLD["coins"])
    price = rng.choice((2, 3, 4, 5, 10, 20, 50, 100))
    return number_drill(
        rng,
        name=f"price_of_many_{thing}_{coin}_{price}",
        frames=_TOLD["price_of_many"],
        draw=lambda rng: str(rng.randint(2, 60)),
        rule=lambda text: f"{int(text) * price} {coin}",
        thing=thing,
        coin=coin,
        price=str(price),
    )


@kind()
def amount_part(rng: random.Random, materials: Materials) -> Drill:
    """The number or the unit of an amount."""
    part, other = rng.sample(("number", "unit"), 2)

    def answer(text: str) -> str | None:
        found = _amount_of(text)
        return None if found is None else str(found[0 if part == "number" else 1])

    return plain_drill(
        rng,
        name=f"amount_part_{part}",
        pool=AMOUNTS,
        frames=_TOLD["amount_part"],
        draw=_draw_amount([unit.many for unit in _UNITS]),
        answer=answer,
        part=part,
        other=other,
        meant=_TOLD["parts"][part],
    )


@kind()
def amount_times(rng: random.Random, materials: Materials) -> Drill:
    """So many times an amount, or more by a number, in the same unit."""
    word, factor, added = rng.choice(_TOLD["multiples"])
    names = [unit.sign if rng.random() < 0.5 else unit.many for unit in _UNITS]

    def answer(text: str) -> str | None:
        found = _amount_of(text)
        return None if found is None else f"{found[0] * factor + added} {found[1]}"

    return plain_drill(
        rng,
        name=f"amount_times_{factor}_{added}",
        pool=AMOUNTS,
        frames=_TOLD["amount_times"],
        draw=_draw_amount(names),
        answer=answer,
        word=word,
    )


@kind()
def amount_signed(rng: random.Random, materials: Materials) -> Drill:
    """An amount with the short form of its unit, or with the long one."""
    unit, *others = rng.sample(_UNITS, 3)
    table = {own.many: own.sign for own in (unit, *others)}
    told = ", ".join(f"{sign} for {name}" for name, sign in table.items())
    is_short = rng.random() < 0.5
    if not is_short:
        table = {sign: name for name, sign in table.items()}

    def answer(text: str) -> str | None:
        found = _amount_of(text)
        if found is None or found[1] not in table:
            return None
        return f"{found[0]} {table[found[1]]}"

    return plain_drill(
        rng,
        name="_".join(["amount_signed", *table]),
        pool=AMOUNTS,
        frames=_TOLD["amount_short" if is_short else "amount_long"],
        draw=_draw_amount(list(table)),
        answer=answer,
        told=told,
    )


@kind()
def amount_sort(rng: random.Random, materials: Materials) -> Drill:
    """What an amount measures, by a list of units for each."""
    sorts = rng.sample(sorted({unit.sort for unit in _UNITS}), 2)
    chosen = [unit for unit in _UNITS if unit.sort in sorts]
    told = "; ".join(
        f"{sort}: {', '.join(unit.many for unit in chosen if unit.sort == sort)}"
        for sort in sorts
    )

    def answer(text: str) -> str | None:
        found = _amount_of(text)
        sort = None if found is None else _BY_NAME[found[1]].sort
        return sort if sort in sorts else None

    return plain_drill(
        rng,
        name="_".join(["amount_sort", *sorts]),
        pool=AMOUNTS,
        frames=_TOLD["amount_sort"],
        draw=_draw_amount([unit.many for unit in chosen]),
        answer=answer,
        told=told,
        first=sorts[0],
        second=sorts[1],
    )


@kind()
def amount_limit_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether an amount is above a limit, whatever its unit."""
    limit = rng.randint(15, 85)

    def test(text: str) -> bool | None:
        found = _amount_of(text)
        return None if found is None else found[0] > limit

    return labelled_drill(
        rng,
        materials,
        name=f"amount_limit_label_{limit}",
        pool=AMOUNTS,
        frames=_TOLD["amount_limit_label"],
        draw=_draw_amount([unit.many for unit in _UNITS]),
        test=test,
        limit=str(limit),
    )
