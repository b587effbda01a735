"""Drills about the category of one thing."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.drills.answers import FORMS
from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.pools.categories import (
    HOMES,
    THINGS,
    about,
    about_two,
    apart_from,
    are_apart,
    belongs,
    draw_apart,
    draw_from,
    draw_in_or_out,
    draw_member,
)
from training.drills.pools.vocabulary import CATEGORIES, Category
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)
_LAYOUTS: list[str] = _TOLD["layouts"]
_CODE_LAYOUTS: list[str] = _TOLD["code_layouts"]
_WRAPS = [form for form in FORMS if form.pattern != "{}"]


def _category_drill(
    rng: random.Random,
    category: Category,
    *,
    kind_name: str,
    parameter: str = "",
    inside: Callable[[str], str | None],
    outside: Callable[[str], str | None],
    **fields: Field,
) -> Drill:
    """A drill that answers to members of a category otherwise than to other things.

    Args:
        rng: Of the examples.
        category: The one that matters.
        kind_name: Names the wordings and, with what follows, the drill.
        parameter: What there is besides the category.
        inside: The answer to a member.
        outside: The answer to another thing.
        fields: What the wordings are filled with, apart from the category.
    """

    def answer(text: str) -> str | None:
        is_inside = belongs(text, category)
        if is_inside is None:
            return None
        return inside(text) if is_inside else outside(text)

    return plain_drill(
        rng,
        name=f"{kind_name}_{category.one}_{parameter}".rstrip("_"),
        pool=THINGS,
        frames=_TOLD[kind_name],
        draw=draw_in_or_out(category),
        answer=answer,
        **fields,
        **about(rng, category),
    )


@kind()
def member_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing is in a category."""
    chosen = rng.choice(CATEGORIES)
    return labelled_drill(
        rng,
        materials,
        name=f"member_label_{chosen.one}",
        pool=THINGS,
        frames=_TOLD["member_label"],
        draw=draw_in_or_out(chosen),
        test=lambda text: belongs(text, chosen),
        **about(rng, chosen),
    )


@kind()
def category_case(rng: random.Random, materials: Materials) -> Drill:
    """Writes members of a category in capitals and other things small."""
    chosen = rng.choice(CATEGORIES)
    return _category_drill(
        rng, chosen, kind_name="category_case", inside=str.upper, outside=str.lower
    )


@kind("words")
def repeat_or_say(rng: random.Random, materials: Materials) -> Drill:
    """Doubles members of a category and replaces other things."""
    chosen, word = rng.choice(CATEGORIES), rng.choice(materials.words)
    return _category_drill(
        rng,
        chosen,
        kind_name="repeat_or_say",
        parameter=word,
        inside=lambda text: f"{text} {text}",
        outside=lambda _: word,
        word=word,
    )


@kind("words")
def keep_or_replace(rng: random.Random, materials: Materials) -> Drill:
    """Repeats members of a category and replaces other things."""
    chosen, word = rng.choice(CATEGORIES), rng.choice(materials.words)
    return _category_drill(
        rng,
        chosen,
        kind_name="keep_or_replace",
        parameter=word,
        inside=str,
        outside=lambda _: word,
        word=word,
    )


@kind()
def wrap_by_category(rng: random.Random, materials: Materials) -> Drill:
    """Puts a thing between signs that depend on its category."""
    chosen = rng.choice(CATEGORIES)
    first, second = rng.sample(_WRAPS, 2)
    return _category_drill(
        rng,
        chosen,
        kind_name="wrap_by_category",
        parameter=f"{first.name}_{second.name}",
        inside=first.write,
        outside=second.write,
        first=first.pattern.format("thing"),
        second=second.pattern.format("thing"),
    )


@kind()
def either_category_label(rng: random.Random, materials: Materials) -> Drill:
    """Says by a label whether a thing is in one of two categories."""
    first, second = draw_apart(rng, 2)
    around = [other for other in apart_from(first) if are_apart(other, second)]

    def draw(rng: random.Random) -> str:
        pair = (first, second) if rng.random() < 0.5 else around
        return draw_member(rng, rng.choice(pair))

    def test(text: str) -> bool | None:
        verdicts = (belongs(text, first), belongs(text, second))
        is_unknown = None in verdicts and True not in verdicts
        return None if is_unknown else True in verdicts

    return labelled_drill(
        rng,
        materials,
        name=f"either_category_label_{first.one}_{second.one}",
        pool=THINGS,
        frames=_TOLD["either_category_label"],
        draw=draw,
        test=test,
        **about_two(first, second),
    )


def _which_category(rng: random.Random, count: int) -> Drill:
    chosen = draw_apart(rng, count)
    names = [category.one for category in chosen]

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return home.one if home in chosen else None

    return plain_drill(
        rng,
        name=f"which_of_{count}_categories_{'_'.join(names)}",
        pool=THINGS,
        frames=_TOLD["which_category"],
        draw=draw_from(chosen),
        answer=answer,
        names=", ".join(names),
        **about(rng, chosen[0]),
    )


@kind()
def which_of_two_categories(rng: random.Random, materials: Materials) -> Drill:
    """Names the category of a thing out of two."""
    return _which_category(rng, 2)


@kind()
def which_of_three_categories(rng: random.Random, materials: Materials) -> Drill:
    """Names the category of a thing out of three."""
    return _which_category(rng, 3)


@kind()
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

    rule = "_".join(f"{c.one}={code}" for c, code in code_of.items())
    return plain_drill(
        rng,
        name=f"code_of_{count}_{rule}",
        pool=THINGS,
        frames=_TOLD["category_code"],
        draw=draw_from(chosen),
        answer=answer,
        codes=key,
        code=codes[0],
        member=draw_member(rng, chosen[0]),
    )


@kind("words")
def code_of_two_categories(rng: random.Random, materials: Materials) -> Drill:
    """Gives a thing the mark of its category, of two."""
    return _category_code(rng, materials, 2)


@kind("words")
def code_of_three_categories(rng: random.Random, materials: Materials) -> Drill:
    """Gives a thing the mark of its category, of three."""
    return _category_code(rng, materials, 3)


@kind()
def thing_with_category(rng: random.Random, materials: Materials) -> Drill:
    """Writes a thing and its category in a given layout."""
    chosen, layout = draw_apart(rng, rng.choice((2, 3))), rng.choice(_LAYOUTS)
    names = [category.one for category in chosen]

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return layout.format(thing=text, name=home.one) if home in chosen else None

    return plain_drill(
        rng,
        name="_".join(["thing_with_category", layout, *names]),
        pool=THINGS,
        frames=_TOLD["thing_with_category"],
        draw=draw_from(chosen),
        answer=answer,
        layout=layout.format(thing="THING", name="CATEGORY"),
        names=", ".join(names),
    )
