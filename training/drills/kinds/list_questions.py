"""Drills over comma lists of words: a label or a count for the list."""

from __future__ import annotations

import random

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import balanced
from training.drills.naming import PLACES, in_words
from training.drills.pools.lists import (
    LISTS,
    at,
    items_of,
    letter_test,
    with_word,
    word_list,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind("words")
def list_letter_count(rng: random.Random, materials: Materials) -> Drill:
    """How many items start with, end in or contain a letter."""
    test = letter_test(rng)

    def answer(text: str) -> str | None:
        return str(sum(test.holds(i) for i in items_of(text)))

    return plain_drill(
        rng,
        name=f"list_letter_count_{test.name}",
        pool=LISTS,
        frames=_TOLD["list_letter_count"],
        draw=balanced(word_list(materials), answer, ("0", "1", "2")),
        answer=answer,
        have=test.have,
        letter=test.letter,
    )


@kind("words")
def list_holds(rng: random.Random, materials: Materials) -> Drill:
    """Whether a word is on the list."""
    word = rng.choice(materials.words)
    return labelled_drill(
        rng,
        materials,
        name=f"list_holds_{word}",
        pool=LISTS,
        frames=_TOLD["list_holds"],
        draw=with_word(word_list(materials), word, share=0.5),
        test=lambda text: word in items_of(text),
        word=word,
    )


@kind("words")
def list_size(rng: random.Random, materials: Materials) -> Drill:
    """Whether the list has more than some items."""
    num = rng.choice((3, 4, 5))
    return labelled_drill(
        rng,
        materials,
        name=f"list_size_{num}",
        pool=LISTS,
        frames=_TOLD["list_size"],
        draw=word_list(materials),
        test=lambda text: len(items_of(text)) > num,
        num=in_words(num),
    )


@kind("words")
def list_place_test(rng: random.Random, materials: Materials) -> Drill:
    """Whether the item at a place starts with, ends in or contains a letter."""
    place, test = rng.choice((0, 1, 2, -1)), letter_test(rng)

    def holds(text: str) -> bool | None:
        item = at(items_of(text), place)
        return None if item is None else test.holds(item)

    return labelled_drill(
        rng,
        materials,
        name=f"list_place_test_{place}_{test.name}",
        pool=LISTS,
        frames=_TOLD["list_place_test"],
        draw=word_list(materials),
        test=holds,
        place=PLACES[place],
        has=test.has,
        letter=test.letter,
    )
