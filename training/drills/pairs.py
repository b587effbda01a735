"""Drills about the categories of two things."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.categories import (
    HOMES,
    about,
    are_apart,
    draw_apart,
    draw_member,
    draw_outsider,
    only_member,
    split_list,
)
from training.drills.meanings import (
    FORMS,
    PAIRS,
    draw_label_pair,
    fill,
    label,
    make_drill,
)
from training.drills.vocabulary import CATEGORIES, Category
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def _draw_couple(rng: random.Random, first: Category, second: Category | None) -> str:
    """A thing of a category with one of another (of any other), either first."""
    inside = draw_member(rng, first)
    outside = draw_member(rng, second) if second else draw_outsider(rng, first)
    return ", ".join(rng.sample((inside, outside), 2))


def _are_same(text: str) -> bool | None:
    """Whether two things are of one category; nothing if unknown or arguable."""
    homes = [HOMES.get(thing) for thing in split_list(text)]
    if len(homes) != 2 or homes[0] is None or homes[1] is None:
        return None
    if homes[0] == homes[1]:
        return True
    return False if are_apart(homes[0], homes[1]) else None


@kind
def same_category_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether two things are of one sort."""
    yes, no = draw_label_pair(rng, materials)

    def draw(rng: random.Random) -> str:
        first, second = draw_apart(rng, 2)
        if rng.random() < 0.5:
            return ", ".join(rng.sample(first.members, 2))
        return _draw_couple(rng, first, second)

    return make_drill(
        PAIRS,
        ("same_category_label", yes, no),
        fill(_TOLD["same_category_label"], yes=yes, no=no),
        draw,
        lambda text: label(_are_same(text), yes, no),
    )


@kind
def pair_member(rng: random.Random, materials: Materials) -> Drill:
    """Picks the member of a category from two things."""
    chosen, form = rng.choice(CATEGORIES), rng.choice(FORMS)
    return make_drill(
        PAIRS,
        ("pair_member", chosen.one, form.name),
        form.fill(_TOLD["pair_member"], **about(rng, chosen)),
        lambda rng: _draw_couple(rng, chosen, None),
        lambda text: form.write(only_member(text, chosen)),
    )


@kind
def pair_side_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label which of two things is in a category."""
    chosen = rng.choice(CATEGORIES)
    yes, no = draw_label_pair(rng, materials)

    def answer(text: str) -> str | None:
        member = only_member(text, chosen)
        is_left = member is not None and split_list(text)[0] == member
        return label(is_left if member else None, yes, no)

    return make_drill(
        PAIRS,
        ("pair_side_label", chosen.one, yes, no),
        fill(_TOLD["pair_side_label"], yes=yes, no=no, **about(rng, chosen)),
        lambda rng: _draw_couple(rng, chosen, None),
        answer,
    )
