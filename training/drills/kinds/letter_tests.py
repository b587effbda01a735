"""Drills that sort words by their letters, their length or the alphabet."""

from __future__ import annotations

import random
from itertools import pairwise

from training.drills.base import Drill, Materials, NoInputError, kind
from training.drills.naming import PLACES, either, in_words, quoted
from training.drills.pools.words import VOWELS, letter_in_use, word_test
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


def _letter_set(
    rng: random.Random, materials: Materials, place: int
) -> tuple[str, tuple[str, ...]]:
    """Letters in use at an index, and ways to list them."""
    count = rng.randint(2, 4)
    letters: set[str] = set()
    for _ in range(40):
        word = rng.choice(materials.words)
        if place < len(word) and len(letters) < count:
            letters.add(word[place])
    if len(letters) < 2:
        raise NoInputError(f"words have no two letters at index {place}")
    listed = sorted(letters)
    names = (either(listed), " / ".join(listed), f"one of {', '.join(listed)}")
    return "".join(listed), names


@kind("words")
def contains_letter(rng: random.Random, materials: Materials) -> Drill:
    """Whether a letter occurs."""
    letter = letter_in_use(rng, materials)
    return word_test(
        rng,
        materials,
        name=f"contains_{letter}",
        frames=_TOLD["contains_letter"],
        test=lambda w: letter in w,
        letter=quoted(letter),
    )


@kind("words")
def starts_with(rng: random.Random, materials: Materials) -> Drill:
    """Whether the first letter is one of some."""
    letters, names = _letter_set(rng, materials, 0)
    return word_test(
        rng,
        materials,
        name=f"starts_with_{letters}",
        frames=_TOLD["starts_with"],
        test=lambda w: w[0] in letters,
        letters=names,
    )


@kind("words")
def ends_with(rng: random.Random, materials: Materials) -> Drill:
    """Whether the last letter is one of some."""
    letters, names = _letter_set(rng, materials, -1)
    return word_test(
        rng,
        materials,
        name=f"ends_with_{letters}",
        frames=_TOLD["ends_with"],
        test=lambda w: w[-1] in letters,
        letters=names,
    )


@kind("words")
def letter_is(rng: random.Random, materials: Materials) -> Drill:
    """Whether the letter at a place is one of some."""
    n = rng.randint(2, 4)
    letters, names = _letter_set(rng, materials, n - 1)
    return word_test(
        rng,
        materials,
        name=f"letter_is_{n}_{letters}",
        frames=_TOLD["letter_is"],
        test=lambda w: w[n - 1] in letters,
        shortest=n,
        n=n,
        place=PLACES[n - 1],
        letters=names,
    )


@kind("words")
def vowel_at(rng: random.Random, materials: Materials) -> Drill:
    """Whether a vowel stands at a place."""
    n = rng.randint(1, 5)
    return word_test(
        rng,
        materials,
        name=f"vowel_at_{n}",
        frames=_TOLD["vowel_at"],
        test=lambda w: w[n - 1] in VOWELS,
        shortest=n,
        n=n,
        place=PLACES[n - 1],
    )


@kind("words")
def num_vowels(rng: random.Random, materials: Materials) -> Drill:
    """Whether the word has so many vowels."""
    n = rng.randint(2, 3)
    return word_test(
        rng,
        materials,
        name=f"num_vowels_{n}",
        frames=_TOLD["num_vowels"],
        test=lambda w: sum(letter in VOWELS for letter in w) >= n,
        n=in_words(n),
    )


@kind("words")
def twin_letters(rng: random.Random, materials: Materials) -> Drill:
    """Whether a letter is followed by itself."""
    return word_test(
        rng,
        materials,
        name="twin_letters",
        frames=_TOLD["twin_letters"],
        test=lambda w: any(one == other for one, other in pairwise(w)),
    )


@kind("words")
def earlier_letter(rng: random.Random, materials: Materials) -> Drill:
    """Whether one letter comes before another in the alphabet."""
    n, m = rng.sample(range(1, 5), 2)
    return word_test(
        rng,
        materials,
        name=f"earlier_letter_{n}_{m}",
        frames=_TOLD["earlier_letter"],
        test=lambda w: w[n - 1] < w[m - 1],
        shortest=max(n, m),
        n=n,
        m=m,
        place=PLACES[n - 1],
        other=PLACES[m - 1],
    )


@kind("words")
def longer_than(rng: random.Random, materials: Materials) -> Drill:
    """Whether the word has more letters than a limit."""
    n = rng.randint(4, 7)
    return word_test(
        rng,
        materials,
        name=f"longer_than_{n}",
        frames=_TOLD["longer_than"],
        test=lambda w: len(w) > n,
        n=n,
        m=n + 1,
    )


@kind("words")
def even_length(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number of letters is even."""
    return word_test(
        rng,
        materials,
        name="even_length",
        frames=_TOLD["even_length"],
        test=lambda w: len(w) % 2 == 0,
    )


@kind("words")
def length_between(rng: random.Random, materials: Materials) -> Drill:
    """Whether the number of letters lies in a range."""
    n = rng.randint(4, 6)
    m = n + rng.randint(1, 2)
    return word_test(
        rng,
        materials,
        name=f"length_between_{n}_{m}",
        frames=_TOLD["length_between"],
        test=lambda w: n <= len(w) <= m,
        n=n,
        m=m,
    )


@kind("words")
def before_word(rng: random.Random, materials: Materials) -> Drill:
    """Whether the word comes before another in the alphabet."""
    ordered = sorted(materials.words)
    border = ordered[rng.randrange(len(ordered) // 6, len(ordered) * 5 // 6)]
    return word_test(
        rng,
        materials,
        name=f"before_{border}",
        frames=_TOLD["before_word"],
        test=lambda w: w < border,
        word=quoted(border),
    )
