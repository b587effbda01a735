"""The pool of sentences: how they are drawn and read.

Words are what blanks separate, without the sign that closes the sentence.
"""

from __future__ import annotations

import random
import re

from training.drills.base import Draw, Materials
from training.drills.draws import one_of, until

SENTENCES = "drill sentences"
"""The pool's name."""
CLOSING = ".?!"
"""The signs that close a sentence."""
_PLAIN = re.compile(r"[A-Za-z']+(?: [A-Za-z']+)+[.?!]?")


def words_of(text: str) -> list[str]:
    """The words of a sentence."""
    return text.rstrip(CLOSING).split()


def plain_sentence(materials: Materials, *, most: int = 14) -> Draw:
    """Draws sentences of letters, blanks and at most a closing sign."""
    return one_of(
        [
            sentence
            for sentence in materials.sentences
            if _PLAIN.fullmatch(sentence) and len(sentence.split()) <= most
        ]
    )


def with_word(draw: Draw, word: str, *, share: float) -> Draw:
    """Puts a word in place of an inner one in a share of the sentences."""
    lacking = until(draw, lambda text: word not in text.lower())

    def drawn(rng: random.Random) -> str:
        items = lacking(rng).split()
        if rng.random() < share:
            items[rng.randrange(1, len(items) - 1)] = word
        return " ".join(items)

    return drawn


def with_closing(draw: Draw) -> Draw:
    """Gives sentences a closing sign, each of them as often as the others."""
    return lambda rng: draw(rng).rstrip(CLOSING) + rng.choice(CLOSING)
