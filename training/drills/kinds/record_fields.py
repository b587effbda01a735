"""Drills over records: the fields or the values that are asked for."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import answered, until
from training.drills.naming import PLACES, SEPARATORS
from training.drills.pools.lists import at
from training.drills.pools.records import (
    FIELDS,
    FIELDS_WITH,
    RECORDS,
    VALUES,
    looked_up,
    names_of,
    parsed,
    with_fields,
    with_or_without,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_ASKED_FOR = ("colours", "colours", "cities", "names", "numbers", "numbers")


@kind()
def record_value(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field, in some form."""
    field = rng.choice(tuple(FIELDS))
    form = rng.choice(FORMS)

    return plain_drill(
        rng,
        name=f"record_value_{field}_{form.name}",
        pool=RECORDS,
        frames=_TOLD["record_value"],
        draw=with_fields(field),
        answer=lambda text: form.write(looked_up(text, field)),
        field=field,
        **form.told,
    )


@kind()
def record_field_of(rng: random.Random, materials: Materials) -> Drill:
    """The field that has a value."""
    values = rng.choice(_ASKED_FOR)
    value = rng.choice(VALUES[values])

    def draw(rng: random.Random) -> str:
        field = rng.choice(FIELDS_WITH[values])
        return with_fields(field, given={field: value})(rng)

    def answer(text: str) -> str | None:
        found = [f for f, v in (parsed(text) or {}).items() if v == value]
        return found[0] if len(found) == 1 else None

    return plain_drill(
        rng,
        name=f"record_field_of_{value}",
        pool=RECORDS,
        frames=_TOLD["record_field_of"],
        draw=draw,
        answer=answer,
        value=value,
    )


@kind()
def record_pair(rng: random.Random, materials: Materials) -> Drill:
    """The values of two fields with a sign between."""
    field, other = rng.sample(tuple(FIELDS), 2)
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        one, two = looked_up(text, field), looked_up(text, other)
        return None if one is None or two is None else f"{one}{sign.mark}{two}"

    return plain_drill(
        rng,
        name=f"record_pair_{field}_{other}_{sign.noun}",
        pool=RECORDS,
        frames=_TOLD["record_pair"],
        draw=with_fields(field, other),
        answer=answer,
        field=field,
        other=other,
        sign=sign.names,
    )


@kind()
def record_at(rng: random.Random, materials: Materials) -> Drill:
    """The name or the value of the field at a place, in some form."""
    place = rng.choice((0, 1, 2, -1, -2))
    part, other = rng.sample(("name", "value"), 2)
    form = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        record = parsed(text) or {}
        found = at([*(record if part == "name" else record.values())], place)
        return form.write(found)

    return plain_drill(
        rng,
        name=f"record_at_{place}_{part}_{form.name}",
        pool=RECORDS,
        frames=_TOLD["record_at"],
        draw=with_fields(),
        answer=answer,
        place=PLACES[place],
        part=part,
        other=other,
        **form.told,
    )


@kind()
def record_sentence(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field in a given sentence."""
    field = rng.choice(tuple(FIELDS))
    sample = rng.choice(_TOLD["templates"]).format(field)

    def answer(text: str) -> str | None:
        value = looked_up(text, field)
        return None if value is None else sample.replace("...", value)

    return plain_drill(
        rng,
        name=f"record_sentence_{sample}",
        pool=RECORDS,
        frames=_TOLD["record_sentence"],
        draw=with_fields(field),
        answer=answer,
        field=field,
        sample=f'"{sample}"',
    )


@kind("words")
def record_default(rng: random.Random, materials: Materials) -> Drill:
    """The value of a field, or a word where it is missing."""
    field = rng.choice(tuple(FIELDS))
    word = rng.choice(
        ("none", "missing", "unknown", "n/a", *rng.sample(VALUES["moods"], 2))
    )
    if rng.random() < 0.5:
        word = rng.choice(materials.words)

    def answer(text: str) -> str | None:
        record = parsed(text)
        return None if record is None else record.get(field, word)

    return plain_drill(
        rng,
        name=f"record_default_{field}_{word}",
        pool=RECORDS,
        frames=_TOLD["record_default"],
        draw=with_or_without(field),
        answer=answer,
        field=field,
        word=(word, f'"{word}"'),
    )


@kind()
def record_parts(rng: random.Random, materials: Materials) -> Drill:
    """All field names or all values with a sign between."""
    part, others = rng.sample(("field names", "values"), 2)
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        record = parsed(text)
        if record is None:
            return None
        return sign.mark.join(record if part == "field names" else record.values())

    return plain_drill(
        rng,
        name=f"record_parts_{part}_{sign.noun}",
        pool=RECORDS,
        frames=_TOLD["record_parts"],
        draw=until(with_fields(), lambda text: len(names_of(text)) == 3),
        answer=answer,
        part=part,
        others=others,
        sign=sign.names,
    )


@kind()
def record_beside(rng: random.Random, materials: Materials) -> Drill:
    """The name of the field before or after another."""
    field, side = rng.choice(tuple(FIELDS)), rng.choice(("before", "after"))

    def answer(text: str) -> str | None:
        names = names_of(text)
        if field not in names:
            return None
        place = names.index(field) + (1 if side == "after" else -1)
        return names[place] if 0 <= place < len(names) else "none"

    return plain_drill(
        rng,
        name=f"record_beside_{side}_{field}",
        pool=RECORDS,
        frames=_TOLD["record_beside"],
        draw=answered(with_fields(field), answer),
        answer=answer,
        field=field,
        side=side,
    )
