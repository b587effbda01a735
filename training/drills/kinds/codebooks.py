"""Drills with a codebook: the description says which code stands for what."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import balanced, one_of
from training.drills.pools.categories import (
    HOMES,
    THINGS,
    draw_apart,
    draw_from,
)
from training.drills.pools.notes import DOMAINS, NOTES, domain_of, draw_among
from training.drills.pools.words import WORDS
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _draw_codes(rng: random.Random, count: int) -> list[str]:
    """Codes of one style, all different."""
    style = rng.choice(("mixed", "numbers", "words", "signs"))
    if style == "mixed":
        letters = rng.sample(_LETTERS.upper(), count)
        return [f"{letter}{rng.randint(1, 9)}" for letter in letters]
    if style == "numbers":
        return [str(n) for n in rng.sample(range(1, 100), count)]
    source: Sequence[str] = _TOLD["words" if style == "words" else "signs"]
    return rng.sample(source, count)


def _draw_codebook(rng: random.Random, names: Sequence[str]) -> dict[str, str]:
    return dict(zip(names, _draw_codes(rng, len(names)), strict=True))


def _spelled(codes: Mapping[str, str]) -> str:
    """A codebook as part of a drill's name."""
    return "_".join(f"{what}_{code}" for what, code in codes.items())


def _listed(rng: random.Random, codes: Mapping[str, str]) -> str:
    """The codebook in one line, in any order and one of several styles."""
    pairs = list(codes.items())
    rng.shuffle(pairs)
    pattern, between = rng.choice(_TOLD["styles"])
    return str(between.join(pattern.format(what=w, code=c) for w, c in pairs))


@kind()
def code_of_thing(rng: random.Random, materials: Materials) -> Drill:
    """The code of a thing's category."""
    categories = draw_apart(rng, rng.choice((2, 3, 3, 4)))
    codes = _draw_codebook(rng, [category.many for category in categories])

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return codes[home.many] if home in categories else None

    return plain_drill(
        rng,
        name=f"code_of_thing_{_spelled(codes)}",
        pool=THINGS,
        frames=_TOLD["code_of_thing"],
        draw=draw_from(categories),
        answer=answer,
        codes=[_listed(rng, codes) for _ in range(4)],
    )


@kind()
def coded_thing(rng: random.Random, materials: Materials) -> Drill:
    """A thing with the code of its category before it."""
    categories = draw_apart(rng, rng.choice((2, 3)))
    codes = _draw_codebook(rng, [category.many for category in categories])
    sign = rng.choice(("-", ":", "/", "."))

    def answer(text: str) -> str | None:
        home = HOMES.get(text)
        return f"{codes[home.many]}{sign}{text}" if home in categories else None

    return plain_drill(
        rng,
        name=f"coded_thing_{sign}_{_spelled(codes)}",
        pool=THINGS,
        frames=_TOLD["coded_thing"],
        draw=draw_from(categories),
        answer=answer,
        codes=[_listed(rng, codes) for _ in range(4)],
        sign=sign,
    )


@kind()
def code_of_note(rng: random.Random, materials: Materials) -> Drill:
    """The code of what a note is about."""
    domains = rng.sample(DOMAINS, rng.choice((2, 3, 4)))
    codes = _draw_codebook(rng, [domain.name for domain in domains])

    def answer(text: str) -> str | None:
        return codes.get(domain_of(text) or "")

    return plain_drill(
        rng,
        name=f"code_of_note_{_spelled(codes)}",
        pool=NOTES,
        frames=_TOLD["code_of_note"],
        draw=draw_among(domains),
        answer=answer,
        codes=[_listed(rng, codes) for _ in range(4)],
    )


@kind("words")
def code_of_length(rng: random.Random, materials: Materials) -> Drill:
    """The code of a word's length, short, middle or long."""
    low, high = rng.choice(((3, 5), (3, 6), (4, 6), (4, 7), (5, 7)))
    short, middle, long = chosen = _draw_codes(rng, 3)

    def sort(text: str) -> int | None:
        if not text.isalpha():
            return None
        return (len(text) > low) + (len(text) > high)

    def answer(text: str) -> str | None:
        place = sort(text)
        return None if place is None else chosen[place]

    return plain_drill(
        rng,
        name="_".join(["code_of_length", str(low), str(high), *chosen]),
        pool=WORDS,
        frames=_TOLD["code_of_length"],
        draw=balanced(one_of(materials.words), sort, range(3)),
        answer=answer,
        low=str(low),
        high=str(high),
        short=short,
        middle=middle,
        long=long,
    )


@kind("words")
def code_of_start(rng: random.Random, materials: Materials) -> Drill:
    """The code of the part of the alphabet that a word begins in."""
    border = rng.choice("efghijlmnoprs")
    early, late = chosen = _draw_codes(rng, 2)
    after = _LETTERS[_LETTERS.index(border) + 1]

    def sort(text: str) -> int | None:
        return int(text[0] > border) if text.isalpha() and text.islower() else None

    def answer(text: str) -> str | None:
        place = sort(text)
        return None if place is None else chosen[place]

    return plain_drill(
        rng,
        name="_".join(["code_of_start", border, *chosen]),
        pool=WORDS,
        frames=_TOLD["code_of_start"],
        draw=balanced(one_of(materials.words), sort, range(2)),
        answer=answer,
        border=border,
        after=after,
        early=early,
        late=late,
    )
