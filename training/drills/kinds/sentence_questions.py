"""Drills over sentences: a label or a count for the sentence."""

from __future__ import annotations

import random

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import answered, balanced
from training.drills.naming import PLACES, SIGNS
from training.drills.pools.lists import at
from training.drills.pools.sentences import (
    CLOSING,
    SENTENCES,
    plain_sentence,
    with_closing,
    with_word,
    words_of,
)
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)
_CLOSING_SIGNS = [sign for sign in SIGNS if sign.mark in CLOSING]


@kind("sentences")
def sentence_holds_letter(rng: random.Random, materials: Materials) -> Drill:
    """Whether a letter comes up in the sentence."""
    letter = rng.choice("bcdfgklmpuvwy")
    return labelled_drill(
        rng,
        materials,
        name=f"sentence_holds_letter_{letter}",
        pool=SENTENCES,
        frames=_TOLD["sentence_holds_letter"],
        draw=plain_sentence(materials),
        test=lambda text: letter in text.lower(),
        letter=letter,
    )


@kind("words", "sentences")
def sentence_holds_word(rng: random.Random, materials: Materials) -> Drill:
    """Whether a word comes up in the sentence."""
    word = rng.choice(materials.words)
    return labelled_drill(
        rng,
        materials,
        name=f"sentence_holds_word_{word}",
        pool=SENTENCES,
        frames=_TOLD["sentence_holds_word"],
        draw=with_word(plain_sentence(materials), word, share=0.5),
        test=lambda text: word in words_of(text.lower()),
        word=word,
    )


@kind("sentences")
def sentence_longer(rng: random.Random, materials: Materials) -> Drill:
    """Whether the sentence has more than some words."""
    num = rng.randint(6, 9)
    return labelled_drill(
        rng,
        materials,
        name=f"sentence_longer_{num}",
        pool=SENTENCES,
        frames=_TOLD["sentence_longer"],
        draw=plain_sentence(materials),
        test=lambda text: len(words_of(text)) > num,
        num=num,
    )


@kind("sentences")
def sentence_words_with(rng: random.Random, materials: Materials) -> Drill:
    """How many words contain a letter."""
    letter = rng.choice("abcdefghilmnoprstu")

    def answer(text: str) -> str | None:
        return str(sum(letter in word for word in words_of(text.lower())))

    return plain_drill(
        rng,
        name=f"sentence_words_with_{letter}",
        pool=SENTENCES,
        frames=_TOLD["sentence_words_with"],
        draw=balanced(plain_sentence(materials), answer, ("0", "1", "2", "3")),
        answer=answer,
        letter=letter,
    )


@kind("sentences")
def sentence_letter_count(rng: random.Random, materials: Materials) -> Drill:
    """How often a letter comes up."""
    letter = rng.choice("abcdfghiklmnprsuvwy")

    def answer(text: str) -> str | None:
        return str(text.lower().count(letter))

    return plain_drill(
        rng,
        name=f"sentence_letter_count_{letter}",
        pool=SENTENCES,
        frames=_TOLD["sentence_letter_count"],
        draw=balanced(plain_sentence(materials), answer, ("0", "1", "2", "3")),
        answer=answer,
        letter=letter,
    )


@kind("sentences")
def sentence_closing(rng: random.Random, materials: Materials) -> Drill:
    """Whether the sentence ends in a sign."""
    sign = rng.choice(_CLOSING_SIGNS)
    return labelled_drill(
        rng,
        materials,
        name=f"sentence_closing_{sign.noun}",
        pool=SENTENCES,
        frames=_TOLD["sentence_closing"],
        draw=with_closing(plain_sentence(materials)),
        test=lambda text: text.endswith(sign.mark),
        sign=sign.noun,
        a_sign=sign.a_noun,
    )


@kind("sentences")
def sentence_initial(rng: random.Random, materials: Materials) -> Drill:
    """Whether the initial of the word at a place is in a range of letters."""
    place = rng.choice((0, 1, 2, -1))
    low, high = rng.choice(("AH", "AK", "AM", "AP", "IT", "EO", "MZ", "NZ", "RZ", "SZ"))

    def test(text: str) -> bool | None:
        word = at(words_of(text), place)
        if not word or not word[0].isalpha():
            return None
        return low <= word[0].upper() <= high

    return labelled_drill(
        rng,
        materials,
        name=f"sentence_initial_{place}_{low}{high}",
        pool=SENTENCES,
        frames=_TOLD["sentence_initial"],
        draw=plain_sentence(materials),
        test=test,
        place=PLACES[place],
        low=low,
        high=high,
    )


@kind("sentences")
def sentence_measured(rng: random.Random, materials: Materials) -> Drill:
    """How many letters the word at a place has."""
    place = rng.choice((0, 1, 2, 3, -1, -2, -3))

    def answer(text: str) -> str | None:
        word = at(words_of(text), place)
        return str(len(word)) if word and word.isalpha() else None

    return plain_drill(
        rng,
        name=f"sentence_measured_{place}",
        pool=SENTENCES,
        frames=_TOLD["sentence_measured"],
        draw=answered(plain_sentence(materials), answer),
        answer=answer,
        place=PLACES[place],
    )
