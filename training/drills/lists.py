"""Drills over comma lists of words: the item or the items that are asked for."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.drills.base import Drill, Materials, kind
from training.drills.parts import (
    COMMON_LETTERS,
    FORMS,
    NUMBERS,
    PLACES,
    SEPARATORS,
    Draw,
    Worded,
    Wordings,
    answered,
    at,
    told,
    worded,
)
from training.drills.wordings import read_wordings

POOL = "drill lists"

_TOLD = read_wordings(__file__)
_EXTREMES: Worded[Callable[[str], tuple[int, str]]] = worded(
    {
        "longest": lambda item: (-len(item), ""),
        "shortest": lambda item: (len(item), ""),
        "earliest": lambda item: (0, item),
    },
    _TOLD["extremes"],
)
_BOUNDS = worded(
    {
        "above": int.__gt__,
        "below": int.__lt__,
        "exactly": int.__eq__,
        "least": int.__ge__,
    },
    _TOLD["bounds"],
)
_LETTER_TESTS: Sequence[tuple[str, Callable[[str, str], bool], str]] = (
    ("start", str.startswith, "abcdefghlmprstw"),
    ("end", str.endswith, "deglnrsty"),
    ("hold", str.__contains__, COMMON_LETTERS),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterTest:
    """Whether words start with, end in or contain a letter."""

    name: str
    """Such as `end_t`."""
    letter: str
    holds: Callable[[str], bool]
    """Whether a word passes."""
    have: Wordings
    """The verb where words are many."""
    has: Wordings
    """The verb of a single word."""


def letter_test(rng: random.Random) -> LetterTest:
    """Draws what is tested and the letter."""
    test, holds, letters = rng.choice(_LETTER_TESTS)
    letter = rng.choice(letters)
    return LetterTest(
        name=f"{test}_{letter}",
        letter=letter,
        holds=lambda item: holds(item, letter),
        have=_TOLD["have_letter"][test],
        has=_TOLD["has_letter"][test],
    )


def items_of(text: str) -> list[str]:
    """The items of a comma list."""
    return text.split(", ")


def joined(items: Sequence[object]) -> str:
    """A comma list of items, or `none` without any."""
    return ", ".join(map(str, items)) or "none"


def word_list(materials: Materials, most: int = 6) -> Draw:
    """Draws lists of 3 or more words."""
    return lambda rng: joined(rng.sample(materials.words, rng.randint(3, most)))


def with_word(draw: Draw, word: str, share: float) -> Draw:
    """Puts a word at some place in a share of the lists, and in no others."""

    def drawn(rng: random.Random) -> str:
        items = [i for i in items_of(draw(rng)) if i != word]
        if rng.random() < share:
            items[rng.randrange(len(items))] = word
        return joined(items)

    return drawn


@kind
def list_item_at(rng: random.Random, materials: Materials) -> Drill:
    """The item at a place, in some form."""
    place = rng.choice((0, 1, 2, -1, -2, -3))
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        item = at(items_of(text), place)
        return None if item is None else apply(item)

    return Drill(
        name=f"list_item_at_{place}_{form}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_item_at"], nth=PLACES[place], form=wordings),
        draw=word_list(materials),
        answer=answer,
    )


@kind
def list_edge_items(rng: random.Random, materials: Materials) -> Drill:
    """The first or last few items with another separator."""
    end, num = rng.choice(("first", "last")), rng.choice((2, 3))
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        items = items_of(text)
        return sign.join(items[:num] if end == "first" else items[-num:])

    return Drill(
        name=f"list_edge_items_{end}_{num}_{sign}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["list_edge_items"],
            end=end,
            count=(NUMBERS[num], str(num)),
            sign=wordings,
        ),
        draw=word_list(materials),
        answer=answer,
    )


@kind
def list_with_letter(rng: random.Random, materials: Materials) -> Drill:
    """The items that start with, end in or contain a letter."""
    test = letter_test(rng)

    def answer(text: str) -> str | None:
        return joined([i for i in items_of(text) if test.holds(i)])

    draw = word_list(materials)
    return Drill(
        name=f"list_with_letter_{test.name}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_with_letter"], have=test.have, letter=test.letter
        ),
        draw=answered(draw, answer),
        answer=answer,
    )


@kind
def list_extreme(rng: random.Random, materials: Materials) -> Drill:
    """The longest, shortest or alphabetically first item, in some form."""
    what, key, what_wordings = rng.choice(_EXTREMES)
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        best, *others = sorted(items_of(text), key=key)
        is_tie = bool(others) and key(best) == key(others[0])
        return None if is_tie else apply(best)

    return Drill(
        name=f"list_extreme_{what}_{form}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_extreme"], what=what_wordings, form=wordings
        ),
        draw=answered(word_list(materials), answer),
        answer=answer,
    )


@kind
def list_by_length(rng: random.Random, materials: Materials) -> Drill:
    """The items whose length fits a bound."""
    bound, fits, wordings = rng.choice(_BOUNDS)
    num = rng.choice((4, 5, 6, 7))

    def answer(text: str) -> str | None:
        return joined([i for i in items_of(text) if fits(len(i), num)])

    return Drill(
        name=f"list_by_length_{bound}_{num}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_by_length"], bound=wordings, num=(NUMBERS[num], str(num))
        ),
        draw=answered(word_list(materials), answer),
        answer=answer,
    )


@kind
def list_beside(rng: random.Random, materials: Materials) -> Drill:
    """The item before or after a named one."""
    word, side = rng.choice(materials.words), rng.choice(("before", "after"))
    step = 1 if side == "after" else -1

    def answer(text: str) -> str | None:
        items = items_of(text)
        place = items.index(word) + step if word in items else -1
        return items[place] if 0 <= place < len(items) else "none"

    return Drill(
        name=f"list_beside_{side}_{word}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_beside"], word=word, side=side),
        draw=answered(with_word(word_list(materials), word, share=0.8), answer),
        answer=answer,
    )
