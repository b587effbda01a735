"""Drills over sentences: the word or the words that are asked for.

Words are what blanks separate, without the sign that closes the sentence.
"""

from __future__ import annotations

import random
import re

from training.drills.base import Drill, Materials, kind
from training.drills.parts import (
    FORMS,
    NUMBERS,
    PLACES,
    SEPARATORS,
    Draw,
    answered,
    at,
    told,
    until,
)
from training.drills.wordings import read_wordings

POOL = "drill sentences"
SIGNS = ".?!"
_PLAIN = re.compile(r"[A-Za-z']+(?: [A-Za-z']+)+[.?!]?")

_TOLD = read_wordings(__file__)


def words_of(text: str) -> list[str]:
    """The words of a sentence."""
    return text.rstrip(SIGNS).split()


def word_at(text: str, place: int) -> str | None:
    """The word at a place, counted from the end where it is negative."""
    return at(words_of(text), place)


def plain_sentence(materials: Materials, most: int = 14) -> Draw:
    """Draws sentences of letters, blanks and at most a closing sign."""
    return until(
        lambda rng: rng.choice(materials.sentences),
        lambda text: _is_plain(text) and len(text.split()) <= most,
    )


def with_word(draw: Draw, word: str, share: float) -> Draw:
    """Puts a word in place of an inner one in a share of the sentences."""
    lacking = until(draw, lambda text: word not in text.lower())

    def drawn(rng: random.Random) -> str:
        items = lacking(rng).split()
        if rng.random() < share:
            items[rng.randrange(1, len(items) - 1)] = word
        return " ".join(items)

    return drawn


def with_sign(draw: Draw) -> Draw:
    """Gives sentences a closing sign, each of them as often as the others."""
    return lambda rng: draw(rng).rstrip(SIGNS) + rng.choice(SIGNS)


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None


@kind
def sentence_word_at(rng: random.Random, materials: Materials) -> Drill:
    """The word at a place, in some form."""
    place = rng.choice((0, 1, 2, 3, -1, -2, -3))
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        word = word_at(text, place)
        return None if word is None else apply(word)

    return Drill(
        name=f"sentence_word_at_{place}_{form}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_word_at"], nth=PLACES[place], form=wordings
        ),
        draw=plain_sentence(materials),
        answer=answer,
    )


@kind
def sentence_edge_words(rng: random.Random, materials: Materials) -> Drill:
    """The first or last few words with a sign between."""
    end, num = rng.choice(("first", "last")), rng.choice((2, 3))
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        return sign.join(words[:num] if end == "first" else words[-num:])

    return Drill(
        name=f"sentence_edge_words_{end}_{num}_{sign}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["sentence_edge_words"],
            end=end,
            count=(NUMBERS[num], str(num)),
            sign=wordings,
        ),
        draw=plain_sentence(materials),
        answer=answer,
    )


@kind
def sentence_beside(rng: random.Random, materials: Materials) -> Drill:
    """The word before or after a named one."""
    word, side = rng.choice(materials.words), rng.choice(("before", "after"))
    step = 1 if side == "after" else -1

    def answer(text: str) -> str | None:
        words = words_of(text)
        place = words.index(word) + step if word in words else -1
        return words[place] if 0 <= place < len(words) else None

    return Drill(
        name=f"sentence_beside_{side}_{word}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_beside"], word=word, side=side),
        draw=with_word(plain_sentence(materials), word, share=1.0),
        answer=answer,
    )


@kind
def sentence_long_words(rng: random.Random, materials: Materials) -> Drill:
    """The words of some letters or more."""
    num = rng.choice((6, 7, 8))
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        if any("'" in word for word in words):
            return None
        return sign.join(word for word in words if len(word) >= num) or "none"

    return Drill(
        name=f"sentence_long_words_{num}_{sign}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["sentence_long_words"],
            num=(NUMBERS[num], str(num)),
            sign=wordings,
        ),
        draw=answered(plain_sentence(materials, most=9), answer),
        answer=answer,
    )


@kind
def sentence_which(rng: random.Random, materials: Materials) -> Drill:
    """Which of two words comes up."""
    one, other = rng.sample(materials.words, 2)

    def draw(rng: random.Random) -> str:
        word = rng.choice((one, other))
        return with_word(plain_sentence(materials), word, share=1.0)(rng)

    def answer(text: str) -> str | None:
        found = [word for word in (one, other) if word in words_of(text)]
        return found[0] if len(found) == 1 else None

    return Drill(
        name=f"sentence_which_{one}_{other}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_which"], one=one, other=other),
        draw=until(draw, lambda text: answer(text) is not None),
        answer=answer,
    )


@kind
def sentence_extreme(rng: random.Random, materials: Materials) -> Drill:
    """The longest or the shortest word, in some form."""
    what, most = rng.choice((("longest", "most"), ("shortest", "fewest")))
    form, apply, wordings = rng.choice(FORMS)

    def answer(text: str) -> str | None:
        words = sorted(words_of(text), key=len, reverse=what == "longest")
        if len(words) < 2 or len(words[0]) == len(words[1]) or "'" in text:
            return None
        return apply(words[0])

    return Drill(
        name=f"sentence_extreme_{what}_{form}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_extreme"], what=what, most=most, form=wordings
        ),
        draw=answered(plain_sentence(materials), answer),
        answer=answer,
    )


@kind
def sentence_paired(rng: random.Random, materials: Materials) -> Drill:
    """The words at two places with a sign between."""
    first, second = rng.sample((0, 1, 2, -1, -2), 2)
    sign, wordings = rng.choice(SEPARATORS)

    def answer(text: str) -> str | None:
        words = words_of(text)
        one, other = at(words, first), at(words, second)
        return None if one is None or other is None else f"{one}{sign}{other}"

    return Drill(
        name=f"sentence_paired_{first}_{second}_{sign}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["sentence_paired"],
            nth=PLACES[first],
            mth=PLACES[second],
            sign=wordings,
        ),
        draw=plain_sentence(materials),
        answer=answer,
    )
