"""Drills about a list of things, some of which are in a category."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.naming import SEPARATORS
from training.drills.pools.categories import (
    HOMES,
    about,
    draw_apart,
    draw_member,
    draw_outsider,
    members_listed,
    only_member,
)
from training.drills.pools.lists import items_of
from training.drills.pools.vocabulary import CATEGORIES, Category
from training.drills.wordings import read_wordings

CHOICES = "drill choices"

_TOLD = read_wordings(__file__)
_COUNT_STYLES: dict[str, list[str]] = _TOLD["count_styles"]
_PLACE_STYLES: dict[str, list[str]] = _TOLD["place_styles"]


def _draw_list(
    rng: random.Random, category: Category, *, num_inside: int, num_outside: int
) -> str:
    things = rng.sample(category.members, num_inside)
    while len(things) < num_inside + num_outside:
        other = draw_outsider(rng, category)
        if other not in things:
            things.append(other)
    rng.shuffle(things)
    return ", ".join(things)


@kind()
def pick_member(rng: random.Random, materials: Materials) -> Drill:
    """Picks the only member of a category from a list."""
    chosen, form = rng.choice(CATEGORIES), rng.choice(FORMS)
    return plain_drill(
        rng,
        name=f"pick_member_{chosen.one}_{form.name}",
        pool=CHOICES,
        frames=_TOLD["pick_member"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=1, num_outside=rng.randint(2, 4)
        ),
        answer=lambda text: form.write(only_member(text, chosen)),
        **about(rng, chosen),
        **form.told,
    )


@kind()
def not_member(rng: random.Random, materials: Materials) -> Drill:
    """Picks the only thing of a list that is outside a category."""
    chosen, form = rng.choice(CATEGORIES), rng.choice(FORMS)

    def answer(text: str) -> str | None:
        inside = members_listed(text, chosen)
        outside = [t for t in items_of(text) if inside is not None and t not in inside]
        return form.write(outside[0]) if len(outside) == 1 else None

    return plain_drill(
        rng,
        name=f"not_member_{chosen.one}_{form.name}",
        pool=CHOICES,
        frames=_TOLD["not_member"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=rng.randint(2, 4), num_outside=1
        ),
        answer=answer,
        **about(rng, chosen),
        **form.told,
    )


def _draw_odd_list(rng: random.Random) -> str:
    common, odd = draw_apart(rng, 2)
    things = [*rng.sample(common.members, rng.randint(2, 4)), draw_member(rng, odd)]
    rng.shuffle(things)
    return ", ".join(things)


def _odd_one(text: str) -> str | None:
    things = items_of(text)
    homes = [HOMES.get(thing) for thing in things]
    alone = [t for t, home in zip(things, homes, strict=True) if homes.count(home) == 1]
    fits = len(set(homes)) == 2 and None not in homes and len(things) > 2
    return alone[0] if fits and len(alone) == 1 else None


@kind()
def odd_one_out(rng: random.Random, materials: Materials) -> Drill:
    """Names the thing of a list that is of another sort, in a given form."""
    form = rng.choice(FORMS)
    return plain_drill(
        rng,
        name=f"odd_one_out_{form.name}",
        pool=CHOICES,
        frames=_TOLD["odd_one_out"],
        draw=_draw_odd_list,
        answer=lambda text: form.write(_odd_one(text)),
        **form.told,
    )


@kind()
def count_members(rng: random.Random, materials: Materials) -> Drill:
    """Counts the members of a category in a list."""
    chosen = rng.choice(CATEGORIES)
    style, numbers = rng.choice(list(_COUNT_STYLES.items()))

    def answer(text: str) -> str | None:
        inside = members_listed(text, chosen)
        if inside is None or len(inside) >= len(numbers):
            return None
        return numbers[len(inside)]

    return plain_drill(
        rng,
        name=f"count_members_{chosen.one}_{style}",
        pool=CHOICES,
        frames=_TOLD["count_members"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=rng.randint(1, 3), num_outside=rng.randint(1, 2)
        ),
        answer=answer,
        style=style,
        sample=numbers[2],
        single=numbers[1],
        **about(rng, chosen),
    )


@kind()
def all_members_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether all things of a list are in a category."""
    chosen = rng.choice(CATEGORIES)

    def draw(rng: random.Random) -> str:
        num_outside = rng.choice((0, 1))
        num_inside = rng.randint(3, 4) - num_outside
        return _draw_list(rng, chosen, num_inside=num_inside, num_outside=num_outside)

    def test(text: str) -> bool | None:
        inside = members_listed(text, chosen)
        return None if inside is None else len(inside) == len(items_of(text))

    return labelled_drill(
        rng,
        materials,
        name=f"all_members_label_{chosen.one}",
        pool=CHOICES,
        frames=_TOLD["all_members_label"],
        draw=draw,
        test=test,
        **about(rng, chosen),
    )


@kind()
def any_member_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a list names a member of a category."""
    chosen = rng.choice(CATEGORIES)

    def draw(rng: random.Random) -> str:
        num_inside = rng.choice((0, 1))
        num_outside = rng.randint(3, 4) - num_inside
        return _draw_list(rng, chosen, num_inside=num_inside, num_outside=num_outside)

    def test(text: str) -> bool | None:
        inside = members_listed(text, chosen)
        return None if inside is None else bool(inside)

    return labelled_drill(
        rng,
        materials,
        name=f"any_member_label_{chosen.one}",
        pool=CHOICES,
        frames=_TOLD["any_member_label"],
        draw=draw,
        test=test,
        **about(rng, chosen),
    )


@kind()
def member_place(rng: random.Random, materials: Materials) -> Drill:
    """Tells the place of the only member of a category in a list."""
    chosen = rng.choice(CATEGORIES)
    style, marks = rng.choice(list(_PLACE_STYLES.items()))

    def answer(text: str) -> str | None:
        member, things = only_member(text, chosen), items_of(text)
        if member is None or len(things) > len(marks):
            return None
        return marks[things.index(member)]

    places = {f"p{number + 1}": mark for number, mark in enumerate(marks)}
    return plain_drill(
        rng,
        name=f"member_place_{chosen.one}_{style}",
        pool=CHOICES,
        frames=_TOLD["member_place"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=1, num_outside=rng.randint(2, 4)
        ),
        answer=answer,
        style=style,
        **places,
        **about(rng, chosen),
    )


@kind()
def end_member(rng: random.Random, materials: Materials) -> Drill:
    """Names the first or last member of a category in a list."""
    chosen, end = rng.choice(CATEGORIES), rng.choice(("first", "last"))

    def answer(text: str) -> str | None:
        inside = members_listed(text, chosen)
        if not inside:
            return None
        return inside[0] if end == "first" else inside[-1]

    return plain_drill(
        rng,
        name=f"end_member_{chosen.one}_{end}",
        pool=CHOICES,
        frames=_TOLD["end_member"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=2, num_outside=rng.randint(1, 3)
        ),
        answer=answer,
        end=end,
        **about(rng, chosen),
    )


@kind()
def without_member(rng: random.Random, materials: Materials) -> Drill:
    """Leaves out the member of a category and joins the rest."""
    chosen = rng.choice(CATEGORIES)
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        inside = members_listed(text, chosen)
        if not inside:
            return None
        return sign.mark.join(t for t in items_of(text) if t not in inside) or None

    return plain_drill(
        rng,
        name=f"without_member_{chosen.one}_{sign.noun}",
        pool=CHOICES,
        frames=_TOLD["without_member"],
        draw=lambda rng: _draw_list(
            rng, chosen, num_inside=1, num_outside=rng.randint(2, 3)
        ),
        answer=answer,
        joint=sign.names,
        **about(rng, chosen),
    )
