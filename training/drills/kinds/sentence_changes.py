"""Drills over sentences: the whole sentence, changed."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import plain_drill
from training.drills.base import Draw, Drill, Materials, kind
from training.drills.draws import until
from training.drills.naming import PLACES, SEPARATORS
from training.drills.pools.lists import at
from training.drills.pools.sentences import (
    CLOSING,
    SENTENCES,
    plain_sentence,
    with_closing,
    words_of,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_NEW_SIGNS = tuple(_TOLD["new_signs"].items())
# Most words of a sentence have these forms already.
_CHANGES = [form for form in FORMS if form.name not in ("plain", "small")]


def _short_sentence(materials: Materials) -> Draw:
    return plain_sentence(materials, most=6)


@kind("words", "sentences")
def sentence_replaced(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with another word at a place."""
    place = rng.choice((0, 1, 2))
    word = rng.choice(materials.words)

    def answer(text: str) -> str | None:
        words = text.split()
        words[place : place + 1] = [word]
        return " ".join(words)

    return plain_drill(
        rng,
        name=f"sentence_replaced_{place}_{word}",
        pool=SENTENCES,
        frames=_TOLD["sentence_replaced"],
        draw=_short_sentence(materials),
        answer=answer,
        place=PLACES[place],
        word=word,
    )


@kind("sentences")
def sentence_framed(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with a text before or after it."""
    added, where = rng.choice(_TOLD["texts"]), rng.choice(("before", "after"))
    shown = (f'"{added}"', f"the text {added}")

    def answer(text: str) -> str | None:
        return f"{added} {text}" if where == "before" else f"{text} {added}"

    return plain_drill(
        rng,
        name=f"sentence_framed_{where}_{added}",
        pool=SENTENCES,
        frames=_TOLD["sentence_framed"],
        draw=_short_sentence(materials),
        answer=answer,
        shown=shown,
        where=where,
    )


@kind("sentences")
def sentence_changed(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with the word at a place in some form."""
    place = rng.choice((0, 1, 2, 3))
    form = rng.choice(_CHANGES)

    def answer(text: str) -> str | None:
        words = text.split()
        word = form.write(at(words, place))
        if word is None:
            return None
        words[place] = word
        return " ".join(words)

    long_enough = until(
        _short_sentence(materials), lambda text: len(words_of(text)) > place + 1
    )
    return plain_drill(
        rng,
        name=f"sentence_changed_{place}_{form.name}",
        pool=SENTENCES,
        frames=_TOLD["sentence_changed"],
        draw=long_enough,
        answer=answer,
        place=PLACES[place],
        **form.told,
    )


@kind("sentences")
def sentence_resigned(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with another closing sign."""
    new, shown = rng.choice(_NEW_SIGNS)
    return plain_drill(
        rng,
        name=f"sentence_resigned_{new}",
        pool=SENTENCES,
        frames=_TOLD["sentence_resigned"],
        draw=with_closing(_short_sentence(materials)),
        answer=lambda text: text[:-1] + new if text[-1:] in CLOSING else None,
        new=shown,
    )


@kind("sentences")
def sentence_without(rng: random.Random, materials: Materials) -> Drill:
    """The sentence without the word at a place."""
    place = rng.choice((0, 1, 2, 3))

    def answer(text: str) -> str | None:
        words = text.split()
        if place + 1 >= len(words):
            return None
        return " ".join(words[:place] + words[place + 1 :])

    return plain_drill(
        rng,
        name=f"sentence_without_{place}",
        pool=SENTENCES,
        frames=_TOLD["sentence_without"],
        draw=_short_sentence(materials),
        answer=answer,
        place=PLACES[place],
    )


@kind("sentences")
def sentence_spaced(rng: random.Random, materials: Materials) -> Drill:
    """The sentence with a sign for every blank."""
    sign = rng.choice([s for s in SEPARATORS if s.mark != " "])
    return plain_drill(
        rng,
        name=f"sentence_spaced_{sign.noun}",
        pool=SENTENCES,
        frames=_TOLD["sentence_spaced"],
        draw=_short_sentence(materials),
        answer=lambda text: text.replace(" ", sign.mark),
        sign=sign.names,
    )
