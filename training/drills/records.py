"""Drills over records: fields with their values, and the ones that are asked for.

A record is written in one of several layouts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from training.drills.base import Drill, Materials, kind
from training.drills.parts import (
    FORMS,
    PLACES,
    SEPARATORS,
    Draw,
    answered,
    at,
    told,
    until,
)
from training.drills.wordings import read_wordings

POOL = "drill records"
Record = dict[str, str]

_TOLD = read_wordings(__file__)
_LAYOUTS: Sequence[tuple[str, str]] = _TOLD["layouts"]
_VALUES: Mapping[str, Sequence[str]] = {
    **_TOLD["values"],
    "numbers": [str(number) for number in range(1, 61)],
}
_FIELDS_WITH: Mapping[str, Sequence[str]] = _TOLD["fields"]
_ASKED_FOR = ("colours", "colours", "cities", "names", "numbers", "numbers")

FIELDS: Mapping[str, Sequence[str]] = {
    field: _VALUES[values]
    for values, fields in _FIELDS_WITH.items()
    for field in fields
}
"""By field, the values it may have."""
NUMBER_FIELDS = _FIELDS_WITH["numbers"]


def parsed(text: str) -> Record | None:
    """The fields of a record in any layout, in their order."""
    for key_sign, item_sign in _LAYOUTS:
        pairs = [part.partition(key_sign)[::2] for part in text.split(item_sign)]
        if all(f in FIELDS and key_sign not in value for f, value in pairs):
            return dict(pairs)
    return None


def looked_up(text: str, field: str) -> str | None:
    """The value of a field."""
    return (parsed(text) or {}).get(field)


def names_of(text: str) -> list[str]:
    """The names of the fields."""
    return list(parsed(text) or ())


def with_fields(*needed: str, given: Mapping[str, str] | None = None) -> Draw:
    """Draws records of 3 to 5 fields with the needed ones, all values different."""

    def drawn(rng: random.Random) -> str:
        others = [f for f in FIELDS if f not in needed]
        num_others = rng.randint(3, 5) - len(needed)
        fields = [*needed, *rng.sample(others, num_others)]
        rng.shuffle(fields)
        record = dict(given or {})
        for field in fields:
            free = [v for v in FIELDS[field] if v not in record.values()]
            record.setdefault(field, rng.choice(free))
        return _written({field: record[field] for field in fields}, rng)

    return drawn


def with_or_without(field: str) -> Draw:
    """Draws records that have a field as often as records that lack it."""
    having = with_fields(field)
    lacking = until(with_fields(), lambda text: field not in names_of(text))
    return lambda rng: rng.choice((having, lacking))(rng)


def _written(record: Mapping[str, str], rng: random.Random) -> str:
    key_sign, item_sign = rng.choice(_LAYOUTS)
    return item_sign.join(f"{f}{key_sign}{value}" for f, value in record.items())


@kind
def record_value(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field, in some form."""
    field = rng.choice(tuple(FIELDS))
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        value = looked_up(text, field)
        return None if value is None else apply(value)

    return Drill(
        name=f"record_value_{field}_{form}",
        pool=POOL,
        descriptions=told(rng, _TOLD["record_value"], field=field, form=wordings),
        draw=with_fields(field),
        answer=answer,
    )


@kind
def record_field_of(rng: random.Random, materials: Materials) -> Drill:
    """The field that has a value."""
    values = rng.choice(_ASKED_FOR)
    value = rng.choice(_VALUES[values])

    def draw(rng: random.Random) -> str:
        field = rng.choice(_FIELDS_WITH[values])
        return with_fields(field, given={field: value})(rng)

    def answer(text: str) -> str | None:
        found = [f for f, v in (parsed(text) or {}).items() if v == value]
        return found[0] if len(found) == 1 else None

    return Drill(
        name=f"record_field_of_{value}",
        pool=POOL,
        descriptions=told(rng, _TOLD["record_field_of"], value=value),
        draw=draw,
        answer=answer,
    )


@kind
def record_pair(rng: random.Random, materials: Materials) -> Drill:
    """The values of two fields with a sign between."""
    field, other = rng.sample(tuple(FIELDS), 2)
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        one, two = looked_up(text, field), looked_up(text, other)
        return None if one is None or two is None else f"{one}{sign}{two}"

    return Drill(
        name=f"record_pair_{field}_{other}_{sign}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_pair"], field=field, other=other, sign=wordings
        ),
        draw=with_fields(field, other),
        answer=answer,
    )


@kind
def record_at(rng: random.Random, materials: Materials) -> Drill:
    """The name or the value of the field at a place, in some form."""
    place = rng.choice((0, 1, 2, -1, -2))
    part, other = rng.sample(("name", "value"), 2)
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        record = parsed(text) or {}
        found = at([*(record if part == "name" else record.values())], place)
        return None if found is None else apply(found)

    return Drill(
        name=f"record_at_{place}_{part}_{form}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["record_at"],
            nth=PLACES[place],
            part=part,
            other=other,
            form=wordings,
        ),
        draw=with_fields(),
        answer=answer,
    )


@kind
def record_sentence(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field in a given sentence."""
    field = rng.choice(tuple(FIELDS))
    sample = rng.choice(_TOLD["templates"]).format(field)

    def answer(text: str) -> str | None:
        value = looked_up(text, field)
        return None if value is None else sample.replace("...", value)

    return Drill(
        name=f"record_sentence_{sample}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_sentence"], field=field, sample=f'"{sample}"'
        ),
        draw=with_fields(field),
        answer=answer,
    )


@kind
def record_default(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field, or a word where it is missing."""
    field = rng.choice(tuple(FIELDS))
    word = rng.choice(
        ("none", "missing", "unknown", "n/a", *rng.sample(_VALUES["moods"], 2))
    )
    if rng.random() < 0.5:
        word = rng.choice(materials.words)

    def answer(text: str) -> str | None:
        record = parsed(text)
        return None if record is None else record.get(field, word)

    return Drill(
        name=f"record_default_{field}_{word}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_default"], field=field, word=(word, f'"{word}"')
        ),
        draw=with_or_without(field),
        answer=answer,
    )


@kind
def record_parts(rng: random.Random, materials: Materials) -> Drill:
    """All field names or all values with a sign between."""
    part, others = rng.sample(("field names", "values"), 2)
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        record = parsed(text)
        if record is None:
            return None
        return sign.join(record if part == "field names" else record.values())

    return Drill(
        name=f"record_parts_{part}_{sign}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["record_parts"], part=part, others=others, sign=wordings
        ),
        draw=until(with_fields(), lambda text: len(names_of(text)) == 3),
        answer=answer,
    )


@kind
def record_beside(rng: random.Random, materials: Materials) -> Drill:
    """The name of the field before or after another."""
    field, side = rng.choice(tuple(FIELDS)), rng.choice(("before", "after"))

    def answer(text: str) -> str | None:
        names = names_of(text)
        if field not in names:
            return None
        place = names.index(field) + (1 if side == "after" else -1)
        return names[place] if 0 <= place < len(names) else "none"

    return Drill(
        name=f"record_beside_{side}_{field}",
        pool=POOL,
        descriptions=told(rng, _TOLD["record_beside"], field=field, side=side),
        draw=answered(with_fields(field), answer),
        answer=answer,
    )
