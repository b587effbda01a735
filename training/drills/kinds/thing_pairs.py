"""Drills about the categories of two things."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.pools.categories import (
    HOMES,
    PAIRS,
    about,
    are_apart,
    draw_apart,
    draw_member,
    draw_outsider,
    only_member,
)
from training.drills.pools.lists import items_of
from training.drills.pools.vocabulary import CATEGORIES, Category
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def _draw_couple(rng: random.Random, first: Category, second: Category | None) -> str:
    """A thing of a category with one of another (of any other), either first."""
    inside = draw_member(rng, first)
    outside = draw_member(rng, second) if second else draw_outsider(rng, first)
    return ", ".join(rng.sample((inside, outside), 2))


def _are_same(text: str) -> bool | None:
    """Whether two things are of one category; nothing if unknown or arguable."""
    homes = [HOMES.get(thing) for thing in items_of(text)]
    if len(homes) != 2 or homes[0] is None or homes[1] is None:
        return None
    if homes[0] == homes[1]:
        return True
    return False if are_apart(homes[0], homes[1]) else None


@kind()
def same_category_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether two things are of one sort."""

    def draw(rng: random.Random) -> str:
        first, second = draw_apart(rng, 2)
        if rng.random() < 0.5:
            return ", ".join(rng.sample(first.members, 2))
        return _draw_couple(rng, first, second)

    return labelled_drill(
        rng,
        materials,
        name="same_category_label",
        pool=PAIRS,
        frames=_TOLD["same_category_label"],
        draw=draw,
        test=_are_same,
    )


@kind()
def pair_member(rng: random.Random, materials: Materials) -> Drill:
    """Picks the member of a category from two things."""
    chosen, form = rng.choice(CATEGORIES), rng.choice(FORMS)
    return plain_drill(
        rng,
        name=f"pair_member_{chosen.one}_{form.name}",
        pool=PAIRS,
        frames=_TOLD["pair_member"],
        draw=lambda rng: _draw_couple(rng, chosen, None),
        answer=lambda text: form.write(only_member(text, chosen)),
        **form.told,
        **about(rng, chosen),
    )


@kind()
def pair_side_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label which of two things is in a category."""
    chosen = rng.choice(CATEGORIES)

    def is_left(text: str) -> bool | None:
        member = only_member(text, chosen)
        return None if member is None else items_of(text)[0] == member

    return labelled_drill(
        rng,
        materials,
        name=f"pair_side_label_{chosen.one}",
        pool=PAIRS,
        frames=_TOLD["pair_side_label"],
        draw=lambda rng: _draw_couple(rng, chosen, None),
        test=is_left,
        **about(rng, chosen),
    )
