"""Records family: questions about short key-value records in four layouts."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from training.catalogue.drafting import balanced, wordings
from training.catalogue.people import (
    CITIES,
    FIRST_NAMES,
    JOBS,
    PEOPLE_LICENCE,
    PEOPLE_PACKAGES,
    surnames,
    with_article,
)
from training.catalogue.records_wordings import DESCRIPTIONS
from training.catalogue.source import Answer, TaskDraft

FAMILY = "records"
PACKAGES = PEOPLE_PACKAGES

Layout = Literal["pairs", "JSON", "CSV", "tags"]
LAYOUTS: tuple[Layout, ...] = ("pairs", "JSON", "CSV", "tags")
KEYS = ("name", "city", "age", "job")
_NUM_ROWS = 300
_NUM_RECORDS = 720
_OLD_AGE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Fields in the order in which they are written, and how they are written."""

    layout: Layout
    fields: dict[str, str]

    def text(self) -> str:
        """The record as one line of its layout."""
        keys, values = list(self.fields), list(self.fields.values())
        match self.layout:
            case "pairs":
                return "; ".join(f"{k}: {v}" for k, v in self.fields.items())
            case "JSON":
                return json.dumps(
                    {k: int(v) if v.isdigit() else v for k, v in self.fields.items()}
                )
            case "CSV":
                return f"{','.join(keys)} / {','.join(values)}"
            case "tags":
                return " ".join(f"[{k}] {v}" for k, v in self.fields.items())


def _renamed(record: Record) -> str:
    fields = {"role" if k == "job" else k: v for k, v in record.fields.items()}
    return Record(layout=record.layout, fields=fields).text()


def _age(record: Record) -> int:
    return int(record.fields["age"])


def _sentence(record: Record) -> str:
    fields = record.fields
    return f"{fields['name']} is {with_article(fields['job'])} in {fields['city']}."


def _missing(record: Record) -> str:
    return next(key for key in KEYS if key not in record.fields)


FULL_ANSWERS: dict[str, Callable[[Record], Answer]] = {
    "age": lambda r: r.fields["age"],
    "city_capitals": lambda r: r.fields["city"].upper(),
    "job_and_city": lambda r: f"{r.fields['job']}, {r.fields['city']}",
    "name_with_age": lambda r: f"{r.fields['name']} ({r.fields['age']})",
    "surname_letter": lambda r: r.fields["name"].split()[1][0],
    "values_only": lambda r: " | ".join(r.fields.values()),
    "key_order": lambda r: ", ".join(r.fields),
    "rename_job": _renamed,
    "decade": lambda r: f"{_age(r) // 10 * 10}s",
    "sentence": _sentence,
    "over_forty": lambda r: "yes" if _age(r) > _OLD_AGE else "no",
    "bus": lambda r: "red" if _age(r) % 2 else "blue",
    "layout": lambda r: r.layout,
}
GAPPY_ANSWERS: dict[str, Callable[[Record], Answer]] = {
    "missing_key": _missing,
    "has_age": lambda r: "present" if "age" in r.fields else "absent",
    "last_value": lambda r: list(r.fields.values())[-1],
    "first_key": lambda r: next(iter(r.fields)),
    "add_missing": lambda r: f"{_missing(r)}: unknown",
}
_LABEL_TASKS = ("over_forty", "bus", "layout", "missing_key", "has_age")


@lru_cache(maxsize=2)
def records(pool: Literal["full_records", "gappy_records"]) -> tuple[Record, ...]:
    """Invented records; a gappy one lacks one of its keys."""
    generator = random.Random(f"{FAMILY}/{pool}")
    found: dict[str, Record] = {}
    while len(found) < _NUM_RECORDS:
        values = {
            "name": f"{generator.choice(FIRST_NAMES)} {generator.choice(surnames())}",
            "city": generator.choice(CITIES),
            "age": str(generator.randint(18, 69)),
            "job": generator.choice(JOBS),
        }
        num_keys = len(KEYS) if pool == "full_records" else len(KEYS) - 1
        keys = generator.sample(KEYS, num_keys)
        layout = LAYOUTS[len(found) % len(LAYOUTS)]
        record = Record(layout=layout, fields={key: values[key] for key in keys})
        found[record.text()] = record
    return tuple(found.values())


def drafts() -> Iterator[TaskDraft]:
    """Yields every task of the family."""
    for task, answer in FULL_ANSWERS.items():
        yield _draft(task, "full_records", answer, records("full_records"))
    for task, answer in GAPPY_ANSWERS.items():
        yield _draft(task, "gappy_records", answer, records("gappy_records"))


def _draft(
    task: str,
    pool: str,
    answer: Callable[[Record], Answer],
    found: tuple[Record, ...],
) -> TaskDraft:
    identifier = f"{FAMILY}_{task}"
    rows = [(record.text(), answer(record)) for record in found]
    if task in _LABEL_TASKS:
        rows = list(balanced(rows, seed=identifier, at_most=_NUM_ROWS))
    return TaskDraft(
        id=identifier,
        descriptions=wordings(DESCRIPTIONS[task]),
        rows=rows[:_NUM_ROWS],
        pool=pool,
        # Both name the missing key.
        group=f"{FAMILY}_missing" if "missing" in task else identifier,
        licence=PEOPLE_LICENCE,
        source=PEOPLE_PACKAGES[0],
    )
