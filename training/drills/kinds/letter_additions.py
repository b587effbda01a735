"""Drills that add something to a word and leave its letters as they are."""

from __future__ import annotations

import random

from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.draws import one_of
from training.drills.naming import FENCES, PLACES, SIGNS, in_words, quoted
from training.drills.pools.words import TEXTS, WORDS, letter_in_use, word_drill
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind("words")
def prefix(rng: random.Random, materials: Materials) -> Drill:
    """A text before the word."""
    text = rng.choice(TEXTS)
    return word_drill(
        rng,
        materials,
        name=f"prefix_{text}",
        frames=_TOLD["prefix"],
        rule=lambda w: text + w,
        text=quoted(text),
    )


@kind("words")
def suffix(rng: random.Random, materials: Materials) -> Drill:
    """A text after the word."""
    text = rng.choice(TEXTS)
    return word_drill(
        rng,
        materials,
        name=f"suffix_{text}",
        frames=_TOLD["suffix"],
        rule=lambda w: w + text,
        text=quoted(text),
    )


@kind("words")
def branch_text(rng: random.Random, materials: Materials) -> Drill:
    """One of two endings, by whether a letter occurs."""
    letter = letter_in_use(rng, materials)
    first, second = rng.sample(TEXTS, 2)
    having = one_of([w for w in materials.words if letter in w])
    lacking = one_of([w for w in materials.words if letter not in w])
    return plain_drill(
        rng,
        name=f"branch_text_{letter}_{first}_{second}",
        pool=WORDS,
        frames=_TOLD["branch_text"],
        draw=lambda rng: rng.choice((having, lacking))(rng),
        answer=lambda word: word + (first if letter in word else second),
        letter=quoted(letter),
        first=quoted(first),
        second=quoted(second),
    )


@kind("words")
def insert_text(rng: random.Random, materials: Materials) -> Drill:
    """A text inside the word."""
    n, text = rng.randint(1, 4), rng.choice(TEXTS)
    return word_drill(
        rng,
        materials,
        name=f"insert_text_{n}_{text}",
        frames=_TOLD["insert_text"],
        rule=lambda w: w[:n] + text + w[n:],
        shortest=n + 1,
        n=n,
        place=PLACES[n - 1],
        text=quoted(text),
    )


@kind("words")
def fence_letter(rng: random.Random, materials: Materials) -> Drill:
    """A letter between brackets or the like."""
    n, fence = rng.randint(1, 5), rng.choice(FENCES)
    return word_drill(
        rng,
        materials,
        name=f"fence_letter_{n}_{fence.noun}",
        frames=_TOLD["fence_letter"],
        rule=lambda w: w[: n - 1] + fence.left + w[n - 1] + fence.right + w[n:],
        shortest=n,
        n=n,
        place=PLACES[n - 1],
        fence=(fence.noun, f"a pair of {fence.noun}"),
        open=fence.left,
        close=fence.right,
    )


@kind("words")
def join_letters(rng: random.Random, materials: Materials) -> Drill:
    """A sign between all letters."""
    sign = rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"join_letters_{sign.noun}",
        frames=_TOLD["join_letters"],
        rule=lambda w: sign.mark.join(w),
        sign=sign.names,
    )


@kind("words")
def repeat(rng: random.Random, materials: Materials) -> Drill:
    """The word several times with a sign between."""
    n, sign = rng.randint(2, 4), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"repeat_{n}_{sign.noun}",
        frames=_TOLD["repeat"],
        rule=lambda w: sign.mark.join([w] * n),
        n=in_words(n),
        sign=sign.names,
    )


@kind("words")
def with_length(rng: random.Random, materials: Materials) -> Drill:
    """The word and its length."""
    sign = rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"with_length_{sign.noun}",
        frames=_TOLD["with_length"],
        rule=lambda w: f"{w}{sign.mark}{len(w)}",
        sign=sign.names,
    )
