"""Drills over sentences: a label or a count for the sentence."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.parts import (
    COMMON_LETTERS,
    PLACES,
    answered,
    balanced,
    label_pair,
    told,
)
from training.drills.sentences import (
    POOL,
    SIGNS,
    plain_sentence,
    with_sign,
    with_word,
    word_at,
    words_of,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind
def sentence_holds_letter(rng: random.Random, materials: Materials) -> Drill:
    """Whether a letter comes up in the sentence."""
    letter = rng.choice("bcdfgklmpuvwy")
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        return yes if letter in text.lower() else no

    return Drill(
        name=f"sentence_holds_letter_{letter}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_holds_letter"], letter=letter, yes=yes, no=no
        ),
        draw=balanced(plain_sentence(materials), answer, (yes, no)),
        answer=answer,
    )


@kind
def sentence_holds_word(rng: random.Random, materials: Materials) -> Drill:
    """Whether a word comes up in the sentence."""
    word = rng.choice(materials.words)
    yes, no = label_pair(rng)
    return Drill(
        name=f"sentence_holds_word_{word}_{yes}_{no}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_holds_word"], word=word, yes=yes, no=no),
        draw=with_word(plain_sentence(materials), word, share=0.5),
        answer=lambda text: yes if word in words_of(text.lower()) else no,
    )


@kind
def sentence_longer(rng: random.Random, materials: Materials) -> Drill:
    """Whether the sentence has more than some words."""
    num = rng.randint(6, 9)
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        return yes if len(words_of(text)) > num else no

    return Drill(
        name=f"sentence_longer_{num}_{yes}_{no}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_longer"], num=str(num), yes=yes, no=no),
        draw=balanced(plain_sentence(materials), answer, (yes, no)),
        answer=answer,
    )


@kind
def sentence_words_with(rng: random.Random, materials: Materials) -> Drill:
    """How many words contain a letter."""
    letter = rng.choice(COMMON_LETTERS)

    def answer(text: str) -> str | None:
        return str(sum(letter in word for word in words_of(text.lower())))

    return Drill(
        name=f"sentence_words_with_{letter}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_words_with"], letter=letter),
        draw=balanced(plain_sentence(materials), answer, ("0", "1", "2", "3")),
        answer=answer,
    )


@kind
def sentence_letter_count(rng: random.Random, materials: Materials) -> Drill:
    """How often a letter comes up."""
    letter = rng.choice("abcdfghiklmnprsuvwy")

    def answer(text: str) -> str | None:
        return str(text.lower().count(letter))

    return Drill(
        name=f"sentence_letter_count_{letter}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_letter_count"], letter=letter),
        draw=balanced(plain_sentence(materials), answer, ("0", "1", "2", "3")),
        answer=answer,
    )


@kind
def sentence_closing(rng: random.Random, materials: Materials) -> Drill:
    """Whether the sentence ends in a sign."""
    sign = rng.choice(SIGNS)
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        return yes if text.endswith(sign) else no

    return Drill(
        name=f"sentence_closing_{sign}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng, _TOLD["sentence_closing"], sign=_TOLD["signs"][sign], yes=yes, no=no
        ),
        draw=balanced(with_sign(plain_sentence(materials)), answer, (yes, no)),
        answer=answer,
    )


@kind
def sentence_initial(rng: random.Random, materials: Materials) -> Drill:
    """Whether the initial of the word at a place is in a range of letters."""
    place = rng.choice((0, 1, 2, -1))
    low, high = rng.choice(("AH", "AK", "AM", "AP", "IT", "EO", "MZ", "NZ", "RZ", "SZ"))
    yes, no = label_pair(rng)

    def answer(text: str) -> str | None:
        word = word_at(text, place)
        if word is None or not word[0].isalpha():
            return None
        return yes if low <= word[0].upper() <= high else no

    return Drill(
        name=f"sentence_initial_{place}_{low}{high}_{yes}_{no}",
        pool=POOL,
        descriptions=told(
            rng,
            _TOLD["sentence_initial"],
            nth=PLACES[place],
            low=low,
            high=high,
            yes=yes,
            no=no,
        ),
        draw=balanced(plain_sentence(materials), answer, (yes, no)),
        answer=answer,
    )


@kind
def sentence_measured(rng: random.Random, materials: Materials) -> Drill:
    """How many letters the word at a place has."""
    place = rng.choice((0, 1, 2, 3, -1, -2, -3))

    def answer(text: str) -> str | None:
        word = word_at(text, place)
        return str(len(word)) if word and word.isalpha() else None

    return Drill(
        name=f"sentence_measured_{place}",
        pool=POOL,
        descriptions=told(rng, _TOLD["sentence_measured"], nth=PLACES[place]),
        draw=answered(plain_sentence(materials), answer),
        answer=answer,
    )
