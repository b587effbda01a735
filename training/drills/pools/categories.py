"""Which things belong to which category, and draws of things that do or do not."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import combinations

from training.drills.base import Draw
from training.drills.pools.lists import items_of
from training.drills.pools.vocabulary import CATEGORIES, Category
from training.drills.wordings import Field

THINGS = "drill things"
"""The pool of single things."""
PAIRS = "drill pairs"
"""The pool of two things with a comma between."""

BY_NAME = {category.one: category for category in CATEGORIES}
HOMES = {thing: category for category in CATEGORIES for thing in category.members}
"""By thing, the category that it is listed in."""


def are_apart(first: Category, second: Category) -> bool:
    """Whether no thing of one category could be said to belong to the other."""
    return not (first == second or first.one in second.near or second.one in first.near)


def apart_from(category: Category) -> list[Category]:
    """The categories of which no thing belongs to this one."""
    return [other for other in CATEGORIES if are_apart(category, other)]


def belongs(thing: str, category: Category) -> bool | None:
    """Whether a thing is in a category; nothing if unknown or arguable."""
    home = HOMES.get(thing)
    if home == category:
        return True
    return False if home and are_apart(home, category) else None


def members_of(names: Iterable[str]) -> tuple[str, ...]:
    """The things in the categories of these names."""
    return tuple(thing for name in names for thing in BY_NAME[name].members)


def members_among(things: Sequence[str], category: Category) -> list[str] | None:
    """The things that are in a category; nothing if one is arguable."""
    verdicts = [belongs(thing, category) for thing in things]
    if None in verdicts:
        return None
    return [thing for thing, v in zip(things, verdicts, strict=True) if v]


def members_listed(text: str, category: Category) -> list[str] | None:
    """The members of a category in a list of things; nothing if one is arguable."""
    things = items_of(text)
    return members_among(things, category) if len(things) >= 2 else None


def only_member(text: str, category: Category) -> str | None:
    """The member of a category in a list; nothing if there is not exactly one."""
    inside = members_listed(text, category)
    return inside[0] if inside and len(inside) == 1 else None


def draw_apart(
    rng: random.Random, count: int, among: Sequence[Category] = CATEGORIES
) -> list[Category]:
    """Draws categories without common things."""
    while True:
        chosen = rng.sample(among, count)
        if all(are_apart(first, second) for first, second in combinations(chosen, 2)):
            return chosen


def draw_member(rng: random.Random, category: Category) -> str:
    """Draws a thing of a category."""
    return rng.choice(category.members)


def draw_outsider(rng: random.Random, category: Category) -> str:
    """Draws a thing that is not in a category."""
    return draw_member(rng, rng.choice(apart_from(category)))


def draw_from(categories: Sequence[Category]) -> Draw:
    """Draws things of these categories."""
    return lambda rng: draw_member(rng, rng.choice(categories))


def draw_in_or_out(category: Category) -> Draw:
    """Draws things that are or are not in a category."""

    def draw(rng: random.Random) -> str:
        inside = rng.random() < 0.5
        return draw_member(rng, category) if inside else draw_outsider(rng, category)

    return draw


def about(rng: random.Random, category: Category) -> dict[str, Field]:
    """What wordings about a category are filled with: its names, and two examples."""
    return {
        "one": category.one,
        "a_one": category.a_one,
        "many": category.many,
        "member": draw_member(rng, category),
        "other": draw_outsider(rng, category),
    }


def about_two(first: Category, second: Category) -> dict[str, Field]:
    """What wordings about two categories are filled with: their names."""
    return {
        "first": first.one,
        "second": second.one,
        "a_first": first.a_one,
        "a_second": second.a_one,
        "firsts": first.many,
        "seconds": second.many,
    }
