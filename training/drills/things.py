"""Drills about the category of one thing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.base import Drill, Materials, kind
from training.drills.categories import (
    HOMES,
    about,
    apart_from,
    are_apart,
    belongs,
    draw_apart,
    draw_from,
    draw_in_or_out,
    draw_member,
)
from training.drills.meanings import THINGS, draw_label_pair, fill, label, make_drill
from training.drills.vocabulary import CATEGORIES, Category
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_WRAPS: list[str] = _TOLD["wraps"]
_LAYOUTS: list[str] = _TOLD["layouts"]
_CODE_LAYOUTS: list[str] = _TOLD["code_layouts"]


def _category_drill(
    rng: random.Random,
    category: Category,
    parts: Sequence[str],
    inside: Callable[[str], str],
    outside: Callable[[str], str],
    **fields: str,
) -> Drill:
    """A drill that answers to members of a category otherwise than to other things.

    Args:
        rng: Of the examples.
        category: The one that matters.
        parts: The kind, which names the wordings, and its parameters.
        inside: The answer to a member.
        outside: The answer to another thing.
        fields: What the wordings are filled with, apart from the category.
    """
    name, *parameters = parts

    def answer(text: str) -> str | None:
        is_inside = belongs(text, category)
        if is_inside is None:
            return None
        return inside(text) if is_inside else outside(text)

    return make_drill(
        THINGS,
        (name, category.one, *parameters),
        fill(_TOLD[name], **fields, **about(rng, category)),
        draw_in_or_out(category),
        answer,
    )


@kind
def member_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing is in a category."""
    chosen = rng.choice(CATEGORIES)
    yes, no = draw_label_pair(rng, materials, chosen.one)
    parts = ("member_label", yes, no)
    return _category_drill(
        rng, chosen, parts, lambda _: yes, lambda _: no, yes=yes, no=no
    )


@kind
def category_case(rng: random.Random, materials: Materials) -> Drill:
    """Writes members of a category in capitals and other things small."""
    chosen = rng.choice(CATEGORIES)
    return _category_drill(rng, chosen, ("category_case",), str.upper, str.lower)


@kind
def repeat_or_say(rng: random.Random, materials: Materials) -> Drill:
    """Doubles members of a category and replaces other things."""
    chosen, word = rng.choice(CATEGORIES), rng.choice(materials.words)
    parts = ("repeat_or_say", word)
    return _category_drill(
        rng, chosen, parts, lambda text: f"{text} {text}", lambda _: word, word=word
    )


@kind
def keep_or_replace(rng: random.Random, materials: Materials) -> Drill:
    """Repeats members of a category and replaces other things."""
    chosen, word = rng.choice(CATEGORIES), rng.choice(materials.words)
    parts = ("keep_or_replace", word)
    return _category_drill(rng, chosen, parts, str, lambda _: word, word=word)


@kind
def wrap_by_category(rng: random.Random, materials: Materials) -> Drill:
    """Puts a thing between signs that depend on its category."""
    chosen = rng.choice(CATEGORIES)
    first, second = rng.sample(_WRAPS, 2)
    return _category_drill(
        rng,
        chosen,
        ("wrap_by_category", first, second),
        first.format,
        second.format,
        first=first.format("thing"),
        second=second.format("thing"),
    )


@kind
def either_category_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing is in one of two categories."""
    first, second = draw_apart(rng, 2)
    yes, no = draw_label_pair(rng, materials, first.one, second.one)
    around = [other for other in apart_from(first) if are_apart(other, second)]

    def draw(rng: random.Random) -> str:
        pair = (first, second) if rng.random() < 0.5 else around
        return draw_member(rng, rng.choice(pair))

    def answer(text: str) -> str | None:
        verdicts = (belongs(text, first), belongs(text, second))
        is_unknown = None in verdicts and True not in verdicts
        return label(None if is_unknown else True in verdicts, yes, no)

    fields = {
        "first": first.one,
        "second": second.one,
        "a_first": first.a_one,
        "a_second": second.a_one,
        "firsts": first.many,
        "seconds": second.many,
    }
    return make_drill(
        THINGS,
        ("either_category_label", first.one, second.one, yes, no),
        fill(_TOLD["either_category_label"], yes=yes, no=no, **fields),
        draw,
        answer,
    )


def _which_category(rng: random.Random, count: int) -> Drill:
    chosen = draw_apart(rng, count)
    names = [category.one for category in chosen]

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return home.one if home in chosen else None

    return make_drill(
        THINGS,
        (f"which_of_{count}_categories", *names),
        fill(_TOLD["which_category"], names=", ".join(names), **about(rng, chosen[0])),
        draw_from(chosen),
        answer,
    )


@kind
def which_of_two_categories(rng: random.Random, materials: Materials) -> Drill:
    """Names the category of a thing out of two."""
    return _which_category(rng, 2)


@kind
def which_of_three_categories(rng: random.Random, materials: Materials) -> Drill:
    """Names the category of a thing out of three."""
    return _which_category(rng, 3)


@kind
def which_of_four_categories(rng: random.Random, materials: Materials) -> Drill:
    """Names the category of a thing out of four."""
    return _which_category(rng, 4)


def _draw_codes(rng: random.Random, materials: Materials, count: int) -> list[str]:
    codes = rng.choice(
        (
            [str(number + 1) for number in range(count)],
            list("ABCD"[:count]),
            rng.sample(materials.words, count),
            rng.sample(materials.words, count),
            list("XYZW"[:count]),
        )
    )
    rng.shuffle(codes)
    return codes


def _category_code(rng: random.Random, materials: Materials, count: int) -> Drill:
    chosen = draw_apart(rng, count)
    codes = _draw_codes(rng, materials, count)
    code_of = dict(zip(chosen, codes, strict=True))
    layout = rng.choice(_CODE_LAYOUTS)
    key = ", ".join(
        layout.format(mark=code, many=category.many)
        for category, code in code_of.items()
    )

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return code_of.get(home) if home else None

    example = draw_member(rng, chosen[0])
    return make_drill(
        THINGS,
        (f"code_of_{count}", *(f"{c.one}={code}" for c, code in code_of.items())),
        fill(_TOLD["category_code"], codes=key, code=codes[0], member=example),
        draw_from(chosen),
        answer,
    )


@kind
def code_of_two_categories(rng: random.Random, materials: Materials) -> Drill:
    """Gives a thing the mark of its category, of two."""
    return _category_code(rng, materials, 2)


@kind
def code_of_three_categories(rng: random.Random, materials: Materials) -> Drill:
    """Gives a thing the mark of its category, of three."""
    return _category_code(rng, materials, 3)


@kind
def thing_with_category(rng: random.Random, materials: Materials) -> Drill:
    """Writes a thing and its category in a given layout."""
    chosen, layout = draw_apart(rng, rng.choice((2, 3))), rng.choice(_LAYOUTS)
    names = [category.one for category in chosen]

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return layout.format(thing=text, name=home.one) if home in chosen else None

    return make_drill(
        THINGS,
        ("thing_with_category", layout, *names),
        fill(
            _TOLD["thing_with_category"],
            layout=layout.format(thing="THING", name="CATEGORY"),
            names=", ".join(names),
            example=answer(draw_member(rng, chosen[0])) or "",
        ),
        draw_from(chosen),
        answer,
    )
