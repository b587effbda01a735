"""Drills that change letters of a word: replace, move, hide, stretch them."""

from __future__ import annotations

import random

from training.drills.base import Drill, Materials, kind
from training.drills.naming import PLACES, SIGNS, in_words, num_letters, quoted
from training.drills.pools.words import TEXTS, letter_in_use, two_places, word_drill
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)


@kind("words")
def replace_letter(rng: random.Random, materials: Materials) -> Drill:
    """Another letter or a sign in place of a letter."""
    letter = letter_in_use(rng, materials)
    new = rng.choice("abdefgiklmnoprstuvwxyz*#@1234".replace(letter, ""))
    return word_drill(
        rng,
        materials,
        name=f"replace_{letter}_{new}",
        frames=_TOLD["replace_letter"],
        rule=lambda w: w.replace(letter, new),
        prefers=lambda w: letter in w,
        letter=quoted(letter),
        new=quoted(new),
    )


@kind("words")
def remove_letter(rng: random.Random, materials: Materials) -> Drill:
    """The word without a letter."""
    letter = letter_in_use(rng, materials)
    return word_drill(
        rng,
        materials,
        name=f"remove_{letter}",
        frames=_TOLD["remove_letter"],
        rule=lambda w: w.replace(letter, ""),
        prefers=lambda w: letter in w,
        letter=quoted(letter),
    )


@kind("words")
def double_letter(rng: random.Random, materials: Materials) -> Drill:
    """A letter doubled wherever it occurs."""
    letter = letter_in_use(rng, materials)
    return word_drill(
        rng,
        materials,
        name=f"double_{letter}",
        frames=_TOLD["double_letter"],
        rule=lambda w: w.replace(letter, letter * 2),
        prefers=lambda w: letter in w,
        letter=quoted(letter),
    )


@kind("words")
def upper_letter(rng: random.Random, materials: Materials) -> Drill:
    """A letter as a capital wherever it occurs."""
    letter = letter_in_use(rng, materials)
    return word_drill(
        rng,
        materials,
        name=f"upper_{letter}",
        frames=_TOLD["upper_letter"],
        rule=lambda w: w.replace(letter, letter.upper()),
        prefers=lambda w: letter in w,
        letter=quoted(letter),
    )


@kind("words")
def upper_at(rng: random.Random, materials: Materials) -> Drill:
    """Two letters as capitals."""
    n, m = two_places(rng)
    return word_drill(
        rng,
        materials,
        name=f"upper_at_{n}_{m}",
        frames=_TOLD["upper_at"],
        rule=lambda w: "".join(
            letter.upper() if place in (n, m) else letter
            for place, letter in enumerate(w, start=1)
        ),
        shortest=m,
        n=n,
        m=m,
        place=PLACES[n - 1],
        other=PLACES[m - 1],
    )


@kind("words")
def swap_places(rng: random.Random, materials: Materials) -> Drill:
    """Two letters that change places."""
    n, m = two_places(rng)

    def swapped(word: str) -> str:
        return word[: n - 1] + word[m - 1] + word[n : m - 1] + word[n - 1] + word[m:]

    return word_drill(
        rng,
        materials,
        name=f"swap_places_{n}_{m}",
        frames=_TOLD["swap_places"],
        rule=swapped,
        shortest=m,
        n=n,
        m=m,
        place=PLACES[n - 1],
        other=PLACES[m - 1],
    )


@kind("words")
def rotate(rng: random.Random, materials: Materials) -> Drill:
    """The beginning moved to the end."""
    n, sign = rng.randint(2, 3), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"rotate_{n}_{sign.noun}",
        frames=_TOLD["rotate"],
        rule=lambda w: w[n:] + sign.mark + w[:n],
        shortest=n + 1,
        n=num_letters(n),
        sign=sign.names,
    )


@kind("words")
def stretch(rng: random.Random, materials: Materials) -> Drill:
    """A letter written several times."""
    n, times = rng.randint(1, 5), rng.randint(2, 5)
    return word_drill(
        rng,
        materials,
        name=f"stretch_{n}_{times}",
        frames=_TOLD["stretch"],
        rule=lambda w: w[: n - 1] + w[n - 1] * times + w[n:],
        shortest=n,
        n=n,
        times=in_words(times),
        place=PLACES[n - 1],
    )


@kind("words")
def mask_letter(rng: random.Random, materials: Materials) -> Drill:
    """A sign in place of one letter."""
    n, sign = rng.randint(1, 5), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"mask_letter_{n}_{sign.noun}",
        frames=_TOLD["mask_letter"],
        rule=lambda w: w[: n - 1] + sign.mark + w[n:],
        shortest=n,
        n=n,
        place=PLACES[n - 1],
        sign=sign.names,
    )


@kind("words")
def mask_rest(rng: random.Random, materials: Materials) -> Drill:
    """Signs in place of all letters but the first ones."""
    n, sign = rng.randint(2, 4), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"mask_rest_{n}_{sign.noun}",
        frames=_TOLD["mask_rest"],
        rule=lambda w: w[:n] + sign.mark * (len(w) - n),
        shortest=n + 1,
        n=num_letters(n),
        noun=f"{sign.noun} ({sign.mark})",
        sign=sign.names,
    )


@kind("words")
def drop_first(rng: random.Random, materials: Materials) -> Drill:
    """A sign in place of the first letters."""
    n, sign = rng.randint(2, 4), rng.choice(SIGNS)
    return word_drill(
        rng,
        materials,
        name=f"drop_first_{n}_{sign.noun}",
        frames=_TOLD["drop_first"],
        rule=lambda w: sign.mark + w[n:],
        shortest=n + 1,
        n=num_letters(n),
        sign=sign.names,
    )


@kind("words")
def change_ending(rng: random.Random, materials: Materials) -> Drill:
    """Another ending in place of the last letters."""
    n, text = rng.randint(1, 3), rng.choice(TEXTS)
    return word_drill(
        rng,
        materials,
        name=f"change_ending_{n}_{text}",
        frames=_TOLD["change_ending"],
        rule=lambda w: w[:-n] + text,
        shortest=n + 1,
        n=num_letters(n),
        text=quoted(text),
    )
