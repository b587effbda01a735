"""The pool of records: fields with their values, in one of several layouts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from training.drills.base import Draw
from training.drills.draws import until
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_LAYOUTS: Sequence[tuple[str, str]] = _TOLD["layouts"]

RECORDS = "drill records"
"""The pool's name."""
VALUES: Mapping[str, Sequence[str]] = {
    **_TOLD["values"],
    "numbers": [str(number) for number in range(1, 61)],
}
"""By sort of value, those that come up."""
FIELDS_WITH: Mapping[str, Sequence[str]] = _TOLD["fields"]
"""By sort of value, the fields that have one of it."""
FIELDS: Mapping[str, Sequence[str]] = {
    field: VALUES[sort] for sort, fields in FIELDS_WITH.items() for field in fields
}
"""By field, the values it may have."""


def parsed(text: str) -> dict[str, str] | None:
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
