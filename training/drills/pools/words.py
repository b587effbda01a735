"""The pool of single words: drills over the words of the training rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from training.drills.assembly import labelled_drill, plain_drill
from training.drills.base import Drill, Materials
from training.drills.draws import one_of
from training.drills.wordings import Field, read_wordings

_TOLD = read_wordings(__file__)

WORDS = "drill words"
"""The pool's name."""
VOWELS = "aeiou"
TEXTS: Sequence[str] = _TOLD["texts"]
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
    fit = [w for w in materials.words if len(w) >= shortest]
    often, ever = one_of([w for w in fit if prefers(w)]), one_of(fit)
    return plain_drill(
        rng,
        name=name,
        pool=WORDS,
        frames=frames,
        draw=lambda rng: often(rng) if rng.random() < 0.85 else ever(rng),
        answer=lambda word: rule(word) if len(word) >= shortest else None,
        **fields,
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
    return labelled_drill(
        rng,
        materials,
        name=name,
        pool=WORDS,
        frames=frames,
        draw=one_of([w for w in materials.words if len(w) >= shortest]),
        test=lambda word: test(word) if len(word) >= shortest else None,
        **fields,
    )


def letter_in_use(rng: random.Random, materials: Materials) -> str:
    """Draws a letter, as often as words have it."""
    return rng.choice(rng.choice(materials.words))


def two_places(rng: random.Random) -> tuple[int, int]:
    """Draws two of the first six places, the lower one first."""
    low, high = sorted(rng.sample(range(1, 7), 2))
    return low, high
