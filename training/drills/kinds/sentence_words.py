"""Drills over sentences: the word or the words that are asked for."""

from __future__ import annotations

import random

from training.drills.answers import FORMS
from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import answered, until
from training.drills.naming import PLACES, SEPARATORS, in_words
from training.drills.pools.lists import at
from training.drills.pools.sentences import (
    SENTENCES,
    plain_sentence,
    with_word,
    words_of,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind("sentences")
def sentence_word_at(rng: random.Random, materials: Materials) -> Drill:
    """The word at a place, in some form."""
    place = rng.choice((0, 1, 2, 3, -1, -2, -3))
    form = rng.choice(FORMS)

    return plain_drill(
        rng,
        name=f"sentence_word_at_{place}_{form.name}",
        pool=SENTENCES,
        frames=_TOLD["sentence_word_at"],
        draw=plain_sentence(materials),
        answer=lambda text: form.write(at(words_of(text), place)),
        place=PLACES[place],
        **form.told,
    )


@kind("sentences")
def sentence_edge_words(rng: random.Random, materials: Materials) -> Drill:
    """The first or last few words with a sign between."""
    end, num = rng.choice(("first", "last")), rng.choice((2, 3))
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        return sign.mark.join(words[:num] if end == "first" else words[-num:])

    return plain_drill(
        rng,
        name=f"sentence_edge_words_{end}_{num}_{sign.noun}",
        pool=SENTENCES,
        frames=_TOLD["sentence_edge_words"],
        draw=plain_sentence(materials),
        answer=answer,
        end=end,
        count=in_words(num),
        sign=sign.names,
    )


@kind("words", "sentences")
def sentence_beside(rng: random.Random, materials: Materials) -> Drill:
    """The word before or after a named one."""
    word, side = rng.choice(materials.words), rng.choice(("before", "after"))
    step = 1 if side == "after" else -1

    def answer(text: str) -> str | None:
        words = words_of(text)
        place = words.index(word) + step if word in words else -1
        return words[place] if 0 <= place < len(words) else None

    return plain_drill(
        rng,
        name=f"sentence_beside_{side}_{word}",
        pool=SENTENCES,
        frames=_TOLD["sentence_beside"],
        draw=with_word(plain_sentence(materials), word, share=1.0),
        answer=answer,
        word=word,
        side=side,
    )


@kind("sentences")
def sentence_long_words(rng: random.Random, materials: Materials) -> Drill:
    """The words of some letters or more."""
    num = rng.choice((6, 7, 8))
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        if any("'" in word for word in words):
            return None
        return sign.mark.join(word for word in words if len(word) >= num) or "none"

    return plain_drill(
        rng,
        name=f"sentence_long_words_{num}_{sign.noun}",
        pool=SENTENCES,
        frames=_TOLD["sentence_long_words"],
        draw=answered(plain_sentence(materials, most=9), answer),
        answer=answer,
        num=in_words(num),
        sign=sign.names,
    )


@kind("words", "sentences")
def sentence_which(rng: random.Random, materials: Materials) -> Drill:
    """Which of two words comes up."""
    one, other = rng.sample(materials.words, 2)

    def draw(rng: random.Random) -> str:
        word = rng.choice((one, other))
        return with_word(plain_sentence(materials), word, share=1.0)(rng)

    def answer(text: str) -> str | None:
        found = [word for word in (one, other) if word in words_of(text)]
        return found[0] if len(found) == 1 else None

    return plain_drill(
        rng,
        name=f"sentence_which_{one}_{other}",
        pool=SENTENCES,
        frames=_TOLD["sentence_which"],
        draw=until(draw, lambda text: answer(text) is not None),
        answer=answer,
        one=one,
        other=other,
    )


@kind("sentences")
def sentence_extreme(rng: random.Random, materials: Materials) -> Drill:
    """The longest or the shortest word, in some form."""
    what, most = rng.choice((("longest", "most"), ("shortest", "fewest")))
    form = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        words = sorted(words_of(text), key=len, reverse=what == "longest")
        if len(words) < 2 or len(words[0]) == len(words[1]) or "'" in text:
            return None
        return form.write(words[0])

    return plain_drill(
        rng,
        name=f"sentence_extreme_{what}_{form.name}",
        pool=SENTENCES,
        frames=_TOLD["sentence_extreme"],
        draw=answered(plain_sentence(materials), answer),
        answer=answer,
        what=what,
        most=most,
        **form.told,
    )


@kind("sentences")
def sentence_paired(rng: random.Random, materials: Materials) -> Drill:
    """The words at two places with a sign between."""
    first, second = rng.sample((0, 1, 2, -1, -2), 2)
    sign = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        one, other = at(words, first), at(words, second)
        return None if one is None or other is None else f"{one}{sign.mark}{other}"

    return plain_drill(
        rng,
        name=f"sentence_paired_{first}_{second}_{sign.noun}",
        pool=SENTENCES,
        frames=_TOLD["sentence_paired"],
        draw=plain_sentence(materials),
        answer=answer,
        place=PLACES[first],
        other=PLACES[second],
        sign=sign.names,
    )
