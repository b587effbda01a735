"""The pool of comma lists of words: how they are drawn, read and tested."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.drills.base import Draw, Materials
from training.drills.wordings import read_wordings

_TOLD = read_wordings(__file__)

LISTS = "drill lists"
"""The pool's name."""
_LETTER_TESTS: Sequence[tuple[str, Callable[[str, str], bool], str]] = (
    ("start", str.startswith, "abcdefghlmprstw"),
    ("end", str.endswith, "deglnrsty"),
    ("hold", str.__contains__, "abcdefghilmnoprstu"),
)


def items_of(text: str) -> list[str]:
    """The items of a comma list."""
    return text.split(", ")


def joined(items: Sequence[object]) -> str:
    """A comma list of items, or `none` without any."""
    return ", ".join(map(str, items)) or "none"


def at(items: Sequence[str], index: int) -> str | None:
    """The item at an index, counted from the end where it is negative."""
    return items[index] if -len(items) <= index < len(items) else None


def word_list(materials: Materials, *, most: int = 6) -> Draw:
    """Draws lists of 3 or more words."""
    return lambda rng: joined(rng.sample(materials.words, rng.randint(3, most)))


def with_word(draw: Draw, word: str, *, share: float) -> Draw:
    """Puts a word at some place in a share of the lists, and in no others."""

    def drawn(rng: random.Random) -> str:
        items = [i for i in items_of(draw(rng)) if i != word]
        if rng.random() < share:
            items[rng.randrange(len(items))] = word
        return joined(items)

    return drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterTest:
    """Whether words start with, end in or contain a letter."""

    name: str
    """Such as `end_t`."""
    letter: str
    holds: Callable[[str], bool]
    """Whether a word passes."""
    have: Sequence[str]
    """The verb where words are many."""
    has: Sequence[str]
    """The verb of a single word."""


def letter_test(rng: random.Random) -> LetterTest:
    """Draws what is tested and the letter."""
    test, holds, letters = rng.choice(_LETTER_TESTS)
    letter = rng.choice(letters)
    return LetterTest(
        name=f"{test}_{letter}",
        letter=letter,
        holds=lambda item: holds(item, letter),
        have=_TOLD["have_letter"][test],
        has=_TOLD["has_letter"][test],
    )
