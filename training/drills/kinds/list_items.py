"""Drills over comma lists of words: the item or the items that are asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from training.drills.answers import FORMS
from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import answered
from training.drills.naming import PLACES, SEPARATORS, in_words
from training.drills.pools.lists import (
    LISTS,
    at,
    items_of,
    joined,
    letter_test,
    with_word,
    word_list,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_EXTREMES: Mapping[str, Callable[[str], tuple[int, str]]] = {
    "longest": lambda item: (-len(item), ""),
    "shortest": lambda item: (len(item), ""),
    "earliest": lambda item: (0, item),
}
_BOUNDS: Mapping[str, Callable[[int, int], bool]] = {
    "above": int.__gt__,
    "below": int.__lt__,
    "exactly": int.__eq__,
    "least": int.__ge__,
}


@kind("words")
def list_item_at(rng: random.Random, materials: Materials) -> Drill:
    """The item at a place, in some form."""
    place = rng.choice((0, 1, 2, -1, -2, -3))
    form = rng.choice(FORMS)

    return plain_drill(
        rng,
        name=f"list_item_at_{place}_{form.name}",
        pool=LISTS,
        frames=_TOLD["list_item_at"],
        draw=word_list(materials),
        answer=lambda text: form.write(at(items_of(text), place)),
        place=PLACES[place],
        **form.told,
    )


@kind("words")
def list_edge_items(rng: random.Random, materials: Materials) -> Drill:
    """The first or last few items with another separator."""
    end, num = rng.choice(("first", "last")), rng.choice((2, 3))
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        items = items_of(text)
        return sign.mark.join(items[:num] if end == "first" else items[-num:])

    return plain_drill(
        rng,
        name=f"list_edge_items_{end}_{num}_{sign.noun}",
        pool=LISTS,
        frames=_TOLD["list_edge_items"],
        draw=word_list(materials),
        answer=answer,
        end=end,
        count=in_words(num),
        sign=sign.names,
    )


@kind("words")
def list_with_letter(rng: random.Random, materials: Materials) -> Drill:
    """The items that start with, end in or contain a letter."""
    test = letter_test(rng)

    def answer(text: str) -> str | None:
        return joined([i for i in items_of(text) if test.holds(i)])

    draw = word_list(materials)
    return plain_drill(
        rng,
        name=f"list_with_letter_{test.name}",
        pool=LISTS,
        frames=_TOLD["list_with_letter"],
        draw=answered(draw, answer),
        answer=answer,
        have=test.have,
        letter=test.letter,
    )


@kind("words")
def list_extreme(rng: random.Random, materials: Materials) -> Drill:
    """The longest, shortest or alphabetically first item, in some form."""
    what, key = rng.choice(tuple(_EXTREMES.items()))
    form = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        best, *others = sorted(items_of(text), key=key)
        is_tie = bool(others) and key(best) == key(others[0])
        return None if is_tie else form.write(best)

    return plain_drill(
        rng,
        name=f"list_extreme_{what}_{form.name}",
        pool=LISTS,
        frames=_TOLD["list_extreme"],
        draw=answered(word_list(materials), answer),
        answer=answer,
        what=_TOLD["extremes"][what],
        **form.told,
    )


@kind("words")
def list_by_length(rng: random.Random, materials: Materials) -> Drill:
    """The items whose length fits a bound."""
    bound, fits = rng.choice(tuple(_BOUNDS.items()))
    num = rng.choice((4, 5, 6, 7))

    def answer(text: str) -> str | None:
        return joined([i for i in items_of(text) if fits(len(i), num)])

    return plain_drill(
        rng,
        name=f"list_by_length_{bound}_{num}",
        pool=LISTS,
        frames=_TOLD["list_by_length"],
        draw=answered(word_list(materials), answer),
        answer=answer,
        bound=_TOLD["bounds"][bound],
        num=in_words(num),
    )


@kind("words")
def list_beside(rng: random.Random, materials: Materials) -> Drill:
    """The item before or after a named one."""
    word, side = rng.choice(materials.words), rng.choice(("before", "after"))
    step = 1 if side == "after" else -1

    def answer(text: str) -> str | None:
        items = items_of(text)
        place = items.index(word) + step if word in items else -1
        return items[place] if 0 <= place < len(items) else "none"

    return plain_drill(
        rng,
        name=f"list_beside_{side}_{word}",
        pool=LISTS,
        frames=_TOLD["list_beside"],
        draw=answered(with_word(word_list(materials), word, share=0.8), answer),
        answer=answer,
        word=word,
        side=side,
    )
