"""Drills over records: a label for the record, or a sum with a field of it."""

from __future__ import annotations

import random

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import balanced
from training.drills.pools.numbers import BOUNDS
from training.drills.pools.records import (
    FIELDS,
    FIELDS_WITH,
    RECORDS,
    looked_up,
    names_of,
    parsed,
    with_fields,
    with_or_without,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_NUMBER_FIELDS = FIELDS_WITH["numbers"]


def _number_of(text: str, field: str) -> int | None:
    value = looked_up(text, field)
    return int(value) if value is not None and value.isdecimal() else None


@kind()
def record_equals(rng: random.Random, materials: Materials) -> Drill:
    """Whether a field has a value."""
    field = rng.choice([f for f in FIELDS if f not in _NUMBER_FIELDS])
    value = rng.choice(FIELDS[field])

    def test(text: str) -> bool | None:
        found = looked_up(text, field)
        return None if found is None else found == value

    return labelled_drill(
        rng,
        materials,
        name=f"record_equals_{field}_{value}",
        pool=RECORDS,
        frames=_TOLD["record_equals"],
        draw=with_fields(field),
        test=test,
        field=field,
        value=value,
    )


@kind()
def record_bound(rng: random.Random, materials: Materials) -> Drill:
    """Whether a number field is above or below a bound."""
    field, num = rng.choice(_NUMBER_FIELDS), rng.randint(8, 52)
    bound = rng.choice(BOUNDS)

    def test(text: str) -> bool | None:
        number = _number_of(text, field)
        return None if number is None else bound.fits(number, num)

    return labelled_drill(
        rng,
        materials,
        name=f"record_bound_{field}_{bound.name}_{num}",
        pool=RECORDS,
        frames=_TOLD["record_bound"],
        draw=with_fields(field),
        test=test,
        field=field,
        bound=bound.names,
        num=num,
    )


@kind()
def record_has(rng: random.Random, materials: Materials) -> Drill:
    """Whether the record has a field."""
    field = rng.choice(tuple(FIELDS))
    return labelled_drill(
        rng,
        materials,
        name=f"record_has_{field}",
        pool=RECORDS,
        frames=_TOLD["record_has"],
        draw=with_or_without(field),
        test=lambda text: field in names_of(text) if parsed(text) else None,
        field=field,
    )


@kind()
def record_compared(rng: random.Random, materials: Materials) -> Drill:
    """Which of two number fields is the larger or the smaller."""
    field, other = rng.sample(_NUMBER_FIELDS, 2)
    which = rng.choice(("larger", "smaller"))

    def answer(text: str) -> str | None:
        one, two = _number_of(text, field), _number_of(text, other)
        if one is None or two is None or one == two:
            return None
        return field if (one > two) == (which == "larger") else other

    return plain_drill(
        rng,
        name=f"record_compared_{field}_{other}_{which}",
        pool=RECORDS,
        frames=_TOLD["record_compared"],
        draw=balanced(with_fields(field, other), answer, (field, other)),
        answer=answer,
        field=field,
        other=other,
        which=which,
    )


@kind()
def record_shifted(rng: random.Random, materials: Materials) -> Drill:
    """A number field plus or times a number."""
    field = rng.choice(_NUMBER_FIELDS)
    sign, num = rng.choice((("plus", rng.randint(1, 10)), ("times", 2), ("times", 10)))

    def answer(text: str) -> str | None:
        number = _number_of(text, field)
        if number is None:
            return None
        return str(number + num if sign == "plus" else number * num)

    return plain_drill(
        rng,
        name=f"record_shifted_{field}_{sign}_{num}",
        pool=RECORDS,
        frames=_TOLD["record_shifted"],
        draw=with_fields(field),
        answer=answer,
        field=field,
        sign=sign,
        num=num,
    )
