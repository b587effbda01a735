"""Drills over sentences: the whole sentence, changed."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.parts import FORMS, PLACES, SEPARATORS, Draw, at, told, until
from training.drills.sentences import POOL, SIGNS, plain_sentence, with_sign, words_of
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_NEW_SIGNS = tuple(_TOLD["new_signs"].items())


def _short_sentence(materials: Materials) -> Draw:
    return plain_sentence(materials, most=6)


@kind
def sentence_replaced(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with another word at a place."""
    place = rng.choice((0, 1, 2))
    word = rng.choice(materials.words)

    def answer(text: str) -> str | None:
        words = text.split()
        words[place : place + 1] = [word]
        return " ".join(words)

    return Drill(
        name=f"sentence_replaced_{place}_{word}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_replaced"], nth=PLACES[place], word=word
        ),
        draw=_short_sentence(materials),
        answer=answer,
    )


@kind
def sentence_framed(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with a text before or after it."""
    added, where = rng.choice(_TOLD["texts"]), rng.choice(("before", "after"))
    shown = (f'"{added}"', f"the text {added}")

    def answer(text: str) -> str | None:
        return f"{added} {text}" if where == "before" else f"{text} {added}"

    return Drill(
        name=f"sentence_framed_{where}_{added}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_framed"], shown=shown, where=where),
        draw=_short_sentence(materials),
        answer=answer,
    )


@kind
def sentence_changed(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with the word at a place in some form."""
    place = rng.choice((0, 1, 2, 3))
    form, apply, wordings = rng.choice(FORMS[1:])

    def answer(text: str) -> str | None:
        words = text.split()
        if at(words, place) is None:
            return None
        words[place] = apply(words[place])
        return " ".join(words)

    long_enough = until(
        _short_sentence(materials), lambda text: len(words_of(text)) > place + 1
    )
    return Drill(
        name=f"sentence_changed_{place}_{form}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_changed"], nth=PLACES[place], form=wordings
        ),
        draw=long_enough,
        answer=answer,
    )


@kind
def sentence_resigned(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with another closing sign."""
    new, shown = rng.choice(_NEW_SIGNS)
    return Drill(
        name=f"sentence_resigned_{new}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_resigned"], new=shown),
        draw=with_sign(_short_sentence(materials)),
        answer=lambda text: text[:-1] + new if text[-1:] in SIGNS else None,
    )


@kind
def sentence_without(rng: random.Random, materials: Materials) -> Drill:
    """The sentence without the word at a place."""
    place = rng.choice((0, 1, 2, 3))

    def answer(text: str) -> str | None:
        words = text.split()
        if place + 1 >= len(words):
            return None
        return " ".join(words[:place] + words[place + 1 :])

    return Drill(
        name=f"sentence_without_{place}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_without"], nth=PLACES[place]),
        draw=_short_sentence(materials),
        answer=answer,
    )


@kind
def sentence_spaced(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with a sign for every blank."""
    sign, wordings = rng.choice(SEPARATORS[:-1])
    return Drill(
        name=f"sentence_spaced_{sign}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_spaced"], sign=wordings),
        draw=_short_sentence(materials),
        answer=lambda text: text.replace(" ", sign),
    )
