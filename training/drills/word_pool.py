"""The pool of single words: drills over the words of the training rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.base import Drill, Materials
from training.drills.frames import Field, labelled_drill, plain_drill
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)

WORDS = "drill words"
"""The pool's name."""
VOWELS = "aeiou"
TEXTS: tuple[str, ...] = tuple(_TOLD["texts"])
"""Beginnings and endings, English or made up, to put into words."""


def word_drill(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    frames: Sequence[str],
    rule: Callable[[str], str],
    shortest: int = 1,
    prefers: Callable[[str], bool] = bool,
    **fields: Field,
) -> Drill:
    """Makes a drill that turns a word into an answer.

    Args:
        rng: Of every choice.
        materials: Give the words.
        name: Kind and parameters.
        frames: Wordings with gaps.
        rule: The answer to a word.
        shortest: Letters that a word must have for the rule to apply.
        prefers: Words to be drawn most of the time, as the rule does more to them.
        fields: What fills the gaps, besides an example.
    """
    fit = tuple(w for w in materials.words if len(w) >= shortest)
    preferred = tuple(w for w in fit if prefers(w)) or fit
    return plain_drill(
        rng,
        name=name,
        pool=WORDS,
        frames=frames,
        draw=lambda rng: rng.choice(preferred if rng.random() < 0.85 else fit),
        answer=lambda word: rule(word) if len(word) >= shortest else None,
        fields=fields,
    )


def word_test(
    rng: random.Random,
    materials: Materials,
    *,
    name: str,
    frames: Sequence[str],
    test: Callable[[str], bool],
    shortest: int = 1,
    **fields: Field,
) -> Drill:
    """Makes a drill that answers one label if a word passes a test, else another."""
    words = tuple(w for w in materials.words if len(w) >= shortest)
    return labelled_drill(
        rng,
        name=name,
        pool=WORDS,
        frames=frames,
        draw=lambda rng: rng.choice(words),
        sort=lambda word: int(not test(word)) if len(word) >= shortest else None,
        fields=fields,
    )


def letter_in_use(rng: random.Random, materials: Materials) -> str:
    """Draws a letter, as often as words have it."""
    return rng.choice(rng.choice(materials.words))


def two_places(rng: random.Random) -> tuple[int, int]:
    """Draws two of the first six places, the lower one first."""
    low, high = sorted(rng.sample(range(1, 7), 2))
    return low, high
