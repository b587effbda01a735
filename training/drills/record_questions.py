"""Drills over records: a label for the record, or a sum with a field of it."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.parts import balanced, label_pair, told, worded
from training.drills.records import (
    FIELDS,
    NUMBER_FIELDS,
    POOL,
    looked_up,
    names_of,
    with_fields,
    with_or_without,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_BOUNDS = worded({"above": int.__gt__, "below": int.__lt__}, _TOLD["bounds"])


def _number_of(text: str, field: str) -> int | None:
    value = looked_up(text, field)
    return int(value) if value is not None and value.isdecimal() else None


@kind
def record_equals(rng: random.Random, materials: Materials) -> Drill:
    """Whether a field has a value."""
    field = rng.choice(tuple(f for f in FIELDS if f not in NUMBER_FIELDS))
    value = rng.choice(FIELDS[field])
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        found = looked_up(text, field)
        return None if found is None else yes if found == value else no

    return Drill(
        name=f"record_equals_{field}_{value}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_equals"], field=field, value=value, yes=yes, no=no
        ),
        draw=balanced(with_fields(field), answer, (yes, no)),
        answer=answer,
    )


@kind
def record_bound(rng: random.Random, materials: Materials) -> Drill:
    """Whether a number field is above or below a bound."""
    field, num = rng.choice(NUMBER_FIELDS), rng.randint(8, 52)
    bound, fits, wordings = rng.choice(_BOUNDS)
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        number = _number_of(text, field)
        return None if number is None else yes if fits(number, num) else no

    return Drill(
        name=f"record_bound_{field}_{bound}_{num}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["record_bound"],
            field=field,
            bound=wordings,
            num=str(num),
            yes=yes,
            no=no,
        ),
        draw=balanced(with_fields(field), answer, (yes, no)),
        answer=answer,
    )


@kind
def record_has(rng: random.Random, materials: Materials) -> Drill:
    """Whether the record has a field."""
    field = rng.choice(tuple(FIELDS))
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        return yes if field in names_of(text) else no

    return Drill(
        name=f"record_has_{field}_{yes}_{no}",
        pool=POOL,
        descriptions=told(rng, _TOLD["record_has"], field=field, yes=yes, no=no),
        draw=with_or_without(field),
        answer=answer,
    )


@kind
def record_compared(rng: random.Random, materials: Materials) -> Drill:
    """Which of two number fields is the larger or the smaller."""
    field, other = rng.sample(NUMBER_FIELDS, 2)
    which = rng.choice(("larger", "smaller"))

    def answer(text: str) -> str | None:
        one, two = _number_of(text, field), _number_of(text, other)
        if one is None or two is None or one == two:
            return None
        return field if (one > two) == (which == "larger") else other

    return Drill(
        name=f"record_compared_{field}_{other}_{which}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_compared"], field=field, other=other, which=which
        ),
        draw=balanced(with_fields(field, other), answer, (field, other)),
        answer=answer,
    )


@kind
def record_shifted(rng: random.Random, materials: Materials) -> Drill:
    """A number field plus or times a number."""
    field = rng.choice(NUMBER_FIELDS)
    sign, num = rng.choice((("plus", rng.randint(1, 10)), ("times", 2), ("times", 10)))

    def answer(text: str) -> str | None:
        number = _number_of(text, field)
        if number is None:
            return None
        return str(number + num if sign == "plus" else number * num)

    return Drill(
        name=f"record_shifted_{field}_{sign}_{num}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_shifted"], field=field, sign=sign, num=str(num)
        ),
        draw=with_fields(field),
        answer=answer,
    )
