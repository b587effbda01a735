"""Drills on the letters of a word: which they are, how many, and where."""

from __future__ import annotations

import random

from training.drills.assembly import plain_drill
from training.drills.base import Drill, Materials, kind
from training.drills.naming import PLACES, SIGNS, num_letters, quoted
from training.drills.pools.words import WORDS, letter_in_use, two_places, word_drill
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind("words")
def letter_at(rng: random.Random, materials: Materials) -> Drill:
    """The letter at a place from the front."""
    n = rng.randint(1, 6)
    return word_drill(
        rng,
        materials,
        name=f"letter_at_{n}",
        frames=_TOLD["letter_at"],
        rule=lambda w: w[n - 1],
        shortest=n,
        n=n,
        place=PLACES[n - 1],
    )


@kind("words")
def letter_from_end(rng: random.Random, materials: Materials) -> Drill:
    """The letter at a place from the back."""
    n = rng.randint(1, 5)
    return word_drill(
        rng,
        materials,
        name=f"letter_from_end_{n}",
        frames=_TOLD["letter_from_end"],
        rule=lambda w: w[-n],
        shortest=n,
        n=n,
        place=PLACES[-n],
    )


@kind("words")
def letters_at_two(rng: random.Random, materials: Materials) -> Drill:
    """Two letters with a sign between."""
    n, m = rng.sample(range(1, 6), 2)
    sign = rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"letters_at_two_{n}_{m}_{sign.noun}",
        frames=_TOLD["letters_at_two"],
        rule=lambda w: f"{w[n - 1]}{sign.mark}{w[m - 1]}",
        shortest=max(n, m),
        n=n,
        m=m,
        place=PLACES[n - 1],
        other=PLACES[m - 1],
        sign=sign.names,
    )


@kind("words")
def letters_from_to(rng: random.Random, materials: Materials) -> Drill:
    """A run of letters."""
    n, m = two_places(rng)
    return word_drill(
        rng,
        materials,
        name=f"letters_{n}_to_{m}",
        frames=_TOLD["letters_from_to"],
        rule=lambda w: w[n - 1 : m],
        shortest=m,
        n=n,
        m=m,
        place=PLACES[n - 1],
        other=PLACES[m - 1],
    )


@kind("words")
def every_other(rng: random.Random, materials: Materials) -> Drill:
    """The letters at odd or even places with a sign between."""
    start, sign = rng.randint(1, 2), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"every_other_{start}_{sign.noun}",
        frames=_TOLD["every_other"],
        rule=lambda w: sign.mark.join(w[start - 1 :: 2]),
        shortest=4,
        place=PLACES[start - 1],
        places=("1, 3, 5", "2, 4, 6")[start - 1],
        parity=("odd", "even")[start - 1],
        sign=sign.names,
    )


@kind("words")
def first_letters(rng: random.Random, materials: Materials) -> Drill:
    """The beginning of the word with a sign after it."""
    n, sign = rng.randint(2, 5), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"first_letters_{n}_{sign.noun}",
        frames=_TOLD["first_letters"],
        rule=lambda w: w[:n] + sign.mark,
        shortest=n + 1,
        n=n,
        sign=sign.names,
    )


@kind("words")
def last_letters(rng: random.Random, materials: Materials) -> Drill:
    """The end of the word with a sign before it."""
    n, sign = rng.randint(2, 5), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"last_letters_{n}_{sign.noun}",
        frames=_TOLD["last_letters"],
        rule=lambda w: sign.mark + w[-n:],
        shortest=n + 1,
        n=n,
        sign=sign.names,
    )


@kind("words")
def drop_ends(rng: random.Random, materials: Materials) -> Drill:
    """The word without some letters at both ends."""
    n, m = rng.randint(1, 3), rng.randint(1, 3)
    return word_drill(
        rng,
        materials,
        name=f"drop_ends_{n}_{m}",
        frames=_TOLD["drop_ends"],
        rule=lambda w: w[n:-m],
        shortest=n + m + 1,
        n=num_letters(n),
        m=num_letters(m),
    )


@kind("words")
def count_letter(rng: random.Random, materials: Materials) -> Drill:
    """How often a letter occurs."""
    letter = letter_in_use(rng, materials)
    often = [w for w in materials.words if w.count(letter) > 1]
    once = [w for w in materials.words if w.count(letter) == 1]
    never = [w for w in materials.words if letter not in w]
    groups = [group for group in (often, once, never) if group]
    return plain_drill(
        rng,
        name=f"count_letter_{letter}",
        pool=WORDS,
        frames=_TOLD["count_letter"],
        draw=lambda rng: rng.choice(rng.choice(groups)),
        answer=lambda word: str(word.count(letter)),
        letter=quoted(letter),
    )


@kind("words")
def place_of(rng: random.Random, materials: Materials) -> Drill:
    """Where a letter occurs first."""
    letter = letter_in_use(rng, materials)
    return word_drill(
        rng,
        materials,
        name=f"place_of_{letter}",
        frames=_TOLD["place_of"],
        rule=lambda w: str(w.find(letter) + 1),
        prefers=lambda w: letter in w,
        letter=quoted(letter),
    )
