"""Everyday words with what is beyond doubt about them: categories, properties, pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.drills.wordings import read_wordings


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """Things of one sort."""

    one: str
    """Its name for a single thing, such as `bird`; names the category, too."""
    many: str
    """Its name for several."""
    members: tuple[str, ...]
    near: tuple[str, ...] = ()
    """Categories with things of which one could argue that they belong here."""

    @property
    def a_one(self) -> str:
        """Its name for a single thing, with the article."""
        article = "an" if self.one[0].lower() in "aeiou" else "a"
        return f"{article} {self.one}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A fact that holds or does not hold of a thing."""

    clause: str
    """What one says of a thing, such as `can fly`."""
    denial: str
    """What one says of a thing without it."""
    question: str
    """Asks it of a thing that is called it."""
    true_kinds: tuple[str, ...] = ()
    """Categories of which every member has it."""
    true_things: tuple[str, ...] = ()
    false_kinds: tuple[str, ...] = ()
    """Categories of which no member has it."""
    false_things: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """Words with the word that each leads to."""

    name: str
    source: str
    """What the first word is, with its article, such as `a country`."""
    target: str
    """What the second is to the first, such as `the capital`."""
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What one lists in a fixed order that starts again after its end."""

    names: str
    """What all of it is called, such as `days of the week`."""
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """What a short text is about."""

    name: str
    sentences: tuple[str, ...]
    """With a place for one of the words."""
    words: tuple[str, ...]


_WORDS = read_wordings(__file__)
_NATION_COLUMNS = ("country", "capital", "language", "continent")


def _nation_column(name: str) -> tuple[str, ...]:
    place = _NATION_COLUMNS.index(name)
    return tuple(nation[place] for nation in _WORDS["nations"])


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:  # Any: TOML values
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in row.items()
    }


def _category(row: Mapping[str, Any]) -> Category:  # Any: TOML values
    fields = _frozen(row)
    if "nations" in fields:
        fields["members"] = _nation_column(fields.pop("nations"))
    return Category(**fields)


def _relation(row: Mapping[str, Any]) -> Relation:  # Any: TOML values
    fields = _frozen(row)
    if "nations" in fields:
        seconds = _nation_column(fields.pop("nations"))
        fields["pairs"] = zip(_nation_column("country"), seconds, strict=True)
    pairs = tuple((first, second) for first, second in fields.pop("pairs"))
    return Relation(**fields, pairs=pairs)


CATEGORIES = tuple(_category(row) for row in _WORDS["categories"])
PROPERTIES = tuple(Property(**_frozen(row)) for row in _WORDS["properties"])
RELATIONS = tuple(_relation(row) for row in _WORDS["relations"])
ORDERS = tuple(Order(**_frozen(row)) for row in _WORDS["orders"])
TOPICS = tuple(Topic(**_frozen(row)) for row in _WORDS["topics"])
TANGIBLE: tuple[str, ...] = tuple(_WORDS["tangible"])
"""Categories of things that one can put, see or paint in a sentence."""
