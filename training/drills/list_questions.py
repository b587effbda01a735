"""Drills over comma lists of words: a label or a count for the list."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.lists import POOL, items_of, letter_test, with_word, word_list
from training.drills.parts import NUMBERS, PLACES, at, balanced, label_pair, told
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind
def list_letter_count(rng: random.Random, materials: Materials) -> Drill:
    """How many items start with, end in or contain a letter."""
    test = letter_test(rng)

    def answer(text: str) -> str | None:
        return str(sum(test.holds(i) for i in items_of(text)))

    return Drill(
        name=f"list_letter_count_{test.name}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["list_letter_count"], have=test.have, letter=test.letter
        ),
        draw=balanced(word_list(materials), answer, ("0", "1", "2")),
        answer=answer,
    )


@kind
def list_holds(rng: random.Random, materials: Materials) -> Drill:
    """Whether a word is on the list."""
    word = rng.choice(materials.words)
    yes, no = label_pair(rng)
    return Drill(
        name=f"list_holds_{word}_{yes}_{no}",
        pool=POOL,
        descriptions=told(rng, _TOLD["list_holds"], word=word, yes=yes, no=no),
        draw=with_word(word_list(materials), word, share=0.5),
        answer=lambda text: yes if word in items_of(text) else no,
    )


@kind
def list_size(rng: random.Random, materials: Materials) -> Drill:
    """Whether the list has more than some items."""
    num = rng.choice((3, 4, 5))
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        return yes if len(items_of(text)) > num else no

    return Drill(
        name=f"list_size_{num}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["list_size"],
            num=(NUMBERS[num], str(num)) if yes != "1" else NUMBERS[num],
            yes=yes,
            no=no,
        ),
        draw=balanced(word_list(materials), answer, (yes, no)),
        answer=answer,
    )


@kind
def list_place_test(rng: random.Random, materials: Materials) -> Drill:
    """Whether the item at a place starts with, ends in or contains a letter."""
    place = rng.choice((0, 1, 2, -1))
    test = letter_test(rng)
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        item = at(items_of(text), place)
        if item is None:
            return None
        return yes if test.holds(item) else no

    return Drill(
        name=f"list_place_test_{place}_{test.name}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["list_place_test"],
            nth=PLACES[place],
            has=test.has,
            letter=test.letter,
            yes=yes,
            no=no,
        ),
        draw=balanced(word_list(materials), answer, (yes, no)),
        answer=answer,
    )
